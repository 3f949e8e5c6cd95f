"""What is told of payment methods. A fact is about the subscription with the nearest charge and names all others.

No digits and no names: channels read those from the method's row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts import erase
from shopify_app.contracts.models import Contract
from shopify_app.journal.models import Fact
from shopify_app.journal.record import record
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.shoppers.models import PaymentMethod

EXPIRING, UPDATED, REMOVED = "payment_method.expiring", "payment_method.updated", "payment_method.removed"
UPDATED_ITSELF, REPLACED = "updated", "replaced"
"""Why a shopper pays with something new: the card itself changed, or subscriptions got another method."""
AT_ONCE = timedelta(hours=1)
"""Business time within which several subscriptions that get one method are told as one change."""


def expiring(
    session: Session,
    method: PaymentMethod,
    expires_on: date,
    lead_days: int,
    found: Sequence[tuple[Contract, datetime]],
    days: int,
    now: datetime,
) -> None:
    """A card expires in `days` days, before a charge. Told once for a card, its last day, and a lead."""
    data = {
        "expires_on": expires_on.isoformat(),
        "lead_days": lead_days,
        "days_until_expiry": days,
        "late_notice": days != lead_days,
    }
    contracts, next_at = [contract for contract, _ in found], found[0][1]
    key = f"card-expiring:{number_of(method.shopify_gid)}:{expires_on.isoformat()}:{lead_days}"
    _tell(session, EXPIRING, key, contracts, method.shopify_gid, now, data, next_at)


def updated(
    session: Session,
    method_gid: str,
    contracts: Sequence[Contract],
    why: str,
    stamp: str,
    now: datetime,
    sides: tuple[Json, Json] | None = None,
) -> None:
    """Digits, brand or expiry changed, or subscriptions are paid with another method
    (`why`: UPDATED_ITSELF or REPLACED).

    `stamp` names the change within its subscription.
    """
    if why != UPDATED_ITSELF and _told_lately(session, contracts[0], method_gid, now):
        return
    key = f"card-updated:{number_of(contracts[0].shopify_gid)}:{stamp}"
    _tell(session, UPDATED, key, contracts, method_gid, now, {"why": why}, None, sides)


def removed(session: Session, method: PaymentMethod, contracts: Sequence[Contract], now: datetime) -> None:
    """A method was revoked; told once ever."""
    key = f"card-removed:{number_of(method.shopify_gid)}"
    _tell(session, REMOVED, key, contracts, method.shopify_gid, now, {"reason": method.revoked_reason})


def _told_lately(session: Session, contract: Contract, method_gid: str, now: datetime) -> bool:
    query = select(Fact.id).where(
        Fact.shop_id == contract.shop_id,
        Fact.customer_gid == contract.customer_gid,
        Fact.kind == UPDATED,
        Fact.occurred_at > now - AT_ONCE,
        Fact.data["method_gid"].astext == method_gid,
    )
    return session.scalar(query.limit(1)) is not None


def _tell(
    session: Session,
    kind: str,
    key: str,
    contracts: Sequence[Contract],
    method_gid: str,
    now: datetime,
    data: Json,
    next_at: datetime | None = None,
    sides: tuple[Json, Json] | None = None,
) -> None:
    nearest = contracts[0]
    if erase.is_erased(session, nearest):
        return
    next_at = next_at or nearest.next_charge_at
    record(
        session,
        nearest.shop_id,
        key=key,
        kind=kind,
        occurred_at=now,
        contract_gid=nearest.shopify_gid,
        customer_gid=nearest.customer_gid,
        before=sides[0] if sides else None,
        after=sides[1] if sides else None,
        data=data
        | {
            "method_gid": method_gid,
            "contracts": [contract.shopify_gid for contract in contracts],
            "next_charge_at": next_at.isoformat() if next_at else None,
        },
    )
