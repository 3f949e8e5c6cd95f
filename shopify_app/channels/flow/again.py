"""Sending a parked delivery again, after a person has mended what kept it back or looked into Flow."""

from __future__ import annotations

from sqlalchemy import select

from shopify_app.channels.flow.models import FlowSettings
from shopify_app.channels.flow.render import rendered
from shopify_app.channels.flow.triggers import CHANNEL
from shopify_app.channels.klaviyo.shelf import fetch
from shopify_app.channels.klaviyo.story import Around
from shopify_app.context import Context
from shopify_app.journal.models import PARKED_DELIVERY, PENDING, Delivery, Fact
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop


class SwitchedOff(Exception):
    """The shop lets Flow hear nothing."""


def release(ctx: Context, shop_id: int, delivery_id: int) -> bool:
    """Render one parked delivery anew and let it go; False when it is not parked (any more), or stays so.

    Raises SwitchedOff.
    """
    around = Around(ctx.settings.host, ctx.clock.now())
    with ctx.db.session() as session:
        settings = session.get(FlowSettings, shop_id)
        if settings is None or not settings.is_on:
            raise SwitchedOff
        shop = session.get_one(Shop, shop_id)
        mine = (Delivery.id == delivery_id, Delivery.shop_id == shop_id, Delivery.channel == CHANNEL)
        parked = select(Delivery).where(*mine, Delivery.state == PARKED_DELIVERY).with_for_update()
        delivery = session.scalars(parked).one_or_none()
        if delivery is None:
            return False
        fact = session.get_one(Fact, delivery.fact_id)
        for name, value in rendered(shop, fact, around, fetch(session, shop, [fact])).items():
            setattr(delivery, name, value)
        delivery.tries, delivery.is_unsure, delivery.last_error = 0, False, None
        delivery.next_try_at, delivery.lease_until = machine_now(), None
        is_free = delivery.state == PENDING
    ctx.wakeups.wake("flow")
    return is_free
