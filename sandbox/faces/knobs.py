"""The fault knobs in plain words: what each one does to the app, for the page on which they are turned."""

from __future__ import annotations

import json
from typing import Any

TITLES = {
    "webhooks": "Webhooks",
    "tokens": "Access tokens",
    "graphql": "Admin API answers",
    "throttle": "Rate limits",
    "billing_attempts_per_minute": "Billing limiter",
    "settle": "Settling of billing attempts",
    "outcomes": "Outcomes of payments",
    "card_update_bills_a_new_cycle": "Shopify's own retry",
    "harder": "Doubts, read the harder way",
}

LABELS = {
    "graphql": "Per operation",
    "outcomes": "Per payment method",
    "card_update_bills_a_new_cycle": "A card update bills a new cycle",
}

WORDS = {
    "webhooks.loss": "Share that never arrives: 0.2 loses one in five. Shopify does not promise delivery.",
    "webhooks.duplicate": "Share that arrives twice, with the same webhook id.",
    "webhooks.shuffle": "Share that arrives in another order than it happened.",
    "webhooks.delay_ms": "Machine time before the first try.",
    "tokens.lifetime_s": "How long an offline access token lives. Shopify: 3600. Try 15.",
    "graphql": "Per operation name, or * for all: answer a status, hang, or drop the connection before or after the"
    ' work was done. {"*": {"status": 503, "probability": 0.1}} fails one request in ten.',
    "throttle.restore_rate": "Cost points that come back each second. 100 on the Standard plan.",
    "throttle.bucket": "Cost points that can be saved up.",
    "billing_attempts_per_minute": "Billing attempts a minute before Shopify says THROTTLED; null is no limit.",
    "settle.delay_ms": "Machine time until the outcome of a billing attempt, or the result of a bulk job, is known.",
    "settle.manual": "Attempts stay open until someone settles them through the control API.",
    "outcomes": 'What happens to charges, per payment method number or * for all: "settle", "challenged" or an error'
    ' code, for example {"*": "CARD_DECLINED"}.',
    "card_update_bills_a_new_cycle": "When a shopper updates the card of a contract whose charge failed, Shopify"
    " opens a new cycle and bills it at once; the failed one stays unbilled, and charging it again charges twice.",
    "harder.attempt_payload_without_id": "Billing attempt webhooks carry a null id, as Shopify's samples do.",
    "harder.cycle_change_is_silent": "Skipping or moving a cycle leaves the contract's updatedAt as it was.",
    "harder.set_next_billing_date_is_silent": "A new next billing date sends no subscription_contracts/update.",
    "harder.delivery_options_are_pending": "A draft's delivery options are not there yet when first asked for.",
    "harder.next_billing_date_stays": "A settled attempt does not move nextBillingDate by itself.",
    "harder.attempt_without_selector_names_no_cycle": "A charge without a cycle selector takes the money"
    " and leaves the cycle unbilled; only the contract lists it.",
    "harder.bill_twice": "A new idempotency key on a cycle already billed charges again.",
    "harder.missing_customer_data": "One customer in ten has no mail, name or address.",
}


def groups(knobs: dict[str, Any]) -> list[dict[str, Any]]:
    """Knobs by group, each with its title, its words and the kind of control that turns it."""
    return [
        {
            "title": TITLES.get(group, group.replace("_", " ").capitalize()),
            "knobs": [_knob(*parts) for parts in _leaves(group, value)],
        }
        for group, value in knobs.items()
    ]


def _leaves(group: str, value: Any) -> list[tuple[str, str, Any]]:
    """(group, name, value); a knob that is free-form JSON, or no object, has no name of its own."""
    if isinstance(value, dict) and group not in ("graphql", "outcomes"):
        return [(group, name, one) for name, one in value.items()]
    return [(group, "", value)]


def _label(name: str) -> str:
    """``delay_ms`` → ``Delay, milliseconds``."""
    for ending, unit in (("_ms", ", milliseconds"), ("_s", ", seconds")):
        if name.endswith(ending):
            name = name.removesuffix(ending) + unit
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def _knob(group: str, name: str, value: Any) -> dict[str, Any]:
    path = f"{group}.{name}" if name else group
    kind = "switch" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "json"
    return {
        "group": group,
        "name": name,
        "id": path.replace(".", "-"),
        "label": _label(name or group),
        "words": WORDS.get(path, ""),
        "kind": kind,
        "value": value,
        "text": json.dumps(value),
    }
