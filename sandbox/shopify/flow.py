"""Shopify Flow's side: what its triggers are told, held against the extensions that the app was deployed with.

Shopify publishes neither the words of its errors nor the order of its checks; refused here is what a workflow could
not work with: a handle nobody deployed, fields that are missing, unknown or of another type, a customer or product
that is not there, a payload that is too large, Flow not installed.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.shopify.registry import Ctx, View, mutation
from sandbox.world import World
from sandbox.world.store import Row

LARGEST = 50_000
KIND = "flow_events"
REFERENCES = {"customer_reference": "customers", "product_reference": "products", "order_reference": "orders"}
TYPES: dict[str, type | tuple[type, ...]] = {"boolean": bool, "number_decimal": (int, float)}


@mutation("flowTriggerReceive")
def _receive(ctx: Ctx, handle: str | None = None, payload: Any = None, body: str | None = None) -> View:
    if body is not None:
        return _answer(["body"], "Body is deprecated. Use handle and payload")
    refusal = refuse(ctx.world, ctx.shop, handle or "", payload)
    if refusal is None:
        row = {"handle": handle, "payload": payload, "at": ctx.world.now().isoformat()}
        ctx.of(KIND).add(row)
        return _answer()
    return _answer(*refusal)


def refuse(world: World, shop: str, handle: str, payload: Any) -> tuple[list[str], str] | None:
    """Why Flow does not take this, as field and message; None when it does."""
    if not is_installed(world, shop):
        return ["handle"], "Flow is not installed on this shop"
    fields = world.config.triggers.get(handle)
    if fields is None:
        return ["handle"], f"Trigger {handle} not found"
    if not isinstance(payload, dict):
        return ["payload"], "Payload must be an object"
    if len(json.dumps(payload).encode()) > LARGEST:
        return ["payload"], f"Payload must be smaller than {LARGEST} bytes"
    wrong = _wrong(world, shop, {_name(field): field["type"] for field in fields}, payload)
    return (["payload"], wrong) if wrong else None


def is_installed(world: World, shop: str) -> bool:
    """Has the merchant installed Flow? They have, unless somebody said otherwise."""
    return bool(world.shops[shop].get("flow", True))


def events(world: World, shop: str) -> list[Row]:
    """What Flow was told, oldest first."""
    return world.of(KIND, shop).all()


def _wrong(world: World, shop: str, wanted: dict[str, str], payload: dict[str, Any]) -> str | None:
    if missing := sorted(set(wanted) - set(payload)):
        return f"Properties missing: {', '.join(missing)}"
    if unknown := sorted(set(payload) - set(wanted)):
        return f"Properties unknown: {', '.join(unknown)}"
    problems = (_misfit(world, shop, name, type, payload[name]) for name, type in wanted.items())
    return next((problem for problem in problems if problem), None)


def _misfit(world: World, shop: str, name: str, type: str, value: Any) -> str | None:
    if type in REFERENCES:
        there = isinstance(value, int) and world.of(REFERENCES[type], shop).get(value) is not None
        return None if there else f"{name} does not exist"
    fits = isinstance(value, TYPES.get(type, str)) and (type == "boolean" or not isinstance(value, bool))
    return None if fits else f"{name} is not of type {type}"


def _name(field: dict[str, Any]) -> str:
    return str(field.get("key") or field["type"].replace("_reference", "_id"))


def _answer(field: list[str] | None = None, message: str = "") -> View:
    errors = [{"__typename": "UserError", "field": field, "message": message}] if message else []
    return {"__typename": "FlowTriggerReceivePayload", "userErrors": errors}
