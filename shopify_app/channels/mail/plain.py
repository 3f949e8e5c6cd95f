"""A mail's HTML as plain text, for programs and people that want no HTML. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HIDDEN = ("head", "style", "script", "title")
_BREAKS = ("p", "div", "tr", "br", "li", "h1", "table")
_GAPS = ("h2", "h1", "main")


def plain(html: str) -> str:
    """Return the words of a page, a line for each block, and each link as "words: address"."""
    seen = _Seen()
    seen.feed(html)
    lines = (" ".join(line.split()) for line in "".join(seen.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0
        self._href = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        if tag in _GAPS:
            self.parts.append("\n\n")
        elif tag in _BREAKS:
            self.parts.append("\n")
        if tag == "a":
            self._href = dict(attributes).get("href") or ""
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN
        if tag == "a" and self._href:
            self.parts.append(f": {self._href}")
            self._href = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))
