"""What is printed: JSON that can be read, and never a password."""

from __future__ import annotations

import json

import pytest

from devpool.output import Output


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("-Dstore.password=moss fern -Dstore.url=jdbc:postgresql://db/x", "-Dstore.password=***"),
        ("host=db password=moss", "host=db password=***"),
        ('password="mo', "password=***"),
        ("postgres://u:moss@db/x", "postgres://u:***@db/x"),
        ("plain", "plain"),
    ],
)
def test_json_stays_json_where_a_password_is_left_out(
    value: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Output(as_json=True).data({"settings": [{"value": value, "next": "kept"}], "pair": (value, 1, None)})
    body = json.loads(capsys.readouterr().out)
    assert body["settings"][0]["next"] == "kept"
    assert body["settings"][0]["value"].startswith(shown)
    assert body["pair"][1:] == [1, None]
    assert "moss" not in json.dumps(body)
