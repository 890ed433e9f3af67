"""Whether a change reaches another compose file, and the text that makes up a service."""

from __future__ import annotations

import pytest

from devpool.model.other_readers import Reader, service_spans
from devpool.model.services import services_node
from devpool.text.document import parse

MAIN, ENV, OTHER = "/p/compose.yml", "/p/.env", "/p/other/compose.yml"


@pytest.mark.parametrize(
    ("reader", "path", "reads"),
    [
        (Reader(path=OTHER), MAIN, False),
        (Reader(path=OTHER, whole=frozenset({MAIN})), MAIN, True),
        (Reader(path=OTHER, includes=frozenset({"/p/base.yml"})), "/p/base.yml", True),
        (Reader(path=OTHER, includes=frozenset({"/p/base.yml", MAIN})), "/p/base.yml", False),  # has the pooler
        (Reader(path=OTHER, taken={MAIN: ((10, 20), (40, 50))}), MAIN, True),
        (Reader(path=OTHER, taken={MAIN: ((10, 14), (16, 50))}), MAIN, False),
        (Reader(path=OTHER, taken={"/p/base.yml": ((10, 20),)}), MAIN, False),
        (Reader(path=OTHER, includes=frozenset({MAIN}), taken={MAIN: ((10, 20),)}), MAIN, True),
        (Reader(path=OTHER, loads=frozenset({ENV})), ENV, True),
        (Reader(path=OTHER, interpolates=frozenset({ENV}), names=frozenset({"URL"})), ENV, True),
        (Reader(path=OTHER, interpolates=frozenset({ENV}), names=frozenset({"URL_2"})), ENV, False),
    ],
)
def test_a_change_reaches_who_has_the_text_without_the_pooler(reader: Reader, path: str, reads: bool) -> None:
    assert reader.reads(path, 15, "URL", {MAIN}) == reads


TEXT = """\
x-env: &env
  U: x
x-app: &app
  image: app
  environment: *env
services:
  web:
    <<: *app
    command: [a, b]
  job: *app
  mail:
    image: mail
"""


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("web", ["<<: *app\n    command: [a, b]", "image: app\n  environment: *env", "U: x"]),
        ("job", ["*app", "image: app\n  environment: *env", "U: x"]),
        ("mail", ["image: mail"]),
        ("nobody", []),
    ],
)
def test_a_service_is_made_up_of_its_text_and_all_that_it_names(name: str, texts: list[str]) -> None:
    document = parse(MAIN, TEXT.encode(), "/p")
    spans = service_spans(services_node(document), name)
    assert [TEXT[start:end] for start, end in spans] == texts
    assert service_spans(None, name) == ()


def test_a_file_of_many_aliases_is_walked_once() -> None:
    levels = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 5))
    document = parse(MAIN, f"x0: &x0 [a]\n{levels}services:\n  web: {{x: *x4}}\n".encode(), "/p")
    assert len(service_spans(services_node(document), "web")) == 4 * 9 + 2
