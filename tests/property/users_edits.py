"""What users do to files between enable and disable: each edit is the same for the direct text and the enabled one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Files = dict[str, str]
Edit = Callable[[Files, random.Random], Files]


def _each(change: Callable[[str], str]) -> Edit:
    """The same change of every file."""
    return lambda files, _: {path: change(text) for path, text in files.items()}


def _compose(change: Callable[[str], str]) -> Edit:
    """A change of the compose file alone."""
    return lambda files, _: {p: change(t) if p.endswith(".yml") else t for p, t in files.items()}


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _with_line_ends(change: Callable[[str, str], str]) -> Edit:
    """A change that adds lines, with the line ends of the project: one line alone does not tell which it has."""
    return lambda files, _: {path: change(text, _newline("".join(files.values()))) for path, text in files.items()}


def _on_top(text: str, newline: str) -> str:
    return f"# mine é{newline}{text}" if not text.startswith("---") else text


def _at_the_end(text: str, newline: str) -> str:
    ending = "" if text.endswith(newline) else newline
    last = f"x-mine: {{a: b}}{newline}" if re.search(r"(?m)^services:", text) else f"OF_MINE=a{newline}"
    return text + ending + last


def _further_service(text: str) -> str:
    """A service before all others, indented as they are."""
    found = re.search(r"(?m)^services:[^\r\n]*(\r?\n)(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*([ ]+)\w", text)
    if not found:
        return text
    step, newline = found[2], found[1]
    at = text.index(newline, found.start()) + len(newline)
    name = "mine" + "_" * len(re.findall(r"(?m)^[ ]+mine_*:", text))
    return text[:at] + f"{step}{name}:{newline}{step * 2}image: mine{newline}" + text[at:]


def _renamed(name: str, other: str) -> Callable[[str], str]:
    return lambda text: re.sub(rf"(?m)^([ ]+){name}:(?=[ \t]*(?:#[^\r\n]*)?\r?$)", rf"\g<1>{other}:", text)


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")


def _backwards(text: str) -> str:
    """The services in the opposite order, each with the lines below it."""
    newline = _newline(text)
    head = re.search(r"(?m)^services:[^\r\n]*\r?\n(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*", text)
    step = re.match(r"[ ]+", text[head.end() :]) if head else None
    if head is None or step is None:
        return text
    body = re.match(rf"(?:(?:[ ]+[^\r\n]*|[ \t]*|#[^\r\n]*)(?:{newline}|\Z))*", text[head.end() :])
    assert body is not None, "it may be empty"
    blocks = re.split(rf"(?m)^(?={step[0]}\w)", body[0])[1:]
    ended = [block if block.endswith(newline) else block + newline for block in blocks]
    return text[: head.end()] + "".join(reversed(ended)) + text[head.end() + body.end() :]


def _blank_lines(text: str) -> str:
    """A blank line before each service but the first."""
    newline = _newline(text)
    head = re.search(r"(?m)^services:[^\r\n]*\r?\n", text)
    step = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*([ ]+)").match(text, head.end()) if head else None
    if head is None or step is None:
        return text
    first, *others = re.split(rf"(?m)^(?={step[1]}[\w-]+:)", text[head.end() :])
    if not others:
        return text
    return text[: head.end()] + first + others[0] + "".join(f"{newline}{part}" for part in others[1:])


def indented_twice(text: str) -> str:
    """Every line twice as deep."""
    return re.sub(r"(?m)^([ ]+)", r"\1\1", text)


def _variable_of_his_own(text: str) -> str:
    """Another variable on top of the `environment:` of each app, where that is a mapping in block style."""
    app = r"^(?P<lead>[ ]+)image: app\r?\n(?:(?P=lead)[^\r\n]*\r?\n)*?(?P=lead)environment:[^\r\n{\[|>]*(?P<end>\r?\n)"
    entry = r"(?=(?P=lead)(?P<step>[ ]+)(?:[A-Z_0-9]+|<<):)"
    return re.sub(f"(?m){app}{entry}", r"\g<0>\g<lead>\g<step>MINE: a\g<end>", text)


def _comment_behind(text: str) -> str:
    """A comment behind what stands on its own line and has none."""
    return re.sub(r"(?m)^([ ]+(?:image|command): [\w:/.-]+)(?=\r?$)", r"\1 # mine", text)


REORDERED = "the services in the opposite order"
SPACED = "a blank line before each service"
VARIED = "a variable of his own"
TAILED = "spaces at the ends of lines"
SAFE: dict[str, Edit] = {
    "a comment on top": _with_line_ends(_on_top),
    "something at the end": _with_line_ends(_at_the_end),
    "a service of his own": _compose(_further_service),
    "another image": _compose(lambda text: text.replace("image: app", "image: app:2")),
    "a bystander renamed": _compose(lambda text: re.sub(r"\bcache:(?=\s+image: redis)", "kache:", text)),
    "an app renamed": _compose(_renamed("web", "front")),
    "line ends of Windows": _each(lambda text: _unix(text).replace("\n", "\r\n")),
    "line ends of Unix": _each(_unix),
    "no final newline": _each(lambda text: text.rstrip("\r\n")),
    REORDERED: _compose(_backwards),
    SPACED: _compose(_blank_lines),
    "indented twice as deep": _compose(indented_twice),
    VARIED: _compose(_variable_of_his_own),
    "comments behind lines": _compose(_comment_behind),
    TAILED: _each(lambda text: re.sub(r"(?m)(?<=[\w'\":])(?=\r?$)", "  ", text)),
}
