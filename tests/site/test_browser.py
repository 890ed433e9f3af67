"""Chromium looks at every page of the site: on a desktop and on a phone, light and dark."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from site_build import ROOT, built

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
WIDTHS = (1280, 390)
SCHEMES = ("default", "slate")
LOOK = Path(__file__).with_name("look.html")
# Shows that the browser sees what is wrong.
WRONG = """<!doctype html><body style="margin: 0"><article>
<table><tr><td style="min-width: 3000px">too wide</td></tr></table>
<div style="overflow-x: auto; width: 100px"><pre style="width: 3000px">scrolls</pre></div>
<img src="nosuch.png" width="5" height="5">
</article>"""


class Handler(SimpleHTTPRequestHandler):
    """The site, the page that looks at it, and where that reports."""

    views: bytes
    found: list[dict[str, Any]]
    reported: threading.Event

    def do_GET(self) -> None:
        own = {"/look.html": LOOK.read_bytes(), "/views.json": self.views, "/wrong.html": WRONG.encode()}
        if self.path not in own:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if self.path.endswith("html") else "application/json")
        self.end_headers()
        self.wfile.write(own[self.path])

    def do_POST(self) -> None:
        self.found.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()
        self.reported.set()

    def log_message(self, *_: object) -> None:
        """Nothing: what is wrong is in the report."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    """What the browser found, for each page, width and scheme."""
    site = built(tmp_path_factory.mktemp("site"))
    paths = [f"/{path.relative_to(site)}".removesuffix("index.html") for path in sorted(site.rglob("*.html"))]
    views = [
        {"address": path, "width": width, "scheme": scheme}
        for path in paths
        for width in WIDTHS
        for scheme in SCHEMES
        if path != "/404.html"
    ]
    views.append({"address": "/wrong.html", "width": 390, "scheme": "default"})
    state = {"views": json.dumps(views).encode(), "found": [], "reported": threading.Event()}
    handler = type("Served", (Handler,), state)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/look.html"
        with browser(tmp_path_factory.mktemp("profile"), address) as running:
            reported = state["reported"].wait(600)
            running.terminate()
        server.shutdown()
    assert reported, "the browser did not report"
    assert len(state["found"]) == len(views) > 100
    yield state["found"]


@pytest.fixture(scope="module")
def looked(seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the browser found on the pages of the site."""
    return [view for view in seen if view["address"] != "/wrong.html"]


def browser(profile: Path, address: str) -> subprocess.Popen[bytes]:
    """Chromium without a window, which asks no other host for anything."""
    program = subprocess.run([ROOT / "ci" / "browser"], capture_output=True, text=True, check=True, timeout=300)
    options = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *(f"--user-data-dir={profile}", "--window-size=1400,1000", "--remote-debugging-port=0"),
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    return subprocess.Popen([program.stdout.strip(), *options, address], stderr=subprocess.DEVNULL)


def test_the_browser_sees_what_is_wrong(seen: list[dict[str, Any]]) -> None:
    (view,) = (view for view in seen if view["address"] == "/wrong.html")
    found = [re.split(r":| \d", sentence)[0] for sentence in view["wrong"]]
    assert found == ["the page is", "out of the page", "broken image"]


def test_nothing_overflows_a_page_and_no_image_is_broken(looked: list[dict[str, Any]]) -> None:
    wrong = {f"{v['address']} at {v['width']}, {v['scheme']}": v["wrong"] for v in looked if v["wrong"]}
    assert wrong == {}


def test_every_link_of_a_page_as_it_is_shown_leads_to_a_page_and_a_place_in_it(looked: list[dict[str, Any]]) -> None:
    ids = {view["address"]: set(view["ids"]) for view in looked}
    dead = set()
    for view in looked:
        for link in view["links"]:
            path, _, place = ("/" + link.split("/", 3)[3]).partition("#")
            path = path.removesuffix("index.html")
            known = path in ids or path.endswith((".json", ".svg"))
            if not known or (place and place not in ids.get(path, {place})):
                dead.add(f"{view['address']}: {link}")
    assert sorted(dead) == []
