"""The mail that is sent next: leased, as plain values. One at a time, because each is a person's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.channels.mail import decide
from shopify_app.channels.mail.models import DROPPED, NOTICE, PENDING, SENDING, UNKNOWN, Mail, MailSettings
from shopify_app.context import Context
from shopify_app.gateways.mail.letter import Letter
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Instant
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed_ids

LEASE = timedelta(seconds=150)
"""Longer than the slowest session of the gateway."""
OURSELVES = "Perennial"
"""Who mails to staff come from."""
SENDER_DIED = N_(
    "The program ended while this mail was on its way, so nobody knows whether it arrived. "
    "Send it again only if the person did not get it."
)


@dataclass(frozen=True)
class Claim:
    """A leased mail. `lease_until` tells this sender from another who claimed it later."""

    id: int
    shop_id: int
    lease_until: datetime
    letter: Letter


def ready(moment: Instant) -> tuple[ColumnElement[bool], ...]:
    """What may be sent at `moment` (machine time), as conditions on mails."""
    return (
        Mail.state == PENDING,
        Mail.next_try_at <= moment,
        or_(Mail.lease_until.is_(None), Mail.lease_until < moment),
        Mail.shop_id.in_(installed_ids()),
    )


def in_hand(moment: Instant) -> tuple[ColumnElement[bool], ...]:
    """What a sender holds at `moment` (machine time)."""
    return Mail.state.in_((PENDING, SENDING)), Mail.lease_until >= moment


def doubtful(moment: Instant) -> tuple[ColumnElement[bool], ...]:
    """What was on its way when its sender died."""
    return Mail.state == SENDING, Mail.lease_until < moment


def claim(ctx: Context, mail_id: int | None = None) -> Claim | None:
    """Lease the mail that has waited longest, or this one; None when there is none. What is no longer true is
    dropped."""
    moment, now = machine_now(), ctx.clock.now()
    with ctx.db.session() as session:
        while mail := session.scalars(_next(moment, mail_id, ctx.settings.host)).first():
            reason = decide.stale(session, mail, now) if mail.purpose == NOTICE else None
            if reason is None:
                mail.lease_until = moment + LEASE
                return Claim(mail.id, mail.shop_id, mail.lease_until, _letter(session, mail))
            mail.state, mail.reason = DROPPED, reason
            session.flush()
    return None


def give_up_doubtful(ctx: Context) -> int:
    """Park what was on its way when its sender died; returns how many."""
    with ctx.db.session() as session:
        lost = update(Mail).where(*doubtful(machine_now()))
        ids = lost.values(state=UNKNOWN, reason=SENDER_DIED, lease_until=None).returning(Mail.id)
        return len(session.scalars(ids).all())


def _next(moment: datetime, mail_id: int | None, host: str) -> Select[Mail]:
    # what was waiting when a database was copied is sent by the original
    ours = Mail.shop_id.in_(select(Shop.id).where(Shop.host == host))
    found = select(Mail).where(*ready(moment), ours).order_by(Mail.next_try_at, Mail.id).limit(1)
    found = found if mail_id is None else found.where(Mail.id == mail_id)
    return found.with_for_update(skip_locked=True)


def _letter(session: Session, mail: Mail) -> Letter:
    settings = session.get(MailSettings, mail.shop_id) if mail.purpose == NOTICE else None
    return Letter(
        id=message_id(mail),
        at=mail.at,
        language=mail.language,
        to=mail.recipient or "",
        subject=mail.subject or "",
        text=mail.plain or "",
        html=mail.html or "",
        sender_name=settings.sender_name if settings else OURSELVES,
        reply_to=settings.reply_to if settings else "",
    )


def message_id(mail: Mail) -> str:
    """Return the left part of the Message-ID: the same for a mail whenever it is sent, and told by no outsider."""
    name = f"{mail.shop_id}:{mail.purpose}:{mail.reference}:{mail.id}"
    return f"{mail.purpose}.{hashlib.sha256(name.encode()).hexdigest()[:32]}"
