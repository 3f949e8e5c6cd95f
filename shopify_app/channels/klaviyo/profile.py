"""What a profile says of a shopper's subscriptions, for segments and for flows that hang on a date.

A property without a value is null, which clears what Klaviyo has: a date that stayed would start a flow about a
charge that nobody makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from shopify_app.channels.klaviyo.events.property import Property, choice, flag, instant, number, text, texts
from shopify_app.channels.klaviyo.shelf import Shelf
from shopify_app.contracts.models import ACTIVE, CANCELLED, EXPIRED, FAILED, PAUSED, Contract
from shopify_app.edits.contract.out_of_stock import AS_SHOP, CHOICES
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.shoppers.models import Shopper
from shopify_app.shops.models import Shop

NOBODY = "None"
"""Subscription Status of a shopper without any subscription."""
_RANK = (ACTIVE, PAUSED, FAILED, EXPIRED, CANCELLED)

PROFILE = (
    text(
        "Subscription Status",
        "The liveliest of the shopper's subscriptions: Active, Paused, Failed, Expired, Cancelled or None",
        "Active",
    ),
    Property("Active Subscriptions", "How many are active", 1, {"type": "integer", "minimum": 0}),
    Property("Paused Subscriptions", "How many are paused", 0, {"type": "integer", "minimum": 0}),
    Property("Cancelled Subscriptions", "How many were cancelled", 0, {"type": "integer", "minimum": 0}),
    instant("Next Charge Date", "The day of the nearest charge, at noon so that no time zone moves it",
            "2026-12-05T12:00:00Z", always=False),
    number("Next Charge Total", "What that charge comes to before taxes", 30.2, always=False),
    text("Next Charge Currency", "Its currency", "USD", always=False),
    Property("Subscribed Products", "The products in active and paused subscriptions", ["House Blend"],
             {"type": "array", "items": {"type": "string"}}),
    texts("Subscription IDs", "Shopify's numbers of active and paused subscriptions", ["25700001"], always=False),
    instant("Subscriber Since", "The day the first subscription began", "2026-08-05T12:00:00Z", always=False),
    instant("Card Expires On", "The last day of the card that pays the nearest charge", "2028-03-31T12:00:00Z",
            always=False),
    flag("Has Backup Card", "Whether a backup payment method was chosen for one of them", False),
    flag("In Dunning", "Whether a charge of one of them failed and is still tried again", False),
    flag("Stock At Risk", "Whether something in an order to come is not there, and it is not over yet", False),
    choice("Missing Item Preference", "What the shopper wants done then, if they said so", "wait",
           [word for word in CHOICES if word != AS_SHOP], always=False),
    text("Shopify Customer ID", "Shopify's number of the customer", "7100001"),
)  # fmt: skip
"""The profile's properties. Title Case, because merchants meet them as labels when they build segments."""


def profile_properties(shop: Shop, shopper: Shopper, shelf: Shelf) -> Json:
    """Return the profile properties of a shopper as the mirror has them; `shelf` holds their contracts and cards."""
    contracts = shelf.contracts_of.get(shopper.shopify_gid, [])
    living = [contract for contract in contracts if contract.status in (ACTIVE, PAUSED)]
    following = _next(contracts)
    total = following.next_charge_total if following else None
    return {
        "Subscription Status": _liveliest(contracts),
        "Active Subscriptions": _count(contracts, ACTIVE),
        "Paused Subscriptions": _count(contracts, PAUSED),
        "Cancelled Subscriptions": _count(contracts, CANCELLED),
        "Next Charge Date": _noon(_local(shop, following.next_charge_at if following else None)),
        "Next Charge Total": None if total is None else float(total),
        "Next Charge Currency": following.currency if following and total is not None else None,
        "Subscribed Products": sorted({line.title for contract in living for line in contract.lines}),
        "Subscription IDs": [number_of(contract.shopify_gid) for contract in living] or None,
        "Subscriber Since": _noon(_local(shop, min((one.shopify_created_at for one in contracts), default=None))),
        "Card Expires On": _noon(_expiry(shelf, following or next(iter(living), None))),
        "Has Backup Card": any(contract.backup_method_gid for contract in living),
        "In Dunning": any(contract.at_risk_since for contract in contracts),
        "Stock At Risk": any(contract.id in shelf.short for contract in contracts),
        "Missing Item Preference": _preference(following or next(iter(living), None)),
        "Shopify Customer ID": number_of(shopper.shopify_gid),
    }


def _preference(contract: Contract | None) -> str | None:
    return contract.out_of_stock if contract else None


def _liveliest(contracts: Sequence[Contract]) -> str:
    found = {contract.status for contract in contracts}
    return next((status.capitalize() for status in _RANK if status in found), NOBODY)


def _count(contracts: Sequence[Contract], status: str) -> int:
    return sum(contract.status == status for contract in contracts)


def _next(contracts: Sequence[Contract]) -> Contract | None:
    planned = [(one.next_charge_at, one.id, one) for one in contracts if one.status == ACTIVE and one.next_charge_at]
    return min(planned)[2] if planned else None


def _local(shop: Shop, moment: datetime | None) -> date | None:
    return moment.astimezone(shop.zone).date() if moment else None


def _noon(day: date | None) -> str | None:
    return f"{day.isoformat()}T12:00:00Z" if day else None


def _expiry(shelf: Shelf, contract: Contract | None) -> date | None:
    method = shelf.methods.get(contract.payment_method_gid or "") if contract else None
    return method.expires_on if method and method.revoked_at is None else None
