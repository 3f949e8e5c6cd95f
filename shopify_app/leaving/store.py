"""The rows of a shop, kept, with who chose them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.leaving.models import LeavingOffer, LeavingRegion
from shopify_app.leaving.regions import SHIPPED, Region


@dataclass(frozen=True)
class Offer:
    """`percentage` off each of the next `orders`, under a `title` that shoppers read."""

    is_on: bool = False
    percentage: int = 10
    orders: int = 3
    title: str = "Thank you for staying"


def regions(session: Session, shop_id: int) -> dict[str, Region]:
    """Return every row by its code: those that a merchant saved, and as shipped those that nobody did."""
    names = [field.name for field in fields(Region)]
    rows = session.scalars(select(LeavingRegion).where(LeavingRegion.shop_id == shop_id))
    return dict(SHIPPED) | {row.code: Region(*(getattr(row, name) for name in names)) for row in rows}


def offer(session: Session, shop_id: int) -> Offer:
    """Return the shop's discount for who stays; switched off for a shop that never chose one."""
    row = session.get(LeavingOffer, shop_id)
    return Offer(row.is_on, row.percentage, row.orders, row.title) if row else Offer()


def save_region(session: Session, shop_id: int, region: Region, actor: str, now: datetime) -> bool:
    """Save a row and write down who chose; returns whether it differs. `now`: business time."""
    before = regions(session, shop_id).get(region.code)
    if before == region:
        return False
    _upsert(session, LeavingRegion, shop_id, asdict(region), ("shop_id", "code"), now)
    _tell(session, shop_id, region.code, asdict(before) if before else None, asdict(region), actor, now)
    return True


def save_offer(session: Session, shop_id: int, chosen: Offer, actor: str, now: datetime) -> bool:
    """Save the discount and write down who chose; returns whether it differs. `now`: business time."""
    before = offer(session, shop_id)
    if before == chosen:
        return False
    _upsert(session, LeavingOffer, shop_id, asdict(chosen), ("shop_id",), now)
    _tell(session, shop_id, "offer", asdict(before), asdict(chosen), actor, now)
    return True


def _upsert(
    session: Session,
    kind: type[LeavingRegion] | type[LeavingOffer],
    shop_id: int,
    values: Json,
    key: tuple[str, ...],
    now: datetime,
) -> None:
    said = values | {"changed_at": now}
    row = insert(kind).values(shop_id=shop_id, **said)
    session.execute(row.on_conflict_do_update(index_elements=key, set_=said))
    session.expire_all()


def _tell(
    session: Session, shop_id: int, what: str, before: Json | None, after: Json, actor: str, now: datetime
) -> None:
    record(
        session,
        shop_id,
        # machine time: it may be changed twice within one instant of business time
        key=f"leaving.changed:{what}:{machine_now().isoformat()}",
        kind="leaving.changed",
        occurred_at=now,
        actor=actor,
        before=before,
        after=after,
        data={"what": what},
    )
