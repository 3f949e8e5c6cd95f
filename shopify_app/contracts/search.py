"""The text a merchant's search looks into: customer, contract number, items."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.kit.gid import number_of
from shopify_app.shoppers.mirror import shopper


def refresh(session: Session, contract: Contract) -> None:
    """Write `search_text` from the contract's lines and our row of its customer; an erased one leaves no trace."""
    customer = shopper(session, contract.shop_id, contract.customer_gid)
    parts: list[str | None] = [number_of(contract.shopify_gid)]
    if customer and customer.redacted_at is None:
        name = " ".join(part for part in (customer.first_name, customer.last_name) if part)
        parts += [name, customer.email, customer.phone]
    for line in contract.lines:
        parts += [line.title, line.variant_title, line.sku]
    contract.search_text = "\n".join(dict.fromkeys(part.lower() for part in parts if part))


def refresh_customer(session: Session, shop_id: int, customer_gid: str) -> int:
    """Rewrite the search text of all contracts of a customer; returns how many."""
    query = select(Contract).where(Contract.shop_id == shop_id, Contract.customer_gid == customer_gid)
    contracts = session.scalars(query).all()
    for contract in contracts:
        refresh(session, contract)
    return len(contracts)
