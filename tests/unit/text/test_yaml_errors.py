"""A refusal of YAML names the place and the way out, and quotes nothing of the file."""

from __future__ import annotations

from typing import get_args

import pytest
import yaml

from devpool.errors import Code
from devpool.text.yaml_errors import not_yaml, refused


def problem_of(text: str) -> yaml.YAMLError:
    with pytest.raises(yaml.YAMLError) as error:
        yaml.compose(text)
    return error.value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b\nc: [sesame\n", 3),
        ("a: *sesame\n", 1),
        ("a: 'sesame\n", 2),
        ("a: b\n\tsesame: c\n", 2),
        ("a: !sesame!x y\n", 1),
        ("a: &a x\nb: sesame: c\n", 2),
        ("%sesame\n---\na: b\n%", 4),
    ],
)
def test_the_line_is_named_and_nothing_of_it_is_quoted(text: str, line: int) -> None:
    error = not_yaml("/p/c.yml", problem_of(text))
    assert (error.code, error.where) == ("not-yaml", f"/p/c.yml:{line}")
    assert error.message.startswith("the file is not YAML: ")
    assert error.hint
    assert "sesame" not in repr(vars(error)) + str(error)


def test_a_character_that_yaml_forbids_is_refused_without_a_line() -> None:
    error = not_yaml("/p/c.yml", problem_of("a: \x01\n"))
    assert error.where == "/p/c.yml"
    assert error.message == "the file is not YAML: special characters are not allowed"


@pytest.mark.parametrize("code", ["several-documents", "too-deep", "too-large", "unknown-alias", "key-not-text"])
def test_each_other_refusal_has_a_sentence_and_a_way_out(code: Code) -> None:
    assert code in get_args(Code)
    error = refused(code, "/p/c.yml:3")
    assert (error.code, error.where) == (code, "/p/c.yml:3")
    assert error.message and error.hint
