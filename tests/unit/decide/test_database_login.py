"""What a database's own text tells of its login, and in which form its pooler is given it."""

from __future__ import annotations

import pytest
from memory_project import FOLDER, Files, project

from devpool.decide.credentials import Credentials
from devpool.decide.database_login import of_database, of_database_env_files, with_method

SECRET = "    secrets: [pw]\n    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/pw\n"


def compose(lines: str, more: str = "") -> str:
    return f"services:\n  db:\n    image: postgres:17\n{lines}{more}"


def login(files: Files | str) -> Credentials | None:
    return of_database(project(files), "db")


def told(files: Files | str) -> Credentials:
    found = login(files)
    assert found is not None
    return found


def copied(found: Credentials) -> dict[str, str]:
    return {name: value.name for name, value in found.copied}


@pytest.mark.parametrize(
    ("password", "user"),
    [
        ("POSTGRES_PASSWORD", "POSTGRES_USER"),
        ("POSTGRESQL_PASSWORD", "POSTGRESQL_USERNAME"),
        ("POSTGRESQL_PASSWORD", "POSTGRESQL_USER"),
        ("POSTGRES_PASS", "POSTGRES_USER"),
    ],
)
@pytest.mark.parametrize("form", ["      {}: {}\n", "      - {}={}\n"])
def test_each_image_s_names_are_copied_under_those_that_the_pooler_knows(password: str, user: str, form: str) -> None:
    lines = "    environment:\n" + form.format(password, "p") + form.format(user, "app")
    found = told(compose(lines))
    assert copied(found) == {"POSTGRES_PASSWORD": password, "POSTGRES_USER": user}
    assert [(s.name, s.text, s.place) for s in found.said] == [
        ("POSTGRES_USER", "app", f"{FOLDER}/compose.yml:6"),
        ("POSTGRES_PASSWORD", "p", f"{FOLDER}/compose.yml:5"),
    ]


def test_of_two_names_the_one_with_a_value_is_taken() -> None:
    found = told(compose("    environment:\n      POSTGRES_PASSWORD: ''\n      POSTGRESQL_PASSWORD: p\n"))
    assert copied(found) == {"POSTGRES_PASSWORD": "POSTGRESQL_PASSWORD"}


def test_a_database_that_tells_no_password_tells_no_login_unless_it_trusts() -> None:
    assert login(compose("    environment: {POSTGRES_USER: app}\n")) is None
    assert login(compose("    environment: {POSTGRES_HOST_AUTH_METHOD: md5}\n")) is None
    found = told(compose("    environment: {POSTGRES_HOST_AUTH_METHOD: trust, POSTGRES_USER: app}\n"))
    assert (found.copied, found.stated) == ((), (("POSTGRES_USER", "app"),))


def test_a_password_that_extends_brings_from_another_file_is_not_copied() -> None:
    files = {
        "compose.yml": "services:\n  db:\n    extends: {file: base.yml, service: db}\n",
        "base.yml": compose("    environment: {POSTGRES_PASSWORD: hunter2}\n"),
    }
    assert login(files) is None


def test_the_path_of_a_password_file_is_told_wherever_it_stands() -> None:
    files = {
        "compose.yml": "services:\n  db:\n    extends: {file: base.yml, service: db}\n    secrets: [pw]\n",
        "base.yml": compose("    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/pw, POSTGRES_USER: app}\n"),
    }
    found = told(files)
    assert found.stated == (("POSTGRES_PASSWORD_FILE", "/run/secrets/pw"), ("POSTGRES_USER", "app"))
    assert [file.text for file in found.files] == ["pw"]


def test_a_password_on_several_lines_is_not_copied() -> None:
    assert login(compose("    environment:\n      POSTGRES_PASSWORD: |-\n        hunter2\n")) is None


