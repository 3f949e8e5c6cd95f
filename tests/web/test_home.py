"""Home tells today, the week, whether all is well, and what is left to do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shopify_app.channels.klaviyo.models import KlaviyoAccount
from shopify_app.contracts.models import ContractImport, Sweep
from shopify_app.inbox.models import InboxMessage
from shopify_app.insights.models import Comparison
from shopify_app.shops.models import Shop
from shopify_app.web.admin import health
from tests.web import rows
from tests.web.conftest import NOW, Admin

MIDNIGHT = datetime(2026, 12, 2, 5, 0, tzinfo=UTC)
"""The end of December 1st in New York."""


def _tile(html: str, label: str) -> list[str]:
    """The words of one tile after its label: a number, and sums if there are any."""
    part = html.split(f">{label}<")[1].split("</s-clickable>")[0]
    return re.sub(r"<[^>]*>", " ", f"<{part}").split()


def test_today_ends_at_the_shops_midnight_not_at_utc(admin: Admin):
    with admin.context.db.session() as session:
        late = rows.contract(session, admin.shop_id, 1)
        rows.cycle(session, late, 1, MIDNIGHT - timedelta(minutes=1))
        tomorrow = rows.contract(session, admin.shop_id, 2)
        rows.cycle(session, tomorrow, 1, MIDNIGHT)
    assert _tile(admin.get("/").text, "Still due today") == ["1", "$23.00"]


def test_outcomes_of_today_are_counted_and_summed_per_currency(admin: Admin):
    with admin.context.db.session() as session:
        for number, (state, currency) in enumerate(
            [("settled", "USD"), ("settled", "EUR"), ("failed", "USD"), ("requested", "USD")], 1
        ):
            contract = rows.contract(session, admin.shop_id, number)
            rows.attempt(session, contract, 1, state, amount=Decimal("24.50"), currency=currency)
        old = rows.contract(session, admin.shop_id, 9)
        rows.attempt(session, old, 1, "settled", NOW - timedelta(days=1), amount=Decimal(99), currency="USD")
    html = admin.get("/").text
    assert _tile(html, "Charged today") in (["2", "$24.50", "+", "€24.50"], ["2", "€24.50", "+", "$24.50"])
    assert "$99" not in html
    assert _tile(html, "Failed today") == ["1"]
    assert _tile(html, "Waiting for the bank") == ["1"]


def test_a_parked_cycle_needs_somebody_and_is_not_due(admin: Admin):
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 1)
        rows.cycle(session, contract, 1, NOW - timedelta(days=9), parked_reason="too late")
        twice = rows.contract(session, admin.shop_id, 2, parked_reason="Paid twice")
        rows.cycle(session, twice, 1, NOW)
    html = admin.get("/").text
    assert _tile(html, "Still due today") == ["0"]
    assert _tile(html, "Held or needs you") == ["2"]


def test_the_week_counts_by_local_day_and_names_the_busiest(admin: Admin):
    with admin.context.db.session() as session:
        for number, due in enumerate([NOW, MIDNIGHT, MIDNIGHT + timedelta(hours=23), NOW + timedelta(days=8)], 1):
            rows.cycle(session, rows.contract(session, admin.shop_id, number), 1, due)
    assert 'hx-get="/home/week"' in admin.get("/").text
    html = admin.get("/home/week").text
    assert "3 charges, about $69.00" in html
    assert "The busiest day is Wed, Dec 2 with 2." in html


def test_an_empty_shop_is_told_so(admin: Admin):
    assert "No charge is due in the next seven days." in admin.get("/home/week").text
    assert "Connect Klaviyo" in admin.get("/").text
    assert "They appear here as soon as a shopper buys" in admin.get("/contracts").text


def test_another_shops_rows_are_invisible(admin: Admin):
    with admin.context.db.session() as session:
        other = rows.shop(session, "other.myshopify.com")
        contract = rows.contract(session, other.id, 77)
        rows.cycle(session, contract, 1, NOW)
        rows.attempt(session, contract, 2, "failed")
        rows.fact(session, contract, "subscription.started")
    assert _tile(admin.get("/").text, "Still due today") == ["0"]
    assert _tile(admin.get("/").text, "Failed today") == ["0"]
    assert "77" not in admin.get("/contracts").text
    assert admin.get("/contracts/77").status_code == 404


def test_a_stopped_shop_is_told_since_when_and_why(admin: Admin):
    with admin.context.db.session() as session:
        shop = session.get_one(Shop, admin.shop_id)
        shop.billing_stopped_at, shop.billing_stopped_reason = NOW, "HOST <changed>"
    html = admin.get("/").text
    assert "No shopper has been charged since Tue, Dec 1, 2026, 9:00 AM" in html
    assert "HOST &lt;changed&gt;" in html


def test_health_says_what_waits_and_what_is_broken(admin: Admin):
    with admin.context.db.session() as session:
        received = datetime.now(UTC) - timedelta(minutes=12)
        session.add(
            InboxMessage(
                shop_id=admin.shop_id, webhook_id="w", topic="orders/create", subject="order:1", payload={},
                received_at=received, next_try_at=received,
            )
        )  # fmt: skip
        session.add(
            KlaviyoAccount(
                shop_id=admin.shop_id, sealed_key="s", key_hint="1234", account_id="a", account_name="Rosebud",
                state="broken", broken_reason="The key was revoked.", connected_at=NOW,
            )
        )  # fmt: skip
    html = admin.get("/").text
    assert "1 message waiting, the oldest for 12 minutes" in html
    assert "The key was revoked. Connect again" in html


def _swept(shop_id: int, ago: timedelta) -> Sweep:
    return Sweep(shop_id=shop_id, name="contracts", since=NOW - ago, finished_at=NOW - ago)


def _compared(shop_id: int, ago: timedelta, **values: object) -> Comparison:
    began = NOW - ago
    row = {"night": began.date(), "phase": "cycles", "started_at": began, "next_slice_at": began} | values
    return Comparison(shop_id=shop_id, **row)


def _comparison(admin: Admin) -> tuple[str, str]:
    """Tone and words of the check."""
    with admin.context.db.session() as session, admin.client.application.test_request_context():
        check = health._reconcile(session, session.get_one(Shop, admin.shop_id), NOW)
    return check["tone"], check["words"]


def test_the_comparison_told_is_the_shops_own(admin: Admin):
    hour = timedelta(hours=1)
    with admin.context.db.session() as session:
        other = rows.shop(session, "other.myshopify.com").id
        session.add_all([_swept(other, timedelta(0)), _compared(other, hour, finished_at=NOW)])
    tone, words = _comparison(admin)
    assert tone == "info" and words.startswith("Not run yet")
    with admin.context.db.session() as session:
        session.add_all([_swept(admin.shop_id, timedelta(minutes=4)), _compared(admin.shop_id, 5 * hour, tries=1)])
    tone, words = _comparison(admin)
    assert tone == "success" and "read 4 minutes ago. All is being compared, for 5 hours" in words
    assert "Shopify did not answer just now" in words
    with admin.context.db.session() as session:
        session.get_one(Comparison, admin.shop_id).finished_at = NOW - 3 * hour
    assert "All was compared 3 hours ago" in _comparison(admin)[1]
    with admin.context.db.session() as session:
        session.get_one(Comparison, admin.shop_id).started_at = NOW - 40 * hour
    assert _comparison(admin)[0] == "warning"


def test_a_worker_that_went_silent_is_told_to_merchant_and_monitor(admin: Admin):
    with admin.context.db.session() as session:
        rows.alive(session, "ticker")
        rows.alive(session, "worker", timedelta(minutes=12))
    html = admin.get("/").text
    assert "The worker, which charges and sends, has not been seen for 12 minutes." in html
    assert "ticker" not in html
    told = dict(re.findall(r'perennial_last_seen_seconds{process="(\w+)"} (\S+)', admin.client.get("/metrics").text))
    assert 720 <= float(told["worker"]) < 780 and float(told["ticker"]) < 60
    assert "worker" not in admin.client.get("/readyz").text


def test_the_import_asks_for_itself_until_it_is_done_and_then_for_the_page(admin: Admin):
    with admin.context.db.session() as session:
        session.add(
            ContractImport(
                shop_id=admin.shop_id, phase="contracts", contracts_total=None, contracts_done=50, started_at=NOW,
                next_slice_at=NOW,
            )
        )  # fmt: skip
    assert "Step 1 of 3: 50 subscriptions read so far." in admin.get("/").text
    assert 'hx-trigger="every 2s"' in admin.get("/import").text
    with admin.context.db.session() as session:
        session.get_one(ContractImport, admin.shop_id).phase = "cycles ahead"
        rows.contract(session, admin.shop_id, 1, cycles_read_until=NOW + timedelta(days=5))
        rows.contract(session, admin.shop_id, 2, cycles_read_until=NOW + timedelta(days=100))
        rows.contract(session, admin.shop_id, 3, status="CANCELLED")
    assert "Step 3 of 3: the dates of the next 100 days of 1 out of 2 open subscriptions." in admin.get("/").text
    with admin.context.db.session() as session:
        session.get_one(ContractImport, admin.shop_id).finished_at = NOW
    done = admin.get("/import").text
    assert "every 2s" not in done and 'hx-trigger="load"' in done
    assert "every 2s" not in admin.get("/").text


def test_a_fetch_gets_the_page_alone_and_a_frame_a_document(admin: Admin):
    part, document = admin.get("/").text, admin.open("/").text
    assert part.startswith("<title>") and "<html" not in part
    assert document.startswith("<!doctype html>")
    head = document.split("<head>")[1]
    order = [head.index(mark) for mark in ("shopify-api-key", "app-bridge.js", "polaris.js", "htmx.min.js")]
    assert order == sorted(order)
    assert "async" not in head.split("app-bridge.js")[0].rsplit("<script", 1)[1]


def test_going_back_in_history_gets_the_page_alone_too(admin: Admin):
    # htmx 4 names itself in such a request by this header only
    headers = {"Authorization": f"Bearer {admin.token()}", "HX-History-Restore-Request": "true"}
    answer = admin.client.get("/contracts", headers=headers)
    assert answer.text.startswith("<title>")
    assert "hx-history-elt" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
