"""A throw-away database is started, filled, and what could not be copied is said."""

from __future__ import annotations

import pytest

from devpool.compare import fresh_database
from devpool.compare.fresh_database import start_fresh
from devpool.errors import DevpoolError
from devpool.output import Output
from unit.docker.stand_ins import KnownStack, inspected, listed

SAID = 'ERROR:  role "shop" already exists\nERROR:  could not load library "x"\nNOTICE: y\n'


@pytest.fixture
def stack() -> KnownStack:
    found = KnownStack([listed("db-fresh", health="healthy")])
    found._inspected = {"db-fresh": [inspected("db-fresh")]}
    return found


def test_it_is_filled_from_the_database(
    stack: KnownStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    poured: list[list[str]] = []
    monkeypatch.setattr(fresh_database, "pour", lambda _, give, take: poured.extend([give, take]) or SAID)
    assert start_fresh(stack, inspected("db"), Output()).service == "db-fresh"
    give, take = poured
    assert (give[2], give[-2:]) == ("db", ["pg_dumpall", "--no-comments"])
    assert (take[3], take[-3:]) == ("db-fresh", ["-Xq", "-d", "postgres"])
    assert 'warning: not all of db could be copied: ERROR:  could not load library "x"' in capsys.readouterr().err


def test_a_copy_that_fails_is_refused(stack: KnownStack, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> str:
        raise DevpoolError("docker-failed", "docker failed: no pg_dumpall", said="no pg_dumpall")

    monkeypatch.setattr(fresh_database, "pour", fails)
    with pytest.raises(DevpoolError, match="could not be copied: no pg_dumpall") as raised:
        start_fresh(stack, inspected("db"), Output(quiet=True))
    assert raised.value.code == "not-copied"
