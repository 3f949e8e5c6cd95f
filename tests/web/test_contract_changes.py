"""Changing a whole subscription from its page: a form, what it would make of it, then once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from shopify_app.contracts.models import CANCELLED, PAUSED
from shopify_app.edits.contract import door, pause_ends
from shopify_app.edits.contract.answers import Answer, No, refused
from shopify_app.edits.contract.statuses import Cancel, Pause, Resume
from shopify_app.edits.models import DONE, ContractEdit
from tests.web import rows
from tests.web.conftest import NOW, Admin


def _plant(admin: Admin, **contract: object) -> None:
    with admin.context.db.session() as session:
        found = rows.contract(session, admin.shop_id, 7, **contract)
        rows.cycle(session, found, 4, NOW + timedelta(days=20))


@pytest.fixture
def asked(monkeypatch) -> list[tuple]:
    """The door is left ajar: what it is asked is written down, Shopify is not there."""
    seen: list[tuple] = []
    monkeypatch.setattr(door, "carry_out", lambda ctx, *what: seen.append(what) or Answer(True, "Done"))
    return seen


def _request_id(html: str) -> str:
    found = re.search(r'name="request_id" value="([^"]+)"', html)
    assert found
    return found[1]


def test_the_page_offers_what_the_status_allows(admin: Admin):
    _plant(admin)
    html = admin.get("/contracts/7").text
    assert "/contracts/7/quantity" in html and "/contracts/7/remove" not in html  # its one item stays, no discount
    assert "/contracts/7/pause" in html and "/contracts/7/cancel" in html and "/contracts/7/resume" not in html
    with admin.context.db.session() as session:
        paused = rows.contract(session, admin.shop_id, 8, status=PAUSED)
        pause_ends.write(session, paused, NOW + timedelta(days=9), "merchant:42")
    html = admin.get("/contracts/8").text
    assert "No charge is planned until it resumes by itself on" in html and "Thu, Dec 10, 2026" in html
    assert "/contracts/8/resume" in html and "/contracts/8/pause" not in html


def test_a_pause_is_shown_before_it_is_made(admin: Admin, asked: list[tuple]):
    _plant(admin)
    assert 'name="until"' in admin.get("/contracts/7/pause").text
    html = admin.post("/contracts/7/pause", until="2026-12-10").text
    assert "Resumes by itself on Thu, Dec 10, 2026" in html and html.count("Charges: Mon, Dec 21, 2026") == 2
    assert asked == []
    done = admin.post("/contracts/7/pause", until="2026-12-10", request_id=_request_id(html))
    assert done.status_code == 200 and 'data-toast="Done"' in done.text
    ((action, target, _),) = asked
    assert action == Pause("2026-12-10T00:00:00-05:00") and target.actor == "merchant:42"


def test_what_was_done_is_taken_back_through_the_same_door(admin: Admin, asked: list[tuple], monkeypatch):
    _plant(admin)
    monkeypatch.setattr(door, "undo", lambda ctx, target, of: Resume() if of == "r1" else None)
    html = admin.post("/contracts/7/pause", request_id="r1").text
    assert 'hx-post="/contracts/7/undo"' in html
    assert 'name="of" value="r1"' in html and _request_id(html) != "r1"
    assert admin.post("/contracts/7/undo", of="r1", request_id=_request_id(html)).status_code == 200
    assert [what[0] for what in asked] == [Pause(), Resume()] and asked[0][2] != asked[1][2]
    for form in ({"of": "another", "request_id": "r3"}, {"of": "r1"}, {}):
        assert "can no longer be taken back" in admin.post("/contracts/7/undo", **form).text
    assert len(asked) == 2 and admin.post("/contracts/9/undo", of="r1", request_id="r").status_code == 404


def test_what_was_asked_for_stands_below_what_came_of_it(admin: Admin):
    with admin.context.db.session() as session:
        found = rows.contract(session, admin.shop_id, 7, status=PAUSED)
        rows.fact(session, found, "subscription.pause_requested", NOW + timedelta(milliseconds=700))
        rows.fact(session, found, "subscription.paused", NOW)  # Shopify tells whole seconds
    html = admin.get("/contracts/7").text
    assert html.index("Paused.") < html.index("A pause was asked for")


def test_mistakes_are_told_at_the_field(admin: Admin, asked: list[tuple]):
    _plant(admin)
    for until, said in (("2026-12-01", "Choose a day after today."), ("soon", "Enter a day as YYYY-MM-DD.")):
        answer = admin.post("/contracts/7/pause", until=until, request_id="r")
        assert answer.status_code == 422 and said in answer.text
    for form, said in (
        ({"reason": "boredom"}, "Choose one of the options."),
        ({"reason": "other", "comment": "x" * 501}, "Use at most 500 characters."),
    ):
        answer = admin.post("/contracts/7/cancel", request_id="r", **form)
        assert answer.status_code == 422 and said in answer.text
    assert asked == []


def test_cancelling_asks_for_a_reason_and_says_that_it_is_final(admin: Admin, asked: list[tuple]):
    _plant(admin)
    html = admin.post("/contracts/7/cancel", reason="moving", comment="<b>bye</b>").text
    assert "cannot be brought back" in html and "<b>bye" not in html
    admin.post("/contracts/7/cancel", reason="moving", comment="<b>bye</b>", request_id=_request_id(html))
    assert [what[0] for what in asked] == [Cancel("moving", "<b>bye</b>")]


def test_what_cannot_be_done_is_told_in_words(admin: Admin, monkeypatch):
    _plant(admin)
    assert "The subscription is like that already." in admin.get("/contracts/7/resume").text
    monkeypatch.setattr(door, "carry_out", lambda *_: refused(No.CHARGING))
    answer = admin.post("/contracts/7/cancel", reason="other", request_id="r")
    assert answer.status_code == 409 and "is being made at this moment" in answer.text
    assert admin.get("/contracts/9/pause").status_code == 404
    with admin.context.db.session() as session:
        assert session.scalars(select(ContractEdit)).all() == []


def test_the_comment_on_a_cancellation_is_read_by_colleagues(admin: Admin):
    with admin.context.db.session() as session:
        found = rows.contract(session, admin.shop_id, 7, status=CANCELLED)
        session.flush()
        wish = {"reason": "other", "comment": "<b>Will be back</b>"}
        session.add(
            ContractEdit(
                shop_id=admin.shop_id, request_id="r", contract_id=found.id, action="cancel", wish=wish,
                actor="merchant:42", state=DONE, before={}, after={}, asked_at=NOW,
            )
        )  # fmt: skip
    html = admin.get("/contracts/7").text
    assert "Comment on the cancellation: &lt;b&gt;Will be back" in html
