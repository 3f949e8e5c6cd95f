"""What events about edits say: of one date, and of a whole subscription."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from shopify_app.channels.klaviyo import words
from shopify_app.channels.klaviyo.changed import changer, thing
from shopify_app.channels.klaviyo.parts import amount, following, when
from shopify_app.channels.klaviyo.possible import changeable, links
from shopify_app.channels.klaviyo.story import CannotRender, Story
from shopify_app.contracts import calendar
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

Telling = Callable[[Story], Json]


def _skipped(story: Story) -> Json:
    at = _expected_at(story)
    said = when(story, "ChargeDate", at) | changer(story) | following(story)
    charge_at = calendar.due_at(at, story.shop.zone, story.hour)
    return said | {"CycleIndex": story.fact.cycle_index} | links(story, charge_at, is_skipped=True)


def _coming(story: Story) -> Json:
    """An order that takes place, on the day it is planned for now."""
    due_at = story.cycle.due_at if story.cycle else None
    at = due_at or _expected_at(story)
    total = amount(story, "OrderTotal", story.order.total, story.contract.currency)
    can = changeable(story, due_at, is_skipped=False) if due_at else {}
    return when(story, "ChargeDate", at) | total | changer(story) | {"CycleIndex": story.fact.cycle_index} | can


def _moved(story: Story) -> Json:
    before = datetime.fromisoformat((story.fact.before or {})["expected_at"])
    return when(story, "BeforeChargeDate", before) | _coming(story)


def _expected_at(story: Story) -> datetime:
    if story.cycle is not None:
        return story.cycle.expected_at
    told = story.fact.data.get("expected_at")
    if not told:
        raise CannotRender(N_("the billing cycle is gone"))
    return datetime.fromisoformat(told)


def _items(*sides: str) -> Telling:
    """Items of the sides "Removed" (as they were) and "Added" (as they are)."""

    def tell(story: Story) -> Json:
        said: dict[str, Any] = {}
        for name in sides:
            side = (story.fact.before if name == "Removed" else story.fact.after) or {}
            things = [thing(story, one) for one in side["items"]]
            said |= {f"{name}Items": things, f"{name}ItemsText": words.items(things)}
        return said | _whole(story)

    return tell


def _counted(story: Story) -> Json:
    before, after = (story.fact.before or {})["items"], (story.fact.after or {})["items"]
    things = [
        thing(story, new) | {"BeforeQuantity": int(old["quantity"])} for old, new in zip(before, after, strict=True)
    ]
    said = [
        words.say(story.locale, "counted", name=words.name(one), before=one["BeforeQuantity"], after=one["Quantity"])
        for one in things
    ]
    return {"ChangedItems": things, "ChangedItemsText": ", ".join(said)} | _whole(story)


def _rhythm(story: Story) -> Json:
    before, after = story.fact.before or {}, story.fact.after or {}
    is_prepaid = any(side["billing"] != side["delivery"] for side in (before, after))
    said = {}
    for name, side in (("Before", before), ("After", after)):
        said[f"{name}FrequencyText"] = words.rhythm(side["billing"], story.locale)
        if is_prepaid:
            said[f"{name}DeliveryFrequencyText"] = words.rhythm(side["delivery"], story.locale)
    return said | _whole(story)


def _address(story: Story) -> Json:
    """City and country as the contract has them now: the journal keeps no addresses."""
    address = (story.contract.delivery_method or {}).get("address") or {}
    return {"ShippingCity": address.get("city"), "ShippingCountry": address.get("country")} | _whole(story)


def _whole(story: Story) -> Json:
    return changer(story, "changed_subscription_by") | following(story)


TELLINGS: dict[str, Telling] = {
    "order.skipped": _skipped,
    "order.unskipped": _coming,
    "order.moved": _moved,
    "subscription.item_swapped": _items("Removed", "Added"),
    "subscription.item_added": _items("Added"),
    "subscription.item_removed": _items("Removed"),
    "subscription.quantity_changed": _counted,
    "subscription.frequency_changed": _rhythm,
    "subscription.address_changed": _address,
}
"""Fact kind → its own properties."""
