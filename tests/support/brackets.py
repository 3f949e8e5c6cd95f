"""A language that says each message in brackets: what stands outside of them on a page never saw the catalogue."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from babel.dates import get_day_names, get_month_names
from babel.support import NullTranslations

from shopify_app.web import language
from tests.guards.unmarked import VISIBLE, WORD

_SAID = re.compile("⟦[^⟦⟧]*⟧")
_NAMES = [
    name.rstrip(".")
    for names in (get_day_names, get_month_names)
    for width in ("abbreviated", "wide")
    for context in ("format", "stand-alone")
    for name in names(width, context, "de").values()
]
_CALENDAR = re.compile(rf"\b({'|'.join(sorted(_NAMES, key=len, reverse=True))})\b")
"""Days and months as CLDR writes them in German."""


class Brackets(NullTranslations):
    """Says each message as it is, in brackets; dates and numbers stay German."""

    def ugettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ungettext(self, one: str, many: str, count: int) -> str:
        return f"⟦{one if count == 1 else many}⟧"

    def upgettext(self, context: str, message: str) -> str:
        return f"⟦{message}⟧"


def speak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every page speak it from now on."""
    monkeypatch.setattr(language, "asked", lambda: "de")
    monkeypatch.setattr(language, "catalogue", lambda code: Brackets())


def left(html: str, data: re.Pattern[str]) -> list[str]:
    """Return what a page says outside of brackets, without `data`: names, codes and what people typed."""
    found = []
    for words in _Shown(html).words:
        while words != (words := _SAID.sub("", words)):
            pass
        if WORD.search(data.sub("", _CALENDAR.sub("", words))):
            found.append(words.strip())
    return found


class _Shown(HTMLParser):
    """What a page shows: text and attributes that are read. Code, and what says its own language, is left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._mute = ""
        # a link within a sentence does not end it
        self.feed(re.sub(r"</?(s-link|s-text)\b[^>]*>(?=[^⟦]*⟧|[^⟦]*⟦[^⟦⟧]*⟧[^⟦]*⟧)", "", html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("code", "script", "style") or "lang" in dict(attrs):
            self._mute = tag
        self.words += [value for name, value in attrs if name in VISIBLE and value]

    def handle_endtag(self, tag: str) -> None:
        self._mute = "" if tag == self._mute else self._mute

    def handle_data(self, data: str) -> None:
        if not self._mute:
            self.words.append(data)
