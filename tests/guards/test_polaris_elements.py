"""Every `s-*` element and attribute in our templates exists in Shopify's own list, with a value it allows.

The list: @shopify/polaris-types, dist/custom-elements.json. A misspelled attribute is silently ignored by a browser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "shopify_app/web/templates"
LIST = ROOT / "node_modules/@shopify/polaris-types/dist/custom-elements.json"

OF_APP_BRIDGE = {"s-app-nav": {}, "ui-nav-menu": {}, "ui-save-bar": {"id", "discardconfirmation"}}
"""Elements of App Bridge, which the list leaves out (Shopify docs: App Bridge web components)."""
REL = {"s-link": {"rel"}}
"""`rel="home"` on a link of the app's menu (Shopify docs: s-app-nav)."""
GLOBAL = {"id", "slot", "class", "hidden", "lang", "dir", "title", "tabindex", "role"}
FREE = re.compile(r"^(aria|data|hx)-")


@cache
def elements() -> dict[str, dict[str, str]]:
    """Element → attribute → its type as the list has it."""
    found: dict[str, dict[str, str]] = {}
    for module in json.loads(LIST.read_text())["modules"]:
        for declaration in module["declarations"]:
            if "tagName" in declaration:
                attributes = declaration.get("attributes", [])
                found[declaration["tagName"]] = {a["name"]: (a.get("type") or {}).get("text", "") for a in attributes}
    return found


@cache
def slots() -> dict[str, set[str]]:
    """Element → names of its slots."""
    modules = json.loads(LIST.read_text())["modules"]
    declarations = (d for m in modules for d in m["declarations"] if "tagName" in d)
    return {d["tagName"]: {slot["name"] for slot in d.get("slots", [])} for d in declarations}


class Linter(HTMLParser):
    """Collects complaints about one template whose Jinja has been taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.complaints: list[str] = []
        self.seen = 0
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag.startswith(("s-", "ui-")):
            self.seen += 1
            self._check(tag, attrs)
        if tag not in ("meta", "link", "input", "br", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def _check(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in OF_APP_BRIDGE:
            return
        known = elements().get(tag)
        if known is None:
            self._complain(f"there is no <{tag}>")
            return
        for name, value in attrs:
            if name == "slot":
                self._check_slot(tag, value or "")
            elif name in GLOBAL or FREE.match(name) or name in REL.get(tag, ()):
                continue
            elif name not in known:
                self._complain(f"<{tag}> has no attribute {name}")
            elif not _allows(known[name], value or ""):
                self._complain(f'<{tag} {name}="{value}"> is none of {known[name][:120]}')

    def _check_slot(self, tag: str, slot: str) -> None:
        """The parent decides; an included template has none of its own: its slots are the page's."""
        parent = next((open_ for open_ in reversed(self._open) if open_.startswith("s-")), "s-page")
        if slot not in slots()[parent]:
            self._complain(f'<{tag} slot="{slot}">: <{parent}> has no such slot')

    def _complain(self, words: str) -> None:
        self.complaints.append(f"line {self.getpos()[0]}: {words}")


def _allows(kind: str, value: str) -> bool:
    """A list of words allows those words; numbers, booleans, free text and composed types allow anything."""
    words = re.findall(r'"([^"]*)"', kind)
    is_list = bool(words) and not re.search(r"[A-Z]\w*<|`|string|number|\w+Shorthand", kind)
    return not is_list or "JINJA" in value or value in words


def _without_jinja(text: str) -> str:
    text = re.sub(r"\{#.*?#\}", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    text = re.sub(r"\{%.*?%\}", " ", text, flags=re.S)
    return re.sub(r"\{\{.*?\}\}", "JINJA", text, flags=re.S)


def _lint(text: str) -> Linter:
    linter = Linter()
    linter.feed(_without_jinja(text))
    return linter


def _templates() -> Iterator[Path]:
    return iter(sorted(TEMPLATES.rglob("*.html")))


def test_every_element_and_attribute_is_shopifys():
    linted = {path: _lint(path.read_text()) for path in _templates()}
    wrong = [f"{path.relative_to(ROOT)} {words}" for path, one in linted.items() for words in one.complaints]
    assert not wrong, "\n".join(wrong)
    assert sum(one.seen for one in linted.values()) > 50, "the guard looks past the templates"


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<s-cardd></s-cardd>", "there is no <s-cardd>"),
        ('<s-badge colour="red"></s-badge>', "<s-badge> has no attribute colour"),
        ('<s-badge tone="red"></s-badge>', '<s-badge tone="red"> is none of'),
        ('<s-page><s-section slot="side"></s-section></s-page>', 'slot="side">: <s-page> has no such slot'),
    ],
)
def test_the_guard_sees_what_is_wrong(html: str, complaint: str):
    assert complaint in _lint(html).complaints[0]


def test_the_guard_lets_jinja_choose_among_values():
    assert not _lint(
        '<s-badge tone="{{ tone }}">{% if x %}<s-link rel="home" href="/">Home</s-link>{% endif %}</s-badge>'
    ).complaints
