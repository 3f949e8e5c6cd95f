"""What is said about an item that is not there: in the shopper's language, with what happens if nothing is chosen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shopify_app.channels.klaviyo.story import CannotRender
from tests.channels.test_render import DUE, HOST, Desk, database, desk
from tests.web import rows
from tests.web.rows import NOW

__all__ = ["database", "desk"]

BEANS = {
    "variant_gid": "gid://shopify/ProductVariant/11",
    "product_gid": "gid://shopify/Product/1",
    "title": "House Blend",
    "variant_title": "250 g",
    "sku": "HB-250",
    "quantity": 2,
    "image_url": None,
}
DARK = {
    "variant_gid": "gid://shopify/ProductVariant/21",
    "product_gid": "gid://shopify/Product/2",
    "title": "Dark Roast",
    "variant_title": None,
    "price": "15.50",
    "image_url": "https://cdn.shopify.com/dark.png",
}
MUG = {"variant_gid": None, "title": "Mug", "variant_title": "Red", "sku": None, "quantity": 1}


def trouble(**changes: Any) -> dict[str, Any]:
    """What a fact about a missing item says, as `stock/tell.py` writes it."""
    return {
        "decision": 88,
        "cause": 5,
        "kind": "out",
        "item": BEANS,
        "available": 0,
        "charge_at": DUE.isoformat(),
        "runs_out_on": "2026-12-04",
        "options": ["swap", "skip"],
        "default": "swap",
        "default_at": (DUE - timedelta(days=1)).isoformat(),
        "alternatives": [DARK],
        "expected_back_on": "2026-12-18",
    } | changes


def test_what_is_out_of_stock_is_told_with_the_default_the_choices_and_their_links(desk: Desk) -> None:
    said = desk.says("stock.out", cycle=4, data=trouble())
    assert (said["ItemText"], said["ItemSKU"], said["Available"]) == ("2 × House Blend (250 g)", "HB-250", "0")
    assert said["DefaultAction"] == "swap"
    assert said["DefaultText"] == "If you do nothing, we send 2 × Dark Roast instead."
    assert (said["DefaultAt"], said["ChargeDate"]) == ("December 4, 2026, 9:00\u202fAM EST", "December 5, 2026")
    assert said["Choices"] == ["swap", "skip"]
    (other,) = said["Alternatives"]
    assert (other["ProductName"], other["Quantity"], other["Price"]) == ("Dark Roast", 2, "$15.50")
    assert other["ImageURL"] == "https://cdn.shopify.com/dark.png?width=600"
    assert said["ExpectedBackDate"] == "December 18, 2026" and "RunsOutDate" not in said
    links = {name: value for name, value in said.items() if name.startswith("Choose")}
    assert links == {"ChooseSubstituteUrl": f"{HOST}/links/88-swap-04", "ChooseSkipUrl": f"{HOST}/links/88-skip-04"}


def test_what_runs_low_says_until_when_it_lasts_in_german(desk: Desk) -> None:
    desk.shopper.locale = "de"
    low = trouble(kind="low", available=1, default="delay", options=["delay"], alternatives=[], expected_back_on=None)
    said = desk.says("stock.low", cycle=4, data=low)
    assert said["DefaultText"] == (
        "Wenn er nicht rechtzeitig da ist und Sie nichts tun, wartet Ihre Bestellung, bis er wieder da ist, "
        "und vorher wird nichts abgebucht."
    )
    assert (said["Available"], said["RunsOutDate"]) == ("1", "4. Dezember 2026")
    assert "Alternatives" not in said and "ExpectedBackDate" not in said


@pytest.mark.parametrize(
    ("default", "says"),
    [
        ("tell", "your order waits for us to decide"),
        ("skip", "this order is skipped"),
        ("ship_rest", "we send the rest of your order"),
        ("sell", "is charged as planned; this item may come later"),
        ("swap", "we send a substitute."),
    ],
)
def test_every_default_has_a_sentence(desk: Desk, default: str, says: str) -> None:
    said = desk.says("stock.out", cycle=4, data=trouble(default=default, options=[], alternatives=[]))
    assert says in said["DefaultText"] and "Choices" not in said


def test_once_it_is_decided_no_link_offers_a_choice(desk: Desk) -> None:
    said = desk.says("stock.discontinued", cycle=4, data=trouble(default_at=NOW.isoformat()))
    assert not [name for name in said if name.startswith("Choose")]
    assert said["ReplacementText"] == "2 × Dark Roast"
    assert "ReplacementText" not in desk.says("stock.discontinued", cycle=4, key="b", data=trouble(default="skip"))


def test_a_substitute_is_told_with_before_and_after_and_can_still_be_changed(desk: Desk) -> None:
    rows.cycle(desk.session, desk.contract, 4, DUE)
    before = {"items": [BEANS, MUG], "total": "42.00"}
    after = {"items": [DARK | {"quantity": 2}, MUG], "total": "45.00"}
    nameless = {"variant_gid": BEANS["variant_gid"], "quantity": 2}  # it was in this one order alone
    told = {"decision": 88, "cause": 5, "item": nameless, "charge_at": DUE.isoformat()}
    said = desk.says("stock.substituted", cycle=4, actor="policy", before=before, after=after, data=told)
    assert said["ItemText"] == "2 × House Blend (250 g)"
    assert said["BeforeItemsText"] == "2 × House Blend (250 g), 1 × Mug (Red)"
    assert said["AfterItemsText"] == "2 × Dark Roast, 1 × Mug (Red)"
    assert said["ChangedBy"] == "system" and "SkipUrl" in said and "EditableUntil" in said
    with pytest.raises(CannotRender, match="no longer known"):
        desk.says("stock.partially_filled", cycle=4, before={"items": [MUG]}, after={"items": [MUG]}, data=told)


def test_a_delay_and_its_end_name_the_days(desk: Desk) -> None:
    rows.cycle(desk.session, desk.contract, 4, DUE)
    later = DUE + timedelta(days=14)
    before, after = {"expected_at": DUE.isoformat()}, {"expected_at": later.isoformat()}
    said = desk.says("stock.delayed", cycle=4, actor="shopper:7", before=before, after=after, data=trouble())
    assert (said["BeforeChargeDate"], said["ChargeDate"]) == ("December 5, 2026", "December 19, 2026")
    assert said["ChangedByText"] == "You changed this order."
    back = desk.says("stock.back", cycle=4, data=trouble(resume_at=later.isoformat()))
    assert (back["ResumeDate"], back["ItemName"]) == ("December 19, 2026", "House Blend")
