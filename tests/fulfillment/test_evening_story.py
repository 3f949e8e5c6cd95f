"""The evening before packing, over HTTP: a shopper's click reaches the paid order, the feed and the digest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from sandbox.mail import box
from sandbox.seeds import tiny
from shopify_app.channels.mail.models import MailSettings
from shopify_app.fulfillment import keys
from shopify_app.fulfillment import settings as fulfillment
from shopify_app.kit.clock import machine_now
from tests.portal.shopper import Shopper
from tests.portal.test_paid_orders import OAK, _paid
from tests.support.app import Story, telling


@pytest.fixture
def mailing(postgres_url: str, redis_url: str) -> Iterator[Story]:
    with telling(postgres_url, redis_url, mail=True) as told:
        yield told


def _feed(story: Story, key: str, after: int = 0) -> dict[str, Any]:
    url = f"{story.url}/feed/v1/changes?after={after}"
    answer = httpx.get(url, headers={"Authorization": f"Bearer {key}"}, timeout=15)
    return answer.raise_for_status().json()


def test_an_address_changed_by_its_shopper_reaches_the_order_the_feed_and_the_evenings_mail(mailing: Story) -> None:
    story = mailing
    made = tiny.grow(story.world, contracts=1)
    story.install()
    (contract,) = made.contracts
    shopper = Shopper(story, contract["id"], contract["customer_id"], contract["id"])
    with story.ctx.db.session() as session:
        session.merge(MailSettings(shop_id=story.shop.id, staff=["packing@example.com"]))
        wanted = fulfillment.Wanted(17, True, False, None)
        fulfillment.change(session, story.shop.id, wanted, "merchant:42", story.now)
        _, key = keys.make(session, story.shop.id, "Warehouse", "merchant:42", machine_now())
    story.settle()
    seen = _feed(story, key)["next"] or 0

    assert shopper.deed("address", "tap-evening1", **OAK, paid_orders="follow").status_code == 200
    story.settle()
    order = _paid(shopper)
    assert order["address"]["address1"] == "1 Oak Street"
    assert [len(shopper.facts(kind)) for kind in ("order.held", "order.address_changed", "order.released")] == [1] * 3

    found = _feed(story, key, seen)["changes"]
    (of_order,) = (one for one in found if one["shipment"] == f"order:{order['id']}" and "delivery" in one["groups"])
    assert (of_order["state"], of_order["changed_by"]) == ("open", "shopper")

    story.advance(timedelta(hours=28), step=timedelta(hours=4))
    mails = box.every(story.world, "packing@example.com")
    assert len(mails) == 1, "once, after the cutoff"
    number = contract["id"]
    assert f"#{number}: Paid order may be shipped again; Paid order goes elsewhere (the shopper)" in mails[0]["text"]
    assert f"#{number}: Address changed (the shopper)" in mails[0]["text"]
