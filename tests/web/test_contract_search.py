"""The list finds by whatever somebody remembers, mistyped too, narrows down by filters, and asks no other shop."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from shopify_app.contracts import search, search_words
from shopify_app.contracts.models import Contract
from shopify_app.contracts.search_models import ContractSearch, SearchRebuild
from shopify_app.privacy.erase import erase as erase_privacy  # noqa: F401 - the registry needs every feature loaded
from shopify_app.privacy.registry import FEATURES
from shopify_app.web.admin.listing import filters
from tests.web import rows
from tests.web.conftest import NOW, Admin

PEOPLE = {
    1: {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "phone": "+44 20 7946 0958"},
    2: {"first_name": "Jürgen", "last_name": "Müller", "email": "jm@post.example", "phone": "+49 176 5550123"},
    3: {"first_name": "Grace", "last_name": "Hopper", "email": "grace.hopper@navy.example", "phone": None},
    4: {"first_name": "花子", "last_name": "山田", "email": "hanako@example.jp", "phone": None},
}


def _found(admin: Admin, **query: str) -> list[int]:
    return _numbers(admin.get(f"/contracts?{urlencode(query)}").text)


def _numbers(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'clickdelegate="contract-(\d+)"', html)]


def _people(admin: Admin) -> None:
    with admin.context.db.session() as session:
        for number, person in PEOPLE.items():
            shopper = rows.shopper(session, admin.shop_id, number, **person)
            method = {"address": {"country_code": "DE" if number == 2 else "GB"}}
            contract = rows.contract(
                session, admin.shop_id, number, customer_gid=shopper.shopify_gid, delivery_method=method
            )
            if number == 3:
                rows.order(session, contract, 1001)
                contract.lines[0].title, contract.lines[0].sku = "Ada's Chocolate", "CHO-77"
                contract.lines[0].product_gid = "gid://shopify/Product/5"
            search.refresh(session, contract)


def test_a_subscription_is_found_by_whatever_somebody_remembers(admin: Admin):
    _people(admin)
    by = {"lovelace": 1, "ADA LOVE": 1, "velac": 1, "muller": 2, "Mueller jürgen": 2, "müll": 2, "ada@exam": 1,
          "0176 555-0123": 2, "+44 20 7946": 1, "20794609": 1, "cho-77": 3, "chocolate": 3, "1001": 3, "#1001": 3,
          "山田": 4, "hopper choc": 3, "山": 4}  # fmt: skip
    assert {typed: _found(admin, q=typed)[:1] for typed in by} == {typed: [number] for typed, number in by.items()}
    assert _found(admin, q="ada") == [1, 3], "who is called so comes before what is"
    assert _found(admin, q="2")[0] == 2, "its own number comes before a phone with that digit"
    assert _found(admin, q="lovelace chocolate") == []


def test_a_mistyped_word_shows_what_comes_close_and_says_so(admin: Admin):
    _people(admin)
    for typed, number in {"lovelcae": 1, "Hoper": 3, "chocolat3": 3, "grce hopper": 3, "mulller": 2}.items():
        html = admin.get(f"/contracts?{urlencode({'q': typed})}").text
        assert _numbers(html) == [number] and "Nothing is called exactly that" in html, typed
    nothing = admin.get("/contracts?q=zebra&country=DE").text
    assert "Nothing was found for “zebra”" in nothing and "Narrowed down by: Country DE" in nothing
    assert 'href="/contracts?q=zebra"' in nothing


def test_filters_narrow_down_together_and_stand_in_the_address(admin: Admin):
    _people(admin)
    with admin.context.db.session() as session:
        soon = rows.card(session, admin.shop_id, 9, expires_on=NOW.date() + timedelta(days=5))
        yearly = {"interval": "YEAR", "intervalCount": 1}
        late = {"payment_method_gid": soon.shopify_gid, "next_charge_at": NOW + timedelta(days=40)}
        contract = rows.contract(session, admin.shop_id, 5, billing_policy=yearly, **late)
        rows.fact(session, rows.contract(session, admin.shop_id, 6, status="CANCELLED", shopify_updated_at=NOW),
                  "subscription.cancelled")  # fmt: skip
        rows.cycle(session, contract, 1, NOW + timedelta(days=40))
        rows.decision(session, contract, 1, NOW + timedelta(days=40))
        failing = rows.contract(session, admin.shop_id, 7, at_risk_since=NOW)
        failing.shopify_created_at = NOW - timedelta(days=3)
    asked = {
        "country=de": [2], "product=5": [3], "every=1-YEAR": [5], "prepaid=yes": [5], "pay=expiring": [5],
        "stock=waiting": [5], "pay=failing": [7], "ended=month": [6], "show=CANCELLED": [6],
        "pay=none&country=GB": [1, 3, 4],
        "next_from=2027-01-01": [5], "next_from=2026-12-03&next_to=2026-12-03&country=DE": [2],
        "since=2026-11-01": [7], "q=ada&product=5": [3], "prepaid=no&country=DE": [2],
    }  # fmt: skip
    assert {query: _numbers(admin.get(f"/contracts?{query}").text) for query in asked} == asked


def test_a_filter_that_cannot_be_read_is_named_at_its_field_and_not_asked(admin: Admin):
    _people(admin)
    html = admin.get("/contracts?next_from=soon&since=2026-12-02&until=2026-12-01&country=Germany").text
    assert "Change all that are found" not in html, "nobody knows which are meant"
    assert f'value="soon" error="{filters.BAD_DAY}"' in html
    assert f'value="2026-12-01" error="{filters.BAD_SPAN}"' in html
    assert f'value="Germany" error="{filters.BAD_COUNTRY}"' in html


def test_many_matches_are_walked_in_pages_without_losing_one(admin: Admin, monkeypatch):
    monkeypatch.setattr("shopify_app.web.admin.listing.finding.MOST", 60)
    with admin.context.db.session() as session:
        for number in range(1, 121):
            rows.contract(session, admin.shop_id, number, search_text=f"{number}\nhouse blend")
    for query in ("q=house", "q=house&sort=latest", "every=1-MONTH"):
        seen, path = [], f"/contracts?{query}"
        while path:
            html = admin.get(path).text
            seen += _numbers(html)
            path = next(iter(re.findall(r'<s-button href="([^"]+)"[^>]*>Next<', html)), "").replace("&amp;", "&")
        assert sorted(seen) == list(range(1, 121)), query


def test_few_matches_are_paged_best_first_there_and_back(admin: Admin):
    with admin.context.db.session() as session:
        for number in range(1, 61):
            rows.contract(session, admin.shop_id, 1000 + number, search_text=f"x{number}\nwarehouse")
        rows.contract(session, admin.shop_id, 7, search_text="7\nhouse", next_charge_at=NOW + timedelta(days=90))
    html = admin.get("/contracts?q=house").text
    first = _numbers(html)
    assert first[0] == 7 and len(first) == 50
    assert 'id="sort" name="sort" label="Sort by" value=""' in html, "typing on asks for no other order"
    after = re.findall(r'<s-button href="([^"]+)"[^>]*>Next<', html)[0].replace("&amp;", "&")
    html = admin.get(after).text
    assert sorted(first + _numbers(html)) == [7, *range(1001, 1061)]
    back = re.findall(r'<s-button href="([^"]+)"[^>]*>Previous<', html)[0].replace("&amp;", "&")
    assert _numbers(admin.get(back).text) == first


def test_the_index_of_one_shop_holds_nothing_that_another_asks_for():
    pieces = search_words.of_text("ada lovelace")
    assert not set(search_words.numbers(1, pieces)) & set(search_words.numbers(2, pieces))


def test_another_shops_subscriptions_are_never_found(admin: Admin):
    with admin.context.db.session() as session:
        other = rows.shop(session, domain="other.myshopify.com")
        rows.contract(session, other.id, 5, search_text="5\nada lovelace")
        rows.order(session, rows.contract(session, other.id, 6), 1001)
    for typed in ("ada", "lovelcae", "5", "#1001"):
        assert _found(admin, q=typed) == []


def test_an_erased_person_is_not_found_any_more(admin: Admin):
    _people(admin)
    with admin.context.db.session() as session:
        before = session.scalars(select(ContractSearch.numbers)).all()
        for feature in FEATURES.values():
            feature.erase(session, admin.shop_id, "gid://shopify/Customer/1")
    assert _found(admin, q="lovelace") == [] and _found(admin, q="7946") == []
    with admin.context.db.session() as session:
        gone = set(search_words.numbers(admin.shop_id, ["^lo", "lov", "^ad", "=country:GB"]))
        row = select(ContractSearch.numbers).join(Contract, Contract.id == ContractSearch.contract_id)
        left = session.scalars(row.where(Contract.customer_gid == "gid://shopify/Customer/1")).one()
    assert any(gone & set(numbers) for numbers in before) and not gone & set(left)


def test_what_an_older_version_wrote_is_written_anew_and_tells_nobody_that_it_changed(admin: Admin, monkeypatch):
    monkeypatch.setattr(search, "BATCH", 3)
    _people(admin)
    with admin.context.db.session() as session:
        session.execute(delete(ContractSearch))
        session.execute(update(Contract).values(search_text="old", written_at=NOW))
        session.add(SearchRebuild(shop_id=admin.shop_id, after_id=0))
    assert _found(admin, q="lovelace") == []
    assert (search.drain(admin.context), search.drain(admin.context), search.drain(admin.context)) == (3, 1, 0)
    assert _found(admin, q="lovelace") == [1] and _found(admin, q="mueller") == [2]
    with admin.context.db.session() as session:
        assert set(session.scalars(select(Contract.written_at))) == {NOW}
        assert search.waiting(session, NOW, NOW) == 0


JUNK = st.text(alphabet="aB9 -_=%&\0\n#ß٣\ud7ff", max_size=20)
DAYS = st.dates().map(str)
WORDS = ["ACTIVE", "due", "failing", "yes", "1-MONTH", "5", "de", "month", "best"]
ARGS = st.dictionaries(
    st.sampled_from([*filters.NAMES, "page", ""]),
    st.one_of(
        JUNK, DAYS, st.sampled_from(["ACTIVE", "due", "failing", "yes", "1-MONTH", "5", "de", "month", "best"])
    ),
)


@given(ARGS)
def test_any_query_is_read_and_written_back_the_same(args):
    asked = filters.read(args)
    assert filters.read(asked.query()) == asked
    assert not filters.read(asked.query()).errors
    assert set(asked.query()) <= set(args)
    assert set(asked.errors) <= {"country", *filters.DAYS}


@given(st.text(alphabet="abcdeöß-.@1 ", min_size=1, max_size=20), st.data())
def test_whatever_stands_in_a_text_has_its_pieces(text, data):
    folded = search_words.fold(text)
    start = data.draw(st.integers(0, max(len(folded) - 1, 0)))
    for term in search_words.terms(folded[start : start + 8].lstrip("#")):
        if len(term) > 2 and term in folded:
            assert search_words.of_term(term) - {f"^{word}" for word in search_words.words(term)} <= (
                search_words.of_text(folded)
            )
