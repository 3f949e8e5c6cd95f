"""Sending to Flow: claim and commit, call with no transaction open, record and commit."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shopify_app.channels.flow import claim as claims
from shopify_app.channels.flow import outbox, verdicts
from shopify_app.channels.flow.claim import Claim
from shopify_app.channels.klaviyo.story import Around
from shopify_app.context import Context
from shopify_app.contracts.pace import is_low, wait_for_room
from shopify_app.gateways.shopify import flow
from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.journal.models import Delivery
from shopify_app.kit.clock import machine_now, monotonic
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.db import MACHINE_NOW, total
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

SLICE = 20.0
"""Seconds of machine time one drain works before it lets other drains have the worker."""


class _TakenBack(Exception):
    """It was switched off or erased meanwhile: nothing is sent."""


def drain(ctx: Context) -> int:
    """Write the deliveries that are missing and send what waits; returns how many rows were worked off."""
    deadline = monotonic() + SLICE
    done = claims.give_up_doubtful(ctx)
    while monotonic() < deadline:
        with ctx.db.session() as session:
            made = outbox.fill(session, Around(ctx.settings.host, ctx.clock.now()), machine_now())
        claimed = claims.claim(ctx)
        done += made + (claimed is not None)
        if claimed is not None:
            send(ctx, claimed)
        elif not made:
            return done
    ctx.wakeups.wake("flow")
    return done


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count what can be worked off now, and what is in a sender's hands (machine time)."""
    return session.scalar(_question(), {"machine_now": machine_now}) or 0


@cache
def _question() -> Select[int]:
    sets = (claims.ready(MACHINE_NOW), claims.in_hand(MACHINE_NOW), claims.doubtful(MACHINE_NOW))
    return total(outbox.missing(), *(select(Delivery.id).where(*each) for each in sets))


def send(ctx: Context, claimed: Claim) -> None:
    """Send one leased delivery and write down the verdict. The shop's bucket is left to charging when it runs low."""
    reach("flow.after_claim_before_call")
    try:
        cost = with_client(ctx, claimed.shop_id, lambda client: _fire(ctx, client, claimed))
    except _TakenBack:
        return
    except ShopifyError as error:
        verdicts.failed(ctx, claimed, error)
        return
    except Exception as error:
        # its text stays out of the log because it may quote what was sent
        verdicts.unforeseen(ctx, claimed, type(error).__name__)
        return
    reach("flow.after_call_before_record")
    verdicts.accepted(ctx, claimed)
    if is_low(cost):
        verdicts.rest(ctx, claimed.shop_id, wait_for_room(cost))


def _fire(ctx: Context, client: AdminClient, claimed: Claim) -> Cost:
    if not claims.leaves(ctx, claimed):
        raise _TakenBack
    flow.fire(client, claimed.body["handle"], claimed.body["payload"])
    return client.cost
