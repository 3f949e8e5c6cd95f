"""Rosebud Coffee: the demo's shop, with 200 contracts of every kind the app has to cope with.

Business time is the real present. What fell due before it is marked as billed by whoever came before; from now
on something falls due within minutes and on each day of the next month. Everyone in it is invented. The app is
not installed yet: opening it in the admin asks for that first, as at Shopify.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.seeds import people, shelf, tiny
from sandbox.shopify import checkout, contracts, cycles, discount_codes, payment_methods, pricing, shops, stock
from sandbox.world import World
from sandbox.world.store import Row

SHOP = tiny.SHOP
SECOND = "tannery-tea.myshopify.com"
ZONE = "America/New_York"
MONDAY = {"type": "WEEKDAY", "day": 1, "month": None, "cutoff_day": None}
FIFTEENTH = {"type": "MONTHDAY", "day": 15, "month": None, "cutoff_day": None}

# (how many, plan name, billing policy, keywords of the contract)
KINDS: list[tuple[int, str, Row, dict[str, Any]]] = [
    (64, "Monthly", contracts.policy("MONTH", 1), {}),
    (34, "Weekly", contracts.policy("WEEK", 1), {}),
    (30, "Every 2 weeks", contracts.policy("WEEK", 2), {}),
    (12, "Monthly", contracts.policy("MONTH", 1), {"born": "31st"}),
    (4, "Yearly", contracts.policy("YEAR", 1), {"born": "leap day"}),
    (12, "Mondays", contracts.policy("WEEK", 1, anchors=[MONDAY], cutoff=2), {}),
    (8, "Monthly on the 15th", contracts.policy("MONTH", 1, anchors=[FIFTEENTH]), {}),
    (14, "3 months prepaid", contracts.policy("MONTH", 3), {"delivery_policy": contracts.policy("MONTH", 1)}),
    (12, "Monthly", contracts.policy("MONTH", 1), {"currency": "CAD"}),
    (10, "Every 2 weeks", contracts.policy("WEEK", 2), {"currency": "EUR"}),
]
LENGTH: dict[str, timedelta] = {
    "WEEK": timedelta(weeks=1),
    "MONTH": timedelta(days=30.44),
    "YEAR": timedelta(days=365.25),
}


def grow(world: World) -> None:
    """Fill an empty world."""
    dice = Random(2026)
    # Limits run on machine time and a month of business passes in minutes: a Plus shop's rate (facts: API limits)
    # lets the app keep up. The knob on the dashboard takes it back to a Basic shop's 100 points a second.
    world.faults.set({"throttle": {"restore_rate": 1_000, "bucket": 20_000}})
    shops.create(
        world,
        SHOP,
        zone=ZONE,
        currencies=["USD", "CAD", "EUR"],
        local_delivery={"city": "Portland", "price": "3.00"},
        pickup={"price": "0.00"},
    )
    variants = shelf.stock_up(world, SHOP)
    stock.create_location(world, SHOP, "Elm Street")
    plans = shelf.offer(world, SHOP)
    discount_codes.create(world, SHOP, "WELCOME10", title="Welcome back", percentage=10, limit=3)
    discount_codes.create(world, SHOP, "SUMMER", percentage=25, is_active=False)
    made = _contracts(world, dice, variants, plans)
    _vary(world, dice, made)
    tiny.grow(world, shop=SECOND, contracts=5, zone="Europe/London", currency="GBP", installed=False)


def _contracts(world: World, dice: Random, variants: list[Row], plans: dict[str, Row]) -> list[Row]:
    total, made = sum(kind[0] for kind in KINDS), []
    order = [kind for kind in KINDS for _ in range(kind[0])]
    dice.shuffle(order)
    for number, (_, plan, policy, extra) in enumerate(order):
        first_due = _first_due(world.now(), number, total)
        made.append(_contract(world, dice, number, variants, plans[plan], policy, first_due, **extra))
    return made


def _first_due(now: datetime, number: int, total: int) -> datetime:
    """Spread over the next 31 days; the first dozen within half an hour, so that a demo shows a charge at once."""
    if number < 12:
        return now + timedelta(minutes=2 + 2.5 * number)
    # on the hour: advancing stops at each due instant, and a month should not take a thousand stops
    return (now + timedelta(days=31) * (number / total)).replace(minute=0, second=0, microsecond=0)


def _contract(
    world: World,
    dice: Random,
    number: int,
    variants: list[Row],
    plan: Row,
    policy: Row,
    first_due: datetime,
    **extra: Any,
) -> Row:
    born = _born(dice, first_due, policy, extra.pop("born", None))
    person = people.make(world, SHOP, number)
    method = _method(world, dice, person, number)
    lines = [_line(world, dice, v, plan) for v in dice.sample(variants, dice.choice([1, 1, 1, 2, 3]))]
    row = checkout.subscribe(world, SHOP, person, method, policy, lines, silent=True, **extra)
    _backdate(world, row, born)
    return row


def _born(dice: Random, first_due: datetime, policy: Row, special: str | None) -> datetime:
    """When it was bought, so that its next charge falls near ``first_due``; never in the future."""
    if special == "31st":
        return first_due.replace(year=first_due.year - 1, month=dice.choice([1, 3, 5, 7, 8, 10]), day=31)
    if special == "leap day":
        # two years back at least, so that it lies in the past whatever the month
        return first_due.replace(year=(first_due.year - 2) // 4 * 4, month=2, day=29)
    periods = dice.randint(1, 9)
    # by the clock on the shop's wall, which Shopify counts by: summer time may have begun or ended since
    local = first_due.astimezone(ZoneInfo(ZONE))
    if policy["interval"] == "MONTH":
        # whole years where not every month has the day
        months = (periods + 1 if local.day <= 28 else 12) * policy["interval_count"]
        return _months_before(local, months).astimezone(UTC)
    length: timedelta = LENGTH[policy["interval"]] * policy["interval_count"]
    # enough periods back to lie in the past even when the first due day is weeks away
    return (local - length * (periods + int(timedelta(days=31) / length))).astimezone(UTC)


def _months_before(instant: datetime, count: int) -> datetime:
    """So many whole months before, on the same day or the month's last."""
    month = instant.month - 1 - count
    year, month = instant.year + month // 12, month % 12 + 1
    return instant.replace(year=year, month=month, day=min(instant.day, monthrange(year, month)[1]))


