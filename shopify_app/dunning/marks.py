"""Marks customers whose payment fails, and takes the marks off again: a tag, a metafield, as the shop wishes.

A renewal that failed has no order, and a subscription contract has neither tags nor metafields (schema 2026-10). What
is asked for is only the difference to what is there; before a call it is written down that this is not known, so that
whoever dies in it has it done again. Nothing here holds up a charge.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.dunning import marking
from shopify_app.dunning.models import DunningMark
from shopify_app.gateways.shopify import marks as shopify
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import ShopifyError, UserErrors
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.shops.models import INSTALLED, Shop
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

TAG = "subscription-payment-at-risk"
KEY = "payment_at_risk"
BATCH = 20
LEASE = timedelta(minutes=30)
"""More than a batch takes in which every call runs into its timeout."""
LATER, LATEST = timedelta(minutes=1), timedelta(hours=1)
"""Machine time before what got no answer is asked again: twice as long each time, and at most."""


@dataclass(frozen=True)
class Plan:
    """What one customer shall be marked with; `calls` bring it about, by the column that each is for."""

    shop_id: int
    customer_gid: str
    version: int
    note: Json | None
    calls: dict[str, Callable[[AdminClient], None]]
    wanted: dict[str, bool]


def drain(ctx: Context) -> int:
    """Mark one batch of customers as they should be; returns how many were looked at."""
    claimed, away = _claim(ctx), set[int]()
    for row_id, shop_id in claimed:
        try:
            if shop_id in away:
                _later(ctx, row_id)
            else:
                _mark(ctx, row_id)
        except ShopifyError as error:
            log.warning("marking a customer has to wait", extra={"shop_id": shop_id, "error": str(error)})
            away.add(shop_id)
            _later(ctx, row_id)
        except Exception:
            # one bad row must not keep the others from their marks
            log.exception("a customer could not be marked", extra={"shop_id": shop_id, "mark_id": row_id})
            _later(ctx, row_id)
    return len(claimed)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count customers to be looked at who are leased to nobody (machine time); business time does not matter."""
    rows = select(func.count()).select_from(DunningMark).join(Shop, Shop.id == DunningMark.shop_id)
    return session.scalar(rows.where(*_ripe(machine_now))) or 0


def _ripe(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(DunningMark.lease_until.is_(None), DunningMark.lease_until < moment)
    return (DunningMark.dirty_at.is_not(None), free, Shop.status == INSTALLED)


def _claim(ctx: Context) -> list[tuple[int, int]]:
    moment = machine_now()
    ripe = select(DunningMark.id, DunningMark.shop_id).join(Shop, Shop.id == DunningMark.shop_id)
    ripe = ripe.where(*_ripe(moment)).order_by(DunningMark.dirty_at, DunningMark.id).limit(BATCH)
    with ctx.db.session() as session:
        found = session.execute(ripe.with_for_update(of=DunningMark, skip_locked=True)).all()
        ids = [row.id for row in found]
        session.execute(update(DunningMark).where(DunningMark.id.in_(ids)).values(lease_until=moment + LEASE))
    return [(row.id, row.shop_id) for row in found]


def _mark(ctx: Context, row_id: int) -> None:
    with ctx.db.session() as session:
        row = _locked(session, row_id)
        if row is None:
            return
        plan = _plan(session, row)
        for column in plan.calls:
            setattr(row, column, None)
    refused = with_client(ctx, plan.shop_id, lambda client: _carry_out(client, plan)) if plan.calls else set[str]()
    with ctx.db.session() as session:
        row = _locked(session, row_id)
        if row is None:
            return  # erased meanwhile
        for column in plan.calls.keys() - refused:
            setattr(row, column, plan.wanted[column])
        if "noted" in plan.calls:
            row.noted_value = plan.note
        row.lease_until, row.tries = None, 0
        if row.version == plan.version:
            row.dirty_at = None


def _locked(session: Session, row_id: int) -> DunningMark | None:
    return session.get(DunningMark, row_id, with_for_update=True, populate_existing=True)


def _plan(session: Session, row: DunningMark) -> Plan:
    wishes, gid = marking.of(session, row.shop_id), row.customer_gid
    at_risk = session.scalars(
        select(Contract)
        .where(Contract.shop_id == row.shop_id, Contract.customer_gid == gid, Contract.at_risk_since.is_not(None))
        .order_by(Contract.id)
    ).all()
    note = _note(at_risk) if wishes.metafield and at_risk else None
    wanted = {"tagged": wishes.tag and bool(at_risk), "noted": note is not None}
    calls: dict[str, Callable[[AdminClient], None]] = {}
    if row.tagged is not wanted["tagged"]:
        of_tag = shopify.add_tag if wanted["tagged"] else shopify.remove_tag
        calls["tagged"] = lambda client: of_tag(client, gid, TAG)
    if row.noted is not wanted["noted"] or row.noted_value != note:
        calls["noted"] = lambda client: _write(client, gid, note)
    return Plan(row.shop_id, gid, row.version, note, calls, wanted)


def _note(at_risk: Sequence[Contract]) -> Json:
    """What the metafield says: which subscriptions, by Shopify's numbers, and since when."""
    since = min(contract.at_risk_since for contract in at_risk if contract.at_risk_since)
    return {"subscriptions": [number_of(contract.shopify_gid) for contract in at_risk], "since": since.isoformat()}


def _write(client: AdminClient, gid: str, note: Json | None) -> None:
    if note is None:
        shopify.delete_metafield(client, gid, KEY)
    else:
        shopify.set_metafield(client, gid, KEY, note)


def _carry_out(client: AdminClient, plan: Plan) -> set[str]:
    """Make the calls; return what Shopify refused for good. That is not tried again until something changes."""
    refused = set()
    for column, call in plan.calls.items():
        try:
            call(client)
        except UserErrors as error:
            if error.codes <= shopify.PASSING:
                raise
            # what Shopify says may name the customer
            codes = sorted(error.codes)
            log.warning("a customer cannot be marked", extra={"shop_id": plan.shop_id, "codes": codes})
            refused.add(column)
    return refused


def _later(ctx: Context, row_id: int) -> None:
    with ctx.db.session() as session:
        row = _locked(session, row_id)
        if row is not None:
            row.lease_until = machine_now() + min(LATER * 2 ** min(row.tries, 10), LATEST)
            row.tries += 1
