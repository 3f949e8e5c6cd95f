"""The storefront's language: what its theme says in `locale`, else the browser's, else the shop's, else English."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency
from flask import g, request

from shopify_app.kit.money import round_money
from shopify_app.web.portal import tongue
from shopify_app.web.voice import Voice, voice

FACE = "storefront"


def speaks() -> Voice:
    """Return the voice for this request."""
    shop = g.get("shop")
    wishes = (request.args.get("locale"), *request.accept_languages.values())
    return voice(FACE, *wishes, shop.primary_locale if shop else None)


def money(amount: Decimal, currency: str, said: Voice) -> str:
    """Return an amount as the shopper's language writes it."""
    return str(format_currency(round_money(amount, currency), currency, locale=said.locale))


def why(code: str, said: Voice) -> str:
    """Return why something cannot be done, in the portal's words."""
    return tongue.words_for(code, voice(tongue.FACE, said.tag))
