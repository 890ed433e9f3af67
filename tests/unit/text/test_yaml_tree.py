"""What the builder of the tree refuses: aliases, keys, and how deep and how large a text may be."""

from __future__ import annotations

import time

import pytest
import yaml
from yaml.scanner import ScannerError

from devpool.errors import DevpoolError
from devpool.text import yaml_tree
from devpool.text.document import Document, parse
from devpool.text.nodes import lookup


def read(text: str) -> Document:
    return parse("/p/compose.yml", text.encode())


def refusal(text: str) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        read(text)
    return caught.value


def test_an_alias_without_an_anchor_is_refused() -> None:
    assert refusal("a: *x\n").code == "unknown-alias"


def test_an_alias_before_its_anchor_is_refused() -> None:
    assert refusal("a: *x\nb: &x c\n").code == "unknown-alias"


def test_an_alias_of_what_it_stands_in_is_refused() -> None:
    assert refusal("a: &x\n  b: *x\n").code == "unknown-alias"


def test_a_key_that_is_a_list_is_refused() -> None:
    assert refusal("? [a, b]\n: c\n").code == "key-not-text"


def test_a_key_that_is_an_alias_is_read_as_what_it_means() -> None:
    document = read("a: &x b\n*x : c\n")
    found = lookup(document.root, "b")
    assert found is not None
    assert document.text[found.start : found.end] == "c"


@pytest.mark.parametrize("text", ["[" * 20_000, "a: " + "{b: " * 200 + "}" * 200, "- " * 500 + "a"])
def test_a_file_that_nests_too_deep_is_refused_and_does_not_crash(text: str) -> None:
    assert refusal(text).code == "too-deep"


def test_a_file_that_doubles_itself_by_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert refusal("\n".join(lines)).code == "too-many-aliases"


def test_many_values_without_an_alias_are_no_aliases() -> None:
    text = "a: [" + "1, " * 220_000 + "1]\n"
    assert read(text).size > 220_000


def test_a_common_block_that_thousands_of_services_merge_is_read() -> None:
    lines = ["x-common: &common {a: {b: c}, d: [e, f, g]}", "services:"]
    lines += [f"  s{n}: {{<<: *common, image: a}}" for n in range(5000)]
    assert len(read("\n".join(lines)).root.entries) == 2


def test_anchors_that_merge_one_another_in_a_long_row_are_refused() -> None:
    lines = ["a0: &a0 {x: y}"] + [f"a{n}: &a{n} {{<<: *a{n - 1}}}" for n in range(1, 2000)]
    assert refusal("\n".join(lines)).code == "too-deep"


DEEP = {
    "brackets": "a: " + "[" * 100_000,
    "brackets alone": "[" * 20_000,
    "both brackets": "a: " + "[{" * 5000,
    "brackets that end": "a: " + "[" * 2000 + "]" * 2000,
    "after other entries": "services:\n  db: {image: postgres}\nx-a: [b, c, " + "[" * 5000,
    "braces": "a: " + "{b: " * 5000,
    "dashes": "- " * 5000 + "a",
    "indents": "\n".join(" " * n + "a:" for n in range(1200)),
}


class Impatient(yaml.SafeLoader):
    """A loader that gives up deep down, as libyaml does; where and how is another thing in each version."""

    limit = 0
    error: Exception

    def fetch_flow_collection_start(self, TokenClass: type) -> None:  # noqa: N803 - PyYAML calls it so
        if self.flow_level >= self.limit:
            raise self.error
        super().fetch_flow_collection_start(TokenClass)


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_what_nests_by_the_thousand_is_refused_at_once_whichever_loader_reads_it(
    text: str, loader: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_tree, "_LOADER", loader)
    begun = time.process_time()
    assert refusal(text).code == "too-deep"
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("limit", [10, 1000])
@pytest.mark.parametrize("error", [ScannerError(problem="in words of its own"), RecursionError(), MemoryError()])
def test_what_stops_deep_nesting_first_does_not_matter(
    limit: int, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_tree, "_LOADER", type("Limited", (Impatient,), {"limit": limit, "error": error}))
    assert refusal(DEEP["brackets"]).code == "too-deep"


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 70,
        "a: " + "[" * 70 + "'" + "[" * 70,
        "a: " + "[" * 70 + "# " + "[" * 70,
        "a: '" + "[" * 2000,
        "a: [\n# " + "[" * 200,
        "a: [" + "[], " * 200,
    ],
)
def test_what_is_no_yaml_and_not_deep_is_not_said_to_be_deep(text: str) -> None:
    assert refusal(text).code == "not-yaml"


def test_an_alias_without_an_anchor_is_not_named_as_it_may_be_a_password() -> None:
    assert "geheim" not in str(vars(refusal("services:\n  db: {POSTGRES_PASSWORD: *geheim}\n")))
