"""`devpool manifest --kubernetes`: objects that Kubernetes' own schemas accept, and no password in them."""

from __future__ import annotations

import json
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from cli.test_bad_input import COMPOSE, SECRET, folder, run, shell, write

__all__ = ["folder", "shell"]  # fixtures

WORDS = ("manifest", "--kubernetes", "--image", "registry.example/pooler:1")


@pytest.mark.parametrize("enabled", [False, True])
def test_its_objects_are_valid_and_hold_no_password(folder: Path, shell: dict[str, str], enabled: bool) -> None:
    write(folder, compose_yml=COMPOSE)
    if enabled:
        assert run(folder, shell, "enable", "--no-up", "--no-verify").returncode == 0
    done = run(folder, shell, *WORDS, "--replicas", "4")
    assert done.returncode == 0, done.stderr
    objects = list(yaml.safe_load_all(done.stdout))
    assert [each["kind"] for each in objects] == ["Service", "Service", "PodDisruptionBudget", "StatefulSet"]
    for each in objects:
        kubernetes_validate.validate(each, kubernetes_validate.latest_version(), strict=True)
    assert objects[-1]["spec"]["replicas"] == 4
    assert SECRET not in done.stdout + done.stderr
    assert "kubectl create secret generic pgbouncer-login" in done.stderr


def test_json_has_the_objects_and_the_secrets(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    answer = json.loads(run(folder, shell, *WORDS, "--json").stdout)
    assert list(answer["secrets"]) == ["pgbouncer-login"]
    assert "password" in answer["secrets"]["pgbouncer-login"]
    assert [each["kind"] for each in answer["objects"]][-1] == "StatefulSet"


def test_a_project_without_a_pooler_or_an_image_is_refused(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    done = run(folder, shell, *WORDS[:2])
    assert (done.returncode, "image-needed" in done.stderr) == (2, True)
    write(folder, compose_yml="services:\n  web:\n    image: app\n")
    done = run(folder, shell, *WORDS)
    assert (done.returncode, "nothing-to-pool" in done.stderr) == (1, True)
