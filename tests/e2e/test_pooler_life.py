"""The pooler's life beside its Postgres: how soon it is ready, how it ends, and how it heals. Times are printed."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from pooler_rig import Pooler, Postgres, Rig, docker, eventually, new_rig, tell
from thinned import slow


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with new_rig() as rig:
        yield rig


# A client that tries again and again, and says since when it has been answered.
TRY = """
until psql -XAtqw -c 'SELECT 1' "$1" >/dev/null 2>&1; do sleep 0.02; done
echo $EPOCHREALTIME
"""
WATCH = "echo started; " + TRY


class Race:
    """Two clients started at one time, one to Postgres itself and one through the pooler: who is answered when."""

    def __init__(self, rig: Rig, database: str, pooler: Pooler) -> None:
        urls = (f"{database}:5432", f"{pooler.name}:6432")
        self.clients = [self.client(rig, f"postgres://postgres:dev@{where}/app?connect_timeout=2") for where in urls]

    @staticmethod
    def client(rig: Rig, url: str) -> subprocess.Popen[str]:
        command = ["docker", "exec", rig.client.name, "bash", "-c", WATCH, "-", url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout and process.stdout.readline() == "started\n"
        return process

    def seconds_behind(self) -> float:
        """How much later the pooler's client was answered."""
        direct, pooled = (float(self.answer(client)) for client in self.clients)
        return pooled - direct

    @staticmethod
    def answer(client: subprocess.Popen[str]) -> str:
        with client:
            return client.stdout.readline() if client.stdout else ""


# --- ready ---


def test_it_is_ready_within_a_second_of_postgres_that_is_later(rig: Rig) -> None:
    pooler = rig.ready_pooler(POSTGRES_HOST="later")
    # From here on there are three kinds of not there: no such name, nobody at the port, and starting up.
    assert pooler.health().startswith('pooler up, database not answering: could not translate host name "later"')
    race = Race(rig, "later", pooler)
    rig.postgres("later")
    behind = race.seconds_behind()
    tell(f"ready {behind:.2f} s after Postgres")
    assert behind < 1
    assert pooler.inspect("{{.RestartCount}} {{.State.Running}}") == "0 true"


def test_it_is_ready_within_a_second_of_its_own_start(rig: Rig) -> None:
    began = time.time()
    pooler = rig.pooler(POSTGRES_PASSWORD=Postgres.password, POSTGRES_DB="app")
    url = f"postgres://postgres:dev@{pooler.name}:6432/app"
    answered = float(docker("exec", rig.client.name, "bash", "-c", TRY, "-", url).stdout)
    tell(f"answers {answered - began:.2f} s after docker run")
    assert answered - began < 3  # making the container is most of it
    began = pooler.inspect("{{.State.StartedAt}}")
    first = docker("exec", pooler.name, "date", "+%s.%N", "-d", began).stdout
    tell(f"answers {answered - float(first):.2f} s after the container's start")
    assert answered - float(first) < 1


# --- the end ---


