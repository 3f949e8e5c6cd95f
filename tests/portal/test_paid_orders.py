"""A shopper's new address is followed by what they paid already, if they wish and the shop allows it."""

from __future__ import annotations

from typing import Any

from shopify_app.edits.rules import store
from shopify_app.edits.rules.terms import Rules
from tests.portal.shopper import Shopper

OAK = {"last_name": "Marsh", "address1": "1 Oak Street", "city": "Troy", "province_code": "NY", "zip": "12180",
       "country_code": "US"}  # fmt: skip


def _paid(shopper: Shopper) -> dict[str, Any]:
    """Their order from the checkout, which nobody has shipped yet."""
    world = shopper.story.world
    contract = world.of("contracts", shopper.story.shop_domain)[shopper.contract]
    return world.of("orders", shopper.story.shop_domain)[contract["origin_order_id"]]


def test_a_paid_order_follows_a_new_address_where_asked_for_and_allowed(shopper: Shopper) -> None:
    story = shopper.story
    assert shopper.deed("address", "tap-paid0001", **OAK).status_code == 200
    story.settle()
    home = _paid(shopper)["address"]["address1"]
    assert home != "1 Oak Street"
    assert shopper.deed("address", preview=True, **OAK, paid_orders="maybe").status_code == 422
    with story.ctx.db.session() as session:
        store.change(session, story.shop.id, "", Rules(closed=frozenset({"paid_order"})), "merchant:1", story.now)
    refused = shopper.deed("address", "tap-paid0002", **OAK, paid_orders="follow")
    assert refused.status_code in (403, 409) and _paid(shopper)["address"]["address1"] == home
    with story.ctx.db.session() as session:
        store.change(session, story.shop.id, "", Rules(), "merchant:1", story.now)
    # the subscription goes there already; only the paid order is to follow
    for _ in range(2):
        assert shopper.deed("address", "tap-paid0003", **OAK, paid_orders="follow").status_code == 200
    story.settle()
    assert _paid(shopper)["address"]["address1"] == "1 Oak Street"
    entries = shopper.get(f"/contracts/{shopper.contract}/timeline?locale=de")["entries"]
    (told,) = [each for each in entries if each["kind"] == "order.address_changed"]
    assert told["words"] == "Auch die bereits bezahlte Bestellung #1001 geht an die neue Adresse." and told["by_you"]
    assert [len(shopper.facts(kind)) for kind in ("order.held", "order.address_changed", "order.released")] == [1] * 3
