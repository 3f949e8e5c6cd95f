"""What upcoming orders need: rows, rebuilt for a contract whenever it was written.

Every level change asks what is needed by when; adding up contracts, cycles and contents each time would grow with all
contracts of a shop, an index of needs grows with the orders that need this item (decision 13).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session, selectinload

from shopify_app.billing.models import SETTLED, BillingAttempt
from shopify_app.catalog.models import Variant
from shopify_app.context import Context
from shopify_app.contracts import calendar, contents, cycles
from shopify_app.contracts.cycles import UNBILLED
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.kit.bulk import insert_all
from shopify_app.kit.db import Json, total
from shopify_app.orders.models import SCHEDULED, FulfillmentOrder
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed_ids
from shopify_app.stock import dirty, rhythm
from shopify_app.stock.models import Demand
from shopify_app.stock.settings import HORIZON

BATCH, MOST = 200, 2_000
SPENT = timedelta(days=2)
"""For so long a charge is remembered, in case the shelf was read before it."""


def drain(ctx: Context) -> int:
    """Write down what the orders of changed contracts need; returns how many contracts."""
    done = 0
    while done < MOST:
        with ctx.db.session() as session:
            found = build(session, ctx.clock.now())
        done += found
        if found < BATCH:
            break
    if done:
        ctx.wakeups.wake("stock")
    return done


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count contracts that were written since, one batch at most."""
    return session.scalar(total(_changed().with_only_columns(Contract.id).limit(BATCH))) or 0


def build(session: Session, now: datetime) -> int:
    """Rebuild the rows of one batch; returns how many contracts. `now`: business time."""
    query = (
        _changed().order_by(Contract.id).limit(BATCH).with_for_update(of=Contract, skip_locked=True, key_share=True)
    )
    contracts = session.scalars(query.options(selectinload(Contract.lines))).all()
    if not contracts:
        return 0
    ids = [contract.id for contract in contracts]
    rows = _rows(session, contracts, now)
    was = session.execute(
        delete(Demand).where(Demand.contract_id.in_(ids)).returning(Demand.shop_id, Demand.variant_gid)
    )
    touched = {(row.shop_id, row.variant_gid) for row in was} | {(row["shop_id"], row["variant_gid"]) for row in rows}
    insert_all(session, Demand, rows)
    seen = update(Contract).where(Contract.id.in_(ids))
    session.execute(
        seen.values(demand_of=Contract.written_at, written_at=Contract.written_at),
        execution_options={"synchronize_session": False},
    )
    _mark(session, touched)
    return len(contracts)


def _changed() -> Select[Contract]:
    return select(Contract).where(Contract.demand_to_build.is_(True), Contract.shop_id.in_(installed_ids()))


def _mark(session: Session, touched: Iterable[tuple[int, str]]) -> None:
    by_shop: defaultdict[int, set[str]] = defaultdict(set)
    for shop_id, variant in touched:
        by_shop[shop_id].add(variant)
    for shop_id, variants in by_shop.items():
        query = select(Variant.inventory_item_gid).where(
            Variant.shop_id == shop_id, Variant.shopify_gid.in_(variants), Variant.inventory_item_gid.is_not(None)
        )
        dirty.mark(session, shop_id, {gid for gid in session.scalars(query) if gid})


def _rows(session: Session, contracts: Sequence[Contract], now: datetime) -> list[Json]:
    ids = [contract.id for contract in contracts]
    open_cycles: defaultdict[int, list[BillingCycle]] = defaultdict(list)
    query = select(BillingCycle).where(BillingCycle.contract_id.in_(ids), BillingCycle.status == UNBILLED)
    for cycle in session.scalars(query.order_by(BillingCycle.contract_id, BillingCycle.cycle_index)):
        open_cycles[cycle.contract_id].append(cycle)
    paid = _deliveries(session, contracts)
    spent = _spent(session, ids, now)
    shops = {
        shop.id: shop for shop in session.scalars(select(Shop).where(Shop.id.in_({c.shop_id for c in contracts})))
    }
    hours = {shop_id: cycles.billing_hour(session, shop_id) for shop_id in shops}
    rows: list[Json] = []
    for contract in contracts:
        zone, hour = shops[contract.shop_id].zone, hours[contract.shop_id]
        rows += _upcoming(contract, open_cycles[contract.id], zone, hour, now)
        rows += _paid(contract, paid[contract.shop_id, contract.shopify_gid])
        rows += _used(contract, spent[contract.id])
    return rows


