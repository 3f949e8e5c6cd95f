"""What became of a try, written down: accepted, tried again later, parked with its reason, or not known."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from shopify_app.channels.flow.claim import Claim
from shopify_app.channels.flow.triggers import CHANNEL
from shopify_app.channels.kept import REFUSED_BY_SHOPIFY
from shopify_app.context import Context
from shopify_app.gateways.shopify.errors import (
    BadRequest,
    NeverLeft,
    ServerFault,
    ShopifyError,
    Throttled,
    Unreachable,
    UserErrors,
)
from shopify_app.journal.models import ACCEPTED, PARKED_DELIVERY, PENDING, Delivery
from shopify_app.kit.clock import machine_now
from shopify_app.kit.speech import N_

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 10.0, 3600.0
"""Seconds of machine time between tries while Shopify cannot be asked, doubled each time."""
ANSWER_LOST = N_(
    "Shopify did not say whether it took this, so nobody knows whether workflows have run. "
    "Look into Flow before you send it again."
)


def accepted(ctx: Context, claim: Claim) -> None:
    """Shopify took it. Which workflows ran is Flow's to show."""
    _record(ctx, claim, state=ACCEPTED, accepted_at=machine_now(), is_unsure=False, last_error=None)


def failed(ctx: Context, claim: Claim, error: ShopifyError) -> None:
    """Write down a failed try; when the shop itself is the trouble all else of it waits too."""
    log.warning("flow not told", extra={"shop_id": claim.shop_id, "delivery_id": claim.id, "error": str(error)})
    if isinstance(error, UserErrors):
        told = "; ".join(one.message for one in error.errors)
        _record(ctx, claim, state=PARKED_DELIVERY, reason=REFUSED_BY_SHOPIFY % {"error": told}, is_unsure=False)
    elif isinstance(error, BadRequest):
        _record(ctx, claim, state=PARKED_DELIVERY, reason=REFUSED_BY_SHOPIFY % {"error": error}, is_unsure=False)
    elif isinstance(error, Unreachable | ServerFault) and not isinstance(error, NeverLeft):
        _record(ctx, claim, state=PARKED_DELIVERY, reason=ANSWER_LOST, last_error=str(error))
    else:
        _rest(ctx, claim, error)


def unforeseen(ctx: Context, claim: Claim, kind: str) -> None:
    """A bug of ours about one delivery: its own trouble, and a person's to look at."""
    _record(ctx, claim, state=PARKED_DELIVERY, reason=ANSWER_LOST, last_error=f"unforeseen: {kind}")


def rest(ctx: Context, shop_id: int, wait: timedelta) -> None:
    """Let whatever waits in a shop wait for so long (machine time)."""
    moment = machine_now()
    mine = (Delivery.shop_id == shop_id, Delivery.channel == CHANNEL, Delivery.state == PENDING)
    others = update(Delivery).where(*mine, Delivery.next_try_at < moment + wait, Delivery.lease_until.is_(None))
    with ctx.db.session() as session:
        session.execute(others.values(next_try_at=moment + wait))


def _rest(ctx: Context, claim: Claim, error: ShopifyError) -> None:
    with ctx.db.session() as session:
        tries = session.get_one(Delivery, claim.id).tries
    seconds = error.wait_seconds if isinstance(error, Throttled) else min(FIRST_WAIT * 2**tries, LONGEST_WAIT)
    wait = timedelta(seconds=seconds * random.uniform(1.0, 1.2))  # noqa: S311 - spreads load, hides nothing
    _record(ctx, claim, next_try_at=machine_now() + wait, is_unsure=False, last_error=str(error))
    rest(ctx, claim.shop_id, wait)


def _record(ctx: Context, claim: Claim, **values: Any) -> None:
    """Only while it is this sender's, or was given up or dropped as its: an answer counts also then."""
    mine = update(Delivery).where(Delivery.id == claim.id, Delivery.lease_until == claim.lease_until)
    if values.get("state") == ACCEPTED:
        mine = update(Delivery).where(Delivery.id == claim.id)
        values |= {"reason": None}
    with ctx.db.session() as session:
        session.execute(mine.values(lease_until=None, tries=Delivery.tries + 1, **values))
