"""After a kill, whichever verb comes next puts the files back; one that writes nothing names what was interrupted."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from command_rig import DISABLE, SET, Cases, Held, Outcome, command, enable_words, outcome, recovered, recovery
from crash_rig import DIED, Step, at, clone, die, tree
from projects import ONE_FILE

NEXT = (
    ("status",),
    ("explain",),
    ("check",),
    ("metrics",),
    ("size",),
    ("reload",),
    ("top",),
    ("manifest", "--kubernetes", "--image", "registry.example/pooler:1"),
    ("psql", "web"),
    ("direct", "web", "--", "true"),
    ("migrate", "web", "--", "true"),
    ("compare", "web", "--", "true"),
    enable_words(ONE_FILE),
    SET,
    DISABLE,
)
WRITES_NOTHING = (("enable", "--dry-run"), ("enable", "--diff"), ("disable", "--dry-run"), ("disable", "--diff"))

# Those that touch no project, `image` alone, are not among them.
for _words in NEXT:
    import_module(f"devpool.commands.{_words[0]}")  # once, and not in each process


def dying(number: int) -> Step:
    return at(number, die)


@pytest.fixture(scope="module")
def crash(cases: Cases, memory: Path) -> Path:
    """A project in which `enable` died while some of its files were changed, to be run at `root`."""
    case, root, left = cases(ONE_FILE, "enable"), memory / "here" / "run", memory / "crash"
    case.again(root)
    with Held(command(root, case.words), dying) as held:
        for number in range(50, 400, 5):
            assert held.run(number).exit == DIED, "there is no step at which the files are half-changed"
            clone(root, left)
            if recovered(root) == case.old and _users(tree(left)) not in (_users(case.old), _users(case.new)):
                break
            case.again(root)
    return left


def _users(found: dict[str, tuple[str, int, bytes]]) -> dict[str, tuple[str, int, bytes]]:
    return {name: entry for name, entry in found.items() if "/.devpool" not in name}


@pytest.mark.usefixtures("compose_plugin")
def test_every_verb_first_puts_back_what_a_killed_enable_left(cases: Cases, root: Path, crash: Path) -> None:
    case = cases(ONE_FILE, "enable")
    for words in NEXT:
        clone(crash, root)
        ended = outcome(command(root, words))
        expected = case.new if words[0] == "enable" else case.old
        assert _users(tree(root)) == _users(expected), f"{words}: {ended}"
        assert not (root / "project/.devpool/journal").exists(), words


def test_a_dry_run_names_the_command_that_was_interrupted_and_writes_nothing(root: Path, crash: Path) -> None:
    for words in WRITES_NOTHING:
        clone(crash, root)
        before = tree(root)
        assert outcome(command(root, words)) == Outcome(1, "interrupted"), words
        assert tree(root) == before, words
    assert outcome(recovery(root)) == Outcome(0), "as the hint says: any other command puts the files back"
