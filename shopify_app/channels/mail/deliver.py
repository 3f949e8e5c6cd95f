"""Sending mails, one after another: claim and commit, call with no transaction open, record and commit."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import cache, partial

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.deliver import around
from shopify_app.channels.mail import claim as claims
from shopify_app.channels.mail import decide, verdicts
from shopify_app.channels.mail.claim import Claim
from shopify_app.channels.mail.models import PENDING, SENDING, Mail
from shopify_app.context import Context
from shopify_app.gateways.mail.errors import Delayed, MailError, Unsure
from shopify_app.kit.clock import machine_now, monotonic
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.db import MACHINE_NOW, NOW, total

log = logging.getLogger(__name__)

SLICE = 20.0
"""Seconds of machine time one drain works before it lets other drains have the worker."""


class _TakenBack(Exception):
    """Klaviyo, an erasure or another sender was faster: nothing is handed over."""


def is_on(ctx: Context) -> bool:
    """Return whether this process can send mail at all."""
    return ctx.mail is not None


def drain(ctx: Context) -> int:
    """Write the mails that are owed and send what waits; returns how many rows were worked off."""
    deadline = monotonic() + SLICE
    done = claims.give_up_doubtful(ctx)
    while monotonic() < deadline:
        with ctx.db.session() as session:
            written = decide.fill(session, around(ctx), machine_now())
        claim = claims.claim(ctx)
        done += written + (claim is not None)
        if claim is None and not written:
            return done
        if claim and not send(ctx, claim):
            return done
    ctx.wakeups.wake("mail")
    return done


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count what can be worked off now, and what is in a sender's hands (machine time)."""
    return session.scalar(_question(), {"now": now, "machine_now": machine_now}) or 0


@cache
def _question() -> Select[int]:
    sets = (claims.ready(MACHINE_NOW), claims.in_hand(MACHINE_NOW), claims.doubtful(MACHINE_NOW))
    return total(decide.missing(NOW), *(select(Mail.id).where(*each) for each in sets))


def send(ctx: Context, claim: Claim) -> bool:
    """Send one leased mail and write down the verdict; returns whether others may be tried now."""
    if ctx.mail is None:
        raise LookupError("no mail server is set")
    reach("mail.after_claim_before_call")
    told: list[bool] = []
    try:
        ctx.mail.send(claim.letter, partial(_leaves, ctx, claim, told))
    except _TakenBack:
        return True
    except MailError as error:
        return verdicts.failed(ctx, claim, error)
    except Exception as error:
        # a bug about one mail; its text stays out of the log because it may quote the mail
        unforeseen = f"unforeseen: {type(error).__name__}"
        return verdicts.failed(ctx, claim, Unsure(unforeseen) if told else Delayed(unforeseen))
    reach("mail.after_call_before_record")
    verdicts.sent(ctx, claim)
    return True


def _leaves(ctx: Context, claim: Claim, told: list[bool]) -> None:
    """Write down that the message leaves now; from here on nobody but the server knows what became of it."""
    mine = (Mail.id == claim.id, Mail.state == PENDING, Mail.lease_until == claim.lease_until)
    with ctx.db.session() as session:
        left = session.scalar(update(Mail).where(*mine).values(state=SENDING).returning(Mail.id))
    if left is None:
        raise _TakenBack
    told.append(True)
    reach("mail.after_leaving_before_message")
