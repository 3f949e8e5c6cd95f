"""Is this document a bulk_create_events that Klaviyo would take? One bad event, and none is taken.

Up to 1,000 events and 5 MB (checked before the body is read). An id repeated for the same profile and metric fails
the whole request (Klaviyo's OpenAPI, field unique_id). Nobody has recorded that answer: the pointer names the repeat.
Events without an id are not compared here; the later one of a second is dropped in silence, as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.klaviyo import profiles, rules
from sandbox.klaviyo.problems import Problem, invalid

MAX_EVENTS = 1_000
ENTRIES = "/data/attributes/events-bulk-create"
ENTRY_FIELDS = {"backfill", "profile", "events"}


def check(document: dict[str, Any], now: datetime) -> None:
    """Raises Refused (400) with every problem found; `now` is aware and bounds the events' times."""
    rules.refuse(_problems(document["data"], now))


def events(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The attributes of each event of a document that passed `check`, as a create_event would hold them.

    Either flag says backfill, the entry's or the event's: the SDK adds `false` where a sender says nothing.
    """
    for entry in document["data"]["attributes"]["events-bulk-create"]["data"]:
        about = entry["attributes"]
        for event in about["events"]["data"]:
            flag = bool(about.get("backfill") or event["attributes"].get("backfill"))
            yield {**event["attributes"], "profile": about["profile"], "backfill": flag}


def _problems(data: dict[str, Any], now: datetime) -> Iterator[Problem]:
    yield from rules.resource_type(data, "event-bulk-create-job", "/data")
    entries = _list(data.get("attributes"), "events-bulk-create")
    if not entries:
        yield rules.required("events-bulk-create", ENTRIES)
        return
    found = list(_entries(entries, now))
    yield from found
    count = sum(len(_list(_attributes(entry), "events")) for entry in entries)
    if count > MAX_EVENTS:
        yield invalid(
            f"At most {MAX_EVENTS:,} events can be created in one request, not {count:,}.", f"{ENTRIES}/data"
        )
    if not found:
        yield from _repeated(entries)


def _entries(entries: list[Any], now: datetime) -> Iterator[Problem]:
    for place, entry in enumerate(entries):
        pointer = f"{ENTRIES}/data/{place}"
        about, at = _attributes(entry), f"{pointer}/attributes"
        if not about:
            yield rules.required("attributes", at)
            continue
        yield from rules.resource_type(entry, "event-bulk-create", pointer)
        yield from rules.unknown(about, ENTRY_FIELDS, "event-bulk-create", at)
        yield from rules.backfill(about, at)
        yield from rules.event_profile(about.get("profile"), f"{at}/profile")
        yield from _events(about, now, f"{at}/events")


def _events(about: dict[str, Any], now: datetime, pointer: str) -> Iterator[Problem]:
    many = _list(about, "events")
    if not many:
        yield rules.required("events", pointer)
    for place, event in enumerate(many):
        yield from rules.event_resource(event, now, f"{pointer}/data/{place}", rules.EVENT_FIELDS)


def _repeated(entries: list[Any]) -> Iterator[Problem]:
    """Who is who is told by each identifier: two entries that share one are the same profile."""
    seen: set[tuple[Any, ...]] = set()
    for place, entry in enumerate(entries):
        who = list(profiles.identifiers(entry["attributes"]["profile"]["data"]))
        for number, event in enumerate(entry["attributes"]["events"]["data"]):
            unique_id = event["attributes"].get("unique_id")
            metric = event["attributes"]["metric"]["data"]["attributes"]["name"]
            marks = {(one, metric, unique_id) for one in who if unique_id}
            if marks & seen:
                at = f"{ENTRIES}/data/{place}/attributes/events/data/{number}/attributes/unique_id"
                yield invalid("The unique_id is repeated for the same profile and metric.", at)
            seen |= marks


def _attributes(entry: Any) -> dict[str, Any]:
    about = entry.get("attributes") if isinstance(entry, dict) else None
    return about if isinstance(about, dict) else {}


def _list(holder: Any, name: str) -> list[Any]:
    """The list below `name.data`; empty when there is none."""
    below = holder.get(name) if isinstance(holder, dict) else None
    many = below.get("data") if isinstance(below, dict) else None
    return many if isinstance(many, list) else []
