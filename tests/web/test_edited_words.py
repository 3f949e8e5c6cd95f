"""What changed on a subscription, as a merchant reads it. Pure."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shopify_app.journal.models import Fact
from shopify_app.web.admin.sentences import sentence

ZONE = ZoneInfo("America/New_York")
HOUSE = {"title": "House Blend", "variant_title": "250 g", "quantity": 1}
MUG = {"title": "Mug", "variant_title": "Default Title", "quantity": 2}
MONTH, TWO = {"interval": "MONTH", "intervalCount": 1}, {"interval": "MONTH", "intervalCount": 2}
STANDARD = {"type": "shipping", "title": "Standard", "location": None, "price": "4.50"}
PICKUP = {"type": "pickup", "title": None, "location": "Elm Street", "price": "0.00"}
DATES = ({"expected_at": "2026-12-05T14:00:00+00:00"}, {"expected_at": "2026-12-12T14:00:00+00:00"})


def said(kind: str, before: Any = None, after: Any = None, actor: str = "merchant:42", **columns: Any) -> str:
    columns = {"data": {"currency": "USD", "expected_at": "2026-12-05T14:00:00+00:00"}} | columns
    return sentence(Fact(kind=kind, before=before, after=after, actor=actor, **columns), ZONE).words


@pytest.mark.parametrize(
    ("kind", "before", "after", "words"),
    [
        ("item_added", {"items": []}, {"items": [MUG, HOUSE]}, "Added …: 2 × Mug, 1 × House Blend (250 g)."),
        ("item_removed", {"items": [MUG]}, {"items": []}, "Removed …: 2 × Mug."),
        ("item_swapped", {"items": [HOUSE]}, {"items": [MUG]},
         "Swapped …: 2 × Mug instead of 1 × House Blend (250 g)."),
        ("quantity_changed", {"items": [HOUSE]}, {"items": [HOUSE | {"quantity": 3}]},
         "Quantity changed …: House Blend (250 g) from 1 to 3."),
        ("price_changed", {"lines": [HOUSE | {"price": "10.0"}, MUG]}, {"lines": [HOUSE | {"price": "14.00"}, MUG]},
         "Price changed as agreed with the plan: House Blend (250 g) from $10.00 to $14.00."),
        ("frequency_changed", {"billing": MONTH, "delivery": MONTH}, {"billing": TWO, "delivery": TWO},
         "Frequency changed …: every 2 months instead of every month."),
        ("frequency_changed", {"billing": TWO, "delivery": TWO}, {"billing": TWO, "delivery": MONTH},
         "Frequency changed …: delivered every month instead of every 2 months."),
        ("address_changed", {}, {}, "Delivery address changed …."),
        ("delivery_changed", STANDARD, PICKUP,
         "Delivery changed …: pickup at Elm Street ($0.00) instead of Standard ($4.50)."),
        ("note_changed", {"has_note": False}, {"has_note": True}, "Note added …."),
        ("note_changed", {"has_note": True}, {"has_note": False}, "Note removed …."),
        ("discount_added", {}, {"discounts": [{"title": "SPRING", "percentage": 10}]},
         "Discount added …: SPRING (10% off)."),
        ("discount_added", {}, {"discounts": [{"title": "CODE"}]}, "Discount added …: CODE."),
        ("discount_removed", {"discounts": [{"title": "OLD", "amount": "2.00", "on_each_item": True}]}, {},
         "Discount removed …: OLD ($2.00 off each item)."),
        ("payment_method_changed", {}, {}, "Payment method changed …."),
    ],
)  # fmt: skip
def test_old_and_new_and_who(kind: str, before: Any, after: Any, words: str) -> None:
    for actor, who in (("merchant:42", "by you or your staff"), ("shopify", "in Shopify or by another app")):
        assert said(f"subscription.{kind}", before, after, actor) == words.replace("…", who)


def test_one_date() -> None:
    assert said("order.skipped", actor="link") == "Skipped by the shopper from a mail: Sat, Dec 5, 2026."
    assert said("order.unskipped", actor="shopify").startswith("Brought back in Shopify or by another app: ")
    moved = "from Sat, Dec 5, 2026 to Sat, Dec 12, 2026."
    assert said("order.moved", *DATES, actor="perennial") == f"Moved by Perennial: {moved}"
    assert said("order.moved", *DATES, cause="order now") == f"Ordered now by you or your staff: {moved}"
    changed = said("order.contents_changed", {"items": [HOUSE]}, {"items": [HOUSE, MUG]})
    assert changed.endswith("this one alone: it holds 1 × House Blend (250 g), 2 × Mug.")
    assert "where or how it goes" in said("order.contents_changed", {"items": [HOUSE]}, {"items": [HOUSE]})


@pytest.mark.parametrize("kind", ["item_added", "item_swapped", "quantity_changed", "frequency_changed",
                                  "delivery_changed", "discount_added", "out_of_stock_changed"])  # fmt: skip
def test_a_fact_without_its_sides_is_still_a_sentence(kind: str) -> None:
    assert said(f"subscription.{kind}").endswith(" by you or your staff.")
