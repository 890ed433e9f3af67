"""`python -m devpool`."""

from devpool.cli import main

if __name__ == "__main__":
    main()
