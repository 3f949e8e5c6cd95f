"""Stopping and starting the charges of one contract. Charges already with the bank are not called back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.journal.record import record
from shopify_app.kit.gid import number_of


def stop(session: Session, contract: Contract, reason: str, actor: str, now: datetime) -> bool:
    """Charge this contract no more until it is started again; answers False when it is stopped already."""
    if contract.billing_stopped_at is not None:
        return False
    contract.billing_stopped_at, contract.billing_stopped_reason = now, reason
    _tell(session, contract, "charging.stopped", reason, actor, now)
    return True


def start(session: Session, contract: Contract, actor: str, now: datetime) -> bool:
    """Let charges run again; answers False when they do. What became due meanwhile is caught up within bounds."""
    if contract.billing_stopped_at is None:
        return False
    reason = contract.billing_stopped_reason
    contract.billing_stopped_at = contract.billing_stopped_reason = None
    _tell(session, contract, "charging.started", None, actor, now, before={"reason": reason} if reason else None)
    return True


def _tell(
    session: Session,
    contract: Contract,
    kind: str,
    cause: str | None,
    actor: str,
    now: datetime,
    before: dict[str, str] | None = None,
) -> None:
    record(
        session,
        contract.shop_id,
        key=f"{kind}:{number_of(contract.shopify_gid)}:{now.isoformat()}",
        kind=kind,
        occurred_at=now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        actor=actor,
        cause=cause,
        before=before,
    )
