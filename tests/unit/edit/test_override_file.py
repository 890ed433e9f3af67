"""What is left of an override file that devpool has made, once its services are out of it."""

from __future__ import annotations

import pytest

from devpool.edit.override_file import HEADER, is_emptied, left_of, new_file

LEFT = [
    (f"{HEADER}\nservices:\n", ""),
    (f"{HEADER}\r\nservices:\r\n", ""),
    (f"{HEADER}\nservices:", ""),
    (f"{HEADER}\nservices:\n\n\n", ""),
    (f"# mine\n{HEADER}\nservices:\n", "# mine\n"),
    (f"{HEADER}\nservices:\n# mine\nvolumes: {{}}\n", "# mine\nvolumes: {}\n"),
    (f"{HEADER}\nservices:\n\n  mail:\n    image: mail\n", "services:\n\n  mail:\n    image: mail\n"),
    (f"{HEADER}\nservices:\n  # mine\n  mail:\n    image: mail\n", "services:\n  # mine\n  mail:\n    image: mail\n"),
    ("services:\n", "services:\n"),
    (f"a: '{HEADER}'\nservices:\n", f"a: '{HEADER}'\nservices:\n"),
]


@pytest.mark.parametrize(("text", "left"), LEFT)
def test_the_users_part_stays_and_devpools_goes(text: str, left: str) -> None:
    assert left_of(text) == left


def test_a_new_file_leaves_nothing_and_a_file_of_the_users_is_never_taken_for_one() -> None:
    made = new_file("/p/compose.override.yaml", "\r\n", "/p").text
    assert is_emptied(made.encode(), left_of(made).encode())
    assert not is_emptied(b"services:\n", b"")
    assert not is_emptied(made.encode(), b"x: y\n")
