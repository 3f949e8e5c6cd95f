"""What each kind of fact says beyond the base."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from shopify_app.channels.klaviyo import edits, methods, payments, stock, words
from shopify_app.channels.klaviyo.changed import changed
from shopify_app.channels.klaviyo.parts import amount, following, iso, number, when
from shopify_app.channels.klaviyo.possible import changeable
from shopify_app.channels.klaviyo.story import Story
from shopify_app.kit.db import Json


def _started(story: Story) -> Json:
    started = when(story, "StartDate", story.contract.shopify_created_at)
    return started | following(story) | {"OriginOrderId": number(story.fact.data.get("origin_order_gid"))}


def _turned(name: str) -> Callable[[Story], Json]:
    """A change of status, with the status as it was then."""

    def tell(story: Story) -> Json:
        status = str((story.fact.after or {}).get("status") or story.contract.status)
        said = {"Status": status.capitalize(), "StatusText": words.status(status, story.locale)}
        return said | when(story, name, story.fact.occurred_at)

    return tell


def _turned_on(name: str) -> Callable[[Story], Json]:
    return lambda story: _turned(name)(story) | following(story)


def _upcoming(story: Story) -> Json:
    data = story.fact.data
    due_at = datetime.fromisoformat(data["due_at"])
    days = data.get("days_until_charge")
    return {
        **when(story, "ChargeDate", due_at),
        **amount(story, "OrderTotal", Decimal(data["amount"]), data["currency"]),
        "LeadDays": data["lead_days"],
        # text, because Klaviyo ignores a property that is 0, which it is on the day of the charge
        "DaysUntilCharge": None if days is None else str(days),
        "LateNotice": "true" if data.get("late_notice") else None,
        "CycleIndex": story.fact.cycle_index,
        **changeable(story, due_at, is_skipped=False),
    }


def _delivery(story: Story) -> Json:
    data = story.fact.data
    days, own, count = data.get("days_until_delivery"), int(data["delivery"]), int(data["deliveries"])
    return {
        **when(story, "DeliveryDate", datetime.fromisoformat(data["ships_at"])),
        "DeliveryText": words.say(story.locale, "delivery", number=own, count=count),
        "DeliveryNumber": own,
        "DeliveryCount": count,
        "DaysUntilDelivery": None if days is None else str(days),
        "LeadDays": data["lead_days"],
        "LateNotice": "true" if data.get("late_notice") else None,
        "CycleIndex": story.fact.cycle_index or None,  # checkout, which is no cycle, may have paid for it
        "FulfillmentOrderId": number(data.get("fulfillment_order_gid")),
    }


def _delivery_changed(story: Story) -> Json:
    data, before = story.fact.data, datetime.fromisoformat((story.fact.before or {})["ships_at"])
    days, own, count = data.get("days_until_delivery"), int(data["delivery"]), int(data["deliveries"])
    ships_at = datetime.fromisoformat(data["ships_at"]) if data["ships_at"] else None
    said = {"before": words.day(before, story.shop.zone, story.locale)}
    if ships_at:
        said["after"] = words.day(ships_at, story.shop.zone, story.locale)
    return {
        **when(story, "BeforeDeliveryDate", before),
        **(when(story, "DeliveryDate", ships_at) if ships_at else {}),
        "Changes": list(data["changes"]),
        "ChangesText": words.say(story.locale, "delivery_moved" if ships_at else "delivery_cancelled", **said),
        "DeliveryText": words.say(story.locale, "delivery", number=own, count=count),
        "DeliveryNumber": own,
        "DeliveryCount": count,
        "DaysUntilDelivery": None if days is None else str(days),
        "CycleIndex": story.fact.cycle_index or None,
        "FulfillmentOrderId": number(data.get("fulfillment_order_gid")),
    }


def _processed(story: Story) -> Json:
    data = story.fact.data
    total = amount(story, "OrderTotal", Decimal(data["amount"]), data["currency"]) if "amount" in data else {}
    order = {"OrderName": data.get("order_name"), "OrderId": number(data.get("order_gid"))}
    when_paid = when(story, "ChargeDate", story.fact.occurred_at)
    return when_paid | total | order | following(story) | {"CycleIndex": story.fact.cycle_index}


def _withdrawn(story: Story) -> Json:
    """The acknowledgement: the moment is the one at which it was declared, not the one at which it was confirmed."""
    zone, locale = story.shop.zone, story.locale
    at = story.contract.withdrawn_at or story.fact.occurred_at
    return {
        "WithdrawnAt": words.moment(at, zone, locale),
        "WithdrawnAtISO": iso(at),
        "ContractMadeDate": words.day(story.contract.shopify_created_at, zone, locale),
    }


TELLINGS: dict[str, Callable[[Story], Json]] = {
    **edits.TELLINGS,
    **methods.TELLINGS,
    **stock.TELLINGS,
    "subscription.reactivated": _turned_on("ReactivatedDate"),
    "subscription.started": _started,
    "subscription.paused": _turned("PausedDate"),
    "subscription.resumed": _turned_on("ResumedDate"),
    "subscription.cancelled": _turned("CancelledDate"),
    "subscription.withdrawn": _withdrawn,
    "subscription.expired": _turned("ExpiredDate"),
    "order.upcoming": _upcoming,
    "order.changed": changed,
    "delivery.upcoming": _delivery,
    "delivery.changed": _delivery_changed,
    "order.processed": _processed,
    "payment.failed": payments.failed,
    "payment.action_required": payments.action_required,
    "payment.recovered": payments.recovered,
    "payment.exhausted": payments.exhausted,
}
"""Fact kind → its own properties; a None, an empty text and an empty list are left out afterwards."""
