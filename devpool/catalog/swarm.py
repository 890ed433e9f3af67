"""How a stack file shows: what only Swarm obeys, beside what Compose does too. Pure."""

from __future__ import annotations

DEPLOY_KEYS = ("placement", "update_config", "rollback_config", "endpoint_mode")
"""Keys of `deploy` that only Swarm obeys (https://docs.docker.com/reference/compose-file/deploy/); Compose also reads
`replicas`, `resources` and `restart_policy`, which many files have for Compose alone.
"""
EVERY_NODE = ("global", "global-job")
"""Values of `deploy.mode` that Compose has no meaning for (the same page, "mode")."""
