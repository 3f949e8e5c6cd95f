"""Changes across all subscriptions: newest first, by kind, page by page, and as a feed that misses nothing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, text, update

from shopify_app.journal import feed
from shopify_app.journal.models import Fact
from tests.web import rows
from tests.web.conftest import NOW, Admin

SKIP = {"data": {"expected_at": "2026-12-05T14:00:00+00:00"}}


def test_changes_are_listed_with_who_what_and_the_way_there(admin: Admin) -> None:
    assert "Nothing changed yet" in admin.get("/changes").text
    with admin.context.db.session() as session:
        who = rows.shopper(session, admin.shop_id, 7, first_name="Jo", last_name="Marsh")
        mine = {"customer_gid": who.shopify_gid}
        contract = rows.contract(session, admin.shop_id, 9, **mine)
        rows.fact(session, contract, "order.skipped", actor="shopify", **mine, **SKIP)
        rows.fact(session, contract, "subscription.address_changed", actor="merchant:42", **mine)
        rows.fact(session, contract, "order.processed", data={"order_name": "#1042"})
        other = rows.contract(session, rows.shop(session, "other.myshopify.com").id, 12)
        rows.fact(session, other, "subscription.cancelled")
    page = admin.get("/changes").text
    assert page.index("Delivery address changed by you or your staff.") < page.index(
        "Skipped in Shopify or by another app: Sat, Dec 5, 2026."
    )
    assert 'href="/contracts/9"' in page and "Jo Marsh" in page
    assert "#1042" not in page and "Cancelled" not in page
    assert "address changed" not in admin.get("/changes?show=dates").text
    assert "No such change" in admin.get("/changes?show=status").text
    assert "address changed" in admin.get("/changes?show=nonsense&before=x").text
    assert admin.open("/changes").status_code == 200


def test_older_changes_come_on_pages_and_a_feed_goes_on_where_it_ended(admin: Admin) -> None:
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 9)
        for day in range(51):
            rows.fact(session, contract, "subscription.paused", NOW + timedelta(days=day))
    first = admin.get("/changes?show=status").text
    assert first.count("Paused.") == 50
    address = first.split('<s-button href="')[1].split('"')[0].replace("&amp;", "&")
    second = admin.get(address).text
    assert second.count("Paused.") == 1 and "Older changes" not in second
    with admin.context.db.session() as session:
        assert not feed.feed(session, admin.shop_id), "one with a smaller id may still be on its way"
        session.execute(update(Fact).values(recorded_at=func.now() - text("interval '2 minutes'")))
        some = feed.feed(session, admin.shop_id, limit=30)
        rest = feed.feed(session, admin.shop_id, after_id=some[-1].id)
        assert (len(some), len(rest)) == (30, 21) and rest[0].id > some[-1].id
