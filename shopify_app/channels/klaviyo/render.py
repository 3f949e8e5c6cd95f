"""A fact as the body of one Klaviyo event: rendered once, stored, and sent unchanged on every try.

Each value is given twice: as text in the shopper's language, and as a value for filters. Names have no spaces,
because a template reaches only such names directly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product
from shopify_app.channels.klaviyo import words
from shopify_app.channels.klaviyo.catalogue import METRICS, SCHEMA_VERSION
from shopify_app.channels.klaviyo.people import profile_of
from shopify_app.contracts.models import Contract, ContractLine
from shopify_app.journal.models import Fact
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.shops.models import Shop


class CannotRender(Exception):
    """This fact cannot be told to Klaviyo; the message says why, in words a merchant understands."""


@dataclass(frozen=True)
class Story:
    """A fact with what it is about."""

    shop: Shop
    fact: Fact
    contract: Contract
    shopper: Shopper
    products: dict[str, Product]
    payment_method: PaymentMethod | None
    locale: Locale


def event(session: Session, shop: Shop, fact: Fact, *, backfill: bool) -> Json:
    """Return the JSON:API document of `POST /api/events`. Raises CannotRender.

    `unique_id` is the fact's key and `time` the fact's instant, so that however often it is sent it is one event.
    `backfill` keeps history from starting flows. No `value`: Shopify's own Placed Order carries the revenue.
    """
    story = _story(session, shop, fact)
    profile = profile_of(story.shopper)
    if profile is None:
        raise CannotRender("the shopper has neither a mail address nor a valid phone number")
    attributes = {
        "metric": {"data": {"type": "metric", "attributes": {"name": METRICS[fact.kind]}}},
        "profile": {"data": {"type": "profile", "attributes": profile}},
        "properties": _present(_base(story) | _SPECIAL[fact.kind](story)),
        "time": fact.occurred_at.replace(microsecond=0).isoformat(),
        "unique_id": fact.key,
        "backfill": backfill,
    }
    return {"data": {"type": "event", "attributes": attributes}}


def _story(session: Session, shop: Shop, fact: Fact) -> Story:
    contract = session.scalars(
        select(Contract).where(Contract.shop_id == shop.id, Contract.shopify_gid == fact.contract_gid)
    ).one_or_none()
    if contract is None:
        raise CannotRender("the contract is no longer known")
    shopper = session.scalars(
        select(Shopper).where(Shopper.shop_id == shop.id, Shopper.shopify_gid == fact.customer_gid)
    ).one_or_none()
    if shopper is None:
        raise CannotRender("the customer is not known")
    if shopper.redacted_at:
        raise CannotRender("the customer's data was erased")
    gids = {line.product_gid for line in contract.lines if line.product_gid}
    products = session.scalars(select(Product).where(Product.shop_id == shop.id, Product.shopify_gid.in_(gids)))
    method = session.scalars(
        select(PaymentMethod).where(
            PaymentMethod.shop_id == shop.id, PaymentMethod.shopify_gid == contract.payment_method_gid
        )
    ).one_or_none()
    locale = words.locale_of(shopper.locale, shop.primary_locale)
    return Story(shop, fact, contract, shopper, {p.shopify_gid: p for p in products}, method, locale)


def _base(story: Story) -> Json:
    contract, method = story.contract, story.payment_method
    items = [_item(story, line) for line in contract.lines]
    return {
        "SubscriptionId": number_of(contract.shopify_gid),
        "Status": contract.status.capitalize(),
        "FrequencyText": words.rhythm(contract.billing_policy),
        "IsPrepaid": contract.is_prepaid,
        "Currency": contract.currency,
        "Items": items,
        "ItemCount": sum(line.quantity for line in contract.lines),
        "ProductNames": [item["ProductName"] for item in items],
        "SKUs": [line.sku for line in contract.lines if line.sku],
        "PaymentMethod": method.label if method else None,
        "CardBrand": method.brand if method else None,
        "CardLast4": method.last_digits if method else None,
        "ShopName": story.shop.name,
        "ShopDomain": story.shop.domain,
        "SchemaVersion": SCHEMA_VERSION,
    }


def _item(story: Story, line: ContractLine) -> Json:
    product = story.products.get(line.product_gid or "")
    currency = story.contract.currency
    return _present(
        {
            "ProductName": line.title,
            "VariantTitle": line.variant_title,
            "SKU": line.sku,
            "ProductID": number_of(line.product_gid) if line.product_gid else None,
            "VariantID": number_of(line.variant_gid) if line.variant_gid else None,
            "Quantity": line.quantity,
            "Price": words.money(line.current_price, currency, story.locale),
            "LinePrice": words.money(line.discounted_price, currency, story.locale),
            "ImageURL": line.image_url or (product.image_url if product else None),
            "ProductURL": product.url if product else None,
        }
    )


def _started(story: Story) -> Json:
    contract = story.contract
    started = _when(story, "StartDate", contract.shopify_created_at)
    return started | _next(story) | {"OriginOrderId": _number(story.fact.data.get("origin_order_gid"))}


def _upcoming(story: Story) -> Json:
    data = story.fact.data
    when = _when(story, "ChargeDate", datetime.fromisoformat(data["due_at"]))
    total = _amount(story, "OrderTotal", Decimal(data["amount"]), data["currency"])
    days = data.get("days_until_charge")
    return (
        when
        | total
        | {
            "LeadDays": data["lead_days"],
            # text, because Klaviyo ignores a property that is 0, which it is on the day of the charge
            "DaysUntilCharge": None if days is None else str(days),
            "LateNotice": "true" if data.get("late_notice") else None,
            "CycleIndex": story.fact.cycle_index,
        }
    )


def _processed(story: Story) -> Json:
    data = story.fact.data
    when = _when(story, "ChargeDate", story.fact.occurred_at)
    total = _amount(story, "OrderTotal", Decimal(data["amount"]), data["currency"]) if "amount" in data else {}
    order = {"OrderName": data.get("order_name"), "OrderId": _number(data.get("order_gid"))}
    return when | total | order | _next(story) | {"CycleIndex": story.fact.cycle_index}


_SPECIAL = {
    "subscription.started": _started,
    "order.upcoming": _upcoming,
    "order.processed": _processed,
}


def _next(story: Story) -> Json:
    contract = story.contract
    if contract.next_charge_at is None:
        return {}
    when = _when(story, "NextChargeDate", contract.next_charge_at)
    total = contract.next_charge_total
    return when | (_amount(story, "NextChargeTotal", total, contract.currency) if total is not None else {})


def _when(story: Story, name: str, instant: datetime) -> Json:
    text = words.day(instant, story.shop.zone, story.locale)
    return {name: text, f"{name}ISO": instant.replace(microsecond=0).isoformat()}


def _amount(story: Story, name: str, amount: Decimal, currency: str) -> Json:
    return {name: words.money(amount, currency, story.locale), f"{name}Amount": float(amount)}


def _number(gid: str | None) -> str | None:
    return number_of(gid) if gid else None


def _present(properties: dict[str, Any]) -> Json:
    """Without what Klaviyo would ignore anyway (null, empty text and lists)."""
    return {name: value for name, value in properties.items() if value is not None and value != "" and value != []}
