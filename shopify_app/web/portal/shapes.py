"""Rows → the JSON that `schemas` promises. Days are the shop's, instants UTC, money a decimal string."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from flask import g

from shopify_app.billing.models import CHALLENGED, FAILED, SETTLED, BillingAttempt
from shopify_app.contracts import calendar, contents
from shopify_app.contracts.contents import OrderLine
from shopify_app.contracts.cycles import total_of
from shopify_app.contracts.models import ACTIVE, Contract
from shopify_app.contracts.price_steps import Coming
from shopify_app.edits.contract import out_of_stock
from shopify_app.gateways.shopify.contents import LineSnapshot
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.kit.money import round_money
from shopify_app.orders.models import FulfillmentOrder, Order
from shopify_app.shoppers.models import PaymentMethod
from shopify_app.web.portal import tongue

ADDRESS = (
    "first_name",
    "last_name",
    "company",
    "address1",
    "address2",
    "city",
    "province_code",
    "zip",
    "country_code",
    "phone",
)


def instant(value: datetime) -> str:
    """Return an instant as RFC 3339 in UTC, to the second."""
    return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def day(value: datetime) -> date:
    """Return the shop's local day of an instant."""
    return value.astimezone(g.shop.zone).date()


def money(amount: Decimal, currency: str) -> Json:
    """Return an amount with its currency."""
    return {"amount": format(round_money(amount, currency), "f"), "currency": currency}


def summary(contract: Contract, hour: int) -> Json:
    """Return a contract as the list shows it. `hour`: the shop's local hour of charging."""
    return {
        "number": number_of(contract.shopify_gid),
        "status": contract.status,
        "on_hold": _is_on_hold(contract),
        "started_on": day(contract.shopify_created_at).isoformat(),
        "billing": rhythm(contract.billing_policy),
        "delivery": rhythm(contract.delivery_policy),
        "prepaid": contract.is_prepaid,
        "lines": [line_of(line, contract.currency) for line in contract.lines],
        "next_charge": _next_charge(contract, hour),
    }


def contract(
    row: Contract, hour: int, method: PaymentMethod | None, attempt: BillingAttempt | None, now: datetime
) -> Json:
    """Return a contract with everything its page shows; `attempt`: the charge that tells how payment stands."""
    return summary(row, hour) | {
        "shipping_price": money(row.delivery_price, row.currency),
        "total": money(total_of(row, None), row.currency),
        "delivery_method": _delivery_method(row),
        "payment_method": _method(method, row, day(now)),
        "payment": payment(attempt),
        "discounts": [_discount(each, row.currency) for each in row.discounts],
        "out_of_stock": out_of_stock.word(row.out_of_stock),
        "time_zone": g.shop.zone.key,
    }


def reason(code: str | None) -> Json | None:
    """Return why something cannot be done: a code for programs, words for people."""
    return {"code": str.__str__(code), "words": tongue.why(code)} if code else None


def order(row: Order) -> Json:
    """Return a past order."""
    return {
        "name": row.name,
        "date": day(row.shopify_created_at).isoformat(),
        "total": money(row.total, row.currency),
        "payment_status": row.financial_status,
        "fulfillment_status": row.fulfillment_status,
        "cancelled": row.cancelled_at is not None,
    }


def delivery(row: FulfillmentOrder, order: Order) -> Json:
    """Return a paid delivery that is still to come."""
    return {"number": row.number, "date": day(row.fulfill_at).isoformat(), "order": order.name}


def _is_on_hold(contract: Contract) -> bool:
    stopped = contract.billing_stopped_at or g.shop.billing_stopped_at
    return bool(contract.status == ACTIVE and (stopped or contract.parked_reason))


def _next_charge(contract: Contract, hour: int) -> Json | None:
    at, total = contract.next_charge_at, contract.next_charge_total
    if at is None or total is None or contract.status != ACTIVE or _is_on_hold(contract):
        return None
    charge_at = calendar.due_at(at, g.shop.zone, hour)
    return {"date": day(at).isoformat(), "charge_at": instant(charge_at), "total": money(total, contract.currency)}


def rhythm(policy: Json) -> Json:
    """Return how often, from a contract's policy."""
    return {"interval": policy["interval"], "count": int(policy["intervalCount"])}


def variant(title: str | None) -> str | None:
    """Return a variant's name, None for that of a product without others."""
    return title if title != contents.ONLY_VARIANT else None


def line_of(line: OrderLine, currency: str) -> Json:
    """Return an order's item."""
    return {
        "line": number_of(line.gid if isinstance(line, LineSnapshot) else line.shopify_gid),
        "title": line.title,
        "variant": variant(line.variant_title),
        "quantity": line.quantity,
        "image_url": line.image_url,
        "price": money(line.current_price, currency),
        "total": money(line.discounted_price, currency),
    }


def price_change(coming: Coming, currency: str) -> Json:
    """Return what an item costs now, for how many orders, and what then."""
    line = line_of(coming.line, currency)
    return {
        **{name: line[name] for name in ("line", "title", "variant", "price")},
        "orders": coming.orders,
        "later": money(coming.price, currency),
        "from": day(coming.first.expected_at).isoformat() if coming.first else None,
    }


def _delivery_method(contract: Contract) -> Json | None:
    method: dict[str, Any] | None = contract.delivery_method
    if not method:
        return None
    return {
        "kind": method.get("type") or "shipping",
        "title": method.get("title"),
        "location": method.get("location"),
        "address": address(method.get("address")),
    }


def address(found: Json | None) -> Json | None:
    """Return where something is sent, None when it is not sent."""
    return {name: found.get(name) for name in ADDRESS} if found else None


def _method(method: PaymentMethod | None, contract: Contract, today: date) -> Json | None:
    if method is None:
        return None
    return {
        "kind": method.kind,
        "brand": method.brand,
        "last_digits": method.last_digits,
        "expires_on": method.expires_on.isoformat() if method.expires_on else None,
        "state": _method_state(method, contract, today),
    }


def named_method(method: PaymentMethod | None) -> Json | None:
    """Return a payment method as a value of options, with its words."""
    return {"method": number_of(method.shopify_gid), "words": method.label} if method else None


def _method_state(method: PaymentMethod, contract: Contract, today: date) -> str:
    if method.revoked_at is not None:
        return "removed"
    if method.expires_on is None:
        return "ok"
    if method.expires_on < today:
        return "expired"
    next_on = day(contract.next_charge_at) if contract.next_charge_at else None
    return "expires_before_next" if next_on and method.expires_on < next_on else "ok"


def _discount(found: dict[str, Any], currency: str) -> Json:
    amount, limit = found.get("amount"), found.get("recurring_cycle_limit")
    return {
        "discount": number_of(found["id"]),
        "title": found.get("title"),
        "percentage": found.get("percentage"),
        "amount": money(Decimal(amount), currency) if amount is not None else None,
        "times_left": max(0, limit - (found.get("usage_count") or 0)) if limit is not None else None,
    }


def payment(attempt: BillingAttempt | None) -> Json:
    """Return how payment stands by the charge that tells it; without one, nothing is amiss."""
    state = attempt.state if attempt else SETTLED
    named = {FAILED: "failed", CHALLENGED: "confirmation_needed", SETTLED: "ok", "duplicate": "ok"}
    is_asked = attempt is not None and state == CHALLENGED
    return {
        "state": named.get(state, "charging"),
        "confirm_url": attempt.next_action_url if attempt and is_asked else None,
    }
