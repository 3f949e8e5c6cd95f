"""What happened, in a shopper's words: every kind of fact is told, or named as one that is not theirs to read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shopify_app
from shopify_app.edits.contract.actions import ACTIONS
from shopify_app.journal.record import record
from shopify_app.web.portal.told import TOLD, UNTOLD
from tests.portal.shopper import Shopper

ROOT = Path(shopify_app.__file__).parent
FAMILIES = (
    "subscription|order|task|charge|charging|delivery|plans|rules|links|notices|payment|payment_method|cards|stock"
)
KIND = re.compile(rf"({FAMILIES}|stock)\.[a-z_]+")
NO_KINDS = {
    "links.prune",
    "notices.plan",
    "notices.prune",
    "plans.refresh",
    "stock.reconcile",
    "stock.look_ahead",
    "stock.kept",
    "stock.rates",
    "stock.prune",
}
"""Names of duties and pages that look like kinds."""

MUG = {"variant_gid": None, "title": "Mug", "variant_title": "Red", "sku": None, "quantity": 2}
BEANS = {"variant_gid": None, "title": "House Blend", "variant_title": "Default Title", "sku": None, "quantity": 1}
MONTH, WEEK = ({"interval": unit, "intervalCount": count} for unit, count in (("MONTH", 1), ("WEEK", 2)))
MONDAYS = WEEK | {"anchors": [{"type": "WEEKDAY", "day": 1, "month": None}]}
SIDES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "subscription.item_added": ({"items": []}, {"items": [MUG]}),
    "subscription.item_removed": ({"items": [MUG]}, {"items": []}),
    "subscription.item_swapped": ({"items": [BEANS]}, {"items": [MUG]}),
    "subscription.quantity_changed": ({"items": [BEANS]}, {"items": [BEANS | {"quantity": 3}]}),
    "subscription.price_changed": ({"lines": [BEANS | {"price": "10.0"}]}, {"lines": [BEANS | {"price": "14.00"}]}),
    "subscription.frequency_changed": (
        {"billing": MONTH, "delivery": MONTH},
        {"billing": MONDAYS, "delivery": MONDAYS},
    ),
    "subscription.delivery_changed": (
        {"type": "shipping", "title": "Standard", "location": None, "price": "5.00"},
        {"type": "shipping", "title": "Express", "location": None, "price": "9.00"},
    ),
    "subscription.discount_added": ({"discounts": []}, {"discounts": [{"title": "SAVE10", "percentage": 10}]}),
    "subscription.discount_removed": ({"discounts": [{"title": None, "percentage": 10}]}, {"discounts": []}),
    "order.moved": ({"expected_at": "2027-01-01T14:00:00+00:00"}, {"expected_at": "2027-01-08T14:00:00+00:00"}),
    "order.items_changed": ({"items": [BEANS]}, {"items": [MUG]}),
    "order.rescheduled": ({"ships_at": "2027-01-01T14:00:00+00:00"}, {"ships_at": "2027-01-08T14:00:00+00:00"}),
    "order.contents_changed": ({"items": [BEANS]}, {"items": [BEANS, MUG]}),
    "stock.delayed": ({"expected_at": "2027-01-01T14:00:00+00:00"}, {"expected_at": "2027-01-08T14:00:00+00:00"}),
}
"""What facts say besides a day and an amount, as `contracts/facts_differences.py` writes it."""


def _constants(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _recorded(tree: ast.AST) -> Iterator[str]:
    """Kinds by where they are written, whatever they are called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "kind" and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def _kinds() -> set[str]:
    found = {f"subscription.{name}_requested" for name in ACTIONS}
    found |= {f"stock.{kind}" for kind in ("low", "out", "discontinued")}  # of a cause
    for path in ROOT.rglob("*.py"):
        if path.is_relative_to(ROOT / "web"):
            continue  # it reads facts
        tree = ast.parse(path.read_text("utf-8"))
        if not path.is_relative_to(ROOT / "channels"):  # they read facts, too, and record what is set for them
            found |= {text for text in _constants(tree) if KIND.fullmatch(text)}
        found |= {text for text in _recorded(tree) if "." in text}
    return found - NO_KINDS


def test_every_kind_of_fact_is_told_or_named_as_not_told() -> None:
    assert len(set(TOLD)) == len(TOLD) and not set(TOLD) & set(UNTOLD)
    assert _kinds() == set(TOLD) | set(UNTOLD)


def _happen(shopper: Shopper) -> None:
    story, gid = shopper.story, f"gid://shopify/SubscriptionContract/{shopper.contract}"
    data = {"currency": "USD", "amount": "9.5", "expected_at": "2027-01-01T14:00:00+00:00"}
    data |= {"order_name": "#1002"}
    data |= {"item": MUG, "charge_at": data["expected_at"], "resume_at": data["expected_at"], "choice": "skip"}
    with story.ctx.db.session() as session:
        for kind in TOLD:
            before, after = SIDES.get(kind, ({}, {}))
            sides = {"before": before, "after": after, "data": data}
            record(
                session,
                story.shop.id,
                key=f"told:{kind}",
                kind=kind,
                occurred_at=story.now,
                contract_gid=gid,
                actor="merchant:42",
                **sides,
            )


def _told(shopper: Shopper, locale: str) -> dict[str, str]:
    entries = shopper.get(f"/contracts/{shopper.contract}/timeline?locale={locale}")["entries"]
    assert not any(entry["by_you"] for entry in entries)
    return {entry["kind"]: entry["words"] for entry in entries}


def test_every_kind_a_shopper_may_see_is_told_in_both_languages(shopper: Shopper) -> None:
    _happen(shopper)
    english, german = (_told(shopper, locale) for locale in ("en", "de"))
    assert set(english) == set(german) == set(TOLD)
    for kind in TOLD:
        assert english[kind] != german[kind] and not re.search("[–{}]|None", english[kind] + german[kind]), kind
    assert english["subscription.quantity_changed"] == (
        "The quantity was changed: 3 × House Blend instead of 1 × House Blend."
    )
    assert english["subscription.item_swapped"] == "2 × Mug (Red) comes instead of 1 × House Blend."
    assert german["subscription.frequency_changed"].endswith("Rhythmus: Alle 2 Wochen, am Montag.")
    assert german["subscription.delivery_changed"] == "Der Versand wurde geändert: Express, 9,00\u00a0$."
    assert german["subscription.discount_removed"].endswith(": 10\u00a0%.")
    assert "Friday, January 8, 2027" in english["order.moved"]
