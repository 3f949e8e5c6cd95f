"""What a webhook is about: messages with one subject are worked off together, the newest standing for all.

Pure, and lenient: payloads are hints, and some of Shopify's samples are empty. What has no readable subject
stands for itself.
"""

from __future__ import annotations

from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of

_BY_OWN_ID = {
    "subscription_contracts": "contract",
    "orders": "order",
    "customers": "customer",
    "products": "product",
    "customer_payment_methods": "payment_method",
    "inventory_levels": "inventory_level",
    "selling_plan_groups": "selling_plan_group",
}
_SINGLE = {
    "customers/merge",
    "customers/data_request",
    "customers/redact",
    "shop/redact",
    "app/uninstalled",
    "app/scopes_update",
}
"""Topics whose every message counts for itself."""


def subject_of(topic: str, payload: Json, webhook_id: str) -> str:
    """Return e.g. "contract:123"; "webhook:<id>" when the message stands for itself.

    Messages of one subject must have the same handlers, or the newest could not stand for the others.
    """
    resource = topic.partition("/")[0]
    found = None
    if topic in _SINGLE:
        found = None
    elif topic == "shop/update":
        found = "shop"
    elif topic == "orders/edited":
        found = _named("order", _inner(payload, "order_edit").get("order_id"))
    elif resource in ("subscription_billing_cycles", "subscription_billing_cycle_edits"):
        found = _named("contract", payload.get("subscription_contract_id"))
    elif resource == "subscription_billing_attempts":
        found = _named(f"attempt/{topic.partition('/')[2]}", payload.get("idempotency_key"))
    elif topic == "inventory_levels/disconnect":
        found = _named("unkept", _place(payload))
    elif resource in _BY_OWN_ID:
        found = _named(_BY_OWN_ID[resource], _own_id(resource, payload))
    return found or f"webhook:{webhook_id}"


def _own_id(resource: str, payload: Json) -> object:
    gid = payload.get("admin_graphql_api_id")
    if resource == "inventory_levels":
        return gid.partition("InventoryLevel/")[2] if isinstance(gid, str) else None
    return number_of(gid) if isinstance(gid, str) and gid else payload.get("id")


def _place(payload: Json) -> str | None:
    item, location = payload.get("inventory_item_id"), payload.get("location_id")
    return f"{item}@{location}" if item and location else None


def _inner(payload: Json, name: str) -> Json:
    inner = payload.get(name)
    return inner if isinstance(inner, dict) else {}


def _named(kind: str, key: object) -> str | None:
    usable = isinstance(key, str | int) and not isinstance(key, bool) and str(key).strip()
    return f"{kind}:{key}"[:255] if usable else None
