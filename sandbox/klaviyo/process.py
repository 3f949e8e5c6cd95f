"""What Klaviyo does with an accepted event, unseen by its sender: keep it, or drop it without a word.

Dropped (Klaviyo docs): the address is of an example or test domain; the profile id does not exist; the same
profile and metric have had this unique_id, or without one an event in the same second. No end of the memory
for unique ids is documented, so there is none. A stored event triggers flows unless it was sent as backfill.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.klaviyo import mails, profiles
from sandbox.klaviyo.values import parse_instant

if TYPE_CHECKING:
    from sandbox.klaviyo.state import Klaviyo
    from sandbox.world.store import Row

UNDELIVERABLE_NAMES = {"example", "test"}
UNDELIVERABLE_TLDS = {"example", "test", "invalid", "localhost"}


def settle(klaviyo: Klaviyo, accepted: Row) -> None:
    """Decide about one accepted row: its `state` becomes "stored" or "dropped", the latter with a `reason`."""
    reason = _keep(klaviyo, accepted)
    accepted["state"], accepted["reason"] = ("dropped", reason) if reason else ("stored", None)


def _keep(klaviyo: Klaviyo, accepted: Row) -> str | None:
    account, event = accepted["account"], accepted["event"]
    profile_data = event["profile"]["data"]
    if _undeliverable((profile_data.get("attributes") or {}).get("email")):
        return "example or test address"
    profile = profiles.for_event(klaviyo, account, profile_data)
    if not profile:
        return "unknown profile id"
    metric = _metric(klaviyo, accepted, event["metric"]["data"]["attributes"]["name"])
    when = parse_instant(event.get("time")) or datetime.fromisoformat(accepted["received_at"])
    second = when.replace(microsecond=0).isoformat()
    events, key = klaviyo.of("events", account), _key(profile, metric, event.get("unique_id") or second)
    if key in events:
        return "seen before: same profile, metric and unique id (or second)"
    stored = events.put(_row(klaviyo, accepted, key, profile, metric, second))
    mails.trigger(klaviyo, account, stored, profile)
    return None


def _row(klaviyo: Klaviyo, accepted: Row, key: str, profile: Row, metric: Row, second: str) -> Row:
    event = accepted["event"]
    nested = klaviyo.settings["drop_nested_blanks"]
    kept = without_blanks(event["properties"], nested)
    if event.get("value") is not None:
        metric["has_value"] = True
        klaviyo.of("metrics", accepted["account"]).put(metric)
    if metric["has_value"]:  # once a metric had a value, events without one get 0 (Klaviyo docs)
        kept["$value"] = event.get("value") or 0
    if event.get("value_currency"):
        kept["$value_currency"] = event["value_currency"]
    if event.get("unique_id"):
        kept["$event_id"] = event["unique_id"]
    return {
        "id": key,
        "accepted": accepted["id"],
        "profile": profile["id"],
        "metric": metric["id"],
        "time": second,
        "properties": kept,
        "backfill": bool(event.get("backfill")),
        "flow_triggered": not event.get("backfill"),
    }


def without_blanks(value: Any, nested: bool = True) -> Any:
    """Properties without 0, null and "", which events ignore. Inside objects and lists too, unless told otherwise.

    The docs speak of properties and not of what lies inside them; dropping there as well is the harder case.
    """
    if isinstance(value, dict):
        kept = {name: child for name, child in value.items() if not _blank(child)}
        return {name: without_blanks(child) if nested else child for name, child in kept.items()}
    if isinstance(value, list):
        return [without_blanks(child) for child in value]
    return value


def _blank(value: Any) -> bool:
    is_zero = isinstance(value, int | float) and not isinstance(value, bool) and value == 0
    return value is None or value == "" or is_zero


def _undeliverable(email: str | None) -> bool:
    if not email:
        return False
    labels = email.lower().rpartition("@")[2].split(".")
    return labels[-1] in UNDELIVERABLE_TLDS or labels[-2] in UNDELIVERABLE_NAMES


def _metric(klaviyo: Klaviyo, accepted: Row, name: str) -> Row:
    """The metric of this name and source; made by its first event, since nothing else makes metrics."""
    metrics = klaviyo.of("metrics", accepted["account"])
    metric_id = _digest(accepted["account"], accepted["source"], name)[:6]
    if metric_id in metrics:
        return metrics[metric_id]
    now = klaviyo.now().isoformat()
    row = {"name": name, "source": accepted["source"], "created": now, "updated": now, "has_value": False}
    return metrics.put({"id": metric_id, **row})


def _key(profile: Row, metric: Row, distinguisher: str) -> str:
    return _digest(profile["id"], metric["id"], distinguisher)[:22]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
