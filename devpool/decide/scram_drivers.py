"""Apps whose driver refuses fewer SCRAM iterations than the usual 4096: those on Java and on Bun.

RFC 7677 requires at least 4096. libpq and most other drivers accept any number; ongres/scram before 3.0, which
Java drivers use, and Bun do not.
"""

from __future__ import annotations

from collections.abc import Mapping

from devpool.catalog import scram_platforms
from devpool.decide.tuning import SCRAM, SCRAM_USUAL
from devpool.errors import DevpoolError
from devpool.model.project import ConnectionVariable, Project
from devpool.model.services import Service


def refuse_fast_auth(project: Project, settings: list[ConnectionVariable], chosen: Mapping[str, str]) -> None:
    """Refuse fewer SCRAM iterations if a pooled app could no longer log in.

    Args:
        project: the project.
        settings: the settings that go to the pooler.
        chosen: its settings.

    Raises:
        DevpoolError: `fast-auth-refused`, naming the app.
    """
    if int(chosen.get(SCRAM, SCRAM_USUAL)) >= SCRAM_USUAL:
        return
    for setting in settings:
        kind = _platform(project.services[setting.service], setting, set(project.environments[setting.service]))
        if kind:
            raise DevpoolError(
                "fast-auth-refused",
                f"`{setting.service}` runs on {kind}, whose drivers refuse fewer than {SCRAM_USUAL} SCRAM iterations",
                where=setting.value.origin.place,
                hint=f"leave out --fast-auth (`--set {SCRAM}=` if it was given before), "
                f"or keep it direct: --direct {setting.service}",
            )


def _platform(service: Service, setting: ConnectionVariable, names: set[str]) -> str:
    """`Java`, `Bun`, or "" if neither is evident."""
    image, command = service.text("image").partition("@")[0], service.start()
    java = (
        scram_platforms.JAVA_IMAGES.search(image)
        or scram_platforms.JAVA_COMMANDS.search(command)
        or scram_platforms.JAVA_URLS.search(setting.value.text)
    )
    if java or any(scram_platforms.JAVA_VARIABLES.fullmatch(name) for name in names):
        return "Java"
    return "Bun" if scram_platforms.BUN_IMAGES.search(image) or scram_platforms.BUN_COMMANDS.search(command) else ""
