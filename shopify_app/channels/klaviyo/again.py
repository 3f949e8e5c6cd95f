"""Sending a parked delivery again, after a person has mended what kept it back."""

from __future__ import annotations

from sqlalchemy import select

from shopify_app.channels.klaviyo import deliver, outbox
from shopify_app.channels.klaviyo.catalogue import CHANNEL
from shopify_app.channels.klaviyo.models import account_of
from shopify_app.channels.klaviyo.shelf import fetch
from shopify_app.channels.klaviyo.truth import reasons
from shopify_app.context import Context
from shopify_app.journal.models import DROPPED, PARKED_DELIVERY, PENDING, Delivery, Fact
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop

MOST = 500
"""Rendered and given free in one request of a person; the button is pressed again for more."""


class NotConnected(Exception):
    """The shop has no Klaviyo account to send to."""


def release(ctx: Context, shop_id: int, delivery_id: int | None = None) -> tuple[int, int]:
    """Render one parked delivery anew, or all of a shop (up to 500, oldest first), and let them go.

    Returns how many wait to be sent now, and how many stay parked with a fresh reason or were dropped because they
    are no longer true. The event keeps its `unique_id`: Klaviyo counts it once, should it have got there after all.
    Raises NotConnected.
    """
    around, moment = deliver.around(ctx), machine_now()
    with ctx.db.session() as session:
        if account_of(session, shop_id) is None:
            raise NotConnected
        shop = session.get_one(Shop, shop_id)
        parked = (
            select(Delivery, Fact)
            .join(Fact, Fact.id == Delivery.fact_id)
            .where(Delivery.shop_id == shop_id, Delivery.channel == CHANNEL, Delivery.state == PARKED_DELIVERY)
            .order_by(Delivery.id)
            .limit(MOST)
            .with_for_update(of=Delivery, skip_locked=True)
        )
        if delivery_id is not None:
            parked = parked.where(Delivery.id == delivery_id)
        rows = session.execute(parked).all()
        shelf = fetch(session, shop, [fact for _, fact in rows])
        stale = reasons(session, [fact for _, fact in rows], around.now)
        for delivery, fact in rows:
            delivery.last_error, delivery.tries = None, 0
            delivery.next_try_at, delivery.lease_until = moment, None
            for name, value in outbox.rendered(shop, fact, around, shelf).items():
                setattr(delivery, name, value)
            if stale[fact.id]:
                delivery.state, delivery.reason = DROPPED, stale[fact.id]
        freed = sum(delivery.state == PENDING for delivery, _ in rows)
    ctx.wakeups.wake("klaviyo")
    return freed, len(rows) - freed
