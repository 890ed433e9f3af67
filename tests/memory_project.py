"""Projects that exist in memory only: text in, the values of the pure stages out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from devpool.decide.options import Options
from devpool.decide.plan import Plan
from devpool.decide.planning import make_plan, with_credentials
from devpool.decide.routing import chosen_routes
from devpool.edit.rewrite import Changes, rewrite
from devpool.model.build_model import read_model
from devpool.model.project import ConnectionVariable, Project
from devpool.model.services import find_services
from devpool.model.sources import Selection, Sources
from devpool.text.document import Document, parse
from devpool.text.edits import apply
from devpool.text.envfile import EnvFile, parse_env, values_of
from devpool.text.interpolation import SHELL, Variable

FOLDER = "/project"
COMPOSE = f"{FOLDER}/compose.yml"
_BLOCKS = Path(__file__).resolve().parents[1] / "compose"
TEMPLATE = (_BLOCKS / "pooler.yml").read_text(encoding="utf-8")
STACK_TEMPLATE = (_BLOCKS / "pooler-stack.yml").read_text(encoding="utf-8")
EXPORTER = (_BLOCKS / "exporter.yml").read_text(encoding="utf-8")

Files = Mapping[str, str | bytes]


def sources(
    files: Files | str, shell: Mapping[str, str] | None = None, *, compose: tuple[str, ...] = (), swarm: bool = False
) -> Sources:
    """What reading gives for these files: by default `compose.yml` and everything else that is not YAML."""
    named: Files = {"compose.yml": files} if isinstance(files, str) else files
    data = {f"{FOLDER}/{n}": t if isinstance(t, bytes) else t.encode() for n, t in named.items()}
    chosen = [f"{FOLDER}/{n}" for n in compose or ("compose.yml",)]
    loaded = {p: parse(p, b, FOLDER) for p, b in data.items() if p.endswith((".yml", ".yaml"))}
    env_files = {p: parse_env(p, b) for p, b in data.items() if p not in loaded}
    variables = {n: Variable(value=v, source=SHELL) for n, v in (shell or {}).items()}
    dotenv = f"{FOLDER}/.env"
    if dotenv in env_files:
        variables = values_of(env_files[dotenv], variables) | variables
    documents = tuple(loaded[p] for p in chosen)
    return Sources(
        selection=Selection(swarm=swarm),
        cwd=FOLDER,
        directory=FOLDER,
        documents=documents,
        loaded=loaded,
        env_files=env_files,
        dotenv=(dotenv,) if dotenv in env_files else (),
        variables=variables,
        services=find_services(documents, loaded, variables),
        originals=data,
    )


def project(
    files: Files | str, shell: Mapping[str, str] | None = None, *, compose: tuple[str, ...] = (), swarm: bool = False
) -> Project:
    """The model of these files."""
    return read_model(sources(files, shell, compose=compose, swarm=swarm))


def planned(files: Files | str, shell: Mapping[str, str] | None = None, **options: object) -> tuple[Project, Plan]:
    """The model and the plan of these files."""
    chosen = Options(**options)  # type: ignore[arg-type]
    found = project(files, shell, swarm=chosen.swarm)
    return found, make_plan(found, chosen_routes(found, chosen), chosen)


def changed(files: Files | str, shell: Mapping[str, str] | None = None, **options: object) -> tuple[Project, Changes]:
    """The model and the edits of these files."""
    found, plan = planned(files, shell, **options)
    template = STACK_TEMPLATE if options.get("swarm") else TEMPLATE
    return found, rewrite(found, with_credentials(found, plan), template, EXPORTER)


def file_of(found: Project, path: str) -> Document | EnvFile:
    """The file of a project at a path."""
    return found.sources.loaded.get(path) or found.sources.env_files[path]


def rewritten(files: Files | str, shell: Mapping[str, str] | None = None, **options: object) -> dict[str, str]:
    """The text of every file that enable changes, by its name in the project."""
    found, changes = changed(files, shell, **options)
    paths = dict.fromkeys(e.path for e in changes.edits)
    return {
        p.removeprefix(f"{FOLDER}/"): apply(file_of(found, p).text, [e for e in changes.edits if e.path == p])
        for p in paths
    }


def one_variable(found: Project, name: str, service: str = "web") -> ConnectionVariable:
    """The first address in a variable of a service, also where it stays as it is."""
    return next(s for s in (*found.connection_variables, *found.kept) if (s.service, s.name) == (service, name))
