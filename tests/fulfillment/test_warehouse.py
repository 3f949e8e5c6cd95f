"""The feed for programs: keys, paging that misses nothing, acknowledging, and answers as the document has them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shopify_app import create_app
from shopify_app.fulfillment import keys
from shopify_app.fulfillment.models import FeedKey
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import UNINSTALLED, Shop
from shopify_app.web.feed import document, guard
from tests.fulfillment.conftest import NOW, Desk
from tests.support.rows import add_shop

MINUTE = timedelta(minutes=1)


class Warehouse:
    """A program with a key. Whatever it is answered is held against the document."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.app = desk, create_app(desk.ctx)
        with desk.ctx.db.session() as session:
            self.row, self.key = keys.make(session, desk.shop_id, "Warehouse", "merchant:42", machine_now())

    def ask(self, method: str, path: str, *, key: str | None = None, **more: Any) -> tuple[int, Any]:
        bearer = {"Authorization": f"Bearer {self.key if key is None else key}"}
        answer = self.app.test_client().open(f"/feed/v1{path}", method=method, headers=bearer, **more)
        body = answer.get_json(force=True)
        schema = {200: "Changes" if path.split("?")[0] == "/changes" else "Change"}.get(answer.status_code, "Problem")
        wanted = {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": document.SCHEMAS}}
        Draft202012Validator(wanted).validate(body)
        if answer.status_code != 200:
            assert answer.mimetype == "application/problem+json" and body["status"] == answer.status_code
        return answer.status_code, body

    def changes(self, query: str = "") -> Any:
        status, body = self.ask("GET", f"/changes{query}")
        assert status == 200
        return body


@pytest.fixture
def warehouse(desk: Desk) -> Warehouse:
    return Warehouse(desk)


def test_a_program_reads_on_where_it_was_and_sees_again_what_changed_again(warehouse: Warehouse) -> None:
    desk = warehouse.desk
    desk.tell("subscription.address_changed", before={}, after={})
    desk.tell("order.skipped", NOW + 30 * MINUTE, cycle_index=3)
    desk.take()
    first = warehouse.changes("?limit=1")
    assert first["has_more"] and first["next"] == 1
    rest = warehouse.changes(f"?after={first['next']}")
    assert [one["position"] for one in rest["changes"]] == [2] and not rest["has_more"]
    (one,) = first["changes"]
    assert (one["subscription"], one["ships_on"], one["shipment"]) == ("9", "2026-12-05", "cycle:3")
    assert (one["changed_by"], one["state"], one["groups"]) == ("shopper", "open", ["delivery"])
    assert one["changes"][0]["words"] == "Address changed"
    assert "Customer/7" not in str(one)
    desk.tell("order.unskipped", NOW + 31 * MINUTE, cycle_index=3)
    desk.take()
    (again,) = warehouse.changes(f"?after={rest['next']}")["changes"]
    assert (again["revision"], again["state"], again["changes"]) == (2, "undone", [])
    assert warehouse.changes(f"?after={again['position']}") == {"changes": [], "next": 3, "has_more": False}


def test_what_was_read_is_acknowledged_and_what_changed_since_is_not(warehouse: Warehouse) -> None:
    desk = warehouse.desk
    desk.tell("subscription.address_changed", before={}, after={})
    desk.take()
    (one,) = warehouse.changes()["changes"]
    path = f"/changes/{one['id']}"
    desk.tell("subscription.note_changed", NOW + MINUTE, before={}, after={"has_note": True})
    desk.take()
    status, problem = warehouse.ask("POST", f"{path}/acknowledge", json={"revision": 1})
    assert (status, problem["field"]) == (409, "revision") and "revision 2" in problem["detail"]
    for _ in range(2):
        status, taken = warehouse.ask("POST", f"{path}/acknowledge", json={"revision": 2})
        assert (status, taken["state"], taken["acknowledged"]["by"]) == (200, "acknowledged", "key:Warehouse")
    status, opened = warehouse.ask("POST", f"{path}/reopen")
    assert (status, opened["state"]) == (200, "open") and warehouse.ask("GET", path)[1] == opened


def test_bad_questions_are_named_and_change_nothing(warehouse: Warehouse) -> None:
    warehouse.desk.tell("order.skipped", cycle_index=3)
    warehouse.desk.take()
    for query, field in (
        ("?after=x", "after"),
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
        ("?after=-1", "after"),
    ):
        status, problem = warehouse.ask("GET", f"/changes{query}")
        assert (status, problem["field"]) == (422, field)
    (one,) = warehouse.changes()["changes"]
    for body in (None, [], {}, {"revision": "1"}, {"revision": True}, {"revision": 0}, {"revision": 2**40}):
        status, problem = warehouse.ask("POST", f"/changes/{one['id']}/acknowledge", json=body)
        assert (status, problem["field"]) == (422, "revision")
    for path in ("/changes/x", "/changes/999", "/changes/" + "9" * 30, "/nothing"):
        assert warehouse.ask("GET", path)[0] == 404
    assert warehouse.ask("DELETE", "/changes")[0] == 405
    assert warehouse.changes()["changes"][0]["state"] == "open"


def test_a_key_opens_its_own_shop_and_that_only_while_it_works(warehouse: Warehouse) -> None:
    desk = warehouse.desk
    desk.tell("order.skipped", cycle_index=3)
    desk.take()
    (one,) = warehouse.changes()["changes"]
    other = add_shop(desk.ctx, "other.myshopify.com")
    with desk.ctx.db.session() as session:
        _, foreign = keys.make(session, other.id, "Theirs", "merchant:1", machine_now())
        kept = session.get_one(FeedKey, warehouse.row.id)
        assert warehouse.key not in (kept.digest, kept.name) and kept.last_used_at is not None
    assert warehouse.ask("GET", f"/changes/{one['id']}", key=foreign)[0] == 404
    assert warehouse.ask("GET", "/changes", key=foreign)[1]["changes"] == []
    for bad in ("", "x", warehouse.key + "x", keys.PREFIX, "Bearer"):
        assert warehouse.ask("GET", "/changes", key=bad)[0] == 401
    with desk.ctx.db.session() as session:
        assert keys.revoke(session, other.id, warehouse.row.id, machine_now()) is None
        session.get_one(Shop, other.id).status = UNINSTALLED
        keys.revoke(session, desk.shop_id, warehouse.row.id, machine_now())
    assert warehouse.ask("GET", "/changes")[0] == warehouse.ask("GET", "/changes", key=foreign)[0] == 401


def test_too_many_requests_are_told_when_to_come_again(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "REQUESTS", 2)
    answers = [warehouse.ask("GET", "/changes")[0] for _ in range(5)]  # of which two minutes take four at most
    assert answers[:2] == [200, 200] and 429 in answers


def test_the_document_names_every_route_and_no_other(warehouse: Warehouse) -> None:
    routes = {
        (rule.rule.removeprefix("/feed/v1").replace("<", "{").replace(">", "}"), method.lower())
        for rule in warehouse.app.url_map.iter_rules()
        if rule.rule.startswith("/feed/v1/") and not rule.rule.endswith("openapi.json")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    told = {(path, method) for path, calls in document.build()["paths"].items() for method in calls}
    assert routes == told
    assert warehouse.app.test_client().get("/feed/v1/openapi.json").get_json()["openapi"] == "3.1.0"
