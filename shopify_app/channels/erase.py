"""What the channels hold apart from the deliveries (those are the journal's): a shop's Klaviyo connection, a digest
of what each shopper's profile was told, what Flow may hear and asked for, and mails. A mail's row outlives its words,
so that nobody is told twice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.channels.flow.models import FlowRun, FlowSettings
from shopify_app.channels.klaviyo.models import KlaviyoAccount, KlaviyoProfile
from shopify_app.channels.mail.models import DROPPED, PARKED, PENDING, UNKNOWN, Mail, MailSettings
from shopify_app.kit.speech import N_


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return whether this customer's Klaviyo profile was kept current; what it says is in the other parts' rows."""
    mine = (KlaviyoProfile.shop_id == shop_id, KlaviyoProfile.customer_gid == customer_gid)
    rows = session.scalar(select(func.count()).select_from(KlaviyoProfile).where(*mine))
    return {"klaviyo_profile": bool(rows), "mails": _mails(session, shop_id, customer_gid)}


def _mails(session: Session, shop_id: int, customer_gid: str) -> list[dict[str, Any]]:
    mine = select(Mail).where(Mail.shop_id == shop_id, Mail.customer_gid == customer_gid).order_by(Mail.id)
    return [
        {"at": mail.at.isoformat(), "to": mail.recipient, "subject": mail.subject, "text": mail.plain}
        | {"state": mail.state}
        for mail in session.scalars(mine)
    ]


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Forget one customer's profile; for the whole shop (None) all of them and the key. Returns rows changed."""
    mine = delete(KlaviyoProfile).where(KlaviyoProfile.shop_id == shop_id)
    mine = mine.where(KlaviyoProfile.customer_gid == customer_gid) if customer_gid else mine
    erased = len(session.scalars(mine.returning(KlaviyoProfile.shop_id)).all())
    erased += _erase_mails(session, shop_id, customer_gid)
    if customer_gid is not None:
        return erased
    gone = delete(KlaviyoAccount).where(KlaviyoAccount.shop_id == shop_id).returning(KlaviyoAccount.shop_id)
    erased += len(session.scalars(gone).all())
    runs = delete(FlowRun).where(FlowRun.shop_id == shop_id).returning(FlowRun.id)
    switches = delete(FlowSettings).where(FlowSettings.shop_id == shop_id).returning(FlowSettings.shop_id)
    erased += len(session.scalars(runs).all()) + len(session.scalars(switches).all())
    settings = delete(MailSettings).where(MailSettings.shop_id == shop_id).returning(MailSettings.shop_id)
    return erased + len(session.scalars(settings).all())


def _erase_mails(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Empty the mails to a customer, or all of a shop, staff's included. What has not left is dropped."""
    whose = [Mail.shop_id == shop_id, *([Mail.customer_gid == customer_gid] if customer_gid else [])]
    unsent = update(Mail).where(*whose, Mail.state.in_((PENDING, PARKED, UNKNOWN)))
    session.execute(unsent.values(state=DROPPED, reason=N_("customer erased"), lease_until=None))
    named = or_(Mail.recipient.is_not(None), Mail.subject.is_not(None), Mail.customer_gid.is_not(None))
    nothing = {"recipient": None, "subject": None, "plain": None, "html": None, "customer_gid": None}
    emptied = update(Mail).where(*whose, named).values(nothing).returning(Mail.id)
    return len(session.scalars(emptied).all())
