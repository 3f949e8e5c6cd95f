"""What staff read, in their language: English source text is the message id, gettext finds the rest (decision 0018).

Four marks, which `bin/words` collects:

- ``_("Save")``: said now, in the language of the request at hand;
- ``N_("Save")``: words of a table that is built when the module is imported, said when they are shown;
- ``kept("Order %(name)s …")``: a sentence that is stored in English with its places filled, and said when it is read;
- ``ngettext("%(num)s order", "%(num)s orders", number)``: by the language's own plural forms.

Places are named, ``_("Since %(day)s.", day=day(at))``, so that a translation may turn them round; a percent sign is
doubled. The language is the request's (web/language.py); outside of one it is English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, SupportsIndex

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_decimal
from babel.support import NullTranslations


@dataclass(frozen=True)
class Tongue:
    """A language, with the region whose way of writing dates, numbers and money counts."""

    locale: Locale
    translations: NullTranslations

    @property
    def tag(self) -> str:
        """The tag for `lang`, e.g. "de" or "en-GB"."""
        return "en" if self is ENGLISH else str(self.locale).replace("_", "-")


ENGLISH = Tongue(Locale("en", "US"), NullTranslations())
_spoken: ContextVar[Tongue] = ContextVar("spoken", default=ENGLISH)


def speak(tongue: Tongue) -> None:
    """Say everything in this language from now on, in this thread."""
    _spoken.set(tongue)


def spoken() -> Tongue:
    """Return the language that is spoken here and now."""
    return _spoken.get()


@contextmanager
def speaking(tongue: Tongue) -> Iterator[None]:
    """Speak a language for a while."""
    token = _spoken.set(tongue)
    try:
        yield
    finally:
        _spoken.reset(token)


def locale() -> Locale:
    """Return the locale by which dates, numbers and money are written here and now."""
    return _spoken.get().locale


def numeral(value: int) -> str:
    """Return a whole number as the language writes it, e.g. "5,000"."""
    return str(format_decimal(value, locale=locale()))


def _(message: str, /, **places: Any) -> str:
    """Return `message` in the language spoken, its places filled; the empty string stays empty."""
    source = str.__str__(message)
    return str(_spoken.get().translations.ugettext(source)) % places if source else ""


def filled(words: str, /, **places: Any) -> str:
    """Return marked words of a table with their places filled: for tables whose rows have places."""
    return _(words, **places)


def dated(day: date) -> str:
    """Return a day as the language writes it, e.g. "Thu, Nov 19, 2026" (a CLDR skeleton)."""
    return str(format_skeleton("yMMMEd", day, locale=locale()))


def kept_day(day: date) -> str:
    """Return a day as stored sentences have it, "Thu, Nov 19, 2026"; `known` says it in its reader's language."""
    return str(format_skeleton("yMMMEd", day, locale=ENGLISH.locale))


_kept: dict[str, re.Pattern[str]] = {}
_PLACE = re.compile(r"%\\\((\w+)\\\)s")
_NUMERIC_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
"""How sentences that were stored earlier have a day."""
_DAYS = ("%a, %b %d, %Y", "%Y-%m-%d")
_END = re.compile(r"(?<=[.!?]) (?=[A-Z])")


def kept(message: str) -> str:
    """Mark a sentence that is stored in English with its places filled, and said later by `known`. Fill it with %."""
    _kept[message] = re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(message)).replace("%%", "%"), re.DOTALL)
    return message


def known(text: str | None) -> str:
    """Return stored English sentences in the language spoken: those that were marked, whole or with their places."""
    if not text or (_spoken.get() is ENGLISH and not _NUMERIC_DAY.search(text)):
        return text or ""
    whole = _recalled(text)
    return whole if whole is not None else " ".join(_recalled(part) or part for part in _END.split(text))


def _recalled(text: str) -> str | None:
    said = str(_spoken.get().translations.ugettext(text))
    if said != text:
        return said
    for message, pattern in _kept.items():
        found = pattern.fullmatch(text)
        if found:
            return _(message, **{name: _refilled(value) for name, value in found.groupdict().items()})
    return None


def _refilled(value: str) -> str:
    """What filled a place, in the language spoken: a sentence of ours, a day, or as it is."""
    for shape in _DAYS:
        try:
            return dated(datetime.strptime(value, shape).date())  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return _recalled(value) or value


def pgettext(context: str, message: str, /, **places: Any) -> str:
    """Return a message that means different things in different places: `context` tells which, for translators."""
    return str(_spoken.get().translations.upgettext(context, message)) % places


def ngettext(one: str, many: str, count: int, /, **places: Any) -> str:
    """Return one of two forms, or of as many as the language has, for `count`; "%(num)s" is the count in digits."""
    places.setdefault("num", numeral(count))
    return str(_spoken.get().translations.ungettext(one, many, count)) % places


class Lazy(str):
    """Words that are said in the language of whoever reads them. Compared and hashed they are their English source.

    Shown in a template, in an f-string, or through any method below they are translated. `str.join` and JSON read a
    string's own letters: give them `str(words)`.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return _(self)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __html__(self) -> str:
        from markupsafe import escape

        return str(escape(str(self)))

    def __add__(self, other: str) -> str:
        return str(self) + other

    def __radd__(self, other: str) -> str:
        return other + str(self)

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        return str(self)[key]

    def lower(self) -> str:
        return str(self).lower()

    def upper(self) -> str:
        return str(self).upper()

    def capitalize(self) -> str:
        return str(self).capitalize()

    def casefold(self) -> str:
        return str(self).casefold()

    def format(self, *args: object, **places: object) -> str:
        return str(self).format(*args, **places)

    def removesuffix(self, suffix: str, /) -> str:
        return str(self).removesuffix(suffix)


def N_(message: str) -> str:
    """Mark words that stand in a table, for later: see `Lazy`."""
    return Lazy(message)
