"""Sending a mail again that waits for a person: one that was refused, or of which nobody knows whether it arrived."""

from __future__ import annotations

from sqlalchemy import select

from shopify_app.channels.klaviyo.deliver import around
from shopify_app.channels.mail import decide
from shopify_app.channels.mail.models import PARKED, PENDING, UNKNOWN, Mail
from shopify_app.context import Context
from shopify_app.kit.clock import machine_now

MOST = 500
"""Given free in one request of a person; the button is pressed again for more."""


def release(ctx: Context, shop_id: int, mail_id: int | None = None) -> tuple[int, int]:
    """Let one mail go again, or all refused ones of a shop (up to 500, oldest first); returns how many wait to be
    sent now, and how many stay parked with a fresh reason.

    A refused notice is written anew, since its shopper may have another address now. One that may have arrived keeps
    its words and its Message-ID, by which a mailbox can see the repeat; it goes only when it is named.
    """
    states = (PARKED,) if mail_id is None else (PARKED, UNKNOWN)
    with ctx.db.session() as session:
        found = select(Mail).where(Mail.shop_id == shop_id, Mail.state.in_(states)).order_by(Mail.id).limit(MOST)
        found = found if mail_id is None else found.where(Mail.id == mail_id)
        rows = session.scalars(found.with_for_update(skip_locked=True)).all()
        for mail in rows:
            mail.tries, mail.last_error = 0, None
            mail.next_try_at, mail.lease_until = machine_now(), None
            if mail.state == PARKED and mail.fact_id is not None:
                decide.write_again(session, mail, around(ctx))
            else:
                mail.state, mail.reason = PENDING, None
        freed = sum(mail.state == PENDING for mail in rows)
    ctx.wakeups.wake("mail")
    return freed, len(rows) - freed
