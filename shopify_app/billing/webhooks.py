"""Outcomes of billing attempts as Shopify tells them. The payload is a hint: the attempt is read again.

Samples carry null ids and, since API version 2026-01, nothing at all (seen in Shopify's docs), so an attempt is
found by its idempotency key first, by its id second, and by the contract's nearest cycles last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.billing import ledger, settle, strays
from shopify_app.billing.models import BillingAttempt
from shopify_app.context import Context
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify import attempts as shopify
from shopify_app.gateways.shopify.attempts import AttemptSnapshot
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.gid import gid
from shopify_app.kit.handling import IGNORED
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client
from shopify_app.shops.webhooks import Message

NEAREST = 3
"""Cycles of a contract that are searched for a charge which is not ours: the ones around now."""


@dataclass(frozen=True)
class Seen:
    """An attempt as read again, and where it belongs: our row, or the cycle on which a stranger's was found."""

    now: datetime
    snapshot: AttemptSnapshot
    attempt_id: int | None = None
    cycle_id: int | None = None


@dataclass(frozen=True)
class _Place:
    """A cycle to look at."""

    cycle_id: int
    contract_gid: str
    index: int


def fetch_attempt(ctx: Context, shop: Shop, message: Message) -> Seen | None:
    """Read the attempt that a payload speaks of; None when this shop has no such. Raises ShopifyError."""
    key, attempt_gid = _text(message.payload, "idempotency_key"), _text(message.payload, "admin_graphql_api_id")
    now = ctx.clock.now()
    with ctx.db.session() as session:
        ours = _our_row(session, shop.id, key, attempt_gid)
        places = _own_place(session, ours) if ours else _places(session, shop.id, _contract_gid(message.payload), now)
    if ours and ours.shopify_gid:
        known = ours.shopify_gid
        found = with_client(ctx, shop.id, lambda client: shopify.read(client, known))
        if found:
            return Seen(now, found, attempt_id=ours.id)
    wanted = ours.idempotency_key if ours else key
    place, found = with_client(ctx, shop.id, lambda client: _search(client, places, wanted, attempt_gid))
    if found is None or place is None:
        return None
    return Seen(now, found, attempt_id=ours.id if ours else None, cycle_id=place.cycle_id)


def attempt_success(ctx: Context, session: Session, shop: Shop, message: Message, seen: Seen | None) -> str | None:
    """subscription_billing_attempts/success."""
    return _apply(session, seen)


def attempt_failure(ctx: Context, session: Session, shop: Shop, message: Message, seen: Seen | None) -> str | None:
    """subscription_billing_attempts/failure."""
    return _apply(session, seen)


def attempt_challenged(ctx: Context, session: Session, shop: Shop, message: Message, seen: Seen | None) -> str | None:
    """subscription_billing_attempts/challenged."""
    return _apply(session, seen)


def _apply(session: Session, seen: Seen | None) -> str | None:
    """What the reading says counts, not what the topic says: a late failure message may tell of a paid attempt."""
    if seen is None:
        return IGNORED
    if seen.attempt_id is not None:
        settle.take(session, settle.locked_attempt(session, seen.attempt_id), seen.snapshot, seen.now)
        return None
    return _foreign(session, seen)


def _foreign(session: Session, seen: Seen) -> str | None:
    """A charge that this ledger never asked for: only a paid one is written down."""
    cycle = session.get(BillingCycle, seen.cycle_id)
    if cycle is None or seen.snapshot.state != shopify.SUCCESS:
        return IGNORED
    contract = session.get_one(Contract, cycle.contract_id)
    ledger.lock_contract(session, contract.shop_id, contract.shopify_gid)
    due = ledger.due_of_row(session, cycle, contract)
    attempt = ledger.write_foreign(session, due, contract, seen.snapshot, seen.now)
    if attempt:
        settle.record_foreign(session, attempt, seen.snapshot, seen.now)
    return None


def _our_row(session: Session, shop_id: int, key: str | None, attempt_gid: str | None) -> BillingAttempt | None:
    rows = select(BillingAttempt).where(BillingAttempt.shop_id == shop_id)
    by_key = rows.where(BillingAttempt.idempotency_key == key)
    by_gid = rows.where(BillingAttempt.shopify_gid == attempt_gid)
    found = session.scalars(by_key).one_or_none() if key else None
    return found or (session.scalars(by_gid).first() if attempt_gid else None)


def _own_place(session: Session, attempt: BillingAttempt) -> list[_Place]:
    cycle = settle.cycle_of(session, attempt)
    contract = session.get_one(Contract, attempt.contract_id)
    return [_Place(cycle.id, contract.shopify_gid, cycle.cycle_index)] if cycle else []


def _places(session: Session, shop_id: int, contract_gid: str | None, now: datetime) -> list[_Place]:
    rows = session.execute(
        select(BillingCycle.id, Contract.shopify_gid, BillingCycle.cycle_index, BillingCycle.expected_at)
        .join(Contract, Contract.id == BillingCycle.contract_id)
        .where(Contract.shop_id == shop_id, Contract.shopify_gid == contract_gid)
    ).all()
    nearest = sorted(rows, key=lambda row: abs(row.expected_at - now))[:NEAREST]
    return [_Place(row.id, row.shopify_gid, row.cycle_index) for row in nearest]


def _search(
    client: AdminClient, places: list[_Place], key: str | None, attempt_gid: str | None
) -> tuple[_Place | None, AttemptSnapshot | None]:
    """The place that lists the attempt; failing that, the one that was current when it was made (see `strays`)."""
    unlisted: tuple[_Place | None, AttemptSnapshot | None] = (None, None)
    for place in places:
        seen = shopify.cycle_attempts(client, place.contract_gid, place.index)
        for attempt in (*seen.attempts, *seen.contract_attempts):
            if attempt.key != key and attempt.gid != attempt_gid:
                continue
            if attempt in seen.attempts:
                return place, attempt
            if strays.made_during(attempt, seen):
                unlisted = place, attempt
    return unlisted


def _contract_gid(payload: dict[str, Any]) -> str | None:
    number = payload.get("subscription_contract_id")
    named = _text(payload, "admin_graphql_api_subscription_contract_id")
    return named or (gid("SubscriptionContract", number) if isinstance(number, int | str) and number else None)


def _text(payload: dict[str, Any], name: str) -> str | None:
    value = payload.get(name)
    return value if isinstance(value, str) and value else None
