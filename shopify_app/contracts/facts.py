"""What a contract's change means, told to the journal in the change's own transaction."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopify_app.contracts import facts_asked
from shopify_app.contracts.models import ACTIVE, CANCELLED, EXPIRED, FAILED, PAUSED, Contract
from shopify_app.journal.record import record
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.shops.models import Shop

_KINDS = {
    ACTIVE: "subscription.resumed",
    PAUSED: "subscription.paused",
    CANCELLED: "subscription.cancelled",
    EXPIRED: "subscription.expired",
    FAILED: "subscription.failed",
}
WITHDRAWN = "withdrawn"
"""Stands as the reason when the shopper withdrew from the contract."""
_REACTIVATED = "subscription.reactivated"
"""Active again after Shopify had marked it as failed: no pause ended."""
_ASKED = {ACTIVE: ("resume", "reactivate"), PAUSED: ("pause",), CANCELLED: ("cancel", "withdraw")}


def record_status(session: Session, shop: Shop, contract: Contract, before: str | None) -> None:
    """Record a start, or a change of status. A contract older than the installation records no start.

    Keys hold Shopify's revision, so a change that is read twice is told once.
    """
    if before is None:
        if contract.shopify_created_at < shop.installed_at:
            return
        _started(session, shop, contract)
        if contract.status == ACTIVE:
            return
    if contract.status != before:
        _changed(session, shop, contract, before or ACTIVE)


def _started(session: Session, shop: Shop, contract: Contract) -> None:
    record(
        session,
        shop.id,
        key=f"started:{number_of(contract.shopify_gid)}",
        kind="subscription.started",
        occurred_at=contract.shopify_created_at,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        data={"origin_order_gid": contract.origin_order_gid},
    )


def _changed(session: Session, shop: Shop, contract: Contract, before: str) -> None:
    kind = _REACTIVATED if (before, contract.status) == (FAILED, ACTIVE) else _KINDS.get(contract.status)
    if kind is None:  # a status Shopify adds one day is mirrored, not told
        return
    actor, data = _asked_by(session, contract)
    record(
        session,
        shop.id,
        key=f"{kind.removeprefix('subscription.')}:{number_of(contract.shopify_gid)}:{contract.revision_id}",
        kind=kind,
        occurred_at=contract.shopify_updated_at,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        actor=actor,
        before={"status": before},
        after={"status": contract.status},
        data=data,
    )


def _asked_by(session: Session, contract: Contract) -> tuple[str, Json]:
    """Who asked us for this change of status, and what belongs to it; Shopify itself when nobody did."""
    edit = facts_asked.open_edit(session, contract)
    if edit is None or edit.action not in _ASKED.get(contract.status, ()):
        return facts_asked.ELSEWHERE, {}
    if edit.action == "withdraw":
        return edit.actor, {"reason": WITHDRAWN}
    told = {"until": "resumes_at", "reason": "reason"}
    return edit.actor, {told[name]: value for name, value in edit.wish.items() if name in told and value}
