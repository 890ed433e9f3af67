"""Errors for values that cannot change where they are written, and that have no other place."""

from __future__ import annotations

from devpool.errors import DevpoolError
from devpool.model.project import ConnectionVariable
from devpool.model.services import OVERRIDE, Service


def read_by(variable: ConnectionVariable, reader: str) -> DevpoolError:
    """The error for a variable that another compose file reads too, where the app has no place of its own for it."""
    name = variable.service
    return DevpoolError(
        "shared-value",
        f"`{name}.{variable.name}` is also read by {reader}, which has no pooler",
        where=variable.value.origin.place,
        hint=f"give `{name}` its own {variable.name} in a file of this project, or keep it direct: --direct {name}; "
        "or pass --allow-shared, and give the other file the pooler, too",
    )


def only_in_shell(variable: ConnectionVariable, shell: str) -> DevpoolError:
    """The error for a value that is in no file."""
    return DevpoolError(
        "only-in-shell",
        f"`{variable.service}.{variable.name}` gets its value from the shell's `{shell}`, which no file sets",
        where=variable.value.origin.place,
        hint=f"set {shell} in .env and unset it in the shell, which overrides the file; "
        f"or leave it as it is and pool the app by name: --by-name {variable.service}",
    )


def not_plain(variable: ConnectionVariable) -> DevpoolError:
    """The error for a variable whose text cannot be edited yet."""
    return DevpoolError(
        "value-not-plain",
        f"`{variable.service}.{variable.name}` is written in a form that devpool cannot edit yet",
        where=variable.value.origin.place,
        hint=f"write it on one line without escapes, pool it by name (--by-name {variable.service}), or keep it direct "
        f"(--direct {variable.service})",
    )


def extended(variable: ConnectionVariable, app: Service, heir: Service) -> DevpoolError:
    """The error for a variable that a direct service inherits from the app with `extends`."""
    name = variable.service
    return DevpoolError(
        "shared-value",
        f"`{heir.name}` stays direct but inherits `{name}.{variable.name}` with `extends`, which copies all or nothing",
        where=variable.value.origin.place,
        hint=f"{apart(app, heir, 'environment', variable.name)}; or keep `{name}` direct as well (--direct {name})",
    )


def apart(app: Service, heir: Service, key: str, name: str) -> str:
    """How to have two services differ in what one takes over from the other with `extends`, as the words of a hint.

    Args:
        app: the other one.
        heir: the one that extends it.
        key: the key of the service in which they have to differ.
        name: the variable in it, or the key itself.
    """
    if app.strongest.document is not heir.strongest.document:  # YAML merges nothing of another file
        return f"have `{app.name}` and `{heir.name}` extend a third service without `{name}`, and give each its own"
    if any(s.fragment.own for s in heir.statements(key)):  # a YAML merge would drop what it takes over below the key
        return f"state all that `{heir.name}` needs in a `{key}: {OVERRIDE}` of its own"
    return (
        f"use a YAML merge, which devpool can split: `{app.name}: &{app.name}`, and `<<: *{app.name}` in `{heir.name}` "
        "instead of `extends`"
    )


def with_secret(variable: ConnectionVariable) -> DevpoolError:
    """The error for a value that would have to be repeated in another file, which does not contain its password."""
    service, name = variable.service, variable.name
    return DevpoolError(
        "shared-value",
        f"`{service}.{name}` shares its value with services that stay direct and is defined in another file",
        where=variable.value.origin.place,
        hint=f"replace its password with a variable, `${{DB_PASSWORD}}`, and set that in .env, so that `{service}` "
        f"gets its own {name}; or pool it by name (--by-name {service}), or keep it direct (--direct {service})",
    )


def repeats_secret(variable: ConnectionVariable) -> DevpoolError:
    """The error for a variable that leads to the session alias, where a link does not, and cannot be stated anew."""
    name = variable.service
    return DevpoolError(
        "override-repeats-secret",
        f"an override file would have to repeat `{name}.{variable.name}`, and a secret or another file's text in it",
        where=variable.value.origin.place,
        hint=f"write its password as a variable, `${{DB_PASSWORD}}`, and set that in .env; keep `{name}` direct "
        f"(--direct {name}); or pass --no-override",
    )


def shared_value(variable: ConnectionVariable) -> DevpoolError:
    """The error for a variable that direct services share and that has no place of its own."""
    name = variable.service
    return DevpoolError(
        "shared-value",
        f"`{name}.{variable.name}` shares its value with services or databases that stay direct, "
        "and devpool found no place for a separate value",
        where=variable.value.origin.place,
        hint=f"pool it by name (--by-name {name}), give each its own {variable.name}, keep it direct "
        f"(--direct {name}), or pool the others (--pool)",
    )
