"""When a contract stood still, as far as we have seen it: what was expected then was paused away, what was expected
before or after is owed, however often the contract is paused since.

Shopify does not say when a status changed; the contract's time of change is the best witness. A pause that began and
ended while nobody told us of it is not seen.
"""

from __future__ import annotations

from datetime import datetime

from shopify_app.contracts.models import ACTIVE, Contract
from shopify_app.gateways.shopify.contracts import ContractSnapshot


def note(row: Contract, before: str | None, snapshot: ContractSnapshot) -> None:
    """Write down that a contract stops or goes on, from a reading; `before` is our status, None for a new row.

    A contract that stands still when it is first seen has done so, for us, from its beginning.
    """
    if snapshot.status != ACTIVE:
        if before is None or before == ACTIVE:
            since = snapshot.created_at if before is None else snapshot.updated_at
            row.pauses = [*(row.pauses or []), [since.isoformat(), None]]
        row.billable_since = None
    elif before is None:
        row.billable_since = snapshot.created_at
    elif before != ACTIVE:
        row.billable_since = snapshot.updated_at
        row.pauses = [*_closed(row, snapshot.updated_at)]


def covers(contract: Contract, at: datetime) -> bool:
    """Tell whether the contract stood still at an instant (business time)."""
    return any(since <= at and (until is None or at < until) for since, until in _spans(contract))


def _closed(row: Contract, now: datetime) -> list[list[str | None]]:
    return [[since, until or now.isoformat()] for since, until in row.pauses or []]


def _spans(contract: Contract) -> list[tuple[datetime, datetime | None]]:
    return [
        (datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
        for since, until in contract.pauses or []
    ]
