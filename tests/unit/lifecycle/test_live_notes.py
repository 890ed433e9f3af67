"""What is said of the drivers in running containers before the pooler is there."""

from __future__ import annotations

from devpool.checks.driver_rules import judged
from devpool.checks.installed import Installed, Mention
from devpool.lifecycle.likely_advice import Behind, ground_of
from devpool.lifecycle.live_notes import _harmful, _of_sessions, _of_start
from devpool.model.container_start import Start, StartText

NOTHING = Start()


def _said(packages: dict[str, str], *, by_name: bool = False, listener: str = "", **settings: str) -> list[str]:
    behind = Behind(settings=settings, by_name=by_name, listener=listener)
    return list(_harmful(judged(ground_of(Installed(app="web", packages=packages), behind))))


def test_a_driver_that_breaks_is_told_with_what_to_do() -> None:
    (said,) = _said({"github.com/lib/pq": "-"})
    assert said.startswith("web: lib/pq ")
    assert "binary_parameters=yes" in said
    assert "devpool enable --session web" in said


def test_what_the_pooler_supports_is_no_note_unless_it_is_turned_off() -> None:
    assert _said({"asyncpg": "0.30"}) == []
    assert len(_said({"asyncpg": "0.30"}, max_prepared_statements="0")) == 1


def test_a_queue_beside_its_worker_that_stays_direct_is_no_note() -> None:
    assert _said({"procrastinate": "3.10"}, listener="worker") == []
    assert len(_said({"procrastinate": "3.10"})) == 1


def _of_the_start(*lines: str, own: Start = NOTHING) -> list[str]:
    found = tuple(Mention(place=f"/entry.sh:{n}", text=line) for n, line in enumerate(lines, 1))
    return list(_of_start(Installed(app="web", start=found), own))


def test_a_script_of_the_image_that_migrates_under_a_session_lock_is_told_with_its_place() -> None:
    (said,) = _of_the_start("# Its migrations", '[ -n "$SKIP" ] || bundle exec rails db:migrate')
    assert "web migrates when it starts (/entry.sh:2 of its image: `bundle exec rails db:migrate`)" in said
    assert "its session lock is left behind" in said
    assert "devpool migrate web" in said


def test_a_script_of_the_image_that_only_speaks_of_migrations_is_no_note() -> None:
    assert _of_the_start("# Its migrations", 'echo "no migration is due"') == []


def test_what_the_projects_own_text_starts_is_told_once() -> None:
    own = Start(command=(StartText(where="its command", text="rails db:migrate && rails server"),))
    assert _of_the_start("rake db:migrate", own=own) == []


def test_what_sessions_hold_is_told_with_two_ways_out() -> None:
    (said,) = _of_sessions({"web": ["LISTEN", "session advisory locks"]}, "db", ())
    assert said.startswith("web: a session of it at db uses LISTEN and session advisory locks right now")
    assert "--direct web" in said
    assert "--session web" in said


def test_an_app_that_is_pooled_by_name_is_told_no_way_that_it_does_not_have() -> None:
    (of_driver,) = _said({"github.com/lib/pq": "-"}, by_name=True)
    (of_session,) = _of_sessions({"web": ["LISTEN"]}, "db", {"web"})
    for said in (of_driver, of_session):
        assert "--direct web" in said
        assert "--session" not in said
