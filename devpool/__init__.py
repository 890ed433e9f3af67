"""devpool puts a PgBouncer in front of Postgres in a Docker Compose project, and removes it again.

Each package imports only from the packages above it. Those up to `checks` are pure: values in, values out.

    text       a file as text with positions, and edits of that text
    catalog    facts about other software, as tables
    redact     which parts of a text may be shown
    model      what the project's files mean
    decide     which route each app takes, and what has to change
    edit       the plan as edits of the user's text
    undo       removes the edits from a text that the user has edited since
    prove      Compose's models before and after differ by exactly the plan
    measurements  what running poolers and databases report, and what that proves
    sizing     how large a pool should be
    checks     what `devpool check` evaluates
    load       finds and reads the project's files
    commit     writes several files as one change
    docker     the engine, the containers, PgBouncer's console
    lifecycle  enable, disable and set, from start to end
    observe    the current state of a project: status, top, check and size
    migrate    commands that bypass the pooler
    compare    the same command directly and through the pooler
    commands   one command per file
"""

__version__ = "0.1.0"
