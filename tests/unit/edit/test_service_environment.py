"""An app's own entries in its `environment`."""

from __future__ import annotations

import pytest
from memory_project import one_variable, project

from devpool.decide.key_ownership import Readers
from devpool.edit.service_environment import Copied, Entries, Stated, Text, entry, in_environment, item
from devpool.errors import DevpoolError
from devpool.text.edits import Copy, apply

DB = "services:\n  db:\n    image: postgres:17\n"
ENV = "x-env: &env\n  U: postgres://u:p@db:5432/x\n"
JOB = "  job:\n    environment: *env\n"


def added(text: str, stated: dict[str, Text] | None = None, *, own_source: bool = False) -> str:
    """The text once `web` has entries of its own: `U: new`, where nothing else is stated."""
    found = project(text)
    variable = one_variable(found, "U")
    source = found.sources.documents[0] if own_source else None
    wanted = Entries(variable, source, stated or {"U": Stated("new")})
    held = Readers("environment", found.services).held("web", {"web"})
    return apply(text, list(in_environment(found, wanted, held)))


@pytest.mark.parametrize(
    ("written", "after"),
    [
        ("    environment: *env\n", "    environment:\n      <<: *env\n      U: new\n"),
        ("    environment:\n      <<: *env\n", "    environment:\n      <<: *env\n      U: new\n"),
        (
            "    environment:\n      <<: *env\n      A: b # c\n",
            "    environment:\n      <<: *env\n      A: b # c\n      U: new\n",
        ),
        ("    environment: {<<: *env, A: b}\n", "    environment: {<<: *env, A: b, U: new}\n"),
    ],
)
def test_entries_stand_after_what_the_app_has(written: str, after: str) -> None:
    text = f"{ENV}{DB}{JOB}  web:\n    image: app\n"
    assert added(text + written) == text + after


def test_an_alias_of_the_name_gets_the_new_value_in_its_place() -> None:
    text = f"x-u: &u postgres://u:p@db:5432/x\n{DB}  web:\n    environment:\n      U: *u # a\n      A: b\n"
    assert added(text) == text.replace("U: *u", "U: new")


def test_a_list_is_repeated_without_what_changes() -> None:
    text = f"x-env: &env\n  - U=postgres://u:p@db:5432/x\n  - 'A=b'\n{DB}{JOB}  web:\n    environment: *env\n"
    assert added(text).endswith("  web:\n    environment:\n      - 'A=b'\n      - U=new\n")


def test_a_mapping_without_an_anchor_gets_one_to_be_merged() -> None:
    app = "x-app: &app\n  environment:\n    U: postgres://u:p@db:5432/x\n"
    text = f"{app}{DB}  job:\n    <<: *app\n  web:\n    <<: *app\n    image: app\n"
    after = added(text)
    assert "environment: &devpool-shared-x-app-environment\n" in after
    assert after.endswith("    environment:\n      <<: *devpool-shared-x-app-environment\n      U: new\n")


@pytest.mark.parametrize(
    ("value", "written"),
    [("a b", '"a b"'), ("5432", '"5432"'), ("true", '"true"'), ("a: b", '"a: b"'), ("${A}", '"${A}"'), ("a", "a")],
)
def test_a_stated_value_is_read_as_text(value: str, written: str) -> None:
    assert entry(Stated(value)) == (written,)


@pytest.mark.parametrize(
    ("text", "mapping", "listed"),
    [
        (Stated("5432"), ('"5432"',), ("N=5432",)),
        (Stated("a: b"), ('"a: b"',), ('"N=a: b"',)),
        (Copied((Copy(1, 2),), None), (Copy(1, 2),), None),
        (Copied((Copy(1, 2),), "'"), None, ("'N=", Copy(1, 2), "'")),
        (Copied((Copy(1, 2),), ""), None, ("N=", Copy(1, 2), "")),
    ],
)
def test_a_copy_fits_only_the_form_that_it_comes_from(
    text: Text, mapping: tuple[str | Copy, ...] | None, listed: tuple[str | Copy, ...] | None
) -> None:
    assert (entry(text), item("N", text)) == (mapping, listed)


@pytest.mark.parametrize(
    "text",
    [
        # The value is written here, and read elsewhere by its anchor.
        f"{DB}  web:\n    environment:\n      U: &u postgres://u:p@db:5432/x\n  job:\n    environment:\n      U: *u\n",
        # A service that stays direct takes the mapping from here.
        f"{DB}  web:\n    environment: &env\n      U: postgres://u:p@db:5432/x\n{JOB}",
        f"{DB}  web:\n    environment:\n      U: postgres://u:p@db:5432/x\n  job:\n    extends: web\n",
    ],
)
def test_an_app_without_a_place_of_its_own_is_refused(text: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        added(text)
    assert caught.value.code == "shared-value"


def test_a_copied_text_that_would_end_at_a_comma_is_not_put_into_braces() -> None:
    url = "postgres://u:p@db:5432/x?a=b,c"
    text = f"x-env: &env\n  U: {url}\n{DB}{JOB}  web:\n    environment: {{<<: *env, A: b}}\n"
    span = Copy(text.index(url), text.index(url) + len(url))
    with pytest.raises(DevpoolError) as caught:
        added(text, {"U": Copied((span,), None)}, own_source=True)
    assert caught.value.code == "shared-value"
    block = text.replace("{<<: *env, A: b}", "\n      <<: *env")
    assert added(block, {"U": Copied((span,), None)}, own_source=True) == f"{block}      U: {url}\n"
