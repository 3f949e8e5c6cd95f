"""The pages of bulk changes: what is meant, what is wrong with the form, what was weighed; nobody else's."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from sqlalchemy import select, update

from shopify_app.catalog.models import Product, Variant
from shopify_app.edits.bulk import requests, work
from shopify_app.edits.bulk.models import BulkItem, BulkJob
from shopify_app.web.admin.bulk import words
from tests.web import rows
from tests.web.conftest import NOW, Admin


def _shop(admin: Admin) -> None:
    with admin.context.db.session() as session:
        for number in (1, 2, 3):
            rows.contract(session, admin.shop_id, number, search_text=f"{number}\nada lovelace")
        rows.contract(session, admin.shop_id, 4, status="PAUSED", next_charge_at=None, search_text="4\ngrace")
        other = rows.shop(session, domain="other.myshopify.com")
        rows.contract(session, other.id, 5, search_text="5\nada lovelace")


def _jobs(admin: Admin) -> list[BulkJob]:
    with admin.context.db.session() as session:
        return list(session.scalars(select(BulkJob).order_by(BulkJob.id)))


def test_a_whole_search_is_weighed_with_reasons_and_money_and_started_by_hand(admin: Admin):
    _shop(admin)
    page = admin.get("/contracts?q=ada").text
    assert 'href="/contracts/bulk?q=ada"' in page
    assert 'heading="3 subscriptions"' in admin.get("/contracts/bulk?q=ada").text
    html = admin.post("/contracts/bulk", query="", do="pause").text
    assert 'heading="4 subscriptions"' in html and "Which: all subscriptions." in html
    answer = admin.post("/contracts/bulk/new", query="", do="pause")
    (job,) = _jobs(admin)
    assert answer.headers["HX-Replace-Url"] == f"/contracts/bulk/{job.id}" and "Being checked" in answer.text
    assert "every 2s" in answer.text and "ada" not in job.about
    work.drain(admin.context)
    html = admin.get(f"/contracts/bulk/{job.id}/progress").text
    assert "It can be done with 3 subscriptions, and not with 1." in html and "every 2s" not in html
    assert "The subscription is like that already." in html and 'href="/contracts/4">#4' in html
    assert "$69.00 less would be charged" in html
    assert "Running" in admin.post(f"/contracts/bulk/{job.id}/start").text
    assert admin.post(f"/contracts/bulk/{job.id}/start").status_code == 200, "pressed twice, it is started once"
    assert "Stopped" in admin.post(f"/contracts/bulk/{job.id}/stop").text
    file = admin.get(f"/contracts/bulk/{job.id}.csv").text.splitlines()
    assert file[1:] == [
        "1,Not done,",
        "2,Not done,",
        "3,Not done,",
        "4,Left out,The subscription is like that already.",
    ]
    assert "Pause" in admin.get("/contracts/bulks").text


def test_the_chosen_ones_are_meant_and_no_other_shops(admin: Admin):
    _shop(admin)
    chosen = "&".join(urlencode({"contract": number}) for number in (2, 5, "x", 2))
    headers = {**admin._headers(), "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
    html = admin.client.post("/contracts/bulk", data=chosen, headers=headers).text
    assert 'heading="1 subscription"' in html and html.count('name="contract"') == 2
    admin.client.post("/contracts/bulk/new", data=f"{chosen}&query=q%3Dada&do=skip", headers=headers)
    (job,) = _jobs(admin)
    assert (job.total, job.about, job.actor) == (1, words.CHOSEN, "merchant:42")


def test_what_is_wrong_is_said_at_the_field_and_makes_no_job(admin: Admin):
    _shop(admin)
    with admin.context.db.session() as session:
        gid = "gid://shopify/ProductVariant/1"
        product = {"status": "ACTIVE", "shopify_updated_at": NOW}
        session.add(Product(shop_id=admin.shop_id, shopify_gid="gid://shopify/Product/1", title="Tea", **product))
        session.add(Variant(shop_id=admin.shop_id, shopify_gid=gid, product_gid="gid://shopify/Product/1", title="A"))
    wrong = {
        "Choose one of the options.": {"do": "cancel", "reason": "because"},
        words.PAST: {"do": "pause", "until": "2026-12-01"},
        "Use a day like 2026-12-31.": {"do": "move", "day": "soon"},
        words.WHICH_DAY: {"do": "move", "day": "2026-12-09", "days": "3"},
        "Enter a whole number from 1 to 365.": {"do": "move", "days": "0"},
        words.SAME_ITEM: {"do": "swap", "old": gid, "new": gid},
        words.BAD_FILTER: {"do": "skip", "query": "next_from=soon"},
        words.NOBODY: {"do": "skip", "query": "q=nobody"},
    }
    for said, form in wrong.items():
        answer = admin.post("/contracts/bulk/new", **form)
        assert answer.status_code == 422 and said in answer.text, said
        typed = [value for name, value in form.items() if name in ("until", "day", "days")]
        assert all(f'value="{value}"' in answer.text for value in typed), said
    assert admin.post("/contracts/bulk/new", do="explode").status_code == 422
    assert _jobs(admin) == []


def test_what_only_comes_close_is_never_changed(admin: Admin):
    _shop(admin)
    assert len(re.findall(r'name="contract"', admin.get("/contracts?q=lovelcae").text)) == 3
    assert "Change all that are found" not in admin.get("/contracts?q=lovelcae").text
    assert words.NOBODY in admin.post("/contracts/bulk/new", do="cancel", reason="other", query="q=lovelcae").text


def test_another_shops_bulk_change_is_not_there(admin: Admin):
    _shop(admin)
    admin.post("/contracts/bulk/new", do="skip", query="")
    (job,) = _jobs(admin)
    with admin.context.db.session() as session:
        other = rows.shop(session, domain="third.myshopify.com")
        session.execute(update(BulkJob).values(shop_id=other.id, state="weighed"))
        session.execute(update(BulkItem).values(shop_id=other.id, state="can"))
    for path in ("", "/progress", ".csv"):
        assert admin.get(f"/contracts/bulk/{job.id}{path}").status_code == 404
    for deed in ("start", "stop", "undo"):
        assert admin.post(f"/contracts/bulk/{job.id}/{deed}").status_code == 404
    assert _jobs(admin)[0].state == "weighed" and requests.MOST
