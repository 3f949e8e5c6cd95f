"""Whether customers whose payment fails are marked in Shopify, for those who pack, and who is to be looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, literal, or_, select, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.dunning.models import DunningMark, DunningMarking
from shopify_app.journal.record import record
from shopify_app.shops.models import Shop
from shopify_app.shops.webhooks import Message


@dataclass(frozen=True)
class Marking:
    """The two switches of a shop; both are off until somebody turns them on."""

    tag: bool = False
    metafield: bool = False


def of(session: Session, shop_id: int) -> Marking:
    """Return what the shop wishes."""
    row = session.get(DunningMarking, shop_id)
    return Marking(row.tag, row.metafield) if row else Marking()


def change(session: Session, shop_id: int, wanted: Marking, actor: str, now: datetime) -> bool:
    """Turn the switches; answers whether one moved. Who is at risk or marked at this moment is looked at again.

    `now`: business time.
    """
    before = of(session, shop_id)
    if wanted == before:
        return False
    session.merge(DunningMarking(shop_id=shop_id, **asdict(wanted)))
    _touch_all(session, shop_id, now)
    record(
        session,
        shop_id,
        key=f"payment.marking_changed:{now.isoformat()}:{wanted.tag}:{wanted.metafield}",
        kind="payment.marking_changed",
        occurred_at=now,
        actor=actor,
        before=asdict(before),
        after=asdict(wanted),
    )
    return True


def touch(session: Session, contract: Contract, now: datetime) -> None:
    """Whether this contract is at risk may have changed: its customer is to be looked at (business time `now`).

    Written whatever the switches say: one that is turned at the same moment would not see this contract yet.
    """
    if contract.customer_gid:
        _look_at(session, contract.shop_id, contract.customer_gid, now)


def customers_merge(ctx: Context, session: Session, shop: Shop, message: Message, now: datetime) -> None:
    """customers/merge: the kept one may have the marks of both, so nobody knows what is there.

    Contracts have moved by the handler before.
    """
    gone, kept = (message.payload.get(f"admin_graphql_api_customer_{part}_id") for part in ("deleted", "kept"))
    mark = delete(DunningMark).where(DunningMark.shop_id == shop.id, DunningMark.customer_gid == gone)
    if isinstance(kept, str) and session.scalar(mark.returning(DunningMark.id)) is not None:
        _look_at(session, shop.id, kept, now, tagged=None, noted=None)


def _look_at(session: Session, shop_id: int, customer_gid: str, now: datetime, **known: None) -> None:
    row = insert(DunningMark).values(shop_id=shop_id, customer_gid=customer_gid, dirty_at=now, **known)
    session.execute(row.on_conflict_do_update(index_elements=["shop_id", "customer_gid"], set_=_again(now) | known))


def _touch_all(session: Session, shop_id: int, now: datetime) -> None:
    at_risk = select(Contract.customer_gid.label("gid")).where(
        Contract.shop_id == shop_id, Contract.at_risk_since.is_not(None), Contract.customer_gid.is_not(None)
    )
    marked = select(DunningMark.customer_gid).where(
        DunningMark.shop_id == shop_id,
        or_(DunningMark.tagged.is_distinct_from(False), DunningMark.noted.is_distinct_from(False)),
    )
    people = union(at_risk, marked).subquery()
    rows = select(literal(shop_id), people.c.gid, literal(now)).order_by(people.c.gid)
    written = insert(DunningMark).from_select(["shop_id", "customer_gid", "dirty_at"], rows)
    session.execute(
        written.on_conflict_do_update(index_elements=["shop_id", "customer_gid"], set_=_again(now) | {"tries": 0})
    )


def _again(now: datetime) -> dict[str, Any]:
    """The lease stays: whoever holds it may be in the middle of a call."""
    return {"dirty_at": now, "version": DunningMark.version + 1}
