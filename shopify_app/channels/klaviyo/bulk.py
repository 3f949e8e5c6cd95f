"""A backlog in few requests: up to a thousand events each, all of them accepted or none.

A request that is refused is taken apart: what the answer points at goes one by one, the rest again in bulk; an answer
that points nowhere is halved. So one bad event delays the others by a request or two, and parks alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from shopify_app.channels.klaviyo.claim import Sending
from shopify_app.kit.db import Json

MOST_BYTES = 4_500_000
"""Klaviyo takes five megabytes; the frame around the events needs some."""
POINTER = re.compile(r"/events-bulk-create/data/(\d+)(?:/attributes/events/data/(\d+))?")


@dataclass(frozen=True)
class Request:
    """One bulk request: its body, and which sendings stand in which entry."""

    body: Json
    entries: list[list[Sending]]

    @property
    def sendings(self) -> list[Sending]:
        return [sending for entry in self.entries for sending in entry]


def request(sendings: list[Sending]) -> Request:
    """Return one request for all of them, one entry per person (Klaviyo docs: bulk create events)."""
    people: dict[tuple[str, str], list[Sending]] = {}
    for sending in sendings:
        people.setdefault(_person(sending), []).append(sending)
    entries = list(people.values())
    document = {
        "type": "event-bulk-create-job",
        "attributes": {"events-bulk-create": {"data": [_entry(entry) for entry in entries]}},
    }
    return Request({"data": document}, entries)


def packets(sendings: list[Sending]) -> Iterator[list[Sending]]:
    """Yield them in packets that Klaviyo takes by size; each holds at least one."""
    packet: list[Sending] = []
    size = 0
    for sending in sendings:
        needs = len(json.dumps(sending.body))
        if packet and size + needs > MOST_BYTES:
            yield packet
            packet, size = [], 0
        packet.append(sending)
        size += needs
    if packet:
        yield packet


def apart(refused: Request, pointers: tuple[str, ...]) -> tuple[list[Sending], list[list[Sending]]]:
    """Return what goes one by one, and the packets that go in bulk again, after a refusal that names `pointers`."""
    named = _named(refused, pointers)
    if named:
        ids = {sending.id for sending in named}
        rest = [sending for sending in refused.sendings if sending.id not in ids]
        return named, [rest] if rest else []
    everything = refused.sendings
    if len(everything) == 1:
        return everything, []
    middle = len(everything) // 2
    return [], [everything[:middle], everything[middle:]]


def _named(refused: Request, pointers: tuple[str, ...]) -> list[Sending]:
    found: dict[int, Sending] = {}
    for pointer in pointers:
        match = POINTER.search(pointer)
        if match is None or int(match[1]) >= len(refused.entries):
            continue
        entry = refused.entries[int(match[1])]
        place = int(match[2]) if match[2] else None
        named = entry if place is None or place >= len(entry) else [entry[place]]
        found |= {sending.id: sending for sending in named}
    return list(found.values())


def _entry(entry: list[Sending]) -> Json:
    newest = _attributes(entry[-1])["profile"]
    events = [{"type": "event", "attributes": _without_profile(_attributes(sending))} for sending in entry]
    # each event says for itself whether it is history
    return {
        "type": "event-bulk-create",
        "attributes": {"backfill": False, "profile": newest, "events": {"data": events}},
    }


def _without_profile(attributes: Json) -> Json:
    return {name: value for name, value in attributes.items() if name != "profile"}


def _person(sending: Sending) -> tuple[str, str]:
    profile = _attributes(sending)["profile"]["data"]["attributes"]
    return str(profile.get("email") or ""), str(profile.get("phone_number") or "")


def _attributes(sending: Sending) -> Json:
    attributes: Json = sending.body["data"]["attributes"]
    return attributes
