"""A shop on django-tenants, a schema for each tenant: clients of two tenants, each of which may see only its own."""

from __future__ import annotations

from itertools import count

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect

_TENANTS = ("north", "south")
_MAKE = """
from shop.customers.models import Client, Domain
for name in ("north", "south"):
    client = Client.objects.create(schema_name=name, name=name)
    Domain.objects.create(domain=f"{name}.example", tenant=client, is_primary=True)
"""
_turns = count()


def _prepare(project: AppProject) -> None:
    project.compose("exec", "-T", "web", "python3", "manage.py", "shell", "-c", _MAKE)


def _client(project: AppProject) -> Work:
    tenant = _TENANTS[next(_turns) % len(_TENANTS)]
    web = project.web("web", 8000)
    web.headers["Host"] = f"{tenant}.example"

    def work(name: str) -> None:
        web.ask("POST", "/orders/", {"number": name})
        expect(web.ask("GET", f"/orders/?number={name}"), {"found": [[tenant, name]]}, "a tenant's orders")

    return work


APP = App(
    title="A shop on django-tenants",
    driver="Python, Django, psycopg 3, a schema for each tenant",
    source="https://django-tenants.readthedocs.io/en/latest/install.html",
    images={"stand-in.localhost/shop:latest": "image"},
    version=("web", "python3", "-c", "from importlib.metadata import version; print(version('django-tenants'))"),
    routes={"web": "pooled", "migrate": "direct"},
    user="shop",
    database="shop",
    rows="SELECT (SELECT count(*) FROM north.orders_order) + (SELECT count(*) FROM south.orders_order)",
    prepare=_prepare,
    options=("--session", "web"),
    why="Without that option a request reaches another tenant's schema. In a session pool each of its 16 threads keeps "
    "a connection, which the pool's size of 20 allows.",
    clients=16,
    client=_client,
)
