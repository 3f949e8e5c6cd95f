"""Finds what a merchant reads and nobody can translate: visible text without a mark, in templates and in Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import nodes

from shopify_app.commands.words import NOUN, WORDS, parsed
from tests.guards.source import tree

VISIBLE = {"heading", "label", "placeholder", "alt", "title", "details", "error", "accessibilitylabel", "summary"}
VISIBLE |= {"aria-label", "aria-description", "data-toast", "prefix", "suffix"}
MARKS = {*WORDS, NOUN}
WORD = re.compile(r"[^\W\d_]{2,}")
CODE = re.compile(r"^[\w.:/#?=&%*,{}()\-]*$")
"""What has no space and no capital at its front is a name, an address or a code."""


def in_template(path: Path) -> list[str]:
    """Return what a template shows without a mark."""
    found = _Seen()
    found.feed("".join(_text(parsed(path))))
    found.close()
    return found.words + [word for word in _expressions(parsed(path)) if _is_said(word)]


def in_python(path: Path) -> list[tuple[int, str]]:
    """Return the line and the text of strings that read like words for people and are not marked."""
    found = []
    for node in _unmarked(tree(path)):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "\ufffc" for part in node.values)
            if re.search(r"[^\W\d_]{2,} |[^\W\d_]{3,}[.!?]$| [^\W\d_]{2,}", text) and not _is_code(text):
                found.append((node.lineno, text))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_said(node.value):
            found.append((node.lineno, node.value))
    return sorted(found)


def _is_said(text: str) -> bool:
    if not WORD.search(text) or _is_code(text):
        return False
    return " " in text.strip() or bool(re.match(r"^[A-Z][a-zäöü’']+[.:?!…]?$", text.strip()))


def _is_code(text: str) -> bool:
    """SQL, headers, CSS selectors and the like."""
    return bool(re.match(r"^(https?:|text/|application/|attachment;|%[A-Za-z]|X-[A-Z])", text))


class _Seen(HTMLParser):
    """Text nodes and visible attributes of HTML whose expressions are placeholders."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._mute = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._mute += tag in ("script", "style")
        self.words += [value for name, value in attrs if name in VISIBLE and value and WORD.search(value)]

    def handle_endtag(self, tag: str) -> None:
        self._mute -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._mute and WORD.search(data):
            self.words.append(" ".join(data.split()))


def _text(node: nodes.Node) -> Iterator[str]:
    """A template's own text, in its order, with a sign for each expression."""
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Expr):
        yield "\ufffc"
    else:
        for child in node.iter_child_nodes(exclude=("test", "target", "iter", "args", "defaults", "filter")):
            yield from _text(child)


QUIET = {"url_for", "range", "include"}


def _expressions(node: nodes.Node) -> Iterator[str]:
    """Strings in a template's expressions outside of marks, comparisons, keys and addresses."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in MARKS | QUIET:
        return
    if isinstance(node, nodes.Filter) and node.name == NOUN:
        yield from _expressions(node.node) if node.node else ()
        return
    if isinstance(node, nodes.Compare | nodes.Include | nodes.Extends | nodes.TemplateData):
        return
    if isinstance(node, nodes.Getitem):
        yield from _expressions(node.node)
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _expressions(child)


def _unmarked(module: ast.Module) -> Iterator[ast.AST]:
    """Every string but docstrings, marked ones, keys, and what logs and errors of the program say."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.JoinedStr | ast.Constant):
            yield node
            if isinstance(node, ast.JoinedStr):
                waiting += [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
            continue
        if isinstance(node, ast.Raise) or _is_mark(node):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Compare):
            continue
        waiting += list(ast.iter_child_nodes(node))


def _is_mark(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute):
        return isinstance(called.value, ast.Name) and called.value.id in ("log", "speech", "re")
    return isinstance(called, ast.Name) and called.id in {*MARKS, "TypeVar", "cast"}
