"""The language of one request: what the extension asks for, else the browser's, else the shop's, else English."""

from __future__ import annotations

from flask import g, request

from shopify_app.edits.answers import Refusal
from shopify_app.edits.rules.forbidden import Forbidden
from shopify_app.web import forbidden
from shopify_app.web.voice import Voice, voice

FACE, REASONS = "portal", "links"
OWN_WORDS = frozenset({Refusal.NOT_SEEN})
"""Refusals that `links` tells as a link; all others read the same here as there."""


def speaks() -> Voice:
    """Return the voice for this request."""
    shop = g.get("shop")
    wishes = (request.args.get("locale"), *request.accept_languages.values())
    return voice(FACE, *wishes, shop.primary_locale if shop else None)


def why(code: str) -> str:
    """Return why something cannot be, in a sentence: for a refusal of an edit or a problem's code."""
    return words_for(code, speaks())


def words_for(code: str, said: Voice) -> str:
    """Return the same in a given voice. Raises KeyError for a code nobody has words for."""
    if isinstance(code, Forbidden):
        return forbidden.words(code, said.tag, g.shop.zone)
    if code in set(Refusal) - OWN_WORDS:
        said = voice(REASONS, said.tag)
    return said.say(f"why_{code}")
