"""Runs of actions: the request that Flow sends for one, and what came of those sent before."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from sandbox.control.given import BadInput
from sandbox.world import World
from sandbox.world.store import Row


def run(world: World, shop: str, handle: str, properties: dict[str, Any], run_id: str = "", times: int = 1) -> Row:
    """Ask the app for an action, `times` times under one run id. Raises BadInput for an action nobody deployed."""
    action = world.config.actions.get(handle)
    if action is None:
        raise BadInput(f"there is no action {handle!r}; there are {', '.join(sorted(world.config.actions))}")
    missing = [one["key"] for one in action.fields if one.get("required") and not properties.get(one["key"])]
    if missing:
        raise BadInput(f"fill in {', '.join(missing)}")
    body = {
        "shop_id": world.shops[shop].get("numeric_id", 1),
        "shopify_domain": shop,
        "action_run_id": run_id or str(uuid4()),
        "handle": handle,
        "properties": {one["key"]: properties.get(one["key"], "") for one in action.fields},
    }
    made = [world.webhooks.queue_action(shop, handle, action.uri, body) for _ in range(times)]
    if made[0] is None:
        raise BadInput("the app is not installed")
    return made[0]


def sent(world: World, shop: str) -> list[dict[str, Any]]:
    """Every request for an action, oldest first, with what the app answered last."""
    rows = [row for row in world.webhooks.deliveries(shop) if row.get("flow")]
    return [
        {
            "run_id": json.loads(row["body"])["action_run_id"],
            "action": row["topic"].removeprefix("flow/"),
            "properties": json.loads(row["body"])["properties"],
            "state": row["state"],
            "tries": len(row["tries"]),
            "status": row["tries"][-1]["status"] if row["tries"] else None,
            "answer": row.get("answer", ""),
        }
        for row in rows
    ]
