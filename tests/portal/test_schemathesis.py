"""The document holds for whoever follows it: Schemathesis walks along its links, and what it promises is shown."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import schemathesis

from shopify_app.web.portal import guard
from tests.portal import stocked
from tests.portal.shopper import PREFIX, Shopper
from tests.portal.walker import Journey, walk
from tests.support.app import Story

STEPS = 12
WALKS = int(os.environ.get("PERENNIAL_WALKS", "0"))
"""With each path; from five on they go on after all has been shown. None unless asked for: it takes minutes."""
DIRECTLY = {("previewChange", 409)}
"""What no walk is likely to show: that a date is no longer where it was shown takes two people."""


@pytest.fixture
def shoppers(story: Story) -> list[Shopper]:
    """Three with two coffees, one whose subscription is paused, and one whose subscription failed."""
    found = stocked.moved_in(story, 3, statuses=("PAUSED", "FAILED"))
    stocked.offer(story, 1, 2)
    for each in found[:3]:
        stocked.knows_cards(each)
        more = each.options()["add"]["inputs"][0]["values"][0]["value"]
        assert each.deed("add", "tap-another1", variant=more, quantity=1).status_code == 200
    assert found[0].deed("discount", "tap-another2", code="SAVE10").status_code == 200
    return found


@pytest.mark.skipif(not WALKS, reason="PERENNIAL_WALKS=4 walks")
def test_whoever_follows_the_document_meets_what_it_promises(
    shoppers: list[Shopper], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS", "CHANGES", "QUESTIONS"):
        monkeypatch.setattr(guard, name, 100_000)
    served = schemathesis.openapi.from_url(f"{shoppers[0].story.url}{PREFIX}/openapi.json")
    journey, seed = Journey(served.raw_schema), 0
    alike, (paused, failed) = shoppers[:3], shoppers[3:]
    for names, kept in _families(journey):
        machine = served.include(operation_id=kept).as_state_machine()
        shoppers[0].story.settle()  # what was charged is paid
        for turn in range(WALKS):
            if not journey.missing(*names) and WALKS <= 4:
                break
            seed += 1
            journey.tried.clear()
            walk(machine, journey, {2: paused, 3: failed}.get(turn) or _ready(alike, seed), seed, STEPS)
    assert journey.breaches == []
    look = _ready(alike, 0).act("move", preview=True, delay_weeks=1, from_="2026-12-02")
    journey.seen["previewChange", look.status_code] += 1
    missing = journey.missing()
    assert not DIRECTLY & set(missing)
    assert len(missing) <= 0.05 * len(journey.promised), "\n".join(map(str, missing))


def _families(journey: Journey) -> Iterator[tuple[list[str], list[str]]]:
    """Operations that are walked together (all reads, then each path), and those with what leads to them and on."""
    links = {
        each["operationId"]: {
            link["operationId"] for answer in each["responses"].values() for link in answer.get("links", {}).values()
        }
        for _, _, each in journey.operations
    }
    reads = [each["operationId"] for _, method, each in journey.operations if method == "get"]
    paths: dict[str, list[str]] = {}
    for path, method, each in journey.operations:
        if method != "get":
            paths.setdefault(path.removesuffix("/preview"), []).append(each["operationId"])
    yield reads, reads
    for names in paths.values():
        kept = set(names)
        if not any(links[name] & kept for name in reads):  # an undo comes after a deed
            kept |= set([name for name in links if links[name] & kept and name not in kept][:3])
        while more := {name for name in reads if links[name] & kept} - kept:
            kept |= more
        yield names, sorted(kept.union(*(links[name] for name in names)))


def _ready(alike: list[Shopper], turn: int) -> Shopper:
    """Return the first whose subscription is active; a pause is ended, and who has none left is passed by."""
    while (status := alike[0].get(f"/contracts/{alike[0].contract}")["status"]) != "ACTIVE":
        if status != "PAUSED" or alike[0].deed("resume", f"tap-{turn:08}").status_code != 200:
            alike.pop(0)
    return alike[0]
