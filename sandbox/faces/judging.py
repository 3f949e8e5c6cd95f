"""World → what the dashboard says about money and traffic. Reads only; the caller holds the lock."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.world import World
from sandbox.world.store import Row

WRONG = {
    "charged_twice": "A cycle was charged twice",
    "charged_skipped": "A skipped cycle was charged",
    "charged_inactive": "A contract that is not active was charged",
    "charged_after_uninstall": "A charge after the app was uninstalled",
    "charged_replaced": "A failed cycle was charged after Shopify's own retry had billed another in its place",
    "charged_early": "A charge more than 24 hours early",
}


def sentence(world: World) -> dict[str, str]:
    """The verdict: ``{"text": one sentence, "tone": good|warn|bad}``."""
    found = world.ledger.verdict(world.now())
    twice, missed = found["twice"], found["missed"]
    text = f"{_count(found['due'], 'cycle')} due, {found['once']} charged once, {twice} twice, {missed} missed"
    text += "".join(f", {found[name]} {name}" for name in ("declined", "waiting") if found[name])
    if found["violations"]:
        text += f"; {_count(found['violations'], 'violation')}"
    bad = twice or found["violations"]
    return {"text": f"{text}.", "tone": "bad" if bad else "warn" if missed else "good"}


def payments(world: World) -> list[dict[str, Any]]:
    """Every captured payment, oldest first, with the shop's local day and the names a reader knows."""
    return [_payment(world, row) for row in world.ledger.payments()]


def _payment(world: World, row: Row) -> dict[str, Any]:
    shop = world.shop(row["shop"]) or {"name": row["shop"], "zone": "UTC"}
    at = datetime.fromisoformat(row["at"]).astimezone(ZoneInfo(shop["zone"]))
    order = world.of("orders", row["shop"]).get(row.get("order_id") or "")
    return {
        **row,
        "shop_name": shop["name"],
        "handle": row["shop"].removesuffix(".myshopify.com"),
        "day": at.date().isoformat(),
        "local": at.strftime("%Y-%m-%d %H:%M"),
        "order_name": order["name"] if order else "",
    }


def per_day(paid: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Totals per shop, local day and currency, newest first."""
    sums: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for row in paid:
        sums[(row["day"], row["shop_name"], row["currency"])].append(Decimal(row["amount"]))
    keys = sorted(sums, reverse=True)
    return [
        {"day": day, "shop": shop, "count": len(sums[key]), "total": f"{sum(sums[key]):.2f} {currency}"}
        for key in keys
        for day, shop, currency in [key]
    ]


def missed(world: World) -> list[Row]:
    """Cycles that are due and that no payment covers, with what became of each."""
    return world.ledger.due_unbilled(world.now())


def violations(world: World) -> list[dict[str, Any]]:
    """What should never have been charged, in words."""
    return [
        {"what": WRONG.get(v["kind"], v["kind"]), "reason": v["reason"], "payment": _payment(world, v["payment"])}
        for v in world.ledger.violations()
    ]


def per_operation(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Requests, cost and machine time per operation, the dearest first."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        groups[str(entry.get("operation") or entry.get("path") or "?")].append(entry)
    table = [
        {
            "operation": name,
            "count": len(rows),
            "cost": sum(number(row.get("cost")) for row in rows),
            "slowest": max(number(row.get("ms")) for row in rows),
            "failed": sum(1 for row in rows if number(row.get("status")) >= 400),
        }
        for name, rows in groups.items()
    ]
    return sorted(table, key=lambda row: -row["cost"])


def number(value: Any) -> float:
    """A cost or a status as a number; what is none counts as 0."""
    return float(value) if isinstance(value, int | float) else 0.0


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
