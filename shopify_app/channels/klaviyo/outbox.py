"""From facts to deliveries: every fact of a catalogued kind gets one row, as soon as its shop has an account.

A shop without a key loses nothing: its facts wait in the journal and get their rows when it connects.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shopify_app.channels import untold
from shopify_app.channels.kept import NOT_RENDERED
from shopify_app.channels.klaviyo.catalogue import CHANNEL, METRICS
from shopify_app.channels.klaviyo.models import CONNECTED, KlaviyoAccount
from shopify_app.channels.klaviyo.render import event
from shopify_app.channels.klaviyo.shelf import Shelf, fetch
from shopify_app.channels.klaviyo.story import Around, CannotRender
from shopify_app.journal.models import PARKED_DELIVERY, PENDING, Delivery, Fact
from shopify_app.kit.bulk import insert_all
from shopify_app.kit.db import Json
from shopify_app.shops.models import Shop

log = logging.getLogger(__name__)

BATCH = 500
OLD = timedelta(days=7)
"""Business age beyond which a fact is history: recorded in Klaviyo, starting no flow."""
_IS_ON = KlaviyoAccount.state == CONNECTED


def fill(session: Session, around: Around, machine_now: datetime) -> int:
    """Add the missing deliveries of up to 500 facts of one connected shop; returns how many, 0 for none missing."""
    first = missing(1).subquery()
    shop_id = session.scalar(select(first.c.shop_id).order_by(first.c.id).limit(1))
    if shop_id is None:
        untold.read_on(session, KlaviyoAccount, _IS_ON, lambda shop_id: missing(1, shop_id))
        return 0
    locked = select(KlaviyoAccount.shop_id).where(KlaviyoAccount.shop_id == shop_id).with_for_update(skip_locked=True)
    if session.scalar(locked) is None:
        return 0
    shop = session.get_one(Shop, shop_id)
    ours = missing(BATCH, shop_id).subquery()
    facts = session.scalars(select(Fact).where(Fact.id.in_(select(ours.c.id))).order_by(Fact.id)).all()
    shelf = fetch(session, shop, facts)
    made = [_delivery(shop, fact, around, shelf, machine_now) for fact in facts]
    insert_all(session, Delivery, made)
    return len(facts)


def missing(limit: int = BATCH, shop_id: int | None = None) -> Select[int, int]:
    """Select the first facts (id, shop_id) of each connected shop, or of one, that have no delivery."""
    return untold.missing(
        KlaviyoAccount, CHANNEL, is_told=Fact.kind.in_(METRICS), is_on=_IS_ON, limit=limit, shop_id=shop_id
    )


def _delivery(shop: Shop, fact: Fact, around: Around, shelf: Shelf, machine_now: datetime) -> Json:
    return {
        "shop_id": shop.id,
        "fact_id": fact.id,
        "channel": CHANNEL,
        "contract_gid": fact.contract_gid,
        "unique_id": fact.key,
        "next_try_at": machine_now,
        **rendered(shop, fact, around, shelf),
    }


def rendered(shop: Shop, fact: Fact, around: Around, shelf: Shelf) -> Json:
    """Return a delivery's `state`, `body` and `reason`: ready to be sent, or parked with the reason."""
    try:
        # a failure that the shopper cannot mend is recorded, and starts no flow either
        is_history = around.now - fact.occurred_at > OLD or bool(fact.data.get("quiet"))
        body = event(shop, fact, around, shelf, backfill=is_history)
    except CannotRender as reason:
        return _parked(str(reason))
    except (LookupError, ValueError, TypeError, ArithmeticError) as error:
        # a bug of ours about one fact must not keep all others from being told
        log.exception("fact not rendered", extra={"fact_id": fact.id, "kind": fact.kind})
        return _parked(NOT_RENDERED % {"kind": type(error).__name__})
    return {"state": PENDING, "body": body, "reason": None}


def _parked(reason: str) -> Json:
    return {"state": PARKED_DELIVERY, "body": None, "reason": reason}
