"""What edits hold of a customer: what they or staff asked for, with pictures that may hold an address or a note."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits.models import ContractEdit, CycleEdit, PaidOrderWish
from shopify_app.edits.open_rows import Kind


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return the edits of this customer's subscriptions, and of single dates of theirs."""
    whole = _rows(session, ContractEdit, shop_id, customer_gid)
    dates = _rows(session, CycleEdit, shop_id, customer_gid)
    query = (
        select(PaidOrderWish.address)
        .join(Contract, Contract.id == PaidOrderWish.contract_id)
        .where(PaidOrderWish.shop_id == shop_id, Contract.customer_gid == customer_gid)
    )
    wishes = [{"address": address} for address in session.scalars(query.order_by(PaidOrderWish.id))]
    return {"edits": [*map(_plain, whole), *map(_plain, dates)], "paid_order_wishes": wishes}


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Erase one customer, or all of the shop when `customer_gid` is None; returns rows removed."""
    contracts = select(Contract.id).where(Contract.shop_id == shop_id)
    contracts = contracts.where(Contract.customer_gid == customer_gid) if customer_gid else contracts
    removed = 0
    for kind in (ContractEdit, CycleEdit):
        statement = delete(kind).where(kind.shop_id == shop_id, kind.contract_id.in_(contracts))
        removed += len(session.scalars(statement.returning(kind.request_id)).all())
    wishes = delete(PaidOrderWish).where(PaidOrderWish.shop_id == shop_id, PaidOrderWish.contract_id.in_(contracts))
    return removed + len(session.scalars(wishes.returning(PaidOrderWish.id)).all())


def _rows(session: Session, kind: type[Kind], shop_id: int, customer_gid: str) -> list[Kind]:
    query = (
        select(kind)
        .join(Contract, Contract.id == kind.contract_id)
        .where(kind.shop_id == shop_id, Contract.customer_gid == customer_gid)
        .order_by(kind.asked_at)
    )
    return list(session.scalars(query))


def _plain(row: ContractEdit | CycleEdit) -> dict[str, Any]:
    return {"action": row.action, "wish": row.wish, "state": row.state, "asked_at": row.asked_at.isoformat()}
