"""Images whose own default names the host of their Postgres server. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageAddress:
    """One image.

    Attributes:
        image: a regular expression for the whole name of the image, tag included, in lower case.
        host: the host to which it connects where nothing else is said.
        instead: the variables that say something else.
        needs: variables of which one must be set for the image to use Postgres at all; empty where it always does.
        source: where this default is written.
    """

    image: str
    host: str
    instead: tuple[str, ...]
    needs: tuple[str, ...] = ()
    source: str


IMAGES = (
    ImageAddress(
        image=r"(^|/)zabbix-(server|web-(apache|nginx))-pgsql\b",
        host="postgres-server",
        instead=("DB_SERVER_HOST",),
        source="https://github.com/zabbix/zabbix-docker (docker-entrypoint.sh of each image)",
    ),
    ImageAddress(
        image=r"^(docker\.io/)?(library/)?odoo(:|@|$)",
        host="db",
        instead=("HOST", "DB_PORT_5432_TCP_ADDR", "PGHOST"),
        source="https://github.com/odoo/docker (entrypoint.sh)",
    ),
    ImageAddress(
        image=r"(^|/)puckel/docker-airflow\b",
        host="postgres",
        instead=("POSTGRES_HOST", "AIRFLOW__CORE__SQL_ALCHEMY_CONN"),
        needs=("EXECUTOR", "AIRFLOW__CORE__EXECUTOR"),
        source="https://github.com/puckel/docker-airflow (script/entrypoint.sh)",
    ),
    ImageAddress(
        image=r"(^|/)plausible/(analytics|community-edition)\b",
        host="plausible_db",
        instead=("DATABASE_URL", "DATABASE_SOCKET_DIR"),
        source="https://github.com/plausible/analytics/blob/master/config/runtime.exs",
    ),
    ImageAddress(
        image=r"(^|/)openwisp/openwisp-(api|dashboard|websocket)\b",
        host="postgres",
        instead=("DB_HOST",),
        source="https://github.com/openwisp/docker-openwisp/blob/master/images/openwisp_base/Dockerfile",
    ),
    ImageAddress(
        image=r"(^|/)openremote/manager\b",
        host="postgresql",
        instead=("OR_DB_HOST",),
        source="https://github.com/openremote/openremote/blob/master/manager/Dockerfile",
    ),
)
