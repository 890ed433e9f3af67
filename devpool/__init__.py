"""devpool puts a PgBouncer in front of Postgres in a Docker Compose project, and takes it out again.

The data moves one way, and each package imports only from those before it:

    text      one file as text with places in it, and edits of such a text
    read      from the project's files to what they say
    decide    which route each app takes, and what is to change
    write     the plan as edits, in the style of the text around them
    commit    several files as one; the record of what was done
    undo      edits taken back out of a text that the user has gone on editing
    docker    the engine, the containers, PgBouncer's console
    prove     Compose's reading before and after differs by exactly the plan
    flow      these stages one after the other: enable, disable, set
    see, size, migrate, checks    what stands beside them
    commands  one verb a file
"""

__version__ = "0.1.0"
