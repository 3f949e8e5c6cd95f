"""What was different between our rows and Shopify: written when found, kept for ninety days, about nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from shopify_app.insights.models import DriftReport
from shopify_app.kit.db import Json

KEPT = timedelta(days=90)
FRESH = timedelta(days=2)
"""What the last two nights found and could not repair is an alert; older findings were looked at again since."""

DIFFERED, MISSING, GONE = "differed", "missing", "gone"
ONLY_SHOPIFY, FOREIGN, NOT_BILLED = "only_shopify", "foreign", "not_billed"

_TELLING = {"status", "currency", "next_billing_date", "revision_id", "next_charge_at", "cycles", "billable_since"}
"""Values that are about nobody; everything else is kept as "changed" only."""


def report(
    session: Session,
    shop_id: int,
    kind: str,
    contract_gid: str,
    now: datetime,
    *,
    cycle_index: int | None = None,
    before: Json | None = None,
    after: Json | None = None,
    is_repaired: bool = True,
) -> DriftReport:
    """Write one finding. `now`: business time."""
    row = DriftReport(
        shop_id=shop_id,
        found_at=now,
        kind=kind,
        contract_gid=contract_gid,
        cycle_index=cycle_index,
        before=before,
        after=after,
        is_repaired=is_repaired,
    )
    session.add(row)
    return row


def between(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Json, Json]:
    """Return what differs between two states of a contract, old and new, without anything about a person."""
    names = sorted(name for name in after if after[name] != before.get(name))
    old = {name: _told(name, before.get(name), after[name]) for name in names}
    new = {name: _told(name, after[name], before.get(name)) for name in names}
    return old, new


def _told(name: str, value: object, other: object) -> object:
    if name not in _TELLING:
        return "changed"
    if isinstance(value, list):
        known = other if isinstance(other, list) else []
        return [[_plain(part) for part in row] for row in value if row not in known]
    return _plain(value)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def unrepaired(session: Session, now: datetime, shop_id: int | None = None) -> int:
    """Return how many findings of the last two days a person should look at, in one shop or in all."""
    query = select(func.count()).select_from(DriftReport)
    query = query.where(~DriftReport.is_repaired, DriftReport.found_at > now - FRESH)
    return session.scalar(query if shop_id is None else query.where(DriftReport.shop_id == shop_id)) or 0


def prune(session: Session, shop_id: int, now: datetime) -> None:
    """Forget what is older than ninety days."""
    session.execute(delete(DriftReport).where(DriftReport.shop_id == shop_id, DriftReport.found_at < now - KEPT))
