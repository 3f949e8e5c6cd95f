"""Tells what changed on a contract, whoever changed it: the mirror's row before a reading against the reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts import facts_asked
from shopify_app.contracts.facts_differences import Difference, Item, Seen, between, rhythm
from shopify_app.contracts.models import Contract, ContractLine
from shopify_app.gateways.shopify.contracts import ContractSnapshot
from shopify_app.journal.record import record
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.kit.money import plain

ASKED = {
    "subscription.item_swapped": ("swap",),
    "subscription.item_added": ("add",),
    "subscription.item_removed": ("remove",),
    "subscription.quantity_changed": ("quantity", "add"),
    "subscription.frequency_changed": ("frequency",),
    "subscription.address_changed": ("address", "delivery"),
    "subscription.delivery_changed": ("delivery", "address"),
    "subscription.note_changed": ("note",),
    "subscription.discount_added": ("discount", "manual_discount", "stay_discount"),
    "subscription.discount_removed": ("remove_discount", "discount", "manual_discount", "stay_discount"),
    "subscription.payment_method_changed": ("payment_method",),
}
"""What changed → the actions of ours that change it."""
_ITEM = (
    ContractLine.shopify_gid,
    ContractLine.variant_gid,
    ContractLine.title,
    ContractLine.variant_title,
    ContractLine.sku,
    ContractLine.quantity,
)


def look(session: Session, row: Contract, snapshot: ContractSnapshot) -> Seen:
    """Return a row as it is before a reading is written. Lines are read only for a reading of another revision."""
    is_same = row.revision_id == snapshot.revision_id
    lines = select(*_ITEM).where(ContractLine.contract_id == row.id).order_by(ContractLine.position)
    items = () if is_same else tuple(Item(*line) for line in session.execute(lines))
    return _seen(row, items)


def differences(session: Session, row: Contract, before: Seen, snapshot: ContractSnapshot) -> list[Difference]:
    """Return what a reading changed. `before`: what `look` returned."""
    items = tuple(
        Item(one.gid, one.variant_gid, one.title, one.variant_title, one.sku, one.quantity) for one in snapshot.lines
    )
    # the row itself may hold less by now: an erased shopper's address and note are taken off it
    after = _seen(snapshot, items)
    found = between(before, after)
    if not any(one.kind in ("subscription.item_added", "subscription.item_removed") for one in found):
        return found
    edit = facts_asked.open_edit(session, row)
    return between(before, after, is_swap=True) if edit is not None and edit.action == "swap" else found


def tell(session: Session, row: Contract, found: Sequence[Difference], before: Seen, now: datetime) -> None:
    """Record differences. Keys hold Shopify's revision, so what is read twice is told once. `now`: business time."""
    edit = facts_asked.open_edit(session, row)
    at = now if before.revision_id == row.revision_id else row.shopify_updated_at
    for one in found:
        record(
            session,
            row.shop_id,
            key=_key(row, one),
            kind=one.kind,
            occurred_at=at,
            contract_gid=row.shopify_gid,
            customer_gid=row.customer_gid,
            actor=facts_asked.actor(edit, ASKED[one.kind]),
            before=one.before,
            after=one.after,
            data={"currency": row.currency},
        )


def _key(row: Contract, one: Difference) -> str:
    key = f"{one.kind.removeprefix('subscription.')}:{number_of(row.shopify_gid)}:{row.revision_id}"
    method = one.after.get("payment_method_gid")
    return f"{key}:{number_of(method)}" if method else key  # it may change without a new revision


def _seen(of: Contract | ContractSnapshot, items: tuple[Item, ...]) -> Seen:
    method: Json = of.delivery_method or {}
    if isinstance(of, Contract):
        payment_method_gid = of.payment_method_gid
    else:
        payment_method_gid = of.payment_method.gid if of.payment_method else None
    return Seen(
        items=items,
        rhythm=rhythm(of.billing_policy, of.delivery_policy),
        address=method.get("address"),
        delivery=_delivery(method, of.delivery_price),
        note=of.note,
        discounts=tuple(_discount(one) for one in of.discounts),
        payment_method_gid=payment_method_gid,
        revision_id=of.revision_id,
    )


def _delivery(method: Json, price: Decimal) -> Json:
    return {name: method.get(name) for name in ("type", "title", "location")} | {"price": plain(price)}


def _discount(one: dict[str, Any]) -> Json:
    return {name: one.get(name) for name in ("title", "percentage", "amount", "on_each_item")}
