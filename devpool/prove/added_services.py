"""The proof of what enable adds: each pooler and its exporter match the plan, and the apps wait for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from devpool.decide.credentials import Credentials, Further
from devpool.decide.plan import METRICS_FOLDER, Plan, Pooler
from devpool.devpool_folder import BUILD_CONTEXT, EXPORTER_CONTEXT
from devpool.edit.pooler_template import LABEL
from devpool.errors import ProofError
from devpool.model.sources import Reading
from devpool.prove.compare_models import same, unescaped
from devpool.text.edits import Edit

_UNWRITABLE = ["/dev/shm:ro", "/dev/mqueue:ro"]  # noqa: S108 - covered, so that nobody writes there


def prove_pooler(pooler: Pooler, credentials: Credentials, before: Reading, after: Reading) -> None:
    """Prove that the pooler's service matches the plan, to the last key.

    Args:
        pooler: the pooler.
        credentials: its credentials.
        before: Compose's model before the edits.
        after: Compose's model after the edits.

    Raises:
        ProofError: `meaning-differs`.
    """
    service = dict(after.services[pooler.name])
    environment = service.pop("environment", None) or {}
    prove_environment(pooler, credentials, before, environment)
    _prove_image(pooler, service)
    depends = {n: v.get("condition") for n, v in (service.pop("depends_on", None) or {}).items()}
    waits = {} if pooler.external else {pooler.database: pooler.condition}
    same("the pooler's dependencies", waits, depends)
    same("the pooler's extra hosts", len(pooler.extra_hosts), len(service.pop("extra_hosts", None) or []))
    same("the pooler's networks", sorted(pooler.networks or ("default",)), sorted(service.pop("networks", {})))
    ports = [(p.get("host_ip"), p.get("published"), str(p["target"])) for p in service.pop("ports", None) or []]
    published = [("127.0.0.1", pooler.published, pooler.port)] if pooler.published else []
    same("the ports that the pooler publishes", published, ports)
    given = Counter(file.key for file in credentials.files)
    for key in ("secrets", "configs"):
        same(f"the pooler's {key}", given[key], len(service.pop(key, None) or []))
    volumes = service.pop("volumes", None) or []
    mounts = [v for v in volumes if v["type"] == "bind" and v.get("read_only")]
    same("the pooler's mounts", given["volumes"], len(mounts))
    service["volumes"] = [v for v in volumes if v not in mounts] or None
    same("the pooler's profiles", sorted(pooler.profiles), sorted(service.pop("profiles", [])))
    fixed = _fixed(pooler)
    if credentials.is_written_to:
        del fixed["read_only"]
    same(f"`{pooler.name}`", fixed, {k: v for k, v in service.items() if v is not None})


def prove_environment(pooler: Pooler, credentials: Credentials, before: Reading, written: Mapping[str, object]) -> None:
    """Prove that a pooler's variables match the plan.

    Args:
        pooler: the pooler.
        credentials: its credentials.
        before: the model before the edits.
        written: the variables in the model after them.

    Raises:
        ProofError: `meaning-differs`.
    """
    environment = {k: unescaped(v) for k, v in written.items()}
    stated = _pooler_environment(pooler, credentials, before.services.get(pooler.database, {}))
    stated |= {f.name: _as_read(before, f) for f in credentials.further}
    found = {name: environment.get(name) for name in stated} if credentials.env_files else environment
    same(f"the environment of `{pooler.name}`", stated, found)


def _prove_image(pooler: Pooler, service: dict[str, Any]) -> None:
    build, image, labels = (service.pop(key, None) for key in ("build", "image", "labels"))
    if pooler.image:
        same("the pooler's image", (pooler.image, dict([LABEL]), None), (image, labels, build))
    else:
        same("the pooler's build context", True, str((build or {}).get("context", "")).endswith(BUILD_CONTEXT))
        same("the pooler's image", (None, None), (image, labels))


def _pooler_environment(pooler: Pooler, credentials: Credentials, database: dict[str, Any]) -> dict[str, str]:
    # A copied value must read the same as the database's own: `0123` is a number to Compose.
    theirs = {k: unescaped(v) for k, v in (database.get("environment") or {}).items()}
    address = {"POSTGRES_HOST": pooler.database, "POSTGRES_PORT": pooler.upstream_port}
    return {
        **dict.fromkeys(credentials.withheld, ""),
        **({} if pooler.external else address),
        "PGBOUNCER_LISTEN_PORT": pooler.port,
        **pooler.variables,
        **dict(credentials.stated),
        **{n: v.text if n == "DATABASE_URL" else theirs.get(v.name, v.text) for n, v in credentials.copied},
        **credentials.private,
    }


def _as_read(before: Reading, further: Further) -> str:
    """What Compose reads where an app states its own login."""
    environment = before.services[further.service].get("environment") or {}
    return unescaped(environment.get(further.value.name, ""))


def _fixed(pooler: Pooler) -> dict[str, Any]:
    """What is the same in every project: compose/pooler.yml as Compose reads it."""
    fixed: dict[str, Any] = {
        "cap_drop": ["ALL"],
        "read_only": True,
        "security_opt": ["no-new-privileges:true"],
        "tmpfs": ["/run/pgbouncer:mode=1777,size=1m", *_UNWRITABLE],
    }
    volume = {"type": "volume", "target": METRICS_FOLDER, "volume": {}}
    return fixed | _restart(pooler) | ({"volumes": [volume]} if pooler.metrics else {})


def _restart(pooler: Pooler) -> dict[str, Any]:
    return {"restart": pooler.restart} if pooler.restart else {}


def prove_waits(plan: Plan, edits: Iterable[Edit], after: Reading) -> None:
    """Every dependency on a pooler that edits add to an app is one that Compose sees.

    Raises:
        ProofError: `meaning-differs`.
    """
    for edit in edits:
        if not (edit.inserts and edit.at[:1] == ("services",) and edit.at[2:3] == ("depends_on",)):
            continue
        words = set(re.findall(r"[\w.-]+", "".join(part for part in edit.new if isinstance(part, str))))
        seen = set(after.services[edit.at[1]].get("depends_on") or {})
        missing = words & {p.name for p in plan.poolers} - seen
        if missing:
            raise ProofError("meaning-differs", f"`{edit.at[1]}` would not wait for `{missing.pop()}`")


def prove_exporter(pooler: Pooler, after: Reading) -> None:
    """The service of a pooler's exporter, where it has one, is compose/exporter.yml to the last key.

    Raises:
        ProofError: `meaning-differs`.
    """
    if not pooler.metrics:
        return
    service = dict(after.services[pooler.exporter])
    build = service.pop("build", None) or {}
    same("the exporter's build context", True, str(build.get("context", "")).endswith(EXPORTER_CONTEXT))
    same("the exporter's networks", sorted(pooler.networks or ("default",)), sorted(service.pop("networks", {})))
    same("the exporter's profiles", sorted(pooler.profiles), sorted(service.pop("profiles", [])))
    expected = {
        "cap_drop": ["ALL"],
        "depends_on": {pooler.name: {"condition": "service_healthy", "restart": True, "required": True}},
        "environment": {"POOLER_HOST": pooler.name},
        "read_only": True,
        "security_opt": ["no-new-privileges:true"],
        "tmpfs": _UNWRITABLE,
        "volumes_from": [f"{pooler.name}:ro"],
    } | _restart(pooler)
    same(f"`{pooler.exporter}`", expected, {k: v for k, v in service.items() if v is not None})
