"""Noting that the date people see at Shopify lags behind; `next_dates` writes it when there is room."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.contracts.models import ACTIVE, Contract, DateBehind
from shopify_app.kit.clock import machine_now


def mark(session: Session, contract: Contract) -> None:
    """Note that the contract's date at Shopify is to be looked at; nothing to note when it is right already."""
    if contract.status != ACTIVE or contract.next_charge_at in (None, contract.next_billing_date):
        return
    values = {"contract_id": contract.id, "shop_id": contract.shop_id, "try_at": machine_now()}
    session.execute(insert(DateBehind).values(**values).on_conflict_do_nothing(index_elements=["contract_id"]))
