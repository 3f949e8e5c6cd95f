"""A shop's settings for whoever packs: when the day ends, and who is told then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.fulfillment.models import FulfillmentSettings
from shopify_app.journal.record import record
from shopify_app.kit.db import Json

CUTOFF = 17


@dataclass(frozen=True)
class Wanted:
    """What a merchant chose. `slack_url` is sealed; None is no Slack."""

    cutoff_hour: int
    by_mail: bool
    tells_nothing: bool
    slack_url: str | None


def of(session: Session, shop_id: int) -> FulfillmentSettings:
    """Return a shop's settings, not yet added to the session where it never saved any."""
    found = session.get(FulfillmentSettings, shop_id)
    return found or FulfillmentSettings(
        shop_id=shop_id, cutoff_hour=CUTOFF, by_mail=False, tells_nothing=False, since=None, slack_url=None
    )


def change(session: Session, shop_id: int, wanted: Wanted, actor: str, now: datetime) -> None:
    """Save what a merchant chose and write down who did, without the address. `now`: business time."""
    row = of(session, shop_id)
    before = _told(row)
    if row.slack_url != wanted.slack_url:
        row.slack_problem = None
    row.cutoff_hour, row.by_mail, row.tells_nothing = wanted.cutoff_hour, wanted.by_mail, wanted.tells_nothing
    row.slack_url = wanted.slack_url
    row.since = (row.since or now) if row.by_mail or row.slack_url else None
    session.add(row)
    if (after := _told(row)) != before:
        kind = "fulfillment.settings_changed"
        key = f"{kind}:{now.isoformat()}"
        record(session, shop_id, key=key, kind=kind, occurred_at=now, actor=actor, before=before, after=after)


def _told(row: FulfillmentSettings) -> Json:
    return {"cutoff_hour": row.cutoff_hour, "by_mail": row.by_mail, "slack": row.slack_url is not None}
