"""The pieces that events are put together from: each value as text for the shopper and as a value for filters."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from shopify_app.channels.klaviyo import words
from shopify_app.channels.klaviyo.events.common import PICTURE
from shopify_app.channels.klaviyo.story import Story
from shopify_app.contracts.contents import OrderLine
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of

PICTURE_WIDTH = 600
"""Pixels; twice the width at which mails show it at most (docs: Klaviyo, images)."""


def when(story: Story, name: str, instant: datetime) -> Json:
    """Return a day in words, and its moment under `<name>ISO`."""
    return {name: words.day(instant, story.shop.zone, story.locale), f"{name}ISO": iso(instant)}


def on_day(story: Story, name: str, day: date) -> Json:
    """Return a day without an hour in words, and its noon in the shop, which no time zone makes another day."""
    noon = datetime.combine(day, time(12), tzinfo=story.shop.zone)
    return when(story, name, noon.astimezone(UTC))


def until(story: Story, name: str, instant: datetime) -> Json:
    """Return a day with its time in words, and its moment under `<name>ISO`."""
    return {name: words.moment(instant, story.shop.zone, story.locale), f"{name}ISO": iso(instant)}


def iso(instant: datetime) -> str:
    """Return a moment as Klaviyo's filters read it, to the second."""
    return instant.replace(microsecond=0).isoformat()


def amount(story: Story, name: str, value: Decimal, currency: str) -> Json:
    """Return an amount in words, and as a number under `<name>Amount`."""
    return {name: words.money(value, currency, story.locale), f"{name}Amount": float(value)}


def following(story: Story) -> Json:
    """Return day and total of the contract's next charge; nothing when none is planned."""
    contract = story.contract
    if contract.next_charge_at is None:
        return {}
    total = contract.next_charge_total
    said = amount(story, "NextChargeTotal", total, contract.currency) if total is not None else {}
    return when(story, "NextChargeDate", contract.next_charge_at) | said


def item(story: Story, line: OrderLine) -> Json:
    """Return an order's line as one of `Items`."""
    product = story.products.get(line.product_gid or "")
    currency = story.contract.currency
    return present(
        {
            "ProductName": line.title,
            "VariantTitle": line.variant_title,
            "SKU": line.sku,
            "ProductID": number(line.product_gid),
            "VariantID": number(line.variant_gid),
            "Quantity": line.quantity,
            "Price": words.money(line.current_price, currency, story.locale),
            "LinePrice": words.money(line.discounted_price, currency, story.locale),
            "ImageURL": line_picture(story, line),
            "ProductURL": product.url if product else None,
        }
    )


def line_picture(story: Story, line: OrderLine) -> str:
    """Return the picture of a line's variant, else of its product."""
    product = story.products.get(line.product_gid or "")
    return picture(story.around.host, line.image_url or (product.image_url if product else None))


def picture(host: str, address: str | None) -> str:
    """Return the absolute address of a picture about 600 pixels wide; our placeholder when Shopify has none.

    Shopify's CDN takes `width` (Shopify docs: image_url). Other hosts are left as they are.
    """
    if not address:
        return f"{host}{PICTURE}"
    absolute = f"https:{address}" if address.startswith("//") else address
    parts = urlsplit(absolute)
    if parts.hostname != "cdn.shopify.com" or "width=" in parts.query:
        return absolute
    return parts._replace(query="&".join(filter(None, (parts.query, f"width={PICTURE_WIDTH}")))).geturl()


def number(gid: str | None) -> str | None:
    """Return Shopify's number in a global id, None for None."""
    return number_of(gid) if gid else None


def present(properties: dict[str, Any]) -> Json:
    """Return the properties without what Klaviyo would ignore anyway (null, empty text and lists)."""
    return {name: value for name, value in properties.items() if value is not None and value != "" and value != []}