@pytest.mark.parametrize(
    ("secrets", "given"),
    [
        ("[pw]", ("pw",)),
        ('["pw"]', ("pw",)),
        ("[{source: shop_pw, target: pw}]", ("{source: shop_pw, target: pw}",)),
        ("\n      - source: shop_pw\n        target: pw", ("{source: shop_pw, target: pw}",)),
        ("[{source: pw, mode: 0400, uid: '103'}]", ('{source: pw, mode: 0400, uid: "103"}',)),
        ("[{source: shop_pw, target: /run/secrets/pw}]", ("{source: shop_pw, target: /run/secrets/pw}",)),
        ("[other, pw]", ("pw",)),
    ],
)
def test_a_secret_is_given_to_the_pooler_in_the_form_that_the_database_has_it(
    secrets: str, given: tuple[str, ...]
) -> None:
    found = told(compose(SECRET.replace("[pw]", secrets)))
    assert (copied(found), tuple(f.text for f in found.files)) == (
        {"POSTGRES_PASSWORD_FILE": "POSTGRES_PASSWORD_FILE"},
        given,
    )
    assert not found.is_written_to


def test_a_secret_whose_source_is_a_variable_is_written_into_the_container() -> None:
    assert told(compose(SECRET, "secrets:\n  pw:\n    environment: PW\n")).is_written_to


@pytest.mark.parametrize("path", ["/etc/pw", "/run/secrets/other"])
def test_a_password_file_that_is_no_secret_of_the_database_tells_nothing(path: str) -> None:
    assert login(compose(SECRET.replace("/run/secrets/pw", path))) is None


@pytest.mark.parametrize(
    ("lines", "password", "given"),
    [
        ("    env_file: [b.env]\n", "p", True),
        ("    env_file: [b.env]\n", "${DOT}", True),
        ("    env_file: [b.env]\n", "${LINE}", True),
        ("    env_file: [b.env]\n    environment: {PW: p}\n", "${PW}", False),
        ("    env_file: [a.env, b.env]\n", "${EARLIER}", False),
    ],
)
def test_an_env_file_is_given_only_where_it_tells_the_password_by_itself(
    lines: str, password: str, given: bool
) -> None:
    files = {
        "compose.yml": compose(lines),
        ".env": "DOT=p\n",
        "a.env": "EARLIER=p\n",
        "b.env": f"LINE=p\nPOSTGRES_PASSWORD={password}\n",
    }
    assert bool(login(files)) == given


def test_of_several_env_files_only_the_one_with_the_password_is_given() -> None:
    lines = "    env_file: [a.env, b.env]\n"
    files = {"compose.yml": compose(lines), "a.env": "STRIPE=sk\n", "b.env": "POSTGRES_PASSWORD=p\nSTRIPE=sk\n"}
    found = told(files)
    assert ([use.path for use in found.env_files], found.withheld) == ([f"{FOLDER}/b.env"], ("STRIPE",))


def test_beside_an_optional_env_file_the_one_that_tells_the_password_without_it_is_given_too() -> None:
    lines = "    env_file:\n      - a.env\n      - {path: b.env, required: false}\n"
    files = {"compose.yml": compose(lines), "a.env": "POSTGRES_PASSWORD=p\n", "b.env": "POSTGRES_PASSWORD=q\n"}
    assert [(u.path, u.required) for u in told(files).env_files] == [
        (f"{FOLDER}/a.env", True),
        (f"{FOLDER}/b.env", False),
    ]


def test_an_env_file_with_another_image_s_name_is_not_given() -> None:
    files = {"compose.yml": compose("    env_file: a.env\n"), "a.env": "POSTGRESQL_PASSWORD=p\n"}
    assert login(files) is None


@pytest.mark.parametrize(
    ("text", "alone", "given"),
    [("POSTGRES_USER=app\n", False, True), ("STRIPE=sk\n", False, False), ("STRIPE=sk\n", True, True)],
)
def test_an_env_file_in_which_the_user_will_write_the_password_is_given(text: str, alone: bool, given: bool) -> None:
    found = of_database_env_files(
        project({"compose.yml": compose("    env_file: a.env\n"), "a.env": text}), "db", alone=alone
    )
    assert (found is not None) == given


@pytest.mark.parametrize(
    ("method", "stated"),
    [("trust", True), ("md5", True), ("scram-sha-256", True), ("password", True), ("peer", False), ("", False)],
)
def test_the_pooler_is_told_the_ways_in_that_it_knows(method: str, stated: bool) -> None:
    lines = f"    environment:\n      POSTGRES_PASSWORD: p\n      POSTGRES_HOST_AUTH_METHOD: '{method}'\n"
    found = project(compose(lines))
    given = with_method(found, "db", told(compose(lines)))
    assert given.stated == ((("POSTGRES_HOST_AUTH_METHOD", method),) if stated else ())
