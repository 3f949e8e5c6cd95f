"""What a contract's change means, told to the journal in the change's own transaction."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopify_app.contracts.models import ACTIVE, CANCELLED, EXPIRED, FAILED, PAUSED, Contract
from shopify_app.journal.record import record
from shopify_app.kit.gid import number_of
from shopify_app.shops.models import Shop

_KINDS = {
    ACTIVE: "subscription.resumed",
    PAUSED: "subscription.paused",
    CANCELLED: "subscription.cancelled",
    EXPIRED: "subscription.expired",
    FAILED: "subscription.failed",
}


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
    kind = _KINDS.get(contract.status)
    if kind is None:  # a status Shopify adds one day is mirrored, not told
        return
    record(
        session,
        shop.id,
        key=f"{kind.removeprefix('subscription.')}:{number_of(contract.shopify_gid)}:{contract.revision_id}",
        kind=kind,
        occurred_at=contract.shopify_updated_at,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        before={"status": before},
        after={"status": contract.status},
    )
