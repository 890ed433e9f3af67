"""The site as it is built: without a warning, and every link in its pages leads to a page, a place in it, or a file."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from site_build import built

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """What a page links to, what it can be linked at, and what it shows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif value and (tag, name) in (("a", "href"), ("img", "src"), ("link", "href"), ("script", "src")):
                self.links.append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_every_internal_link_leads_to_a_page_or_a_place_in_it(site: Path, pages: dict[Path, Page]) -> None:
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or path.name == "404.html":
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = there / "index.html" if there.is_dir() else there
            known = pages.get(there)
            if not there.exists() or (known and parts.fragment and parts.fragment not in {*known.ids, "__codelineno"}):
                dead.append(f"{path.relative_to(site)}: {link}")
    assert dead == []


def test_no_page_asks_another_host_for_a_font_a_script_or_a_picture(pages: dict[Path, Page]) -> None:
    found = {
        f"{path.name}: {link}"
        for path, page in pages.items()
        for link in page.links
        if link.endswith((".js", ".css", ".woff2", ".png", ".svg")) and urlsplit(link).netloc
    }
    assert found == set()
