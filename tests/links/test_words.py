"""Every language says everything, with the same places, and dates in its own way."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from shopify_app.edits.answers import Refusal
from shopify_app.web.voice import FOLDER, voice

CATALOGUES = {path.name: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


FIVE = {"de", "en", "es", "fr", "ja"}
"""The languages of shoppers."""


def _places(phrase: object) -> set[str]:
    return set(re.findall(r"{(\w+)}", json.dumps(phrase)))


def test_every_face_speaks_the_five_languages_of_shoppers() -> None:
    faces: dict[str, set[str]] = {}
    for name in CATALOGUES:
        face, language, _ = name.split(".")
        faces.setdefault(face, set()).add(language)
    assert set(faces) == {"links", "portal", "rules", "stock", "storefront"}
    assert dict.fromkeys(faces, FIVE) == faces


@pytest.mark.parametrize("name", [name for name in CATALOGUES if ".en." not in name])
def test_nothing_is_left_in_english(name: str) -> None:
    english = CATALOGUES[f"{name.split('.')[0]}.en.json"]
    same = {key for key, phrase in CATALOGUES[name].items() if phrase == english[key] and " " in str(phrase)}
    assert not same


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
    assert (voice("links", "nl").tag, voice("links", "junk!", None).day(day, UTC)) == (
        "en",
        "Saturday, December 5, 2026",
    )
    assert voice("links", "../../x").tag == "en"
    assert voice("links", "en").say("items", count=1) == "1 item"
