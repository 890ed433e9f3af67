"""Which options of enable have no place in a stack. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.decide.options import Options
from devpool.errors import UsageError
from devpool.model.sources import Selection

_IMAGE = (
    "devpool image build REGISTRY/TEAM/pgbouncer:1; devpool image push ...; then devpool enable --swarm --image ..."
)


def refuse_on_a_stack(options: Options, selection: Selection) -> None:
    """Refuse options that do not go with `--swarm`.

    Args:
        options: the options of enable.
        selection: how the files are found.

    Raises:
        UsageError: `not-on-a-stack`, `image-needed`.
    """
    for why, hint in _obstacles(options, selection):
        raise UsageError("not-on-a-stack", why, hint=hint)
    if not options.image:
        raise UsageError(
            "image-needed",
            "`docker stack deploy` builds no image, so the pooler needs one from a registry that every node reaches",
            hint=_IMAGE,
        )


def refuse_beside_compose(last: Options) -> None:
    """Refuse `--swarm` in a project that is enabled for Compose.

    Args:
        last: the options of the last enable; those of this one, where there is none.

    Raises:
        UsageError: `not-on-a-stack`.
    """
    if not last.swarm:
        raise UsageError(
            "not-on-a-stack", "the project is enabled for `docker compose up`", hint="run `devpool disable` first"
        )


def _obstacles(options: Options, selection: Selection) -> Iterator[tuple[str, str]]:
    if options.publish is not None:
        yield (
            "--publish opens a port of the loopback, and Swarm would open it on every address of every node",
            "leave out --publish",
        )
    if options.metrics:
        yield "--metrics adds an exporter beside one pooler, which tasks on other nodes do not share", "leave it out"
    if options.override:
        yield (
            "`docker stack deploy` reads no override file by itself",
            "leave out --override; name each of your files with -f",
        )
    if selection.env_files or selection.project_directory or selection.profiles:
        yield (
            "`docker stack deploy` knows no --env-file, --project-directory or --profile",
            "leave them out, and export the variables that the files name: set -a; . ./.env; set +a",
        )
