"""One line of time for a subscription: every source, every call with what came of it, by kind, and page by page."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from sqlalchemy.orm import Session

from shopify_app.cards.models import CardRequest
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract.actions import ACTIONS, OURS
from shopify_app.edits.models import ContractEdit, CycleEdit
from shopify_app.notices.models import Notice
from shopify_app.orders.alignment.models import OrderAlignment
from shopify_app.web.admin.history import calls
from tests.web import rows
from tests.web.conftest import NOW, Admin

MINUTE = timedelta(minutes=1)
PAGE = "/contracts/7/history"


def _words(html: str) -> list[str]:
    """What each entry says, newest first."""
    found = re.findall(r"<li class=\"\w+\">(.*?)</li>", html, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", each)).split()) for each in found]


def _edit(of: Contract, state: str, at, **columns) -> ContractEdit:
    values = {
        "request_id": f"r-{state}",
        "action": "swap",
        "wish": {},
        "actor": "shopper:5",
        "before": {},
        "after": {},
    }
    values |= {"shop_id": of.shop_id, "contract_id": of.id, "state": state, "asked_at": at}
    return ContractEdit(**values | columns)


def _calls(session: Session, of: Contract) -> None:
    """One of each table that keeps a call."""
    shop = {"shop_id": of.shop_id}
    about = {"contract_gid": of.shopify_gid, "customer_gid": of.customer_gid, "asked_at": NOW - 3 * MINUTE}
    rows.attempt(session, of, 1, "failed", NOW - 9 * MINUTE, error_code="EXPIRED_CARD", reads=2, expected_at=NOW)
    rows.attempt(session, of, 2, "refused", NOW - 8 * MINUTE, reason="The cycle is skipped.")
    session.add(_edit(of, "done", NOW - 7 * MINUTE, finished_at=NOW))
    said = {"refusal": "refused", "words": "Shopify refused: <no>"}
    session.add(_edit(of, "rejected", NOW - 6 * MINUTE, action="address", finished_at=NOW, **said))
    date = {"contract_id": of.id, "cycle_index": 4, "action": "skip", "wish": {}, "before": {}, "stamp": "s"}
    date |= {"request_id": "d", "actor": "merchant:1", "state": "requested", "asked_at": NOW - 5 * MINUTE}
    session.add(CycleEdit(**shop, **date))
    paid = {"key": "k", "order_gid": "gid://shopify/Order/9", "order_name": "#1009", "kind": "address"}
    paid |= {"actor": "merchant:1", "state": "task", "reason": "shipped", "finished_at": NOW, "edits_sent": 1}
    session.add(OrderAlignment(**shop, **about | paid | {"asked_at": NOW - 4 * MINUTE}))
    card = {"request_id": "c", "method_gid": "m", "how": "mail", "actor": "merchant:1", "state": "sent"}
    session.add(CardRequest(**shop, **about | card))


def test_every_call_that_a_row_keeps_is_told_with_its_key_and_what_came_of_it(admin: Admin) -> None:
    with admin.context.db.session() as session:
        of = rows.contract(session, admin.shop_id, 7, customer_gid="gid://shopify/Customer/5")
        _calls(session, of)
        rows.fact(session, of, "stock.out", NOW - 2 * MINUTE, data={"default": "skip"})
        rows.fact(session, of, "gift.opened", NOW - MINUTE)
        told = {"plan_at": NOW, "planned_at": NOW, "planned_for": NOW, "kind": "upcoming", "lead_days": 3}
        session.add(Notice(shop_id=of.shop_id, contract_id=of.id, cycle_index=4, **told))
        stranger = rows.contract(
            session, rows.shop(session, "other.myshopify.com").id, 8, customer_gid=of.customer_gid
        )
        _calls(session, stranger)
    said = _words(admin.get(PAGE).text)
    assert said[1].startswith("Gift: opened.")
    assert [each.split(".")[0] for each in said[3:]] == [
        "Shopify was asked to mail a link for another card",
        "Shopify was asked for another address of the paid order #1009",
        "Shopify was asked to skip billing date 4",
        "Shopify was asked for another address",
        "Shopify was asked to swap an item",
        "Shopify was not asked to charge the order of #2",
        "Shopify was asked to charge the order of Tue, Dec 1, 2026, try 1",
    ]
    assert "Mail about the order" in said[0] and "out of stock" in said[2]
    assert "Left to a person. Shipped." in said[4] and "Change sent 1 time" in said[4]
    assert "No answer is known yet" in said[5] and "Not done. Shopify refused: <no>" in said[6]
    assert "Done. Tue, Dec 1, 2026, 8:53 AM · by the shopper The call Key r-done · outcome known" in said[7]
    assert "No charge was made. The cycle is skipped." in said[8]
    assert "The card has expired." in said[9] and "EXPIRED_CARD · Looked up 2 times" in said[9]
    numbers = {
        kind: len(_words(admin.get(f"{PAGE}?kind={kind}").text)) for kind in ("calls", "charges", "stock", "told")
    }
    assert numbers == {"calls": 7, "charges": 2, "stock": 1, "told": 1}
    assert 'aria-current="true">Stock</a>' in admin.get(f"{PAGE}?kind=stock").text
    assert _words(admin.get("/contracts/7").text) == said


def test_only_what_shopify_is_asked_for_is_a_call_and_all_of_it_has_words(admin: Admin) -> None:
    assert set(calls.OF_SUBSCRIPTION) == set(ACTIONS) - set(OURS)
    with admin.context.db.session() as session:
        of = rows.contract(session, admin.shop_id, 7)
        session.add(_edit(of, "done", NOW, action="backup_method", finished_at=NOW))
        session.add(_edit(of, "rejected", NOW, action="withdraw", words="Away.", finished_at=NOW))
    (told,) = _words(admin.get(f"{PAGE}?kind=calls").text)
    assert told.startswith("Shopify was asked to end the subscription, which the shopper withdrew from.")


def test_pages_show_each_entry_once_in_order_though_many_share_a_second(admin: Admin) -> None:
    with admin.context.db.session() as session:
        of = rows.contract(session, admin.shop_id, 7)
        for number in range(130):
            at = NOW - timedelta(seconds=number // 60, microseconds=number * 7 % 999)
            rows.fact(session, of, "subscription.resumed", at, key=f"k{number}", data={}, actor=f"merchant:{number}")
            if number % 3 == 0:
                asked = {"request_id": f"r{number}-ü", "finished_at": NOW}
                session.add(_edit(of, "done", NOW - timedelta(seconds=number // 60), **asked))
    shown: list[str] = []
    address, pages = PAGE, 0
    while address:
        html = admin.get(address).text
        shown, pages = (
            shown + re.findall(r"<s-text>(Resumed[^<]*|[^<]*swap[^<]*)</s-text>|Key (\S+)", html),
            pages + 1,
        )
        following = re.search(r'href="([^"]*after=[^"]*)"[^>]*>Older<', html)
        address = unescape(following[1]) if following else ""
    keys = [key for _, key in shown if key]
    assert pages == 4 and len(keys) == len(set(keys)) == 44
    assert len([said for said, _ in shown if said.startswith("Resumed")]) == 130
    assert "Newest" in html and "Older" not in html


def test_what_names_no_place_leads_to_the_newest_and_nobody_elses_is_found(admin: Admin) -> None:
    with admin.context.db.session() as session:
        rows.fact(session, rows.contract(session, admin.shop_id, 7), "subscription.resumed")
        other = rows.shop(session, "other.myshopify.com")
        rows.fact(session, rows.contract(session, other.id, 8), "subscription.resumed")
    for after in ("x", "1", "1.0", "1.99.1", "99999999999999.0.1", "1.4.", "1.4.%00", "-1.0.1", "1.0.x"):
        assert "Resumed" in admin.get(f"{PAGE}?kind=what&after={after}").text, after
    assert "There is nothing older." in admin.get(f"{PAGE}?after=1.0.1").text
    assert admin.get("/contracts/8/history").status_code == admin.get("/contracts/x/history").status_code == 404
    with admin.context.db.session() as session:
        rows.contract(session, admin.shop_id, 9)
    assert "Nothing yet." in admin.get("/contracts/9/history").text
