"""What a shop's links in mails do, as its staff chose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.journal.record import record
from shopify_app.links.urls import ACCOUNT, ACT
from shopify_app.shops.models import Shop

MODES = (ACT, ACCOUNT)


def change(session: Session, shop: Shop, mode: str, actor: str, now: datetime) -> bool:
    """Save what links do (one of MODES) and write down who chose; returns whether it differs. `now`: business time.

    With ACCOUNT, links in mails sent before stop acting too.
    """
    before = shop.mail_links
    if mode == before:
        return False
    shop.mail_links = mode
    record(
        session,
        shop.id,
        key=f"links.mode_changed:{now.isoformat()}",
        kind="links.mode_changed",
        occurred_at=now,
        actor=actor,
        before={"mail_links": before},
        after={"mail_links": mode},
    )
    return True
