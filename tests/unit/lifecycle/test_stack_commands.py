"""The commands after enable and disable name the user's files in their order, and the stack where it is known."""

from __future__ import annotations

from devpool.lifecycle.stack_commands import back_lines, deploy, there_lines
from devpool.model.sources import Selection

FILES = ("stack.yml", "my stack/prod.yml")


def test_the_files_are_named_in_their_order() -> None:
    assert deploy(Selection(files=FILES)) == "docker stack deploy -c stack.yml -c 'my stack/prod.yml' STACK"
    assert deploy(Selection()) == "docker stack deploy -c FILE STACK"


def test_after_enable_the_way_back_is_told() -> None:
    lines = there_lines(Selection(files=FILES, project_name="shop"))
    assert any("docker stack deploy" in line and " shop " in line for line in lines)
    assert any("devpool -f stack.yml -f 'my stack/prod.yml' disable" in line for line in lines)


def test_after_disable_the_apps_leave_before_the_pooler_goes() -> None:
    lines = back_lines(Selection(files=FILES[:1], project_name="shop"), ["pgbouncer"])
    places = [next(i for i, line in enumerate(lines) if word in line) for word in ("stack deploy", "service rm")]
    assert places == sorted(places)
    assert "docker service rm shop_pgbouncer" in lines[places[1]]
