"""`devpool manifest`: the project's poolers as Kubernetes runs them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypedDict

import click
import yaml

from devpool.command_options import project_options
from devpool.context import context
from devpool.decide.kubernetes_manifest import Object, object_name, objects_of, secret_keys, secret_name
from devpool.decide.options import REPLICAS
from devpool.decide.plan import Plan, Pooler
from devpool.decide.planning import make_plan, with_credentials
from devpool.decide.routing import chosen_routes
from devpool.errors import DevpoolError, UsageError
from devpool.lifecycle.open_project import open_project
from devpool.verb import option

_MOST = 32  # each pod names all the others


class ManifestAnswer(TypedDict):
    """The objects.

    Attributes:
        objects: each as Kubernetes takes it.
        secrets: the Secrets that they refer to, each with the keys that it needs.
        notes: what to do before they are applied.
    """

    objects: list[Object]
    secrets: dict[str, list[str]]
    notes: list[str]


@click.command()
@project_options
@option("--kubernetes", is_flag=True, required=True, help="Print Kubernetes objects.", group="Manifest")
@option("--image", metavar="REF", help="The poolers' image (`devpool image`).", group="Manifest")
@option(
    "--replicas",
    type=click.IntRange(1, _MOST),
    default=REPLICAS,
    show_default=True,
    help="Pods of each pooler.",
    group="Manifest",
)
@click.pass_obj
def manifest(parent: dict[str, Any], /, image: str | None, replicas: int, **options: Any) -> None:
    """Print the poolers of the project as Kubernetes objects.

    They are valid by Kubernetes' schemas, and have not been run by devpool's tests. Passwords are never printed: the
    objects refer to a Secret, and devpool says how to make it.

    \b
    Examples:
      devpool manifest --kubernetes --image registry.example/pooler:1 > pooler.yaml
    """
    ctx = context(parent, options)
    opened = open_project(ctx, "look")
    chosen = opened.options
    chosen = replace(chosen, image=image or chosen.image, swarm=False, metrics=False, publish=None)
    if not chosen.image:
        raise UsageError(
            "image-needed",
            "Kubernetes builds no image, so the pooler needs one from a registry",
            hint="devpool image build REF; devpool image push REF; devpool manifest --kubernetes --image REF",
        )
    project = opened.without_devpool
    plan = make_plan(project, chosen_routes(project, chosen), chosen)
    if not plan.poolers:
        raise DevpoolError(
            "nothing-to-pool",
            "no app of the project would go through a pooler",
            where=project.sources.documents[0].path,
            hint="`devpool explain` shows how devpool reads each connection variable",
        )
    plan = with_credentials(project, plan)
    objects = [each for p in plan.poolers for each in objects_of(p, plan.credentials[p.name], replicas)]
    notes = [note for pooler in plan.poolers for note in _notes(pooler, plan)]
    ctx.output.lines(*yaml.safe_dump_all(objects, sort_keys=False, width=120).splitlines())
    for note in notes:
        ctx.output.warn(note)
    secrets = {secret_name(p): secret_keys(plan.credentials[p.name]) for p in plan.poolers}
    answer: ManifestAnswer = {"objects": objects, "secrets": secrets, "notes": notes}
    ctx.output.data(answer)


def _notes(pooler: Pooler, plan: Plan) -> list[str]:
    keys = " ".join(f"--from-file={key}" for key in secret_keys(plan.credentials[pooler.name]))
    return [
        f"the login comes from a Secret: kubectl create secret generic {secret_name(pooler)} {keys}",
        f"POSTGRES_HOST is {pooler.database}: write the database's name in the cluster; the apps connect to "
        f"{object_name(pooler.name)}:{pooler.port}",
    ]
