"""devpool compare interrupted and killed, on databases of its own, in an enabled project, and with further columns."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator

import pytest
from compare_rig import APP, KINDS, ROWS, Told, ask, look, pooled
from demo_rig import DEVPOOL, PASSWORD_IN_URL, DemoProject, demo_project
from migrations_rig import secrets_in_process_list
from pooler_rig import docker, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
CREATE = ROWS.format("CREATE TABLE made AS SELECT * FROM kept")
_KEPT = "CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS id"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("compare")
    with demo_project(folder, plain_shell, "compare", APP) as project:
        project.up()
        yield tell(project)


def tell(project: DemoProject) -> Told:
    told = Told()
    look(project, told)
    project.compose("exec", "-T", "app", "python3", "-c", ROWS.format(_KEPT))
    kill(project, told)
    interrupt(project, told)
    look(project, told)
    ask(project, told, "shared", "compare", "--pooled-first", "--", "python3", "-c", CREATE, code=4)
    project.compose("exec", "-T", "app", "python3", "-c", ROWS.format("DROP TABLE made"))
    ask(project, told, "fresh", "compare", "--fresh", "--", "python3", "-c", CREATE)
    made = "SELECT count(*) FROM pg_tables WHERE tablename = 'made'"
    told.said["made"] = (project.compose("exec", "-T", "db", "psql", "-XqAtU", "shop", "-c", made).strip(), "")
    project.devpool("enable")
    look(project, told)
    ask(project, told, "clean", "compare", "app", "--runs=2", "--", "pytest", "-q", "clean")
    further = ("--mode=session", "--pool-size=1")
    ask(project, told, "further", "compare", "app", *further, "--", "pytest", "-q", "known_bad", code=4)
    told.said["text"] = project.devpool("compare", "app", "--", "pytest", "-q", "clean")
    told.said["nothing"] = project.devpool("compare", "app", "--", "true", code=5)
    told.said["missing"] = project.devpool("compare", "app", "--", "no-such-program", code=1)
    look(project, told)
    return told


def begun(project: DemoProject) -> subprocess.Popen[str]:
    """A comparison whose pooler stands and whose command runs through it."""
    words = ["compare", "--pooled-first", "--", "sleep", "60"]
    process = subprocess.Popen(
        [*DEVPOOL, *words], cwd=project.folder, env=project.environ, stderr=subprocess.PIPE, text=True
    )
    eventually(lambda: running_one_offs(project), "the command runs", seconds=120)
    return process


def running_one_offs(project: DemoProject) -> list[str]:
    return docker("ps", "--quiet", "--filter=label=devpool.compare.run", *of(project)).stdout.split()


def of(project: DemoProject) -> list[str]:
    return [f"--filter=label=com.docker.compose.project={project.name}"]


def labelled(project: DemoProject) -> list[str]:
    return docker("ps", "--all", "--quiet", "--filter=label=devpool.compare", *of(project)).stdout.split()


def kill(project: DemoProject, told: Told) -> None:
    with begun(project) as process:
        told.left["passwords"] = secrets_in_process_list()
        process.kill()
    told.left["killed"] = labelled(project)
    told.said["swept"] = project.devpool("disable")
    told.left["swept"] = labelled(project)


def interrupt(project: DemoProject, told: Told) -> None:
    with begun(project) as process:
        process.send_signal(signal.SIGINT)
        assert process.stderr
        told.said["interrupted"] = (process.stderr.read(), "")
        told.left["code"] = [str(process.wait())]
    told.left["interrupted"] = labelled(project)


def test_no_file_of_the_project_changes_and_nothing_is_left(told: Told) -> None:
    before, interrupted, enabled, last = zip(told.trees, told.things, strict=True)
    assert interrupted == before
    assert last == enabled


def test_what_a_killed_comparison_left_is_swept_by_the_next_devpool(told: Told) -> None:
    assert len(told.left["killed"]) == 2
    assert "which an interrupted comparison had left" in told.said["swept"][1]
    assert told.left["swept"] == []


def test_ctrl_c_leaves_nothing(told: Told) -> None:
    assert told.left["code"] == ["130"]
    assert told.left["interrupted"] == []


def test_no_password_is_in_a_process_list(told: Told) -> None:
    assert told.left["passwords"] == [], PASSWORD_IN_URL


def test_runs_that_share_a_database_color_each_other_and_fresh_ones_do_not(told: Told) -> None:
    assert [w["runs"][0]["exit_code"] for w in told.answers["shared"]["ways"]] == [1, 0]
    assert [w["runs"][0]["exit_code"] for w in told.answers["fresh"]["ways"]] == [0, 0]
    assert told.said["made"][0] == "0"


def test_the_clean_suite_has_no_difference(told: Told) -> None:
    assert told.answers["clean"]["different"] is False
    assert pooled(told, "clean")["left"] == []
    assert [run["tests"]["passed"] for run in pooled(told, "clean")["runs"]] == [5, 5]
    assert told.said["text"][0].endswith("no difference\n")


def test_a_command_that_does_not_use_the_database_tells_nothing(told: Told) -> None:
    assert "could not tell: the command asked nothing through the pooler" in told.said["nothing"][0]


def test_session_mode_and_a_pool_of_one_are_columns_of_their_own(told: Told) -> None:
    assert pooled(told, "further", "session")["only_pooled"] == []
    assert pooled(told, "further", "session")["left"] == []
    assert {left["kind"] for left in pooled(told, "further", "pool size 1")["left"]} == KINDS


def test_a_command_that_is_not_there_is_refused(told: Told) -> None:
    assert "[command-not-found]" in told.said["missing"][1]
