"""Where the pooler's user, password and database come from, without moving any of them to a less private place.

In this order: the database's own variables, copied as they are written; a URL of an app in the same
file; else a private file below `.devpool/`, mode 0600 and never committed. From an env file, the pooler only gets
what it needs (devpool/decide/logins.py).
"""

from __future__ import annotations

from dataclasses import replace

from devpool.decide.credentials import Credentials, copyable, is_in_pooler_file, is_whole, pooler_file
from devpool.decide.database_login import (
    named_value,
    of_database,
    of_database_elsewhere,
    of_database_env_files,
    of_database_privately,
    with_method,
)
from devpool.decide.logins import (
    DB,
    PASSWORD,
    USER,
    from_company,
    interpolated,
    login_of,
    names_withheld,
    refuse_unusable,
    said_by,
    said_of,
    userinfo,
)
from devpool.decide.ports import upstream_port
from devpool.errors import DevpoolError
from devpool.model.env_files import env_file_uses, is_given_alone
from devpool.model.project import ConnectionVariable, Project


def find_credentials(project: Project, database: str, variables: list[ConnectionVariable]) -> Credentials:
    """The credentials for the pooler of a database, whose pooled variables are given.

    Raises:
        DevpoolError: `no-credentials`, `password-too-long`, `password-like-a-hash`, `login-unusable`.
    """
    credentials = with_method(project, database, _find(project, database, variables))
    refuse_unusable(credentials.said, dict.fromkeys(s.service for s in variables))
    return credentials


def _find(project: Project, database: str, variables: list[ConnectionVariable]) -> Credentials:
    mine = set(variables)
    others = [s for s in (*project.connection_variables, *project.kept) if s.database == database and s not in mine]
    if project.databases[database].service is None:
        return _of_app_url(project, database, variables) or _private(project, database, variables, others)
    own = of_database(project, database)
    return (
        (_with_user_of_app(project, database, own, variables) if own else None)
        or of_database_elsewhere(project, database)
        or _of_app_url(project, database, variables)
        or _of_app_env_file(project, database, variables)
        or of_database_env_files(project, database, alone=not variables)
        or (None if own else of_database_privately(project, database))
        or _private(project, database, variables, others)
    )


def of_database_alone(project: Project, database: str) -> Credentials | None:
    """The database's own login where the pooler is given that whichever of its apps are pooled; None where it may be
    an app's.
    """
    own = of_database(project, database) or of_database_elsewhere(project, database)
    variables = [s for s in project.connection_variables if s.database == database]
    told = (
        own
        or _of_app_url(project, database, variables)
        or _of_app_env_file(project, database, variables)
        or of_database_env_files(project, database, alone=not variables)
    )
    return own if told else of_database_privately(project, database)


def _with_user_of_app(
    project: Project, database: str, own: Credentials, variables: list[ConnectionVariable]
) -> Credentials:
    """A replica of some images is told no user, though it has the one of its primary: then the app's own is taken."""
    values = project.environments[database]
    secret = named_value(values, PASSWORD)
    if secret is None or not secret.name.startswith("POSTGRESQL_") or named_value(values, USER):
        return own
    logins = (userinfo(s) if s.kind in ("url", "jdbc") else dict(from_company(project, s)) for s in variables)
    user = next((login[USER] for login in logins if USER in login and login.get(PASSWORD) == secret.text), None)
    return replace(own, stated=(*own.stated, (USER, user))) if user else own


def _of_app_url(project: Project, database: str, variables: list[ConnectionVariable]) -> Credentials | None:
    """An app's URL, if it holds a password and stands in the file that the pooler goes into."""
    document = pooler_file(project, database, variables)
    for variable in variables:
        if variable.kind != "url" or variable.in_command or not userinfo(variable).get(PASSWORD):
            continue
        if is_in_pooler_file(project, variable, document) and copyable(variable.value) and is_whole(variable):
            return Credentials(
                document=document,
                copied=(("DATABASE_URL", variable.value),),
                said=said_by(variable.value.origin.place, userinfo(variable)),
            )
    return None


def _of_app_env_file(project: Project, database: str, variables: list[ConnectionVariable]) -> Credentials | None:
    """An app's env file that names user and password as the pooler does."""
    for app in dict.fromkeys(s.service for s in variables):
        login = [(n, v) for n, v in project.environments[app].items() if n in (USER, PASSWORD, DB) and v.text]
        password = dict(login).get(PASSWORD)
        if password is None or password.origin.form != "env-file":
            continue
        if not is_given_alone(password, project.sources.variables):
            continue
        path = password.origin.file.path
        use = next((u for u in env_file_uses(project.services[app]) if u.path == path), None)
        passed = interpolated(project.sources, password)
        if use or passed:
            uses = (use,) if use and not passed else ()
            copied = [(n, v) for n, v in login if passed and interpolated(project.sources, v)]
            return Credentials(
                document=pooler_file(project, database, variables),
                copied=tuple(copied),
                stated=tuple((n, v.text) for n, v in login if v.origin.file.path != path),
                env_files=uses,
                withheld=names_withheld(project.sources, uses),
                said=said_of(login),
            )
    return None


def _private(
    project: Project, database: str, pooled: list[ConnectionVariable], others: list[ConnectionVariable]
) -> Credentials:
    for variable in (*pooled, *others):
        values = login_of(project, variable)
        if values.get(PASSWORD):
            outside = project.databases[database].service is None
            address = {"POSTGRES_HOST": database, "POSTGRES_PORT": upstream_port(pooled, {})} if outside else {}
            said = said_by(variable.value.origin.place, values)
            return Credentials(document=pooler_file(project, database, pooled), private=address | values, said=said)
    if own := of_database_privately(project, database):
        return own
    file = project.environments.get(database, {}).get(PASSWORD + "_FILE")
    place = pooled[0].value.origin.place if pooled else project.services[database].place
    kept = " ".join(dict.fromkeys(f"--direct {s.service}" for s in pooled))
    raise DevpoolError(
        "no-credentials",
        f"`{database}` reads its password from {file.text}, which neither a secret nor a mount of a file gives it"
        if file
        else f"no file gives the password for `{database}`",
        where=file.origin.place if file else place,
        hint=f"give `{database}` a POSTGRES_PASSWORD (or POSTGRES_HOST_AUTH_METHOD: trust) in the compose file"
        if project.databases[database].service
        else f"give the user and password next to this address, or keep the apps direct: {kept}",
    )
