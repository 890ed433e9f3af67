"""The second variable in `.env` that an app's text prefers to the one with the database's address."""

from __future__ import annotations

import pytest
from memory_project import FOLDER, file_of, planned

from devpool.decide.plan import Move
from devpool.edit.pooled_variable import line_after, second_variable
from devpool.errors import DevpoolError
from devpool.model.project import Project
from devpool.text.edits import apply
from devpool.text.envfile import EnvFile, parse_env

URL, NEW = "postgres://u:hunter2@db:5432/x", "postgres://u:hunter2@pgbouncer:6432/x"


def move(dotenv: str, written: str = "${URL}", **options: object) -> tuple[Project, Move]:
    """The move of `U: written`, beside a `.env`."""
    text = f"services:\n  db:\n    image: postgres:17\n  web:\n    image: app\n    environment:\n      U: {written}\n"
    found, plan = planned({"compose.yml": text, ".env": dotenv}, **options)
    return found, plan.moves[0]


def with_second(dotenv: str, written: str = "${URL}", **options: object) -> str:
    """The `.env` with the second variable."""
    found, each = move(dotenv, written, **options)
    line = second_variable(found, each).line
    assert "hunter2" not in repr(line)
    return apply(file_of(found, f"{FOLDER}/.env").text, [line])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"URL={URL}\n", f"URL={URL}\nURL_POOLED={NEW}\n"),
        (f"URL={URL}", f"URL={URL}\nURL_POOLED={NEW}"),
        (f"URL={URL}\r\nA=b\r\n", f"URL={URL}\r\nURL_POOLED={NEW}\r\nA=b\r\n"),
        (f"export URL='{URL}' # a\n", f"export URL='{URL}' # a\nexport URL_POOLED='{NEW}'\n"),
        (f"URL=x\nURL={URL}\nA=b\n", f"URL=x\nURL={URL}\nURL_POOLED={NEW}\nA=b\n"),
        (
            "PW=p\nURL=postgres://u:${PW}@db:5432/x\n",
            "PW=p\nURL=postgres://u:${PW}@db:5432/x\nURL_POOLED=postgres://u:${PW}@pgbouncer:6432/x\n",
        ),
        (f'MAIN="{URL}"\nURL=${{MAIN}}\n', f'MAIN="{URL}"\nURL=${{MAIN}}\nURL_POOLED="{NEW}"\n'),
    ],
)
def test_it_stands_below_the_first_one_in_its_form(before: str, after: str) -> None:
    assert with_second(before) == after


def test_the_text_prefers_it_and_falls_back_to_the_first_one() -> None:
    found, each = move(f"URL={URL}\n")
    second = second_variable(found, each)
    assert (second.name, second.around("${URL}")) == ("URL_POOLED", "${URL_POOLED:-${URL}}")


def test_an_app_at_the_session_alias_has_one_of_its_own() -> None:
    after = with_second(f"URL={URL}\n", session=("web",))
    assert after.endswith(f"\nURL_POOLED_SESSION={NEW}_session\n")


def test_a_name_that_the_user_has_given_already_is_refused() -> None:
    found, each = move(f"URL={URL}\nURL_POOLED=mine\n")
    with pytest.raises(DevpoolError) as caught:
        second_variable(found, each)
    assert (caught.value.code, caught.value.where) == ("second-name-taken", f"{FOLDER}/.env:1")
    assert "--direct web" in caught.value.hint


@pytest.mark.parametrize("text", [r"postgres://u:p\$q@db:5432/x", r"a\tpostgres://u:p@db:5432/x"])
def test_a_value_with_escapes_is_not_copied(text: str) -> None:
    found, each = move(f'URL="{text}"\n')
    with pytest.raises(DevpoolError) as caught:
        second_variable(found, each)
    assert (caught.value.code, caught.value.where) == ("value-not-plain", "/project/compose.yml:7")


def test_a_line_takes_the_quotes_that_its_text_was_written_in() -> None:
    file = parse_env("/p/.env", b"A=${B}\nB='x # y'\n")
    assert isinstance(file, EnvFile)
    binding = file.last("A")
    assert binding is not None
    assert apply(file.text, [line_after(file, binding, "C", ("x # y",), "'")]) == "A=${B}\nC='x # y'\nB='x # y'\n"
