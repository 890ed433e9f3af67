"""`devpool image`: the poolers' image under a name, for `devpool enable --image`."""

from __future__ import annotations

from typing import Any, TypedDict

import click

from devpool.command_options import output_options
from devpool.context import context
from devpool.docker.pooler_image import PoolerImage


class ImageAnswer(TypedDict):
    """The image.

    Attributes:
        image: its name, with its digest after a push.
    """

    image: str


@click.command()
@output_options
@click.argument("action", type=click.Choice(("build", "push")))
@click.argument("name", metavar="REF")
@click.pass_obj
def image(parent: dict[str, Any], /, action: str, name: str, **options: Any) -> None:
    """Build the pooler's image under a name, or push it to its registry.

    A project that was enabled with --image REF builds nothing: this saves its build in every clone and CI job. `push`
    prints the name with its digest, which never means another image.

    \b
    Examples:
      devpool image build registry.example/pooler:1    here
      devpool image push registry.example/pooler:1     to its registry
    """
    ctx = context(parent, options)
    chosen = PoolerImage(name, str(ctx.cwd), ctx.shell, ctx.output)
    if action == "build":
        chosen.build()
        digest = ""
    else:
        digest = chosen.push()
    whole = f"{name.partition('@')[0]}@{digest}" if digest else name
    ctx.output.lines(whole)
    answer: ImageAnswer = {"image": whole}
    ctx.output.data(answer)
