"""A pooler as Kubernetes runs it: a StatefulSet, whose pods know each other as peers, and what belongs to it. Pure.

Facts about the objects: https://kubernetes.io/docs/reference/kubernetes-api/. Secrets are only named, never written.
"""

from __future__ import annotations

import re
from typing import Any

from devpool.decide.credentials import Credentials
from devpool.decide.logins import DB, PASSWORD, USER
from devpool.decide.plan import PEER_ID, PEERS, Pooler

Object = dict[str, Any]
_USER_ID = 6432  # docker/pgbouncer/Dockerfile
# A pod's ordinal counts from 0, a peer's number from 1. Kubernetes would take `$(...)` for a variable of its own.
_START = f"export {PEER_ID}=`expr ${{HOSTNAME##*-}} + 1`; exec entrypoint.sh"
_FOLDER = "/run/pgbouncer"
_OF_FILES = {USER: "username", PASSWORD: "password", DB: "database"}


def objects_of(pooler: Pooler, credentials: Credentials, replicas: int) -> list[Object]:
    """The objects of one pooler.

    Args:
        pooler: the pooler, with a ready image.
        credentials: its credentials; of the login only user and database are written, where the files tell them.
        replicas: how many pods it has.
    """
    name = object_name(pooler.name)
    return [
        _service(name, name, pooler, {}),
        # The pods' own names, also before they are ready: a request to cancel may come at any time.
        _service(f"{name}-peers", name, pooler, {"clusterIP": "None", "publishNotReadyAddresses": True}),
        _disruptions(name),
        _pods(name, pooler, credentials, replicas),
    ]


def object_name(service: str) -> str:
    """A service's name as Kubernetes takes it (RFC 1035 label)."""
    return re.sub(r"[^a-z0-9-]", "-", service.lower()).strip("-") or "pgbouncer"


def secret_name(pooler: Pooler) -> str:
    """The Secret that holds the pooler's login."""
    return f"{object_name(pooler.name)}-login"


def secret_keys(credentials: Credentials) -> list[str]:
    """The keys that the Secret needs: what the files do not tell, and the password."""
    said = _said(credentials)
    return [key for name, key in _OF_FILES.items() if name not in said]


def _said(credentials: Credentials) -> dict[str, str]:
    """User and database, where the files tell them in plain text."""
    return {part.name: part.text for part in credentials.said if part.name in (USER, DB) and part.text}


def _labels(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name}


def _head(version: str, kind: str, name: str, labels: dict[str, str]) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": labels}}


def _service(name: str, pods: str, pooler: Pooler, more: Object) -> Object:
    port = {"name": "postgres", "port": int(pooler.port), "targetPort": "postgres"}
    return _head("v1", "Service", name, _labels(pods)) | {"spec": {"selector": _labels(pods), "ports": [port], **more}}


def _disruptions(name: str) -> Object:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": _labels(name)}}
    return _head("policy/v1", "PodDisruptionBudget", name, _labels(name)) | {"spec": spec}


def _pods(name: str, pooler: Pooler, credentials: Credentials, replicas: int) -> Object:
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": _labels(name)},
    }
    pod = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,  # else its variables, such as PGBOUNCER_PORT, would be read as settings
        "terminationGracePeriodSeconds": 60,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER_ID,
            "runAsGroup": _USER_ID,
            "fsGroup": _USER_ID,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [spread],
        "containers": [_container(name, pooler, credentials, replicas)],
        "volumes": [{"name": "run", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}],
    }
    spec = {
        "serviceName": f"{name}-peers",
        "replicas": replicas,
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": _labels(name)},
        "template": {"metadata": {"labels": _labels(name)}, "spec": pod},
    }
    return _head("apps/v1", "StatefulSet", name, _labels(name)) | {"spec": spec}


def _container(name: str, pooler: Pooler, credentials: Credentials, replicas: int) -> Object:
    return {
        "name": "pgbouncer",
        "image": pooler.image,
        "command": ["sh", "-c", _START],
        "ports": [{"name": "postgres", "containerPort": int(pooler.port)}],
        "env": [*_variables(name, pooler, credentials, replicas)],
        # A query through the pool: a pod whose database is away gets no clients.
        "readinessProbe": {"exec": {"command": ["healthcheck.sh"]}, "periodSeconds": 5, "timeoutSeconds": 5},
        "livenessProbe": {"tcpSocket": {"port": "postgres"}, "initialDelaySeconds": 10, "periodSeconds": 10},
        "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "run", "mountPath": _FOLDER}],
    }


def _variables(name: str, pooler: Pooler, credentials: Credentials, replicas: int) -> list[Object]:
    said = _said(credentials)
    peers = ",".join(f"{number + 1}={name}-{number}.{name}-peers" for number in range(replicas))
    plain = {
        "POSTGRES_HOST": pooler.database,
        "POSTGRES_PORT": pooler.upstream_port,
        **said,
        "PGBOUNCER_LISTEN_PORT": pooler.port,
        **{key: value for key, value in pooler.variables.items() if key not in (PEER_ID, PEERS)},
        PEERS: peers,
    }
    secret = {"name": secret_name(pooler)}
    return [
        *({"name": key, "value": value} for key, value in plain.items()),
        *(
            {"name": key, "valueFrom": {"secretKeyRef": {**secret, "key": of_secret}}}
            for key, of_secret in _OF_FILES.items()
            if key not in said
        ),
    ]
