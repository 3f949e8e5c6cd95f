"""The drain `slack`: claim and commit, say that it leaves and commit, call, record and commit.

Slack knows no idempotency key, so what may have arrived is not sent again by itself: as with mails
(docs/decisions/0011).
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.channels.digest.run import PARKED, PENDING, SENDING, SENT, SLACK, UNKNOWN
from shopify_app.context import Context
from shopify_app.fulfillment.models import Digest, FulfillmentSettings
from shopify_app.gateways.http import client as http
from shopify_app.gateways.http.client import Answer
from shopify_app.gateways.http.errors import Blocked, HttpError, Unsure
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.crypto import SecretUnreadable
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed_ids

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than the gateway waits."""
FIRST_WAIT, LONGEST_WAIT = 30, 3600
"""Seconds of machine time between tries, doubled each time."""
MAX_TRIES = 10
LOST = N_("Nobody knows whether it arrived: look into the channel, and send it again only if it is not there.")
NO_ADDRESS = N_("There is no address of Slack any more.")
REFUSALS = {
    "no_service": "Slack no longer knows this address: the webhook was removed or switched off.",
    "no_team": "The Slack workspace of this address is gone.",
    "channel_not_found": "The Slack channel of this address is gone.",
    "channel_is_archived": "The Slack channel of this address is archived.",
    "action_prohibited": "The Slack workspace does not let this app write to the channel.",
    "posting_to_general_channel_denied": "The Slack workspace lets only some people write to this channel.",
    "invalid_token": "Slack does not know this address.",
}
"""Slack's answers (Slack docs, "Handling errors") in a merchant's words."""


@dataclass(frozen=True)
class _Claim:
    id: int
    shop_id: int
    lease_until: datetime
    url: str
    body: bytes


def drain(ctx: Context) -> int:
    """Send what waits; returns how many rows were worked off."""
    done = _give_up_doubtful(ctx)
    while claim := _claimed(ctx):
        _send(ctx, claim)
        done += 1
    return done


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count what can be sent or given up now (machine time)."""
    rows = or_(_ready(machine_now), _doubtful(machine_now))
    return session.scalar(select(func.count()).where(rows, Digest.shop_id.in_(installed_ids()))) or 0


def again(session: Session, shop_id: int, digest_id: int) -> bool:
    """Send one that a person found missing; answers False when there is none such."""
    mine = (Digest.shop_id == shop_id, Digest.id == digest_id, Digest.channel == SLACK)
    anew = update(Digest).where(*mine, Digest.state.in_((UNKNOWN, PARKED)), Digest.body.is_not(None))
    anew = anew.values(state=PENDING, tries=0, next_try_at=machine_now(), last_error=None)
    return session.scalar(anew.returning(Digest.id)) is not None


def _ready(moment: datetime) -> ColumnElement[bool]:
    free = or_(Digest.lease_until.is_(None), Digest.lease_until < moment)
    return (Digest.state == PENDING) & (Digest.next_try_at <= moment) & free


def _doubtful(moment: datetime) -> ColumnElement[bool]:
    return (Digest.state == SENDING) & (Digest.lease_until < moment)


def _give_up_doubtful(ctx: Context) -> int:
    with ctx.db.session() as session:
        lost = update(Digest).where(_doubtful(machine_now())).values(state=UNKNOWN, last_error=LOST, lease_until=None)
        return len(session.scalars(lost.returning(Digest.id)).all())


def _claimed(ctx: Context) -> _Claim | None:
    moment = machine_now()
    with ctx.db.session() as session:
        # a copy of the database somewhere else tells nobody a second time
        ours = installed_ids().where(Shop.host == ctx.settings.host)
        query = select(Digest).where(_ready(moment), Digest.shop_id.in_(ours))
        row = session.scalar(query.order_by(Digest.next_try_at).limit(1).with_for_update(skip_locked=True))
        if row is None:
            return None
        settings = session.get(FulfillmentSettings, row.shop_id)
        row.lease_until = moment + LEASE
        sealed = settings.slack_url if settings else None
        return _Claim(row.id, row.shop_id, row.lease_until, _opened(ctx, sealed), json.dumps(row.body).encode())


def _opened(ctx: Context, sealed: str | None) -> str:
    try:
        return ctx.vault.open(sealed) if sealed else ""
    except SecretUnreadable:
        return ""


def _send(ctx: Context, claim: _Claim) -> None:
    reach("slack.after_claim_before_call")
    if not claim.url:
        _record(ctx, claim, (PENDING,), {"state": PARKED, "last_error": NO_ADDRESS})
        return
    if not _record(ctx, claim, (PENDING,), {"state": SENDING}, keeps_lease=True):
        return  # somebody else has it
    try:
        answer = http.post(claim.url, claim.body, allows_loopback=ctx.settings.on_loopback)
    except Blocked as error:
        _refused(ctx, claim, str(error))
        return
    except Unsure:
        _record(ctx, claim, (SENDING,), {"state": UNKNOWN, "tries": Digest.tries + 1, "last_error": LOST})
        return
    except HttpError as error:
        _later(ctx, claim, str(error))
        return
    reach("slack.after_call_before_record")
    _answered(ctx, claim, answer)


def _answered(ctx: Context, claim: _Claim, answer: Answer) -> None:
    if answer.status == 200:
        values = {"state": SENT, "sent_at": machine_now(), "tries": Digest.tries + 1, "last_error": None}
        _record(ctx, claim, (SENDING, UNKNOWN), values)
        _problem(ctx, claim.shop_id, None)
    elif answer.status == 429 or answer.status >= 500:
        _later(ctx, claim, f"Slack answered {answer.status}.", answer.retry_after)
    else:
        _refused(ctx, claim, REFUSALS.get(answer.text.strip(), f"Slack answered {answer.status}."))


def _refused(ctx: Context, claim: _Claim, why: str) -> None:
    log.warning("a digest was refused", extra={"shop_id": claim.shop_id, "digest_id": claim.id})
    _record(ctx, claim, (SENDING,), {"state": PARKED, "tries": Digest.tries + 1, "last_error": why})
    _problem(ctx, claim.shop_id, why)


def _later(ctx: Context, claim: _Claim, why: str, retry_after: int | None = None) -> None:
    with ctx.db.session() as session:
        tries = session.get_one(Digest, claim.id).tries + 1
    wait = timedelta(seconds=max(min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT), retry_after or 0))
    values = {"state": PARKED if tries >= MAX_TRIES else PENDING, "tries": tries, "last_error": why}
    _record(ctx, claim, (SENDING,), values | {"next_try_at": machine_now() + wait})


def _problem(ctx: Context, shop_id: int, why: str | None) -> None:
    with ctx.db.session() as session:
        mine = update(FulfillmentSettings).where(FulfillmentSettings.shop_id == shop_id)
        session.execute(mine.where(FulfillmentSettings.slack_problem.is_distinct_from(why)).values(slack_problem=why))


def _record(
    ctx: Context, claim: _Claim, states: tuple[str, ...], values: dict[str, Any], *, keeps_lease: bool = False
) -> bool:
    """Only while it is still this sender's."""
    mine = update(Digest).where(Digest.id == claim.id, Digest.state.in_(states))
    mine = mine.where(or_(Digest.lease_until == claim.lease_until, Digest.state == UNKNOWN))
    values = values if keeps_lease else values | {"lease_until": None}
    with ctx.db.session() as session:
        return session.scalar(mine.values(**values).returning(Digest.id)) is not None
