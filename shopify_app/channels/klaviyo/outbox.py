"""From facts to deliveries: every fact of a catalogued kind gets one row, as soon as its shop has an account.

A shop without a key loses nothing: its facts wait in the journal and get their rows when it connects.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, text, true
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.catalogue import CHANNEL, METRICS
from shopify_app.channels.klaviyo.models import CONNECTED, KlaviyoAccount
from shopify_app.channels.klaviyo.render import event
from shopify_app.channels.klaviyo.shelf import Shelf, fetch
from shopify_app.channels.klaviyo.story import Around, CannotRender
from shopify_app.journal.models import PARKED_DELIVERY, PENDING, Delivery, Fact
from shopify_app.kit.bulk import insert_all
from shopify_app.kit.db import Json
from shopify_app.shops.models import INSTALLED, Shop

log = logging.getLogger(__name__)

BATCH = 500
OLD = timedelta(days=7)
"""Business age beyond which a fact is history: recorded in Klaviyo, starting no flow."""
STRIDE = 500
SETTLED = "10 minutes"
"""Machine time after which no open transaction can still add a fact with a smaller id."""


def fill(session: Session, around: Around, machine_now: datetime) -> int:
    """Add the missing deliveries of up to 500 facts of one connected shop; returns how many, 0 for none missing."""
    first = missing(1).subquery()
    shop_id = session.scalar(select(first.c.shop_id).order_by(first.c.id).limit(1))
    if shop_id is None:
        _read_on(session)
        return 0
    locked = select(KlaviyoAccount.shop_id).where(KlaviyoAccount.shop_id == shop_id).with_for_update(skip_locked=True)
    if session.scalar(locked) is None:
        return 0
    shop = session.get_one(Shop, shop_id)
    untold = missing(BATCH, shop_id).subquery()
    facts = session.scalars(select(Fact).where(Fact.id.in_(select(untold.c.id))).order_by(Fact.id)).all()
    shelf = fetch(session, shop, facts)
    made = [_delivery(shop, fact, around, shelf, machine_now) for fact in facts]
    insert_all(session, Delivery, made)
    return len(facts)


def missing(limit: int = BATCH, shop_id: int | None = None) -> Select[int, int]:
    """Select the first facts (id, shop_id) of each connected shop, or of one, that have no delivery.

    Shop by shop from where its journal is told to: a plain join reads every fact there ever was.
    """
    told = select(Delivery.id).where(Delivery.fact_id == Fact.id, Delivery.channel == CHANNEL)
    untold = (
        select(Fact.id)
        .where(
            Fact.shop_id == KlaviyoAccount.shop_id,
            Fact.id > KlaviyoAccount.facts_read_to,
            Fact.kind.in_(METRICS),
            ~told.exists(),
        )
        .order_by(Fact.id)
        .limit(limit)
        .lateral("untold")
    )
    found = (
        select(untold.c.id, KlaviyoAccount.shop_id)
        .select_from(KlaviyoAccount)
        .join(Shop, Shop.id == KlaviyoAccount.shop_id)
        .join(untold, true())
        .where(KlaviyoAccount.state == CONNECTED, Shop.status == INSTALLED)
    )
    return found if shop_id is None else found.where(KlaviyoAccount.shop_id == shop_id)


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
        return _parked(f"it could not be rendered ({type(error).__name__})")
    return {"state": PENDING, "body": body, "reason": None}


def _parked(reason: str) -> Json:
    return {"state": PARKED_DELIVERY, "body": None, "reason": reason}


def _read_on(session: Session) -> None:
    """Remember how far each journal is told, in strides so that few rows are written.

    Recent facts are left out: one with a smaller id may commit later. What is missing is asked again with the account
    locked, since a shop that connects at this moment brings facts that nobody has looked at.
    """
    newest = (
        select(Fact.id)
        .where(
            Fact.shop_id == KlaviyoAccount.shop_id,
            Fact.id > KlaviyoAccount.facts_read_to,
            Fact.recorded_at < func.now() - text(f"interval '{SETTLED}'"),
        )
        .order_by(Fact.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    behind = select(KlaviyoAccount, newest).where(
        KlaviyoAccount.state == CONNECTED, newest > KlaviyoAccount.facts_read_to + STRIDE
    )
    for account, to in session.execute(behind.with_for_update(of=KlaviyoAccount, skip_locked=True)).all():
        if session.scalar(select(missing(1, account.shop_id).subquery().c.id)) is None:
            account.facts_read_to = to
