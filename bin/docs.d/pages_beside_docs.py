"""Pages of the site that lie outside docs/, where a repository's readers expect them. A hook of MkDocs.

Their links are those of the repository. On the site, a link to another page leads there, and a link to a file that is
no page becomes its text. Forges want a bar in a table's code escaped, MkDocs does not.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
BESIDE = {
    "changes.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "releasing.md": "RELEASING.md",
    "security.md": "SECURITY.md",
    "reference/pooler-image.md": "docker/pgbouncer/README.md",
}
# A pattern in code may look like a link.
_CODE_OR_LINK = re.compile(
    r"(?P<code>`[^`\n]+`)|(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)"
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages."""
    for page, source in BESIDE.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_: object) -> str:
    """Turns the links of one page from paths in the repository into those of the site."""
    uri = page.file.src_uri
    folder = posixpath.dirname(BESIDE.get(uri, f"docs/{uri}"))
    pages = {source: target for target, source in BESIDE.items()}
    pages |= {f"docs/{file.src_uri}": file.src_uri for file in files if file.src_uri not in BESIDE}

    def on_site(match: re.Match[str]) -> str:
        if match["code"]:
            return match["code"].replace("\\|", "|")
        if re.match(r"[a-z]+:", match["target"]):
            return match[0]
        named = posixpath.normpath(posixpath.join(folder, match["target"]))
        if named in pages:
            target = posixpath.relpath(pages[named], posixpath.dirname(uri) or ".")
            return f"[{match['text']}]({target}{match['anchor'] or ''})"
        if not (ROOT / named).exists():
            raise PluginError(f"{uri}: {match['target']} is neither a page nor a file of the repository")
        return match["text"]

    return _CODE_OR_LINK.sub(on_site, markdown)