def _upcoming(
    contract: Contract, known: Sequence[BillingCycle], zone: ZoneInfo, hour: int, now: datetime
) -> list[Json]:
    """Charges to come: those that Shopify told us, then where its rhythm leads until the horizon."""
    if contract.status != ACTIVE:
        return []
    rows: list[Json] = []
    for cycle in known:
        if cycle.due_at is not None and not cycle.skipped:
            needs = _units(contents.of(contract, cycle).lines)
            rows += _order(contract, cycle.cycle_index, cycle.due_at, needs, zone, now)
    if not known:
        return rows
    needs, last = _units(contract.lines), known[-1]
    until = now + HORIZON + min(rhythm.length(contract.billing_policy), HORIZON)
    most = contract.billing_policy.get("maxCycles")
    for number, at in enumerate(rhythm.after(last.expected_at, contract.billing_policy, zone, until), 1):
        index = last.cycle_index + number
        if most is not None and index > int(most):
            break
        due = calendar.due_at(at, zone, hour)
        rows += _order(contract, index, due, needs, zone, now, is_projected=True)
    return rows


def _order(
    contract: Contract,
    index: int,
    at: datetime,
    needs: dict[str, int],
    zone: ZoneInfo,
    now: datetime,
    *,
    is_projected: bool = False,
) -> list[Json]:
    """What one charge needs: at once, and for the deliveries that it pays for as well."""
    rows = [_row(contract, index, 0, variant, at, units, is_projected) for variant, units in needs.items()]
    if not contract.is_prepaid:
        return rows
    count = rhythm.deliveries(contract.billing_policy, contract.delivery_policy)
    later = rhythm.after(at, contract.delivery_policy, zone, now + HORIZON)
    for number, day in enumerate(later, 2):
        if number > count:
            break
        rows += [_row(contract, index, number, variant, day, units, True) for variant, units in needs.items()]
    return rows


def _paid(contract: Contract, deliveries: Sequence[FulfillmentOrder]) -> list[Json]:
    """Deliveries that were paid for and are still to be shipped: of no cycle to be charged, so its index is 0."""
    rows = []
    for each in deliveries:
        needs = _units(contents.delivered(each.lines).lines)
        rows += [_row(contract, 0, each.number, variant, each.fulfill_at, units) for variant, units in needs.items()]
    return rows


def _used(contract: Contract, charges: Sequence[tuple[int, datetime, BillingCycle | None]]) -> list[Json]:
    """What was charged a short while ago, and may still lie on the shelf by the level we read."""
    rows = []
    for index, at, cycle in charges:
        for variant, units in _units(contents.of(contract, cycle).lines).items():
            rows.append(_row(contract, index, 0, variant, at, units) | {"spent_at": at})
    return rows


def _row(
    contract: Contract, index: int, delivery: int, variant: str, at: datetime, units: int, is_projected: bool = False
) -> Json:
    return {
        "shop_id": contract.shop_id,
        "contract_id": contract.id,
        "cycle_index": index,
        "delivery": delivery,
        "variant_gid": variant,
        "charge_at": at,
        "units": units,
        "is_projected": is_projected,
        "spent_at": None,
    }


def _units(lines: Iterable[object]) -> dict[str, int]:
    """Units per variant; an item whose product was deleted has none."""
    found: defaultdict[str, int] = defaultdict(int)
    for line in lines:
        variant = getattr(line, "variant_gid", None)
        if variant:
            found[variant] += int(getattr(line, "quantity", 0))
    return dict(found)


def _deliveries(
    session: Session, contracts: Sequence[Contract]
) -> defaultdict[tuple[int, str], list[FulfillmentOrder]]:
    gids = [contract.shopify_gid for contract in contracts if contract.is_prepaid]
    found: defaultdict[tuple[int, str], list[FulfillmentOrder]] = defaultdict(list)
    if gids:
        mine = (FulfillmentOrder.contract_gid.in_(gids), FulfillmentOrder.status == SCHEDULED)
        for row in session.scalars(select(FulfillmentOrder).where(*mine)):
            found[row.shop_id, row.contract_gid].append(row)
    return found


def _spent(
    session: Session, ids: Sequence[int], now: datetime
) -> defaultdict[int, list[tuple[int, datetime, BillingCycle | None]]]:
    query = (
        # the level is written when the order is made, which is before Shopify calls the attempt completed
        select(BillingAttempt.contract_id, BillingAttempt.cycle_index, BillingAttempt.written_at, BillingCycle)
        .outerjoin(
            BillingCycle,
            (BillingCycle.contract_id == BillingAttempt.contract_id)
            & (BillingCycle.cycle_index == BillingAttempt.cycle_index),
        )
        .where(BillingAttempt.contract_id.in_(ids), BillingAttempt.state == SETTLED)
        .where(BillingAttempt.completed_at > now - SPENT)
    )
    found: defaultdict[int, list[tuple[int, datetime, BillingCycle | None]]] = defaultdict(list)
    for contract_id, index, at, cycle in session.execute(query):
        found[contract_id].append((index, at, cycle))
    return found
