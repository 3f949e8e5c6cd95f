"""Shopify's contract → our rows. Two steps around the network: `fetch` outside any transaction, `apply` inside one.

A reading is applied unless ours is newer: by Shopify's revision, and for the same revision by when it was asked,
because skipping or moving a cycle makes no new revision that we could rely on (unverified, so the harder case).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.contracts import cycle_rows, facts, facts_changes, facts_cycles, pauses, search
from shopify_app.contracts.cycles import refresh
from shopify_app.contracts.erase import forget_person, is_erased
from shopify_app.contracts.models import CANCELLED, EXPIRED, Contract, ContractLine
from shopify_app.gateways.shopify import contracts as gateway
from shopify_app.gateways.shopify import cycles as cycles_gateway
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.contents import LineSnapshot
from shopify_app.gateways.shopify.contracts import ContractSnapshot
from shopify_app.gateways.shopify.cycles import CyclesRead
from shopify_app.kit.db import Json, lock
from shopify_app.shoppers import mirror as shoppers
from shopify_app.shops.models import Shop

ENDED = (CANCELLED, EXPIRED)
BEHIND = timedelta(days=7)
AHEAD = timedelta(days=100)
_UNIT = {
    "DAY": timedelta(days=1),
    "WEEK": timedelta(days=7),
    "MONTH": timedelta(days=31),
    "YEAR": timedelta(days=366),
}


@dataclass(frozen=True)
class Change:
    """What applying a reading did. `stale`: a part of it was older than ours, so read again soon."""

    contract_id: int
    created: bool
    stale: bool
    status_before: str | None
    status_after: str


def fetch(client: AdminClient, gid: str, now: datetime, known: Iterable[int] = ()) -> ContractSnapshot | None:
    """Return a contract with its cycles around `now` (business time), None when Shopify has none of this id.

    Two calls as a rule. `known` are indexes of cycles we hold open: those the date range leaves out (moved far,
    say) are read by index. Raises ShopifyError.
    """
    snapshot = gateway.fetch(client, gid)
    if snapshot is None or snapshot.status in ENDED:
        return snapshot
    start, until = window(snapshot.billing_policy, now)
    read = cycles_gateway.fetch(client, gid, start, until)
    missing = sorted(set(known) - {cycle.index for cycle in read.cycles})
    if missing:
        read = read.with_more(cycles_gateway.fetch_indexes(client, gid, missing[0], missing[-1]))
    return replace(snapshot, cycles=read)


def window(policy: Json, now: datetime) -> tuple[datetime, datetime]:
    """Return the date range in which a contract's cycles are read.

    It begins one period and a week ago: whether Shopify selects by a cycle's start, end or expected date is not
    written anywhere. It ends 100 days ahead, or two periods for a contract that bills more rarely.
    """
    period = _UNIT[policy["interval"]] * int(policy["intervalCount"])
    return now - period - BEHIND, now + max(AHEAD, 2 * period + BEHIND)


def apply(session: Session, shop: Shop, snapshot: ContractSnapshot, now: datetime) -> Change:
    """Write a reading under the contract's lock, with its facts. `now` is business time."""
    lock(session, "contract", shop.id, snapshot.gid)
    if snapshot.customer:
        shoppers.apply_customer(session, shop.id, snapshot.customer)
    if snapshot.payment_method:
        shoppers.apply_payment_method(session, shop.id, snapshot.payment_method, snapshot.asked_at)
    row = find(session, shop.id, snapshot.gid)
    before = row.status if row else None
    if row and _is_older(row, snapshot):
        return Change(row.id, False, True, before, row.status)
    late = row is not None and snapshot.asked_at < row.read_at
    has_cycles = snapshot.cycles is not None and not late
    was = facts_changes.look(session, row, snapshot, with_cycles=has_cycles) if row else None
    row = _write(session, shop, row, snapshot)
    if snapshot.cycles and has_cycles:
        cycle_rows.write(session, shop.id, row, snapshot.cycles, snapshot.asked_at)
    refresh(session, shop, row, now)
    facts.record_status(session, shop, row, before)
    if was:
        facts_changes.tell(session, row, was, snapshot, now)
    return Change(row.id, before is None, late, before, row.status)


