"""The proof of the pooler's service in a stack: it matches the plan, as `docker stack config` reads it."""

from __future__ import annotations

from typing import Any

from devpool.decide.credentials import Credentials
from devpool.decide.plan import Pooler
from devpool.edit.pooler_template import LABEL
from devpool.model.sources import Reading
from devpool.prove.added_services import prove_environment
from devpool.prove.compare_models import same

_USER = "6432"
_MEMORY = {"type": "tmpfs", "target": "/run/pgbouncer", "tmpfs": {"size": 1 << 20}}


def prove_stack_pooler(pooler: Pooler, credentials: Credentials, before: Reading, after: Reading) -> None:
    """Prove that the pooler's service matches the plan, to the last key.

    Args:
        pooler: the pooler.
        credentials: its credentials.
        before: the stack's model before the edits.
        after: the stack's model after the edits.

    Raises:
        ProofError: `meaning-differs`.
    """
    service = dict(after.services[pooler.name])
    prove_environment(pooler, credentials, before, service.pop("environment", None) or {})
    networks = sorted(service.pop("networks", None) or ())
    same("the pooler's networks", sorted(pooler.networks), networks)
    same("the pooler's extra hosts", len(pooler.extra_hosts), len(service.pop("extra_hosts", None) or []))
    for key in ("secrets", "configs"):
        given = sum(file.key == key for file in credentials.files)
        found = service.pop(key, None) or []
        same(f"the pooler's {key}", given, len(found))
        # In the long form their mode counts, so they have to be the pooler's own.
        same(f"whose the pooler's {key} are", [], [f for f in found if f.keys() > {"source"} and f.get("uid") != _USER])
    service.pop("env_file", None)  # proved by the variables that come of it
    same(f"`{pooler.name}`", _fixed(pooler), {k: v for k, v in service.items() if v is not None})


def _fixed(pooler: Pooler) -> dict[str, Any]:
    """compose/pooler-stack.yml as docker reads it."""
    return {
        "image": pooler.image,
        "labels": dict([LABEL]),
        "hostname": f"{pooler.name}-{{{{.Task.Slot}}}}",
        "volumes": [_MEMORY],
        "read_only": True,
        "cap_drop": ["ALL"],
        "stop_grace_period": "1m0s",
        "deploy": {
            "endpoint_mode": "dnsrr",
            "replicas": pooler.replicas,
            "update_config": {"parallelism": 1, "order": "start-first", "failure_action": "rollback"},
            "restart_policy": {"condition": "any"},
        },
    }
