"""Every language says everything, with the same places, and dates in its own way."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from shopify_app.edits.answers import Refusal
from shopify_app.web.voice import FOLDER, voice

CATALOGUES = {path.name: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def _places(phrase: object) -> set[str]:
    return set(re.findall(r"{(\w+)}", json.dumps(phrase)))


@pytest.mark.parametrize("name", CATALOGUES)
def test_languages_say_the_same_things(name: str) -> None:
    english = CATALOGUES[f"{name.split('.')[0]}.en.json"]
    assert {key: _places(phrase) for key, phrase in CATALOGUES[name].items()} == {
        key: _places(phrase) for key, phrase in english.items()
    }


def test_every_refusal_has_words() -> None:
    assert {f"why_{refusal}" for refusal in Refusal} <= set(CATALOGUES["links.en.json"])


def test_a_language_we_do_not_speak_gets_english_dates_too() -> None:
    day = datetime(2026, 12, 5, 14, tzinfo=UTC)
    assert (voice("links", "de-AT").tag, voice("links", "de-AT").day(day, UTC)) == (
        "de-AT",
        "Samstag, 5. Dezember 2026",
    )
    assert (voice("links", "fr").tag, voice("links", "junk!", None).day(day, UTC)) == (
        "en",
        "Saturday, December 5, 2026",
    )
    assert voice("links", "../../x").tag == "en"
    assert voice("links", "en").say("items", count=1) == "1 item"
