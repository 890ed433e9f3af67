"""A clone that brings the journal of an interrupted devpool along: no command believes it, and none minds it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from security.canary import BASHRC, COMMANDS, DISABLE, ENABLE, EVIL, SECRET, World, entry, tree


def creates(world: World) -> None:
    world.intent(entry(f"{world.home}/.ssh/authorized_keys", EVIL, None), copies={"0-copy": EVIL})


def creates_by_dots(world: World) -> None:
    world.intent(entry("../home/.ssh/authorized_keys", EVIL, None), copies={"0-copy": EVIL})


def overwrites(world: World) -> None:
    world.intent(entry("../home/.bashrc", EVIL, BASHRC), copies={"0-copy": EVIL})


def removes(world: World) -> None:
    world.intent(entry("../home/.bashrc", None, BASHRC), copies={})


def removes_a_key(world: World) -> None:
    world.intent(entry(f"{world.home}/.ssh/id_rsa", None, SECRET), copies={})


def overwrites_through_a_link(world: World) -> None:
    (world.project / "extra.yml").symlink_to("../home/.bashrc")
    world.intent(entry("extra.yml", EVIL, BASHRC), copies={"0-copy": EVIL})


def removes_by_its_token(world: World) -> None:
    (world.project / ".devpool-x").mkdir()
    world.intent(entry("compose.yml", None, None), token="x/../../home/.bashrc", copies={})


def brings_a_secret_in(world: World) -> None:
    world.intent(entry("leak.txt", SECRET, None, copy="../../../home/.ssh/id_rsa"), copies={})


def has_a_linked_journal(world: World) -> None:
    world.own.mkdir()
    (world.own / "journal").symlink_to("../../home/papers/journal")


def is_a_link(world: World) -> None:
    world.own.symlink_to("../home/papers")


def is_a_link_to_empty_folders(world: World) -> None:
    world.own.symlink_to("../home/empty")


def has_a_link_to_empty_folders(world: World) -> None:
    world.intent(copies={})
    (world.own / "env").symlink_to("../../home/empty")
    (world.own / "journal" / "0-x").symlink_to("../../../home/papers/lock")


def has_a_linked_lock(world: World) -> None:
    world.own.mkdir()
    (world.own / "lock").symlink_to("../../home/papers/lock")


def has_a_lock_by_two_names(world: World) -> None:
    world.own.mkdir()
    os.link(world.home / "papers" / "lock", world.own / "lock")


def has_a_linked_intent(world: World) -> None:
    world.intent(copies={})
    (world.own / "journal" / "intent").unlink()
    (world.own / "journal" / "intent").symlink_to("../../../home/.ssh/id_rsa")


def has_a_pipe_for_an_intent(world: World) -> None:
    world.intent(copies={})
    (world.own / "journal" / "intent").unlink()
    os.mkfifo(world.own / "journal" / "intent")


ATTACKS: list[Callable[[World], None]] = [
    *(creates, creates_by_dots, overwrites, removes, removes_a_key, overwrites_through_a_link, removes_by_its_token),
    *(brings_a_secret_in, has_a_linked_journal, is_a_link, is_a_link_to_empty_folders, has_a_link_to_empty_folders),
    *(has_a_linked_lock, has_a_lock_by_two_names, has_a_linked_intent, has_a_pipe_for_an_intent),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:1] + words[3:]))
def test_nothing_outside_of_the_project_is_touched(
    world: World, attack: Callable[[World], None], words: tuple[str, ...]
) -> None:
    attack(world)
    with world.untouched():
        world.devpool(*words)
    assert not (world.project / "leak.txt").exists()


@pytest.mark.parametrize("attack", [creates, overwrites, removes, removes_by_its_token, brings_a_secret_in])
def test_such_a_journal_is_named_and_is_not_in_the_way(world: World, attack: Callable[[World], None]) -> None:
    before = tree(world.project)
    attack(world)
    mine = tree(world.own)
    told = world.devpool("status")
    assert told.code == 0
    assert "was not written here by this machine" in told.words
    assert f"rm -r {world.own}/journal" in told.words
    assert tree(world.own) == mine, "and nothing in the project is touched either"
    assert world.devpool(*ENABLE).code == 0
    back = world.devpool(*DISABLE)
    assert back.code == 0
    assert "unverified-journal" in back.words
    found = tree(world.project)
    assert {n: v[2] for n, v in found.items() if ".devpool" not in n} == {n: v[2] for n, v in before.items()}
    assert (world.own / "unverified-journal" / "intent").is_file()


def test_what_it_lists_is_shown_with_nothing_that_moves_the_terminal(world: World) -> None:
    world.intent(entry("a\x1b]0;owned\x07\n\u202eb", EVIL, None), entry("c" * 5000, EVIL, None), copies={})
    told = world.devpool("status")
    assert r"a\x1b]0;owned\x07\n\u202eb, cccc" in told.words
    assert len(told.words) < 4000


def test_a_project_that_a_list_calls_half_changed_is_not_changed_further(world: World) -> None:
    now = {name: (world.project / name).read_bytes() for name in ("compose.yml", ".env")}
    world.intent(entry("compose.yml", EVIL, now["compose.yml"]), entry(".env", now[".env"], EVIL), copies={})
    before = tree(world.project)
    told = world.devpool(*ENABLE)
    assert told.code == 1
    assert "these files changed: compose.yml, and these did not: .env;" in told.words
    assert tree(world.project) == before
    assert world.devpool("status").code == 0
    (world.own / "journal").rename(world.project / "elsewhere")
    assert world.devpool(*ENABLE).code == 0, "the way out that it names"


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"5", b"null", b'"x"', b"[]", b"{}", b"\xff\xfe", b"{", b"[" * 100_000, b"9" * 10_000, b"1e999"),
        *(b'{"version": 1}', b'{"version": 2, "token": 5, "entries": []}', b'{"version": 1, "entries": 5}'),
        *(b'{"entries": [5, null, {}, {"path": 5}, {"path": "a\\u0000"}, {"path": "\\ud800"}]}',),
        *(b'{"entries": [{"path": "compose.yml", "before": {}, "after": 1}]}', b'{"entries": {"path": "a"}}'),
        *(b'{"version": 1, "token": "../..", "entries": [{"path": ["a"], "copy": null, "mode": 1e400}]}',),
    ],
)
@pytest.mark.parametrize("words", [("status",), ENABLE, DISABLE])
def test_a_damaged_intent_is_no_bug(world: World, body: bytes, words: tuple[str, ...]) -> None:
    world.intent(copies={})
    for first in (b"", b"\n", b"-\n", b"0" * 64 + b"\n"):
        (world.own / "journal").mkdir(exist_ok=True)
        (world.own / "journal" / "intent").write_bytes(first + body)
        assert world.devpool(*words).code == 0


def test_what_a_killed_devpool_left_before_its_intent_goes_and_what_is_not_devpools_stays(world: World) -> None:
    journal = world.own / "journal"
    journal.mkdir(parents=True)
    for name in (".gitignore", "0-compose.yml", ".devpool-0123456789abcdef", "mine.txt"):
        (journal / name).write_bytes(b"x")
    (journal / "1-folder").mkdir()
    world.devpool("status")
    assert sorted(p.name for p in journal.iterdir()) == ["1-folder", "mine.txt"]
    assert world.devpool(*ENABLE).code == 0
    assert (world.own / "unverified-journal" / "mine.txt").is_file()


def test_a_journal_of_this_machine_is_not_believed_in_another_folder(world: World, tmp_path: Path) -> None:
    from devpool.commit import machine_key

    signed = machine_key.sign(world.project, "journal", b"body")
    assert machine_key.verified(world.project, "journal", signed) == b"body"
    assert machine_key.verified(tmp_path, "journal", signed) is None
    assert machine_key.verified(world.project, "digests", signed) is None