def apply_cycles(session: Session, shop: Shop, gid: str, read: CyclesRead, asked_at: datetime, now: datetime) -> bool:
    """Write a reading of cycles alone; answers False when we hold no such contract or a later reading.

    `asked_at`: machine instant just before the question; `now`: business time.
    """
    lock(session, "contract", shop.id, gid)
    row = find(session, shop.id, gid)
    if row is None or asked_at < row.read_at:
        return False
    was = facts_cycles.look(session, row)
    cycle_rows.write(session, shop.id, row, read, asked_at)
    row.read_at = asked_at
    refresh(session, shop, row, now)
    facts_cycles.tell(session, row, was, read, asked_at, now)
    return True


def find(session: Session, shop_id: int, gid: str) -> Contract | None:
    """Return our row of a contract, as the database has it now."""
    query = select(Contract).where(Contract.shop_id == shop_id, Contract.shopify_gid == gid)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _is_older(row: Contract, snapshot: ContractSnapshot) -> bool:
    if snapshot.revision_id != row.revision_id:
        return snapshot.revision_id < row.revision_id
    return snapshot.asked_at < row.read_at


def _write(session: Session, shop: Shop, row: Contract | None, snapshot: ContractSnapshot) -> Contract:
    before = row.status if row else None
    if row is None:
        row = Contract(shop_id=shop.id, shopify_gid=snapshot.gid, read_at=snapshot.asked_at)
        session.add(row)
    _copy(row, snapshot)
    if is_erased(session, row):
        forget_person(row)
    pauses.note(row, before, snapshot)
    session.flush()
    _write_lines(session, shop.id, row, snapshot)
    session.refresh(row, ["lines"])
    search.refresh(session, row)
    return row


def _copy(row: Contract, snapshot: ContractSnapshot) -> None:
    row.status = snapshot.status
    row.revision_id = snapshot.revision_id
    row.currency = snapshot.currency
    row.customer_gid = snapshot.customer.gid if snapshot.customer else None
    row.payment_method_gid = snapshot.payment_method.gid if snapshot.payment_method else None
    row.next_billing_date = snapshot.next_billing_date
    row.billing_policy = snapshot.billing_policy
    row.delivery_policy = snapshot.delivery_policy
    row.delivery_method = snapshot.delivery_method
    row.delivery_price = snapshot.delivery_price
    row.discounts = snapshot.discounts
    row.note = snapshot.note
    row.origin_order_gid = snapshot.origin_order_gid
    row.last_payment_status = snapshot.last_payment_status
    row.shopify_created_at = snapshot.created_at
    row.shopify_updated_at = snapshot.updated_at
    row.read_at = max(row.read_at, snapshot.asked_at)


def _write_lines(session: Session, shop_id: int, row: Contract, snapshot: ContractSnapshot) -> None:
    kept = {line.gid for line in snapshot.lines}
    for line in session.scalars(select(ContractLine).where(ContractLine.contract_id == row.id)):
        if line.shopify_gid not in kept:
            session.delete(line)
    session.flush()
    if not snapshot.lines:
        return
    values = [_line_values(shop_id, row.id, place, line) for place, line in enumerate(snapshot.lines)]
    statement = insert(ContractLine).values(values)
    changed = {name: statement.excluded[name] for name in values[0] if name not in ("shop_id", "shopify_gid")}
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "shopify_gid"], set_=changed))


def _line_values(shop_id: int, contract_id: int, place: int, line: LineSnapshot) -> dict[str, object]:
    return {
        "shop_id": shop_id,
        "contract_id": contract_id,
        "shopify_gid": line.gid,
        "position": place,
        "product_gid": line.product_gid,
        "variant_gid": line.variant_gid,
        "title": line.title,
        "variant_title": line.variant_title,
        "sku": line.sku,
        "quantity": line.quantity,
        "current_price": line.current_price,
        "discounted_price": line.discounted_price,
        "selling_plan_gid": line.selling_plan_gid,
        "selling_plan_name": line.selling_plan_name,
        "image_url": line.image_url,
        "requires_shipping": line.requires_shipping,
        "pricing": line.pricing,
    }
