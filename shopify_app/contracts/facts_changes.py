"""What a reading changed on a contract we knew, told in its own transaction; a first reading tells nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.contracts import erase, facts_contract, facts_cycles
from shopify_app.contracts.facts_differences import Seen
from shopify_app.contracts.models import Contract
from shopify_app.gateways.shopify.contracts import ContractSnapshot


@dataclass(frozen=True)
class Before:
    """A contract and its open cycles as they were; `cycles` is None when a reading brings none."""

    contract: Seen
    cycles: facts_cycles.Before | None


def look(session: Session, row: Contract, snapshot: ContractSnapshot, *, with_cycles: bool) -> Before:
    """Return what is compared afterwards. Call it before anything of the reading is written."""
    cycles = facts_cycles.look(session, row) if with_cycles else None
    return Before(facts_contract.look(session, row, snapshot), cycles)


def tell(session: Session, row: Contract, before: Before, snapshot: ContractSnapshot, now: datetime) -> None:
    """Record what differs, unless the shopper was erased. Call it when all is written. `now`: business time."""
    found = facts_contract.differences(session, row, before.contract, snapshot)
    if found and not erase.is_erased(session, row):
        facts_contract.tell(session, row, found, before.contract, now)
    if before.cycles and snapshot.cycles:
        facts_cycles.tell(session, row, before.cycles, snapshot.cycles, snapshot.asked_at, now)
