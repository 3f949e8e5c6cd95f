"""What *Changed Upcoming Order* says: before and after, in sentences and in values, and who did it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from shopify_app.channels.klaviyo import words
from shopify_app.channels.klaviyo.parts import amount, line_picture, picture, present, when
from shopify_app.channels.klaviyo.possible import changeable
from shopify_app.channels.klaviyo.story import Story
from shopify_app.kit.db import Json

_CHANGERS = {"shopper": "shopper", "link": "shopper", "merchant": "staff", "staff": "staff"}
"""First part of a fact's actor → who that is to a shopper; anyone else is the system."""


def changed(story: Story) -> Json:
    """Return the properties of an `order.changed` fact."""
    data, fact = story.fact.data, story.fact
    before, after = fact.before or {}, fact.after or {}
    now = _side(story, "After", after)
    days = data.get("days_until_charge")
    return {
        **_side(story, "Before", before),
        **now,
        **{name.removeprefix("After"): now[name] for name in now if name.startswith(("AfterCharge", "AfterOrder"))},
        **_possible(story, before, after),
        "Changes": list(data.get("changes") or []),
        "ChangesText": " ".join(_sentences(story, before, after)),
        **changer(story),
        "DaysUntilCharge": None if days is None else str(days),
        "LeadDays": data.get("lead_days"),
        "LateNotice": "true" if data.get("late_notice") else None,
        "CycleIndex": fact.cycle_index,
    }


def _side(story: Story, name: str, side: Json) -> Json:
    due_at, things = _instant(side.get("due_at")), [thing(story, one) for one in side.get("items") or []]
    return {
        **(when(story, f"{name}ChargeDate", due_at) if due_at else {}),
        **amount(story, f"{name}OrderTotal", Decimal(side["amount"]), _currency(story)),
        f"{name}Items": things,
        f"{name}ItemsText": words.items(things),
        f"{name}Skipped": bool(side.get("skipped")),
    }


def thing(story: Story, one: Json) -> Json:
    """One item as it was told: its picture is that of a line of this name, if there still is one."""
    name = (one["title"], one.get("variant_title"))
    lines = [*story.order.lines, *story.contract.lines]
    line = next((line for line in lines if (line.title, line.variant_title) == name), None)
    return present(
        {
            "ProductName": one["title"],
            "VariantTitle": one.get("variant_title"),
            "Quantity": one["quantity"],
            "ImageURL": line_picture(story, line) if line else picture(story.around.host, None),
        }
    )


def _possible(story: Story, before: Json, after: Json) -> Json:
    """Until when it can be changed, and the links; a skipped order can be brought back until it would be charged."""
    is_skipped = bool(after.get("skipped"))
    ends = _instant(after.get("due_at")) or (_instant(before.get("due_at")) if is_skipped else None)
    return {} if ends is None else changeable(story, ends, is_skipped=is_skipped)


def _sentences(story: Story, before: Json, after: Json) -> Iterator[str]:
    changes, locale = story.fact.data.get("changes") or [], story.locale
    if "skipped" in changes:
        yield words.say(locale, "changed_skipped" if after.get("skipped") else "changed_unskipped")
    if "date" in changes and after.get("due_at"):
        yield _moved(story, before, after)
    if "items" in changes and after.get("items"):
        things = [thing(story, one) for one in after["items"]]
        yield words.say(locale, "changed_items", after=words.items(things))
    if "amount" in changes:
        sums = {side: words.money(Decimal(row["amount"]), _currency(story), locale) for side, row in
                (("before", before), ("after", after))}  # fmt: skip
        yield words.say(locale, "changed_amount", **sums)


def _moved(story: Story, before: Json, after: Json) -> str:
    old, new = _instant(before.get("due_at")), _instant(after["due_at"])
    day = {name: words.day(at, story.shop.zone, story.locale) for name, at in (("before", old), ("after", new)) if at}
    return words.say(story.locale, "changed_date" if old else "changed_new_date", **day)


def changer(story: Story, phrase: str = "changed_by") -> Json:
    """Return who did what a fact tells; `phrase`: how the sentence about it begins among our phrases."""
    who = _CHANGERS.get(story.fact.actor.split(":")[0], "system")
    if who == "system":
        return {"ChangedBy": who}
    shop = story.shop.name or story.shop.domain
    return {"ChangedBy": who, "ChangedByText": words.say(story.locale, f"{phrase}_{who}", shop=shop)}


def _currency(story: Story) -> str:
    return str(story.fact.data.get("currency") or story.contract.currency)


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