def _backdate(world: World, row: Row, born: datetime) -> None:
    """The contract began then; what was due before now was billed before our time."""
    row.update(created_at=born.isoformat(), updated_at=born.isoformat())
    for cycle in cycles.walk(world, SHOP, row):
        if datetime.fromisoformat(cycle["expected_at"]) > world.now():
            row["next_billing_date"] = cycle["expected_at"]
            break
        row["cycles"].setdefault(str(cycle["index"]), {})["billed"] = True
    if row["cycles"]:
        row["last_payment_status"] = "SUCCEEDED"
    world.of("contracts", SHOP).put(row)
    order = world.of("orders", SHOP)[row["origin_order_id"]]
    shipped = {"created_at": born.isoformat(), "updated_at": born.isoformat(), "fulfillment_status": "FULFILLED"}
    world.of("orders", SHOP).put({**order, **shipped})


def _method(world: World, dice: Random, person: Row, number: int) -> Row:
    kind = dice.choices(["card", "shop_pay", "paypal"], [6, 3, 1])[0]
    name = " ".join(n for n in (person["first_name"], person["last_name"]) if n) or None
    values: Row = {"name": name}
    if kind == "card":
        values.update(
            brand=dice.choice(["visa", "mastercard", "american_express"]),
            expiry_month=dice.randint(1, 12),
            expiry_year=world.now().year + dice.randint(1, 4),
        )
    if kind == "paypal":
        values.update(paypal_email=person["email"])
    return payment_methods.create(world, SHOP, person["id"], kind, **values)


def _line(world: World, dice: Random, variant: Row, plan: Row) -> Row:
    """A tenth off, as the plan says; the price is frozen on the contract."""
    price = f"{float(variant['price']) * 0.9:.2f}"
    return contracts.line(
        world,
        SHOP,
        variant["id"],
        dice.choice([1, 1, 2]),
        price,
        selling_plan_id=plan["id"],
        selling_plan_name=plan["name"],
        pricing=pricing.percent_off(variant["price"], plan["percentage"]),
    )


def _vary(world: World, dice: Random, made: list[Row]) -> None:
    """Not all is well: some paused, cancelled or failed, some cards expired, one payment method revoked."""
    later = made[12:]
    dice.shuffle(later)
    for status, count in (("PAUSED", 12), ("CANCELLED", 10), ("FAILED", 6)):
        for row in later[:count]:
            world.of("contracts", SHOP).put({**row, "status": status})
        del later[:count]
    methods = world.of("payment_methods", SHOP)
    cards = [m for m in (methods[row["payment_method_id"]] for row in later) if m["kind"] == "CustomerCreditCard"]
    last_month = world.now() - timedelta(days=31)
    for method in cards[:8]:
        methods.put({**method, "expiry_month": last_month.month, "expiry_year": last_month.year})
    for method in cards[8:9]:
        methods.put({**method, "revoked_at": world.now().isoformat(), "revoked_reason": "MANUALLY_REVOKED"})
