"""The out-of-stock preference on the merchant's pages, through the real door: nobody else has to be there."""

from __future__ import annotations

import re
from datetime import timedelta

from shopify_app.contracts.models import CANCELLED, Contract
from tests.web import rows
from tests.web.conftest import NOW, Admin

PAGE = "/contracts/7/out_of_stock"
PREFERS = "the shopper prefers: {}."


def _hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', html)
    assert found
    return found[1]


def _kept(admin: Admin) -> str | None:
    with admin.context.db.session() as session:
        return session.query(Contract.out_of_stock).filter(Contract.shopify_gid.endswith("/7")).scalar()


def test_it_is_shown_changed_told_and_taken_back(admin: Admin) -> None:
    with admin.context.db.session() as session:
        found = rows.contract(session, admin.shop_id, 7)
        rows.cycle(session, found, 4, NOW + timedelta(days=20))
    page = admin.get("/contracts/7").text
    assert f'href="{PAGE}"' in page and "prefers" not in page
    form = admin.get(PAGE).text
    assert form.count("<s-option ") == 5 and '"as_shop" selected' in form
    for junk in ({}, {"preference": "burn"}, {"preference": "burn", "request_id": "r"}):
        wrong = admin.post(PAGE, **junk)
        assert wrong.status_code == 422 and 'error="Choose one of the options."' in wrong.text
    seen = admin.post(PAGE, preference="wait").text
    was, will = "out of stock: As the shop does<", "out of stock: Wait until everything is there<"
    assert seen.index(was) < seen.index(will) and _kept(admin) is None
    tap = {"preference": _hidden(seen, "preference"), "request_id": _hidden(seen, "request_id")}
    done, again = (admin.post(PAGE, **tap).text for _ in range(2))
    said = "Out-of-stock preference changed by you or your staff: “Wait until everything is there” instead of"
    for html in (done, again):
        assert PREFERS.format("Wait until everything is there") in html and html.count(said) == 1
    assert 'heading="Out-of-stock preference changed"' in done and _kept(admin) == "wait"
    assert "is like that already" in admin.post(PAGE, preference="wait").text
    undo = {"of": _hidden(done, "of"), "request_id": _hidden(done, "request_id")}
    back = admin.post("/contracts/7/undo", **undo)
    assert back.status_code == 200 and "prefers" not in back.text and _kept(admin) is None


def test_an_ended_subscription_offers_no_preference(admin: Admin) -> None:
    with admin.context.db.session() as session:
        rows.contract(session, admin.shop_id, 7, status=CANCELLED)
    assert PAGE not in admin.get("/contracts/7").text
    refused = admin.post(PAGE, preference="skip", request_id="r1")
    assert refused.status_code == 409 and "The subscription has ended." in refused.text and _kept(admin) is None
