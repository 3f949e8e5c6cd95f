"""Telling Shopify Flow that something happened.

Facts: `flowTriggerReceive(handle, payload)` needs no scope (schema 2026-10; its `body` is deprecated). The payload
holds the trigger's fields by their names, side by side (Shopify docs, mutation flowTriggerReceive, its example);
a reference is Shopify's number of the object under `customer_id`, `product_id` … (docs "Shopify Flow triggers"; the
CLI 4.8.2 names them so, too). The docs give 1 MB as the limit of a payload; LARGEST is the harder case. There is no
idempotency key: what is sent twice starts workflows twice.
"""

from __future__ import annotations

from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json

LARGEST = 50_000
"""Bytes of a payload that we dare to send."""


def fire(client: AdminClient, handle: str, payload: Json) -> None:
    """Start the workflows that begin with this trigger. Raises ShopifyError; UserErrors when nothing was started."""
    client.mutate("FlowTriggerReceive", {"handle": handle, "payload": payload}, "flowTriggerReceive")
