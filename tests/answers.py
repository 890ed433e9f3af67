"""What `--json` prints, held against the schema that the documentation has: every answer that any test asks for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

_SCHEMA = Path(__file__).resolve().parents[1] / "docs" / "reference" / "answers.schema.json"


@cache
def _validator(name: str) -> Draft202012Validator:
    whole = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": whole["$defs"]})


def assert_answer(answer: dict[str, Any]) -> None:
    """An answer has the fields that are documented, and no other."""
    verb = "error" if "error" in answer else answer["verb"] or "version"
    name = f"{verb.title()}Answer"
    wrong = [f"{error.json_path}: {error.message}" for error in _validator(name).iter_errors(answer)]
    assert not wrong, "\n".join(wrong)


def assert_answers(words: Sequence[str], stdout: str) -> None:
    """What a command line with `--json` has printed is an answer, or one on each line."""
    own = words[: list(words).index("--")] if "--" in words else words
    if "--json" not in own or not stdout.strip():
        return
    each = stdout.splitlines() if "--watch" in own else [stdout]
    for text in each:
        assert_answer(json.loads(text))
