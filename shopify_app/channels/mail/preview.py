"""What a shopper would read, for staff to look at: a fact's mail or the example's, with links that do nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.events.common import HOST
from shopify_app.channels.klaviyo.events.told import Event
from shopify_app.channels.klaviyo.shelf import fetch
from shopify_app.channels.klaviyo.story import Around
from shopify_app.channels.mail import notice
from shopify_app.channels.mail.plain import plain
from shopify_app.journal.models import Fact
from shopify_app.links.urls import CHOICE_NAMES, NAMES
from shopify_app.links.wish import CHOICES
from shopify_app.shops.models import Shop

NOWHERE = "links/preview"
"""Where links of a preview lead: to a page that says that the link does not work."""


@dataclass(frozen=True)
class Preview:
    """A mail's words; `language` is that of its reader."""

    subject: str
    lines: list[str]
    language: str


def of_fact(session: Session, shop: Shop, sender_name: str, fact: Fact, host: str, now: datetime) -> Preview:
    """Return what the shopper of a fact would read now. Raises CannotRender with the reason. `now`: business time."""

    def nowhere(*of: object) -> dict[str, str]:
        return dict.fromkeys(NAMES, f"{host}/{NOWHERE}")

    def choices(
        shop: Shop, contract: str, cycle: int, decision: int, offered: object, until: datetime
    ) -> dict[str, str]:
        words = set(fact.data.get("options") or [])
        return {name: f"{host}/{NOWHERE}" for name, action in CHOICE_NAMES.items() if CHOICES[action] in words}

    around = Around(host, now, nowhere, choices)
    said = notice.written(shop, sender_name, fact, around, fetch(session, shop, [fact]))
    return Preview(said["subject"], _lines(said["plain"]), said["language"])


def of_example(event: Event, shop: Shop, sender_name: str, language: str, host: str) -> Preview:
    """Return the mail of an event's example; its values are English whatever the language."""
    subject, html = notice.example(event, sender_name or shop.name or shop.domain, language)
    return Preview(subject.replace(HOST, host), _lines(plain(html).replace(HOST, host)), language)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]
