"""What a digest says: its subject and one line per changed shipment, by ship date, in English or German."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shopify_app.fulfillment import folding, listing, words
from shopify_app.fulfillment.models import Change
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of

SHOWN = 60
"""Shipments named in one message; the rest is on the page."""
_SUBJECT = {
    "en": ("{shop}: nothing changed for packing", "{shop}: 1 changed shipment", "{shop}: {count} changed shipments"),
    "de": (
        "{shop}: keine Änderungen für den Versand",
        "{shop}: 1 geänderte Sendung",
        "{shop}: {count} geänderte Sendungen",
    ),
}
_MORE = {"en": "… and {more} more", "de": "… und {more} weitere"}
_OPEN = {"en": "Open the list", "de": "Liste öffnen"}


@dataclass(frozen=True)
class Line:
    """One shipment: the day it ships, its subscription, and what changed."""

    day: str
    number: str
    changes: str


def lines(found: Sequence[Change], zone: ZoneInfo, language: str) -> list[Line]:
    """Return the lines of a digest, the soonest ship date first."""
    return [_line(change, zone, language) for change in sorted(found, key=listing.key)[:SHOWN]]


def subject(shop: str, count: int, language: str) -> str:
    """Return e.g. "Rosebud Coffee: 3 changed shipments"."""
    return _SUBJECT[language][min(count, 2)].format(shop=shop, count=count)


def more(count: int, language: str) -> str:
    """Return that some are not named; empty when all are."""
    return _MORE[language].format(more=count - SHOWN) if count > SHOWN else ""


def slack(shop: str, found: Sequence[Change], zone: ZoneInfo, language: str, link: str) -> Json:
    """Return the body for an incoming webhook (Slack docs, "Sending messages using incoming webhooks")."""
    said = [f"*{_plain(subject(shop, len(found), language))}*"]
    said += [f"• {_plain(one.day)}: #{one.number}, {_plain(one.changes)}" for one in lines(found, zone, language)]
    said += [text for text in (more(len(found), language),) if text]
    return {"text": "\n".join([*said, f"<{link}|{_OPEN[language]}>"])}


def _line(change: Change, zone: ZoneInfo, language: str) -> Line:
    number = number_of(change.contract_gid) if change.contract_gid else "–"
    said = "; ".join(words.lines(folding.standing(change.parts), zone, language))
    return Line(words.day(change.ships_on, language), number, f"{said} ({words.by(change.actor, language)})")


def _plain(text: str) -> str:
    """Slack's own three characters are escaped (Slack docs, "Formatting text")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
