"""What contracts hold of a shopper: where it is sent, a note, preferences, notes of staff, and the text that search
looks into."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts import contents, search, staff_notes
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.shoppers import mirror as shoppers


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return, as JSON values, what the customer's contracts hold."""
    return {
        "contracts": [
            {
                "id": contract.shopify_gid,
                "status": contract.status,
                "delivery": contract.delivery_method,
                "note": contract.note,
                "staff_notes": [
                    {"at": note.written_at.isoformat(), "text": note.text}
                    for note in staff_notes.of(session, contract)
                ],
                "out_of_stock": contract.out_of_stock,
                "backup_method": contract.backup_method_gid,
                "withdrawn_at": contract.withdrawn_at.isoformat() if contract.withdrawn_at else None,
                "offer_taken_at": contract.offer_taken_at.isoformat() if contract.offer_taken_at else None,
                "items": [{"title": line.title, "quantity": line.quantity} for line in contract.lines],
                "edited_orders": [
                    {"cycle": cycle.cycle_index, "contents": cycle.contents} for cycle in _edited(session, contract)
                ],
            }
            for contract in _contracts(session, shop_id, customer_gid)
        ]
    }


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Take address, note and preferences off the customer's contracts (None: all of the shop's), and delete what
    staff wrote about them; returns how many rows changed.

    Runs after the shopper's row was emptied: the search text is written anew from it.
    """
    contracts = _contracts(session, shop_id, customer_gid)
    for contract in contracts:
        forget_person(contract)
        # not when it is read again: whoever comes back may choose anew
        contract.out_of_stock = contract.backup_method_gid = None
        for cycle in _edited(session, contract):
            cycle.contents = contents.without_person(cycle.contents)
        search.refresh(session, contract)
    session.flush()
    return len(contracts) + staff_notes.erase(session, [contract.id for contract in contracts])


def forget_person(contract: Contract) -> None:
    """Take off a contract what says where its shopper lives, and by which phone they wait for it."""
    contract.delivery_method = contents.nobodys(contract.delivery_method)
    contract.note = None


def is_erased(session: Session, contract: Contract) -> bool:
    """A shopper erased here stays erased, also while Shopify still answers with the address."""
    person = shoppers.shopper(session, contract.shop_id, contract.customer_gid)
    return person is not None and person.redacted_at is not None


def _edited(session: Session, contract: Contract) -> list[BillingCycle]:
    mine = (BillingCycle.contract_id == contract.id, BillingCycle.contents.is_not(None))
    query = select(BillingCycle).where(*mine).order_by(BillingCycle.cycle_index)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _contracts(session: Session, shop_id: int, customer_gid: str | None) -> list[Contract]:
    query = select(Contract).where(Contract.shop_id == shop_id).order_by(Contract.id)
    if customer_gid is not None:
        query = query.where(Contract.customer_gid == customer_gid)
    return list(session.scalars(query.execution_options(populate_existing=True)))
