"""The faces without a browser: what they say about the world, and how they open the app."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sandbox.faces import judging, knobs, make_blueprint
from sandbox.faces.launch import app_answers, frame_address
from sandbox.seeds import tiny
from sandbox.wire.id_tokens import check_id_token, sign_query
from sandbox.world import World
from sandbox.world.app_config import AppConfig
from sandbox.world.faults import DEFAULTS

SHOP = tiny.SHOP
CONFIG = AppConfig(
    api_key="key", api_secret="s" * 40, url="http://127.0.0.1:9", scopes=("read_orders", "read_customers")
)


@pytest.fixture
def world() -> World:
    made = World(config=CONFIG)
    made.origin = "http://127.0.0.1:7"
    with made.locked():
        tiny.grow(made, contracts=2)
    return made


@pytest.fixture
def client(world: World) -> FlaskClient:
    app = Flask("faces-under-test", static_folder=None)
    app.register_blueprint(make_blueprint(world))
    return app.test_client()


def pay(world: World, **values: object) -> None:
    """Money moves: one ledger row, right in every way that ``values`` does not change."""
    at = world.now().isoformat()
    payment: dict[str, object] = {
        "contract_id": 1, "cycle_index": 2, "attempt_id": 1, "key": "k", "amount": "18.50", "currency": "USD",
        "at": at, "order_id": None, "expected_at": at, "skipped": False, "status": "ACTIVE", "uninstalled": False,
        "foreign": False,
    }  # fmt: skip
    with world.locked():
        world.ledger.capture(SHOP, **{**payment, **values})


@pytest.mark.parametrize("page", ["/", "/ledger", "/violations", "/deliveries", "/requests", "/faults"])
@pytest.mark.parametrize("grown", [True, False])
def test_every_page_opens_on_a_full_and_on_an_empty_world(page: str, grown: bool) -> None:
    world = World(config=CONFIG)
    if grown:
        tiny.grow(world, contracts=2)
        pay(world)
    app = Flask("faces-under-test", static_folder=None)
    app.register_blueprint(make_blueprint(world))
    assert app.test_client().get(page).status_code == 200


def due_cycle(contract: int, outcome: str) -> dict[str, object]:
    return {"shop": SHOP, "contract_id": contract, "cycle_index": 2, "billed": outcome == "paid", "outcome": outcome}


def test_the_verdict_counts_what_was_charged_once_twice_and_not_at_all(world: World) -> None:
    world.ledger.due_source = lambda now: [due_cycle(1, "paid"), due_cycle(2, "paid"), due_cycle(3, "missed")]
    pay(world)
    assert judging.sentence(world) == {"text": "3 cycles due, 1 charged once, 0 twice, 1 missed.", "tone": "warn"}
    pay(world, contract_id=2)
    pay(world, contract_id=2)
    said = judging.sentence(world)
    assert said == {"text": "3 cycles due, 1 charged once, 1 twice, 1 missed; 1 violation.", "tone": "bad"}


def test_the_verdict_tells_a_refusal_and_a_wait_from_a_miss(world: World) -> None:
    world.ledger.due_source = lambda now: [due_cycle(1, "declined"), due_cycle(2, "waiting")]
    pay(world, contract_id=3)  # charged up to a day early: not expected yet, and due all the same
    said = judging.sentence(world)
    assert said == {
        "text": "3 cycles due, 1 charged once, 0 twice, 0 missed, 1 declined, 1 waiting.",
        "tone": "good",
    }


def test_the_verdict_stands_on_the_ledger_page(world: World, client: FlaskClient) -> None:
    world.ledger.due_source = lambda now: [due_cycle(1, "paid")]
    pay(world)
    assert "1 cycle due, 1 charged once, 0 twice, 0 missed." in client.get("/ledger").text


def test_totals_are_per_day_of_the_shop_and_per_currency(world: World) -> None:
    pay(world, at="2026-12-02T03:00:00+00:00")  # still 1 December in New York
    pay(world, at="2026-12-01T15:00:00+00:00", amount="1.50")
    pay(world, at="2026-12-01T15:00:00+00:00", currency="EUR")
    days = judging.per_day(judging.payments(world))
    assert [(d["day"], d["count"], d["total"]) for d in days] == [
        ("2026-12-01", 2, "20.00 USD"),
        ("2026-12-01", 1, "18.50 EUR"),
    ]


def test_violations_are_told_in_words(world: World, client: FlaskClient) -> None:
    pay(world, skipped=True)
    assert "A skipped cycle was charged" in client.get("/violations").text


def test_every_knob_is_explained() -> None:
    unexplained = [k["id"] for group in knobs.groups(DEFAULTS) for k in group["knobs"] if not k["words"]]
    assert unexplained == []


def test_the_frame_is_opened_with_a_signed_query_and_a_good_token(world: World) -> None:
    address = urlsplit(frame_address(world, SHOP, "contracts", {"status": "ACTIVE"}))
    query = dict(parse_qsl(address.query))
    assert (address.netloc, address.path) == ("127.0.0.1:9", "/contracts")
    assert {"embedded", "host", "id_token", "locale", "session", "shop", "timestamp", "hmac", "status"} == set(query)
    assert query.pop("hmac") == sign_query(world, query)
    assert check_id_token(world, SHOP, query["id_token"])["dest"] == f"https://{SHOP}"


def test_a_page_cannot_forge_what_the_admin_adds(world: World) -> None:
    address = frame_address(world, SHOP, "", {"shop": "other.myshopify.com", "id_token": "x"})
    assert dict(parse_qsl(urlsplit(address).query))["shop"] == SHOP


def test_a_shop_without_the_app_is_asked_to_install_it(world: World, client: FlaskClient) -> None:
    shop = world.shops[SHOP]
    shop["install"] = {}
    page = client.get("/store/rosebud-coffee/apps/perennial").text
    assert "Install Perennial" in page and "read_customers" in page and "<iframe" not in page
    assert client.get("/store/rosebud-coffee/_token").status_code == 404


def test_app_bridge_may_name_the_app_by_its_key(client: FlaskClient) -> None:
    answer = client.get("/store/rosebud-coffee/apps/key/contracts?tab=2")
    assert answer.headers["Location"] == "/store/rosebud-coffee/apps/perennial/contracts?tab=2"


@pytest.mark.parametrize(
    "path",
    ["/store/nobody", "/store/rosebud-coffee/apps/other", "/store/rosebud-coffee/nouns", "/deliveries/1",
     "/cdn/shopifycloud/other.js"],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_lists_show_shopifys_side(client: FlaskClient) -> None:
    assert "every month" in client.get("/store/rosebud-coffee/subscriptions").text
    assert "House Blend" in client.get("/store/rosebud-coffee/products").text
    assert client.get("/store/rosebud-coffee/customers").status_code == 200
    assert client.get("/store/rosebud-coffee/orders").status_code == 200


def test_a_link_to_one_object_shows_that_one(world: World, client: FlaskClient) -> None:
    first, second = (row["id"] for row in world.of("contracts", SHOP))
    page = client.get(f"/store/rosebud-coffee/subscriptions/{first}").text
    assert str(first) in page and str(second) not in page


def test_the_picker_finds_by_title_and_refuses_what_it_does_not_model(client: FlaskClient) -> None:
    found = json.loads(client.get("/store/rosebud-coffee/_pick?type=product&query=house").data)["items"]
    assert [p["title"] for p in found] == ["House Blend"]
    assert found[0]["variants"][0]["price"] == "14.00"
    assert client.get("/store/rosebud-coffee/_pick?type=collection").status_code == 400


def test_an_app_that_does_not_answer_is_said_so() -> None:
    said = app_answers("http://127.0.0.1:9")
    assert said["answers"] is False and "does not answer" in str(said["said"])


def test_markup_in_the_world_stays_text(world: World, client: FlaskClient) -> None:
    product = next(iter(world.of("products", SHOP)))
    product["title"] = "<script>alert(1)</script>"
    assert "<script>alert" not in client.get("/store/rosebud-coffee/products").text