def test_a_hundred_idle_clients_and_a_transaction_end_in_two_seconds(rig: Rig) -> None:
    pooler = rig.ready_pooler()
    script = "SELECT 1;\n\\sleep 60 s\n"
    docker("exec", "-i", rig.client.name, "sh", "-c", "cat > /tmp/idle.sql", text=script)
    options = ["-n", "-c", "100", "-T", "60", "-f", "/tmp/idle.sql", "-h", pooler.name, "-p", "6432", "-U", "postgres"]
    bench = ["docker", "exec", "-e", "PGPASSWORD=dev", rig.client.name, "pgbench", *options, "app"]
    with subprocess.Popen(bench, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as idle:

        def clients() -> int:
            return sum(row["database"] == "app" for row in pooler.admin("SHOW CLIENTS"))

        eventually(lambda: clients() == 100, "a hundred clients are there", seconds=30)
        with rig.superuser(pooler) as client:
            client.send("BEGIN; SELECT 'begun';")
            assert client.answer() == "begun"
            client.send("CREATE TABLE stopped AS SELECT 1 AS finished FROM pg_sleep(0.5); COMMIT; SELECT 'committed';")
            running = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE TABLE stopped%' AND state = 'active'"
            eventually(lambda: rig.client.sql(running), "the transaction runs")
            took = pooler.stop()
        tell(f"stopped in {took:.2f} s with 100 idle clients and a running transaction")
        assert took < 2
        assert rig.client.sql("SELECT finished FROM stopped") == "1"
        idle.kill()
    assert pooler.inspect("{{.State.ExitCode}}") == "0"


# --- Postgres goes and comes back ---


def restarted(_: Rig, server: Postgres) -> None:
    docker("restart", server.name)


def killed(_: Rig, server: Postgres) -> None:
    docker("kill", server.name)
    docker("start", server.name)


def stopped_for_a_while(rig: Rig, server: Postgres) -> None:
    docker("stop", server.name)
    time.sleep(2)
    docker("start", server.name)


def paused(_: Rig, server: Postgres) -> None:
    docker("pause", server.name)
    time.sleep(1)
    docker("unpause", server.name)


def recreated(rig: Rig, server: Postgres) -> None:
    address = server.address()
    docker("rm", "--force", "--volumes", server.name)
    rig.start("--entrypoint=sleep", rig.image, "60")  # takes the old address
    assert rig.postgres("moving").address() != address


@pytest.fixture(scope="module")
def moving(rig: Rig) -> Pooler:
    return rig.ready_pooler(POSTGRES_HOST="moving")


@pytest.mark.parametrize("happens", [slow(restarted), killed, slow(stopped_for_a_while), slow(paused), recreated])
def test_clients_succeed_within_three_seconds_of_postgres_being_back(
    rig: Rig, moving: Pooler, happens: Callable[[Rig, Postgres], None]
) -> None:
    options = ["--network-alias=moving", "--env=POSTGRES_PASSWORD=dev", "--env=POSTGRES_DB=app"]
    server = Postgres(rig.start(*options, "postgres:17", "-c", "fsync=off"))
    eventually(server.answers, "Postgres answers")
    eventually(lambda: rig.query(moving, "SELECT 1") == "1", "the pooler answers")
    stop = threading.Event()
    with rig.superuser(moving) as old_client:

        def load() -> None:
            # Clients go on all the while, as those of an app do.
            while not stop.is_set():
                rig.query(moving, "SELECT 1")

        loading = threading.Thread(target=load)
        loading.start()
        happens(rig, server)
        behind = Race(rig, "moving", moving).seconds_behind()
        stop.set()
        loading.join()
        tell(f"{happens.__name__}: clients succeed {behind:.2f} s after Postgres answers")
        assert behind < 3
        old_client.send("SELECT 'still here';")
        assert old_client.answer() == "still here"
    for name in docker(
        "ps", "-aq", "--filter", f"label={rig.label}", "--filter", "ancestor=postgres:17"
    ).stdout.split():
        if not rig.client.inspect("{{.Id}}").startswith(name):
            docker("rm", "--force", "--volumes", name)


# --- the healthcheck's cost ---


def test_the_healthcheck_takes_one_connection_of_its_own_and_no_right(rig: Rig) -> None:
    pooler = rig.ready_pooler()
    assert rig.query(pooler, "SELECT 1") == "1"
    before = {row["database"]: int(row["total_query_count"]) for row in pooler.admin("SHOW STATS")}
    for _ in range(5):
        assert pooler.health() == "pooler up, database answering"
    after = {row["database"]: int(row["total_query_count"]) for row in pooler.admin("SHOW STATS")}
    assert after["app"] == before["app"]
    assert after["devpool_health"] >= before.get("devpool_health", 0) + 5
    servers = [row for row in pooler.admin("SHOW SERVERS") if row["database"] == "devpool_health"]
    assert len(servers) <= 1
    assert "admin" not in pooler.exec("cat", "/usr/local/bin/healthcheck.sh")


# Microseconds, of cgroup version 1 or 2.
USED = (
    "used() { if cd /sys/fs/cgroup/cpuacct; then echo $(($(<cpuacct.usage) / 1000));"
    " else sed -n 's/^usage_usec //p' /sys/fs/cgroup/cpu.stat; fi; } 2>/dev/null"
)
PROBES = "cd /proc && grep -lzxe '[-]-watch' [0-9]*/cmdline"


def test_an_idle_pooler_and_its_healthcheck_cost_next_to_nothing(rig: Rig) -> None:
    pooler = rig.ready_pooler()
    eventually(lambda: pooler.inspect("{{.State.Health.Status}}") == "healthy", "healthy")

    def staying() -> str:
        found = pooler.exec("bash", "-c", PROBES, check=False)
        time.sleep(2)
        return found if found == pooler.exec("bash", "-c", PROBES, check=False) else ""

    probes = eventually(staying, "a probe stays")
    share = int(pooler.exec("bash", "-c", f"{USED}; before=$(used); sleep 20; echo $(($(used) - before))")) / 20e6
    tell(f"an idle pooler takes {share:.2%} of a processor")
    assert share < 0.003
    assert probes.count("cmdline") == 1
    assert pooler.exec("bash", "-c", PROBES) == probes, "no probe is started while nothing changes"


def test_a_database_that_goes_and_comes_back_is_told_soon(rig: Rig) -> None:
    server = rig.postgres("leaving")
    eventually(server.answers, "Postgres answers")
    pooler = rig.ready_pooler(POSTGRES_HOST="leaving")

    def failing() -> int:
        return int(pooler.inspect("{{.State.Health.FailingStreak}}"))

    eventually(lambda: pooler.inspect("{{.State.Health.Status}}") == "healthy", "healthy", seconds=5)
    docker("stop", server.name)
    eventually(failing, "the healthcheck tells", seconds=25)
    assert "pooler up, database not answering: " in pooler.inspect("{{json .State.Health.Log}}")
    waiting = [r for r in pooler.admin("SHOW CLIENTS") if r["application_name"] == "devpool-health"]
    assert len(waiting) <= 2, "what an ended probe had begun is ended with it"
    docker("start", server.name)
    eventually(server.answers, "Postgres answers again")
    eventually(lambda: not failing(), "the healthcheck tells", seconds=8)


def test_a_full_pooler_is_named_as_such_and_stays_healthy(rig: Rig) -> None:
    pooler = rig.ready_pooler(PGBOUNCER_MAX_CLIENT_CONN="2")
    eventually(lambda: pooler.inspect("{{.State.Health.Status}}") == "healthy", "healthy", seconds=5)
    with rig.superuser(pooler):
        eventually(lambda: "max_client_conn" in rig.query(pooler, "SELECT 1"), "all places are taken")
        said = "pooler up, database answering; all client connections are taken: "
        assert pooler.health().startswith(said)
        assert "(max_client_conn)" in pooler.health()
        assert pooler.inspect("{{.State.Health.Status}} {{.State.Health.FailingStreak}}") == "healthy 0"


def test_what_falls_to_it_leaves_no_zombie(rig: Rig) -> None:
    pooler = rig.ready_pooler()
    pooler.exec("sh", "-c", "for i in 1 2 3; do (sleep 0.1 &); done; timeout 0.1 sleep 5", check=False)
    zombies = "sleep 0.5; grep -l '^State:.Z' /proc/[0-9]*/status"
    assert pooler.exec("bash", "-c", zombies, check=False) == ""
