"""Views of the list: those always there, those that staff saved; each shop's its own."""

from __future__ import annotations

import re

from sqlalchemy import select

from shopify_app.contracts.search_models import ContractView
from shopify_app.web.admin import saved
from tests.web import rows
from tests.web.conftest import Admin


def _views(html: str) -> dict[str, str]:
    shown = html.split('id="views"')[1].split("</nav>")[0]
    found = re.findall(r'<s-link href="([^"]*)"[^>]*>([^<]*?) <span[^>]*></span>[^<]*</s-link>', shown)
    return {name: href.replace("&amp;", "&") for href, name in found}


def test_a_search_with_filters_is_saved_shown_to_colleagues_and_deleted(admin: Admin):
    with admin.context.db.session() as session:
        rows.contract(session, admin.shop_id, 1)
    html = admin.get("/contracts?q=ada&country=GB&after=20261201T000000.000000_9").text
    assert list(_views(html)) == list(saved.BUILT_IN) and "/contracts/views/new?q=ada&amp;country=GB" in html
    assert "Country GB" in admin.get("/contracts/views/new?q=ada&country=GB").text
    answer = admin.post("/contracts/views/new", query="q=ada&country=GB", name="  British Adas <3 ")
    assert answer.status_code == 200 and answer.headers["HX-Replace-Url"] == "/contracts?q=ada&country=GB"
    assert re.search(r"British Adas &lt;3 <span[^>]*></span> \(shown\)", answer.text)
    assert _views(admin.get("/contracts").text)["British Adas &lt;3"] == "/contracts?q=ada&country=GB"
    with admin.context.db.session() as session:
        view = session.scalars(select(ContractView)).one()
        assert (view.made_by, view.query) == ("merchant:42", "q=ada&country=GB")
    assert [admin.post(f"/contracts/views/{view.id}/delete").status_code for _ in range(2)] == [200, 404]
    assert list(_views(admin.get("/contracts").text)) == list(saved.BUILT_IN)


def test_what_cannot_be_saved_is_said_at_the_field_and_keeps_what_was_typed(admin: Admin, monkeypatch):
    with admin.context.db.session() as session:
        rows.contract(session, admin.shop_id, 1)
    asked = {
        saved.NOTHING: {"query": "sort=latest", "name": "All"},
        saved.TAKEN: {"query": "q=a", "name": "paused"},
        "Enter a name.": {"query": "q=a", "name": " "},
        "Use at most 60 characters.": {"query": "q=a", "name": "n" * 61},
    }
    for words, form in asked.items():
        answer = admin.post("/contracts/views/new", **form)
        assert answer.status_code == 422 and f'error="{words}"' in answer.text and form["name"] in answer.text, words
    assert admin.post("/contracts/views/new", query="q=a", name="A").status_code == 200
    again = admin.post("/contracts/views/new", query="q=b", name="A")
    assert again.status_code == 422 and saved.TAKEN in again.text
    monkeypatch.setattr(saved, "MOST", 1)
    assert "There are 1 views. Delete one first." in admin.post("/contracts/views/new", query="q=b", name="B").text


def test_another_shops_views_are_neither_seen_nor_deleted(admin: Admin):
    with admin.context.db.session() as session:
        rows.contract(session, admin.shop_id, 1)
        other = rows.shop(session, domain="other.myshopify.com")
        view = ContractView(shop_id=other.id, name="Theirs", query="q=a", made_by="m", made_at=rows.NOW)
        session.add(view)
        session.flush()
        number = view.id
    assert "Theirs" not in admin.get("/contracts").text
    admin.post(f"/contracts/views/{number}/delete")
    with admin.context.db.session() as session:
        assert session.get(ContractView, number) is not None
