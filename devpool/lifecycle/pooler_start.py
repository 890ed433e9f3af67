"""Builds the image of poolers, and says why one does not become healthy: for `enable`, and for a comparison's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from devpool.catalog.log_messages import translate_all
from devpool.docker.containers import Stack
from devpool.docker.logs import last_logs_of
from devpool.errors import DevpoolError
from devpool.output import Output
from devpool.text.patterns import regex

_STEP = regex(r"\[[^\]]*\d+/\d+\] (?:RUN|COPY|ADD|WORKDIR) ")
_AS_BEFORE = "the project is as it was"


def build_poolers(stack: Stack, names: Sequence[str], output: Output, *, called: str = "", said: str = "") -> None:
    """Build the image of poolers.

    Args:
        stack: the containers of a model that has them.
        names: their services; none where each has an image of the user's.
        output: where to say what is done.
        called: what they are called; by their services' names otherwise.
        said: what the error says besides, before its reason.

    Raises:
        DevpoolError: `pooler-not-built`, with the last lines of the build.
    """
    if not names:
        return
    words = called or ", ".join(names)
    try:
        with output.doing(f"building the image of {words}"):
            told = stack.build(names)
    except DevpoolError as error:
        from devpool.docker.pooler_image import not_built  # hardly ever needed

        raise not_built(error, said, f"; {_AS_BEFORE}") from None
    output.details(told)
    if built(told):
        output.progress(f"built the image of {words}")


def built(said: Iterable[str]) -> bool:
    """Whether a build did something: whether one of its steps was not in the cache, by what BuildKit prints of them."""
    steps, cached = set(), set()
    for line in said:
        number, _, rest = line.partition(" ")
        if rest == "CACHED":
            cached.add(number)
        elif _STEP.match(rest):
            steps.add(number)
    return bool(steps - cached)


def unhealthy(stack: Stack, names: Sequence[str], error: DevpoolError, sentence: str) -> DevpoolError:
    """The error for poolers that do not become healthy: what their logs say, and what that means.

    Args:
        stack: the containers.
        names: the services of the poolers.
        error: what the engine said.
        sentence: what is wrong.
    """
    logs = last_logs_of(stack, names)
    return DevpoolError(
        "pooler-unhealthy",
        sentence,
        hint=_what_it_means((*logs, error.message, *error.details)),
        details=logs or (error.message, *error.details),
    )


def _what_it_means(said: Iterable[str]) -> str:
    """The hint: the translation of the log, if there is one."""
    found = translate_all(said)
    if not found:
        return f"the pooler's last log lines above name the cause; {_AS_BEFORE}"
    words = "; ".join(f"{t.cause}: {t.fix} ({t.source})" for t in found)
    return f"{words}; {_AS_BEFORE}"
