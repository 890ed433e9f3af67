"""PowerDNS's authoritative server, a program in C++ on libpq: clients that make zones and read them by its API."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect

_ZONES = "/api/v1/servers/localhost/zones"


def _client(project: AppProject) -> Work:
    web = project.web("dns", 8081)
    web.headers["X-API-Key"] = "only-in-tests"

    def work(name: str) -> None:
        zone = f"{name}.example."
        web.ask("POST", _ZONES, {"name": zone, "kind": "Native", "nameservers": [f"ns.{zone}"]})
        address = {"name": f"www.{zone}", "type": "A", "ttl": 60, "changetype": "REPLACE"}
        address["records"] = [{"content": "192.0.2.1", "disabled": False}]
        web.ask("PATCH", f"{_ZONES}/{zone}", {"rrsets": [address]})
        found = web.ask("GET", f"{_ZONES}/{zone}")["rrsets"]
        expect(sorted(rrset["type"] for rrset in found), ["A", "NS", "SOA"], "the records of a zone")

    return work


APP = App(
    title="PowerDNS",
    driver="C++, libpq with prepared statements",
    source="https://doc.powerdns.com/authoritative/backends/generic-postgresql.html",
    images={"stand-in.localhost/powerdns/pdns-auth-49:latest": "image"},
    version=("dns", "dpkg-query", "-W", "-f", "${Version}", "pdns-server"),
    routes={"dns": "pooled by name", "schema": "direct"},
    user="pdns",
    database="pdns",
    rows="SELECT count(*) FROM domains",
    client=_client,
    why="It ends its prepared statements with `DEALLOCATE`, which fails behind the pooler, but not in a "
    "transaction, and so without harm: all of its answers are as they are directly.",
    finds=("framework: dns: libgpgsqlbackend.so ends prepared", "log: db: .* SQL DEALLOCATE"),
    clients=10,  # its API answers no more at once
)
