"""The document holds for whoever follows it: Schemathesis walks along its links, and what it promises is shown."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import schemathesis

from shopify_app.leaving import store
from shopify_app.leaving.regions import Region
from shopify_app.web.portal import document, guard
from tests.portal import stocked
from tests.portal.guide import Guide
from tests.portal.journey import Journey
from tests.portal.shopper import PREFIX, Shopper
from tests.portal.test_missing import strike
from tests.portal.walker import machine_of, walk_all
from tests.portal.weathers import ask
from tests.support.app import Story


@pytest.fixture
def shoppers(story: Story) -> list[Shopper]:
    """One with much to choose from, one whose next order was changed, one who pauses, and one who could not pay."""
    rich, changed, *stopped = stocked.moved_in(story, 2, statuses=("PAUSED", "FAILED"), sizes=(500, 600, 700))
    stocked.offer(story, 2, 1, bought=1)
    stocked.knows_cards(rich)
    options = rich.options()
    # of everything the one that is listed first is another than they have
    before = {
        "payment_method": {"method": options["payment_method"]["inputs"][0]["values"][1]["value"]},
        "delivery": {"option": rich.get(f"/contracts/{rich.contract}/shipping")["options"][1]["value"]},
        "add": {"variant": options["add"]["inputs"][0]["values"][0]["value"], "quantity": 1},
        "discount": {"code": "AGAIN5"},
    }
    for action, body in before.items():
        assert rich.deed(action, f"before-{action}", **body).status_code == 200
    line = changed.date_options()["quantity"]["inputs"][0]["values"][0]["value"]
    assert changed.date_deed("quantity", "before-it", line=line, quantity=3).status_code == 200
    strike(rich)
    with story.ctx.db.session() as session:
        save = {"actor": "merchant:1", "now": story.now}
        store.save_offer(session, story.shop.id, store.Offer(True, 20, 3, "Thanks"), **save)
        store.save_region(session, story.shop.id, Region("*", True, withdrawal_days=14), **save)
    return [rich, changed, *stopped]


def test_whoever_follows_the_document_meets_what_it_promises(
    shoppers: list[Shopper], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS", "CHANGES", "QUESTIONS"):
        monkeypatch.setattr(guard, name, 100_000)
    served = schemathesis.openapi.from_url(f"{shoppers[0].story.url}{PREFIX}/openapi.json")
    journey = Journey(served.raw_schema)
    machine = machine_of(served)
    for shopper in shoppers:
        walk_all(machine, journey, shopper)
    assert journey.breaches == []
    missing = journey.all_missing()
    assert len(missing) <= 0.05 * sum(map(len, journey.promised.values())), "\n".join(map(str, missing))


def test_a_document_that_says_otherwise_is_caught(resting: Shopper) -> None:
    assert _breaches(resting, document.build(), 404) == _breaches(resting, document.build(), 200) == []
    poorer = deepcopy(document.build())
    contract = poorer["components"]["schemas"]["Contract"]
    del contract["properties"]["on_hold"]
    contract["required"].remove("on_hold")
    assert "on_hold" in _breaches(resting, poorer, 200)[0]
    silent = document.build()
    del silent["paths"]["/contracts/{number}"]["get"]["responses"]["404"]
    assert "Undocumented status code" in _breaches(resting, silent, 404)[0]
    leaving = document.build()
    links = leaving["paths"]["/contracts"]["get"]["responses"]["200"]["links"]
    for name in [name for name, link in links.items() if link["operationId"] == "listOptions"]:
        del links[name]
    assert "listOptions" in _led_to(document.build()) and "listOptions" not in _led_to(leaving)


def _breaches(shopper: Shopper, told: dict[str, Any], wanted: int) -> list[str]:
    """What is wrong by a document with the answer to who asks for one subscription."""
    schema = schemathesis.openapi.from_dict(told)
    schema.config.update(base_url=f"{shopper.story.url}{PREFIX}")
    journey = Journey(told)
    case = schema["/contracts/{number}"]["GET"].Case(path_parameters={"number": str(shopper.contract)})
    journey.judge(case, ask(journey, case, wanted, shopper, shopper.token(), {}), wanted)
    return journey.breaches


def _led_to(told: dict[str, Any]) -> set[str]:
    guide = Guide(Journey(told), set())
    guide.answered("listContracts", {})
    return set(guide.next)
