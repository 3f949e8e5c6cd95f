"""What is picked up is sent to an address instead: typed, its ways and prices seen, shown, done, and taken back."""

from __future__ import annotations

import re
from html import unescape

import httpx

from sandbox.seeds import tiny
from sandbox.shopify import shops, stock
from tests.support.app import Story
from tests.support.stories import story

__all__ = ["story"]

HOME = {"last_name": "Marsh", "address1": "1 Oak <b>Street", "city": "Portland", "country_code": "US",
        "province_code": "ME", "zip": "04101"}  # fmt: skip


def test_staff_send_what_was_picked_up_to_an_address_and_take_it_back(story: Story) -> None:
    made = tiny.grow(story.world)
    number, world = made.contracts[0]["id"], story.world
    with world.locked():
        elm = stock.create_location(world, made.shop, "Elm Street")["id"]
        shops.update(world, made.shop, local_delivery={"city": "Portland", "price": "3.00"}, pickup={"price": "0.00"})
        world.faults.set({"harder": {"delivery_options_are_pending": False}})
    story.install()
    page = f"/contracts/{number}/delivery"

    def there() -> dict[str, object]:
        return world.of("contracts", made.shop)[number]["delivery"]

    def post(path: str, **form: str) -> httpx.Response:
        token = story.control("POST", f"/shops/{made.shop}/id_token")["id_token"]
        headers = {"Authorization": f"Bearer {token}", "HX-Request": "true"}
        return httpx.post(f"{story.url}{path}", data=form, headers=headers, timeout=15)

    def hidden(answer: httpx.Response) -> dict[str, str]:
        assert answer.status_code == 200, answer.text
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
        return {name: unescape(value) for name, value in found}

    post(page, **hidden(post(page, option=f"pickup:{elm}:pickup")))
    picked_up = there()
    assert picked_up["kind"] == "pickup"
    assert "Send it to an address instead" in story.open(page).text
    wrong = post(page, **HOME | {"zip": ""})
    assert wrong.status_code == 422 and "Shopify needs this." in wrong.text and there() == picked_up
    ways = post(page, **HOME)
    assert ways.status_code == 200 and "Standard: $4.50" in ways.text and "Rosebud van" in ways.text
    assert "Pickup at Elm Street" not in ways.text and "1 Oak &lt;b&gt;Street" in ways.text
    shown = post(page, **HOME, option="express")
    assert "Shipped by Express" in shown.text and "1 Oak &lt;b&gt;Street" in shown.text and there() == picked_up
    refused = post(page, **HOME, option="local_delivery::van", phone="555-0100")
    assert refused.status_code == 422 and "country&#39;s code" in refused.text
    done = post(page, **hidden(shown))
    assert (there()["code"], there()["address"]["address1"]) == ("express", HOME["address1"])  # type: ignore[index]
    assert post(f"/contracts/{number}/undo", **hidden(done)).status_code == 200
    assert {name: there()[name] for name in ("kind", "location_id")} == {"kind": "pickup", "location_id": elm}
    by_van = hidden(post(page, **HOME, option="local_delivery::van", phone="+1 207 555 0100"))
    post(page, **by_van)
    assert (there()["kind"], there()["phone"]) == ("local_delivery", "+12075550100")
