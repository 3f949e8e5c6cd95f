"""What shoppers read, in their language: JSON catalogues in `locales/<face>.<language>.json` (decision 0006)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

FOLDER = Path(__file__).parent / "locales"
FALLBACK = "en"


@dataclass(frozen=True)
class Voice:
    """One face's words in one language, and dates as its locale writes them."""

    face: str
    locale: Locale

    @property
    def tag(self) -> str:
        """The language tag for `lang`, e.g. "de-AT"."""
        return str(self.locale).replace("_", "-")

    def say(self, key: str, **values: str | int) -> str:
        """Return a phrase with its places filled. Raises KeyError for one nobody wrote.

        A phrase with plural forms ("one", "other": CLDR) is chosen by the value named `count`.
        """
        phrase = _catalogue(self.face, str(self.locale.language))[key]
        if isinstance(phrase, dict):
            phrase = phrase.get(self.locale.plural_form(int(values["count"])), phrase["other"])
        return str(phrase).format(**values)

    def day(self, instant: datetime, zone: tzinfo) -> str:
        """Return the local day with its weekday, e.g. "Saturday, December 5, 2026"."""
        return str(format_date(instant.astimezone(zone).date(), format="full", locale=self.locale))

    def moment(self, instant: datetime, zone: tzinfo) -> str:
        """Return the local day and time, e.g. "Saturday, December 5, 2026, 9:00 AM"."""
        time = format_time(instant.astimezone(zone), "short", tzinfo=zone, locale=self.locale)
        return f"{self.day(instant, zone)}, {time}"


def voice(face: str, *wishes: str | None) -> Voice:
    """Return the voice for the first tag (e.g. "de-AT") whose language we speak, else English."""
    for wish in wishes:
        try:
            locale = Locale.parse((wish or "").replace("_", "-"), sep="-")
        except (UnknownLocaleError, ValueError, TypeError):
            continue
        if locale is not None and (FOLDER / f"{face}.{locale.language}.json").is_file():
            return Voice(face, locale)
    return Voice(face, Locale(FALLBACK))


@cache
def _catalogue(face: str, language: str) -> dict[str, str | dict[str, str]]:
    found: dict[str, str | dict[str, str]] = json.loads((FOLDER / f"{face}.{language}.json").read_text("utf-8"))
    return found
