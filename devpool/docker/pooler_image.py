"""The poolers' image: built under a name, pushed to its registry, and checked before a project uses it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from devpool import resources
from devpool.checks.facts import version
from devpool.checks.poolers import FLOOR
from devpool.decide.plan_refusals import refuse_image_name
from devpool.docker.engine import run
from devpool.edit.pooler_template import LABEL
from devpool.errors import DevpoolError
from devpool.output import Output

_FLOOR_LABEL = "devpool.pgbouncer.floor"
_BUILD = "devpool image build REF; devpool image push REF"


class PoolerImage:
    """One image.

    Args:
        name: its name, with a tag or a digest.
        cwd: the folder that docker runs in.
        environ: the shell's variables.
        output: for progress.

    Raises:
        UsageError: `bad-image`.
    """

    def __init__(self, name: str, cwd: str, environ: Mapping[str, str], output: Output) -> None:
        refuse_image_name(name)
        self.name = name
        self._cwd, self._environ, self._output = cwd, environ, output

    def build(self) -> None:
        """Build it from the package's own context.

        Raises:
            DevpoolError: `pooler-not-built`, and what `engine.run` raises but for a failed build.
        """
        try:
            with self._output.doing(f"building {self.name}"):
                self._docker("build", "--quiet", "--tag", self.name, str(resources.context_folder("pgbouncer")))
        except DevpoolError as error:
            if error.code != "docker-failed":
                raise
            raise not_built(error) from None
        self._output.progress(f"built {self.name}")

    def push(self) -> str:
        """Push it, and return its digest.

        Raises:
            DevpoolError: `image-not-found`, `image-not-ours`, `image-too-old`, and what `engine.run` raises.
        """
        self._check(self._labels())
        with self._output.doing(f"pushing {self.name}"):
            self._docker("push", "--quiet", self.name)
        self._output.progress(f"pushed {self.name}")
        digests = json.loads(self._docker("image", "inspect", "--format", "{{json .RepoDigests}}", self.name)) or []
        return _digest(self.name, digests)

    def require(self) -> None:
        """Pull it where the engine lacks it, and refuse one that is not devpool's or too old.

        Raises:
            DevpoolError: `image-not-found`, `image-not-ours`, `image-too-old`, and what `engine.run` raises.
        """
        try:
            labels = self._labels()
        except DevpoolError as error:
            if error.code != "image-not-found":
                raise
            with self._output.doing(f"pulling {self.name}"):
                self._pull()
            self._output.progress(f"pulled {self.name}")
            labels = self._labels()
        self._check(labels)

    def _labels(self) -> Mapping[str, str]:
        try:
            return json.loads(self._docker("image", "inspect", "--format", "{{json .Config.Labels}}", self.name)) or {}
        except DevpoolError as error:
            if error.code != "docker-failed":
                raise
            raise self._not_found(error) from None

    def _pull(self) -> None:
        try:
            self._docker("pull", "--quiet", self.name)
        except DevpoolError as error:
            if error.code != "docker-failed":
                raise
            raise self._not_found(error) from None

    def _not_found(self, error: DevpoolError) -> DevpoolError:
        return DevpoolError(
            "image-not-found",
            f"the image {self.name} is not here and cannot be pulled: {error.said}",
            hint=f"build it and push it where this machine can log in: {_BUILD}",
        )

    def _check(self, labels: Mapping[str, str]) -> None:
        if labels.get(LABEL[0]) != LABEL[1]:
            raise DevpoolError(
                "image-not-ours",
                f"the image {self.name} is not one of devpool's poolers",
                hint=f"another image reads other variables; build devpool's own: {_BUILD}",
            )
        if version(labels.get(_FLOOR_LABEL, "")) < FLOOR:
            floor = ".".join(map(str, FLOOR))
            raise DevpoolError(
                "image-too-old",
                f"nothing says that {self.name} has PgBouncer {floor} or newer, the oldest safe version",
                hint=f"build it again: {_BUILD}",
            )

    def _docker(self, *words: str) -> str:
        return run(["docker", *words], cwd=self._cwd, environ=self._environ)


def not_built(error: DevpoolError, said: str = "", further: str = "") -> DevpoolError:
    """The error for an image of the poolers that could not be built.

    Args:
        error: what docker said.
        said: what the sentence says besides, before the reason.
        further: what the hint says besides.
    """
    return DevpoolError(
        "pooler-not-built",
        f"the pooler's image could not be built{said}: {error.message}",
        hint=f"the build needs a Debian base image and its package mirror{further}",
        details=error.details,
    )


def _digest(name: str, digests: list[str]) -> str:
    """The digest under which an image is in the registry that its name says; a name may leave out Docker's own."""
    folder, slash, last = name.rpartition("/")
    repository = folder + slash + last.partition(":")[0]
    mine = [pair for pair in (digest.split("@") for digest in digests) if repository.endswith(pair[0])]
    return max(mine, key=lambda pair: len(pair[0]))[1] if mine else ""
