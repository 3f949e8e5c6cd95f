"""A shop's settings for mail: who it comes from, who of the staff gets alerts, and whether it stands in for Klaviyo.

Standing in is off until the merchant has said who mails come from and where replies go: before that a shopper would
get a message about money from a stranger, and answer into the void.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.mails.common import LANGUAGES as LANGUAGES
from shopify_app.channels.mail.models import DROPPED, NOTICE, PARKED, PENDING, Mail, MailSettings
from shopify_app.journal.record import record
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop

MOST_STAFF = 10
SWITCHED_OFF = N_("sending shoppers mail in Klaviyo's place was switched off")


@dataclass(frozen=True)
class Wanted:
    """What a merchant chose. `fallback` needs a sender's name and an address for replies."""

    sender_name: str
    reply_to: str
    staff: tuple[str, ...]
    language: str
    fallback: bool


def of(session: Session, shop_id: int) -> MailSettings:
    """Return a shop's settings, not yet added to the session where it never saved any."""
    found = session.get(MailSettings, shop_id)
    return found or MailSettings(
        shop_id=shop_id, sender_name="", reply_to="", staff=[], language="en", fallback_since=None
    )


def language(session: Session, shop: Shop) -> str:
    """Return the language of mails and digests to staff: the shop's, else the one chosen for mails ("en" or "de")."""
    return shop.staff_language or of(session, shop.id).language


def change(session: Session, shop_id: int, wanted: Wanted, actor: str, now: datetime) -> None:
    """Save what a merchant chose and write down who did, without any address. `now`: business time.

    Switched off, mails to shoppers that have not left are dropped; Klaviyo tells it when it can.
    """
    row = of(session, shop_id)
    before = _told(row)
    row.sender_name, row.reply_to, row.language = wanted.sender_name, wanted.reply_to, wanted.language
    row.staff = list(wanted.staff)
    row.fallback_since = (row.fallback_since or now) if wanted.fallback else None
    session.add(row)
    if not wanted.fallback:
        waiting = update(Mail).where(Mail.shop_id == shop_id, Mail.purpose == NOTICE)
        waiting = waiting.where(Mail.state.in_((PENDING, PARKED)), ~Mail.klaviyo_knows)
        session.execute(waiting.values(state=DROPPED, reason=SWITCHED_OFF, lease_until=None))
    if (after := _told(row)) != before:
        record(
            session,
            shop_id,
            key=f"mail.settings_changed:{now.isoformat()}",
            kind="mail.settings_changed",
            occurred_at=now,
            actor=actor,
            before=before,
            after=after,
        )


def _told(row: MailSettings) -> Json:
    return {"fallback": row.fallback_since is not None, "staff": len(row.staff), "language": row.language}
