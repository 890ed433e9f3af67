"""bin/bench pool shows numbers that it measured earlier: its table, targets and picture. No engine is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

REPO = Path(__file__).resolve().parents[2]
RATES = {
    "connections": {"direct": 100.0, "devpool": 250.0, "fast": 1300.0, "recipe": 90.0},
    "tps_1": {"direct": 30e3, "devpool": 20e3, "fast": 20e3, "recipe": 20e3},
    "tps_8": {"direct": 50e3, "devpool": 35e3, "fast": 35e3, "recipe": 35e3},
    "tps_64": {"direct": 30e3, "devpool": 29e3, "fast": 29e3, "recipe": 28e3},
    "tps_1000": {"direct": None, "devpool": 18e3, "fast": 18e3, "recipe": 17e3},
}


def found(**changed: dict[str, Any]) -> dict[str, Any]:
    rates = {measure: {name: [run(rate)] for name, rate in row.items()} for measure, row in RATES.items()}
    for measure, row in changed.items():
        rates[measure] |= row
    sizes = {name: [{"client": 2048.0, "pair": 4096.0}] for name in ("devpool", "recipe")}
    return {
        "rounds": 1,
        "seconds": 1,
        "rates": rates,
        "versions": {"devpool": "1.26.1", "recipe": "1.24.1", "postgres": "17.0"},
        "memory": sizes,
        "switching": {"enable": [4.0], "disable": [2.0], "recreate": [2.0]},
        "machine": {"cores": 2, "memory": "8 GB", "kind": "x86_64", "load": 0.5},
    }


def run(rate: float | None) -> dict[str, Any]:
    errors = 0 if rate else 1
    return {"value": rate, "errors": errors, "reason": "sorry, too many clients already" if errors else ""}


def shown(tmp_path: Path, numbers: dict[str, Any], *words: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "numbers.json"
    file.write_text(json.dumps(numbers))
    command = [sys.executable, REPO / "bench" / "pool.py", "--read", file, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_numbers_within_the_targets_are_a_table_and_exit_code_0(tmp_path: Path) -> None:
    done = shown(tmp_path, found())
    assert (done.returncode, done.stderr) == (0, "")
    assert "(2.50)" in done.stdout
    assert "missed" not in done.stdout
    assert "1,000 clients, direct: sorry, too many clients already" in done.stdout
    assert "2.0 kB" in done.stdout
    assert "4.0 s (2.00)" in done.stdout


def test_each_missed_target_is_named_and_the_exit_code_is_1(tmp_path: Path) -> None:
    slow = {"devpool": [run(150.0)], "fast": [run(1100.0)]}
    refused = {"devpool": [{"value": 18e3, "errors": 3, "reason": "no more connections allowed"}]}
    done = shown(tmp_path, found(connections=slow, tps_64={"devpool": [run(20e3)]}, tps_1000=refused))
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("missed: ")] == [
        "missed: connections/s, 8 clients: devpool has 1.50 times direct, target 2",
        "missed: connections/s, 8 clients: devpool has 1.67 times recipe, target 2.5",
        "missed: connections/s, 8 clients: fast-auth has 11.00 times direct, target 12",
        "missed: transactions/s, 64 clients: devpool has 0.67 times direct, target 0.85",
        "missed: 1,000 clients, devpool: 3 errors (no more connections allowed), target 0",
    ]


def test_a_ratio_is_of_the_two_sides_of_one_round(tmp_path: Path) -> None:
    """The machine was three times slower in the second round, and busy for one side alone in the third."""
    rounds = {
        "direct": [run(300.0), run(100.0), run(300.0)],
        "devpool": [run(750.0), run(250.0), run(310.0)],
        "fast": [run(3900.0)] * 3,
        "recipe": [run(90.0)] * 3,
    }
    assert "(2.50)" in shown(tmp_path, found(connections=rounds)).stdout


def test_the_picture_is_well_formed_and_says_where_direct_fails(tmp_path: Path) -> None:
    picture = tmp_path / "rates.svg"
    assert shown(tmp_path, found(), "--svg", str(picture)).returncode == 0
    words = [node.text for node in ElementTree.parse(picture).iter() if node.tag.endswith("text")]
    assert words.count("fails") == 1
    assert "1,000 clients" in words
