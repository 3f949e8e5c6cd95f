"""The language a shop chose for its staff: of the app's pages and of every mail and digest to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.journal.record import record
from shopify_app.shops.models import Shop

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""What staff are spoken to in, code → its own name for itself. One more is a catalogue beside the German one and its
words in `channels/mail/staff_words.py`."""


def change(session: Session, shop: Shop, wanted: str | None, actor: str, now: datetime) -> bool:
    """Save a shop's language (one of LANGUAGES; None: as in Shopify) and write down who chose; returns whether it
    differs. `now`: business time.
    """
    before = shop.staff_language
    if wanted == before:
        return False
    shop.staff_language = wanted
    record(
        session,
        shop.id,
        key=f"language.changed:{now.isoformat()}",
        kind="language.changed",
        occurred_at=now,
        actor=actor,
        before={"language": before},
        after={"language": wanted},
    )
    return True
