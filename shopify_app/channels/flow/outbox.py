"""From facts to deliveries: every fact whose trigger a shop has switched on gets one row. A shop that has Flow
switched off costs nothing: no row of it is made, and none is looked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Select, cast, select
from sqlalchemy.orm import Session

from shopify_app.channels import untold
from shopify_app.channels.flow.models import FlowSettings
from shopify_app.channels.flow.render import rendered
from shopify_app.channels.flow.triggers import CHANNEL
from shopify_app.channels.klaviyo.shelf import fetch
from shopify_app.channels.klaviyo.story import Around
from shopify_app.journal.models import Delivery, Fact
from shopify_app.kit.bulk import insert_all
from shopify_app.shops.models import Shop

BATCH = 200
_IS_ON = FlowSettings.is_on
_IS_TOLD = Fact.id > cast(FlowSettings.kinds[Fact.kind].astext, BigInteger)
"""A kind that is off is not among `kinds`, and nothing is more than null."""


def fill(session: Session, around: Around, machine_now: datetime) -> int:
    """Add the missing deliveries of up to 200 facts of one shop; returns how many, 0 for none missing."""
    first = missing(1).subquery()
    shop_id = session.scalar(select(first.c.shop_id).order_by(first.c.id).limit(1))
    if shop_id is None:
        untold.read_on(session, FlowSettings, _IS_ON, lambda one: missing(1, one))
        return 0
    locked = select(FlowSettings.shop_id).where(FlowSettings.shop_id == shop_id).with_for_update(skip_locked=True)
    if session.scalar(locked) is None:
        return 0
    shop = session.get_one(Shop, shop_id)
    ours = missing(BATCH, shop_id).subquery()
    facts = session.scalars(select(Fact).where(Fact.id.in_(select(ours.c.id))).order_by(Fact.id)).all()
    shelf = fetch(session, shop, facts)
    rows = [
        {
            "shop_id": shop.id,
            "fact_id": fact.id,
            "channel": CHANNEL,
            "contract_gid": fact.contract_gid,
            "unique_id": fact.key,
            "next_try_at": machine_now,
            **rendered(shop, fact, around, shelf),
        }
        for fact in facts
    ]
    insert_all(session, Delivery, rows)
    return len(facts)


def missing(limit: int = BATCH, shop_id: int | None = None) -> Select[int, int]:
    """Select the first facts (id, shop_id) of each shop that is on, or of one, that have no delivery."""
    return untold.missing(FlowSettings, CHANNEL, is_told=_IS_TOLD, is_on=_IS_ON, limit=limit, shop_id=shop_id)
