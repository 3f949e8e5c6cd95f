"""Most contracts that are looked at in turn are as they were. Telling so takes three queries for a whole batch;
writing each again takes ten for every contract.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from shopify_app.contracts import contents
from shopify_app.contracts.cycles import UNBILLED
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify.cycles import Check, CyclesRead
from shopify_app.gateways.shopify.payment_methods import PaymentMethodSnapshot
from shopify_app.shoppers.models import PaymentMethod


def confirm(session: Session, shop_id: int, checks: Mapping[str, Check], asked_at: datetime) -> set[str]:
    """Return the contracts of which `checks` says just what our rows say, and note when that was (machine time).

    All others have to be written. A row read later than `asked_at` is never confirmed by an older reading.
    """
    wanted = (Contract.shop_id == shop_id, Contract.shopify_gid.in_(checks), Contract.read_at <= asked_at)
    contracts = session.scalars(select(Contract).where(*wanted)).all()
    cycles = _cycles(session, shop_id, [contract.id for contract in contracts])
    methods = _methods(session, shop_id, checks)
    same = [
        contract
        for contract in contracts
        if _is_same(contract, checks[contract.shopify_gid], cycles[contract.id], methods)
    ]
    _note(session, same, checks, asked_at)
    return {contract.shopify_gid for contract in same}


def _is_same(
    contract: Contract, check: Check, cycles: dict[int, BillingCycle], methods: Mapping[str, PaymentMethod]
) -> bool:
    return (
        contract.revision_id == check.revision_id
        and contract.customer_gid == check.customer_gid
        and _is_same_method(contract, check.payment_method, methods)
        and _are_same_cycles(check.cycles, cycles)
    )


def _is_same_method(
    contract: Contract, read: PaymentMethodSnapshot | None, methods: Mapping[str, PaymentMethod]
) -> bool:
    if read is None:
        return True  # it tells nothing: `customerPaymentMethod` is null for one that Shopify no longer shows
    row = methods.get(read.gid)
    return (
        row is not None
        and contract.payment_method_gid == read.gid
        and (row.kind, row.brand, row.last_digits, row.expires_on)
        == (read.kind, read.brand, read.last_digits, read.expires_on)
        and (row.revoked_at, row.revoked_reason) == (read.revoked_at, read.revoked_reason)
    )


def _are_same_cycles(read: CyclesRead, rows: dict[int, BillingCycle]) -> bool:
    if not read.complete:
        return False
    for cycle in read.cycles:
        row = rows.get(cycle.index)
        if row is None or (
            (row.start_at, row.end_at, row.expected_at, row.status, row.skipped, row.edited)
            != (cycle.start_at, cycle.end_at, cycle.expected_at, cycle.status, cycle.skipped, cycle.edited)
            or (cycle.contents_known and row.contents != contents.as_json(cycle.contents))
        ):
            return False
    seen = {cycle.index for cycle in read.cycles}
    return not any(_is_in_doubt(row, read) for index, row in rows.items() if index not in seen)


def _is_in_doubt(row: BillingCycle, read: CyclesRead) -> bool:
    """An open row that the reading should have shown, or whose index may have been given to another cycle."""
    if row.status != UNBILLED or row.attempted_at is not None:
        return False
    return row.start_at <= read.until and max(row.end_at, row.expected_at) >= read.start


def _cycles(session: Session, shop_id: int, contract_ids: list[int]) -> dict[int, dict[int, BillingCycle]]:
    found: dict[int, dict[int, BillingCycle]] = defaultdict(dict)
    mine = (BillingCycle.shop_id == shop_id, BillingCycle.contract_id.in_(contract_ids))
    for row in session.scalars(select(BillingCycle).where(*mine)):
        found[row.contract_id][row.cycle_index] = row
    return found


def _methods(session: Session, shop_id: int, checks: Mapping[str, Check]) -> dict[str, PaymentMethod]:
    gids = {check.payment_method.gid for check in checks.values() if check.payment_method}
    mine = (PaymentMethod.shop_id == shop_id, PaymentMethod.shopify_gid.in_(gids))
    return {row.shopify_gid: row for row in session.scalars(select(PaymentMethod).where(*mine))}


def _note(session: Session, same: list[Contract], checks: Mapping[str, Check], asked_at: datetime) -> None:
    if not same:
        return
    table = cast(Table, Contract.__table__)
    statement = (
        update(table)
        # another process may have written a later reading since; its word stands
        .where(table.c.id == bindparam("contract"), table.c.read_at <= asked_at)
        .values(read_at=asked_at, cycles_read_until=bindparam("until"), written_at=table.c.written_at)
    )
    values = [{"contract": row.id, "until": checks[row.shopify_gid].cycles.until} for row in same]
    session.connection().execute(statement, values)
