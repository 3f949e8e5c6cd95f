"""What became of a try, written down: sent, tried again later, parked with its reason, or not known."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from shopify_app.channels.kept import PUT_OFF, SERVER_REFUSED
from shopify_app.channels.mail.claim import Claim
from shopify_app.channels.mail.models import PARKED, PENDING, SENDING, SENT, UNKNOWN, Mail
from shopify_app.context import Context
from shopify_app.gateways.mail.errors import Delayed, MailError, Refused, Unsure
from shopify_app.kit.clock import machine_now
from shopify_app.kit.speech import N_

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 30.0, 3600.0
"""Seconds of machine time between tries, doubled each time. Greylisting servers want to be asked after minutes."""
MAX_TRIES = 8
"""Tries after which a mail that the server puts off again and again waits for a person."""
ANSWER_LOST = N_(
    "The mail server did not say whether it took this mail, so nobody knows whether it arrived. "
    "Send it again only if the person did not get it."
)


def sent(ctx: Context, claim: Claim) -> None:
    """The server took the mail (250). It is not claimed to be delivered."""
    values = {"state": SENT, "sent_at": machine_now(), "reason": None, "last_error": None}
    # the answer counts also if somebody meanwhile gave this sender up
    _record(ctx, claim, (SENDING, UNKNOWN), values | {"tries": Mail.tries + 1})


def failed(ctx: Context, claim: Claim, error: MailError) -> bool:
    """Write down a failed try; returns False when the server itself is the trouble, so that all others wait too."""
    log.warning("mail not taken", extra={"shop_id": claim.shop_id, "mail_id": claim.id, "error": str(error)})
    tried: dict[str, Any] = {"tries": Mail.tries + 1, "last_error": str(error)}
    if isinstance(error, Unsure):
        _record(ctx, claim, (SENDING,), tried | {"state": UNKNOWN, "reason": ANSWER_LOST})
        return True
    if isinstance(error, Refused):
        reason = SERVER_REFUSED % {"error": error}
        _record(ctx, claim, (PENDING, SENDING), tried | {"state": PARKED, "reason": reason})
        return True
    _later(ctx, claim, tried, parks=isinstance(error, Delayed))
    return isinstance(error, Delayed)


def _later(ctx: Context, claim: Claim, tried: dict[str, Any], *, parks: bool) -> None:
    with ctx.db.session() as session:
        tries = session.get_one(Mail, claim.id).tries + 1
    wait = min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
    after = machine_now() + timedelta(seconds=wait * random.uniform(1.0, 1.2))  # noqa: S311 - hides nothing
    later = tried | {"state": PENDING, "next_try_at": after}
    if parks and tries >= MAX_TRIES:
        later |= {"state": PARKED, "reason": PUT_OFF % {"times": MAX_TRIES, "error": tried["last_error"]}}
    _record(ctx, claim, (PENDING, SENDING), later)
    if not parks:
        _rest(ctx, timedelta(seconds=min(wait, 300.0)))


def _rest(ctx: Context, wait: timedelta) -> None:
    """One server serves all: what waits is not tried one by one while it is away."""
    moment = machine_now()
    others = update(Mail).where(Mail.state == PENDING, Mail.next_try_at <= moment, Mail.lease_until.is_(None))
    with ctx.db.session() as session:
        session.execute(others.values(next_try_at=moment + wait))


def _record(ctx: Context, claim: Claim, states: tuple[str, ...], values: dict[str, Any]) -> None:
    """Only while the mail is still this sender's: another may have dropped it meanwhile."""
    mine = update(Mail).where(Mail.id == claim.id, Mail.state.in_(states))
    with ctx.db.session() as session:
        session.execute(mine.values(lease_until=None, **values))
