"""Reading mails: which facts were told by one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.channels.mail.models import Mail


def of_facts(session: Session, shop_id: int, fact_ids: Sequence[int]) -> dict[int, list[Mail]]:
    """Return the mails about each of these facts, by fact id."""
    found: dict[int, list[Mail]] = {}
    statement = select(Mail).where(Mail.shop_id == shop_id, Mail.fact_id.in_(fact_ids))
    for mail in session.scalars(statement.order_by(Mail.id)):
        found.setdefault(mail.fact_id or 0, []).append(mail)
    return found
