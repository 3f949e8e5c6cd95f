"""A fact as the body of one Klaviyo event: rendered once, stored, and sent unchanged on every try.

Each value is given twice: as text in the shopper's language, and as a value for filters. Names have no spaces,
because a template reaches only such names directly. What each event says: `events/told.py`.
"""

from __future__ import annotations

from shopify_app.channels.klaviyo import words
from shopify_app.channels.klaviyo.catalogue import METRICS, SCHEMA_VERSION
from shopify_app.channels.klaviyo.kinds import TELLINGS
from shopify_app.channels.klaviyo.parts import iso, item, present
from shopify_app.channels.klaviyo.people import profile_of
from shopify_app.channels.klaviyo.profile import profile_properties
from shopify_app.channels.klaviyo.shelf import Shelf
from shopify_app.channels.klaviyo.story import Around, CannotRender, Story, gather
from shopify_app.journal.models import Fact
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_
from shopify_app.links.urls import account_url
from shopify_app.shops.models import Shop


def event(shop: Shop, fact: Fact, around: Around, shelf: Shelf, *, backfill: bool) -> Json:
    """Return the JSON:API document of `POST /api/events`; `shelf` holds the rows it needs. Raises CannotRender.

    `unique_id` is the fact's key and `time` the fact's instant, so that however often it is sent it is one event.
    `backfill` keeps history from starting flows. No `value`: Shopify's own Placed Order carries the revenue.
    """
    story = gather(shop, fact, around, shelf)
    profile = profile_of(story.shopper, profile_properties(shop, story.shopper, shelf))
    if profile is None:
        raise CannotRender(N_("the shopper has neither a mail address nor a valid phone number"))
    properties = present(_base(story) | TELLINGS[fact.kind](story))
    return document(METRICS[fact.kind], profile, properties, iso(fact.occurred_at), fact.key, backfill=backfill)


def document(metric: str, profile: Json, properties: Json, time: str, unique_id: str, *, backfill: bool) -> Json:
    """Return the JSON:API document of one event; `time` in ISO 8601."""
    attributes = {
        "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
        "profile": {"data": {"type": "profile", "attributes": profile}},
        "properties": properties,
        "time": time,
        "unique_id": unique_id,
        "backfill": backfill,
    }
    return {"data": {"type": "event", "attributes": attributes}}


def _base(story: Story) -> Json:
    items = [item(story, line) for line in story.order.lines]
    return {
        **_rhythm(story),
        **_payment(story),
        "SubscriptionId": number_of(story.contract.shopify_gid),
        "Status": story.contract.status.capitalize(),
        "StatusText": words.status(story.contract.status, story.locale),
        "Currency": story.contract.currency,
        "Items": items,
        "ItemCount": sum(line.quantity for line in story.order.lines),
        "ProductNames": [one["ProductName"] for one in items],
        "SKUs": [line.sku for line in story.order.lines if line.sku],
        "OrdersCompleted": story.orders_completed,
        "ManageUrl": account_url(story.shop),
        "Locale": words.tag(story.locale),
        "ShopName": story.shop.name or story.shop.domain,
        "ShopDomain": story.shop.domain,
        "SchemaVersion": SCHEMA_VERSION,
    }


def _rhythm(story: Story) -> Json:
    policy, is_prepaid = story.contract.billing_policy, story.contract.is_prepaid
    return {
        "FrequencyText": words.rhythm(policy, story.locale),
        "FrequencyUnit": str(policy["interval"]).lower(),
        "FrequencyCount": int(policy["intervalCount"]),
        "IsPrepaid": is_prepaid,
        "DeliveryFrequencyText": words.rhythm(story.contract.delivery_policy, story.locale) if is_prepaid else None,
    }


def _payment(story: Story) -> Json:
    method = story.payment_method
    if method is None:
        return {}
    return {
        "PaymentMethod": words.method(method.brand or method.kind, method.last_digits, story.locale),
        "CardBrand": method.brand,
        "CardLast4": method.last_digits,
    }
