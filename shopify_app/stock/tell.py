"""Telling those whose orders are held: each decision is written down with its fact, the nearest charge first."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.journal.record import record_all, row_of
from shopify_app.kit.bulk import write_back
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.shops.models import Shop
from shopify_app.stock.models import ItemStanding, StockCause, StockDecision, StockSettings
from shopify_app.stock.policy import Terms
from shopify_app.stock.runway import Claim
from shopify_app.stock.states import CLOSED, POLICY, PROPOSED, TOLD
from shopify_app.stock.supply import Shelf
from shopify_app.stock.weigh import Weighed, act_at, weigh


def tell_next(
    session: Session,
    shop: Shop,
    on: Shelf,
    how: StockSettings,
    standing: ItemStanding,
    now: datetime,
    limit: int,
) -> int:
    """Decide and tell the next few orders that an item's causes struck; returns how many there were."""
    query = (
        select(StockDecision)
        .join(StockCause, StockCause.id == StockDecision.cause_id)
        .where(StockCause.shop_id == shop.id, StockCause.item_gid == on.item_gid)
        .where(StockDecision.state == PROPOSED, StockDecision.ended_at.is_(None))
        .order_by(StockDecision.charge_at, StockDecision.contract_id)
        .limit(limit)
    )
    rows = session.scalars(query.with_for_update(of=StockDecision)).all()
    if not rows:
        return 0
    known = {_key(row): row for row in rows}
    causes = {row.cause_id: session.get_one(StockCause, row.cause_id) for row in rows}
    claims = [_claim_of(row) for row in rows]
    weighed = weigh(session, shop.id, how, claims, now, is_gone=standing.discontinued_at is not None)
    facts = []
    for each in weighed:
        row = known.pop(_place(each.claim))
        _decide(row, each, how, now)
        facts.append(_fact(shop, causes[row.cause_id], on, each, row, standing, now))
    for row in known.values():  # the order or its item is no longer there
        row.state, row.reason, row.ended_at = CLOSED, "the order needs it no longer", now
    names = ("terms", "options", "default", "act_at", "state", "told_at", "reason", "ended_at")
    write_back(session, rows, *names)
    session.expunge_all()
    record_all(session, facts)
    return len(rows)


def _place(claim: Claim) -> tuple[int, int, str]:
    return claim.contract_id, claim.cycle_index, claim.variant_gid


def _key(row: StockDecision) -> tuple[int, int, str]:
    return row.contract_id, row.cycle_index, row.variant_gid


def _claim_of(row: StockDecision) -> Claim:
    at = row.charge_at
    return Claim(row.contract_id, row.cycle_index, 0, row.variant_gid, row.units, at, at)


def _decide(row: StockDecision, each: Weighed, how: StockSettings, now: datetime) -> None:
    row.terms = {
        **_kept(each.terms),
        "scope": each.scope,
        "wait_until": each.wait_until.isoformat() if each.wait_until else None,
        "expected_at": each.expected_at.isoformat(),
        "item": item_of(each.line, each.claim.units),
    }
    row.options, row.default = list(each.plan.options), each.plan.default
    row.act_at = act_at(each.plan.default, each.claim.charge_at, each.expected_at, how, now)
    row.state, row.told_at = TOLD, now


@lru_cache(256)
def _kept(terms: Terms) -> Json:
    return terms.as_json()


def _fact(
    shop: Shop,
    cause: StockCause,
    on: Shelf,
    each: Weighed,
    row: StockDecision,
    standing: ItemStanding,
    now: datetime,
) -> Json:
    out_on = standing.runs_out_at and standing.runs_out_at.astimezone(shop.zone).date().isoformat()
    data = {
        "decision": row.id,
        "cause": cause.id,
        "kind": cause.kind,
        "item": item_of(each.line, each.claim.units),
        "available": max(on.units or 0, 0),
        "charge_at": each.claim.charge_at.isoformat(),
        "runs_out_on": out_on,
        "options": list(each.plan.options),
        "default": each.plan.default,
        "default_at": row.act_at.isoformat() if row.act_at else None,
        "wait_until": each.wait_until.isoformat() if each.wait_until else None,
        "alternatives": [each.substitute.as_json()] if each.substitute else [],
        "expected_back_on": standing.expected_back_on.isoformat() if standing.expected_back_on else None,
    }
    return row_of(
        shop.id,
        key=f"stock.{cause.kind}:{number_of(each.contract.shopify_gid)}:{each.claim.cycle_index}:{row.id}",
        kind=f"stock.{cause.kind}",
        occurred_at=now,
        contract_gid=each.contract.shopify_gid,
        customer_gid=each.contract.customer_gid,
        cycle_index=each.claim.cycle_index,
        actor=POLICY,
        cause="stock",
        data=data,
    )


def item_of(line: Any, units: int) -> Json:
    """Return an item as facts tell it."""
    return {
        "variant_gid": line.variant_gid,
        "product_gid": line.product_gid,
        "title": line.title,
        "variant_title": line.variant_title,
        "sku": line.sku,
        "quantity": units,
        "image_url": line.image_url,
    }
