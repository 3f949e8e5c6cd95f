"""What the events about stock say: what is missing, what happens if nothing is chosen, and what was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shopify_app.channels.klaviyo import words
from shopify_app.channels.klaviyo.changed import changer, thing
from shopify_app.channels.klaviyo.parts import amount, number, on_day, picture, present, until, when
from shopify_app.channels.klaviyo.possible import changeable
from shopify_app.channels.klaviyo.story import CannotRender, Story
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

Side = dict[str, Any]


def _announced(story: Story) -> Json:
    """An item will not be there: what becomes of the order, and what its shopper may choose until when."""
    data = story.fact.data
    default_at = _instant(data.get("default_at"))
    others = [_alternative(story, one) for one in data.get("alternatives") or []]
    available = data.get("available")
    return {
        **_item(story),
        **when(story, "ChargeDate", _charge_at(story)),
        # text, because Klaviyo ignores a property that is 0
        "Available": None if available is None else str(available),
        "DefaultAction": data["default"],
        "DefaultText": default_text(story, others),
        **(until(story, "DefaultAt", default_at) if default_at else {}),
        "Choices": [word for word in data.get("options") or [] if word in CHOOSABLE],
        "Alternatives": others,
        "AlternativesText": words.items(others),
        **_day(story, "ExpectedBackDate", data.get("expected_back_on")),
        **_links(story, default_at),
        "CycleIndex": story.fact.cycle_index,
    }


def _low(story: Story) -> Json:
    return _announced(story) | _day(story, "RunsOutDate", story.fact.data.get("runs_out_on"))


def _discontinued(story: Story) -> Json:
    said = _announced(story)
    is_swapped = said["DefaultAction"] == "swap" and said["Alternatives"]
    return said | {"ReplacementText": words.items(said["Alternatives"][:1]) if is_swapped else None}


def _changed(story: Story) -> Json:
    """Something was put into one order, or taken out of it."""
    before, after = _side(story, "before"), _side(story, "after")
    return _done(story, _charge_at(story)) | _items(story, "Before", before) | _items(story, "After", after)


def _delayed(story: Story) -> Json:
    before, after = (_instant(_side(story, name).get("expected_at")) for name in ("before", "after"))
    moved = when(story, "BeforeChargeDate", before or _charge_at(story))
    back = _day(story, "ExpectedBackDate", story.fact.data.get("expected_back_on"))
    return _done(story, after or _charge_at(story)) | moved | back


def _back(story: Story) -> Json:
    resume_at = datetime.fromisoformat(story.fact.data["resume_at"])
    total = amount(story, "OrderTotal", story.order.total, story.contract.currency)
    can = changeable(story, resume_at, is_skipped=False)
    return _item(story) | when(story, "ResumeDate", resume_at) | total | can | {"CycleIndex": story.fact.cycle_index}


TELLINGS: dict[str, Callable[[Story], Json]] = {
    "stock.low": _low,
    "stock.out": _announced,
    "stock.substituted": _changed,
    "stock.delayed": _delayed,
    "stock.partially_filled": _changed,
    "stock.back": _back,
    "stock.discontinued": _discontinued,
}
"""Fact kind → its own properties."""
CHOOSABLE = ("swap", "delay", "skip", "ship_rest")
"""What a shopper may choose; the other words are the shop's alone."""


def default_text(story: Story, alternatives: list[Json]) -> str:
    """Return what happens if the shopper chooses nothing, in a sentence. The first alternative is what would come."""
    data, locale = story.fact.data, story.locale
    instead = words.items(alternatives[:1])
    phrase = "swap_any" if data["default"] == "swap" and not instead else data["default"]
    what = words.say(locale, f"stock_{phrase}", instead=instead)
    return words.say(locale, "stock_if_low" if data.get("kind") == "low" else "stock_if", what=what)


def _item(story: Story) -> Json:
    item = _named(story)
    known = thing(story, item)
    return {
        "ItemText": words.items([known]),
        "ItemName": known["ProductName"],
        "ItemVariantTitle": known.get("VariantTitle"),
        "ItemQuantity": known["Quantity"],
        "ItemImageURL": picture(story.around.host, item["image_url"]) if item.get("image_url") else known["ImageURL"],
        "ItemSKU": item.get("sku"),
        "ItemProductID": number(item.get("product_gid")),
        "ItemVariantID": number(item.get("variant_gid")),
    }


def _named(story: Story) -> Side:
    """The item with its name, which the fact may know only as the order held it before. Raises CannotRender."""
    item: Side = story.fact.data["item"]
    held = [item, *(_side(story, "before").get("items") or [])]
    named = next((one for one in held if one.get("title") and one.get("variant_gid") == item["variant_gid"]), None)
    if named is None:
        raise CannotRender(N_("the item is no longer known"))
    found: Side = named | item
    return found


def _alternative(story: Story, one: Side) -> Json:
    product, price = story.products.get(one.get("product_gid") or ""), one.get("price")
    return present(
        {
            "ProductName": one["title"],
            "VariantTitle": one.get("variant_title"),
            "Quantity": story.fact.data["item"]["quantity"],
            "Price": words.money(Decimal(price), story.shop.currency, story.locale) if price else None,
            "ImageURL": picture(story.around.host, one.get("image_url")),
            "ProductURL": product.url if product else None,
            "ProductID": number(one.get("product_gid")),
            "VariantID": number(one.get("variant_gid")),
        }
    )


def _done(story: Story, charge_at: datetime) -> Json:
    """What was done with one order, when it is charged now, and until when that can still be changed."""
    return {
        **_item(story),
        **when(story, "ChargeDate", charge_at),
        **amount(story, "OrderTotal", story.order.total, story.contract.currency),
        **changer(story),
        **changeable(story, charge_at, is_skipped=False),
        "CycleIndex": story.fact.cycle_index,
    }


def _items(story: Story, name: str, side: Side) -> Json:
    things = [thing(story, one) for one in side.get("items") or []]
    return {f"{name}Items": things, f"{name}ItemsText": words.items(things)}


def _side(story: Story, name: str) -> Side:
    found = story.fact.before if name == "before" else story.fact.after
    return found or {}


def _charge_at(story: Story) -> datetime:
    """When the order is charged: as it stands now, else as it was told."""
    due_at = story.cycle.due_at if story.cycle else None
    return due_at or datetime.fromisoformat(story.fact.data["charge_at"])


def _day(story: Story, name: str, on: str | None) -> Json:
    return on_day(story, name, date.fromisoformat(on)) if on else {}


def _links(story: Story, default_at: datetime | None) -> dict[str, str]:
    """A link for each choice, until it is decided without one."""
    make, fact = story.around.choices, story.fact
    if make is None or default_at is None or default_at <= story.around.now or fact.contract_gid is None:
        return {}
    place = (fact.contract_gid, fact.cycle_index or 0, int(fact.data["decision"]))
    return make(story.shop, *place, fact.data.get("options") or [], default_at)


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
