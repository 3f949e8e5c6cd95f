"""A shop with a bit of everything, as rows: what the admin's pages are looked at with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.channels.flow.models import FlowRun
from shopify_app.channels.flow.verdicts import ANSWER_LOST as FLOW_ANSWER_LOST
from shopify_app.channels.mail.models import Mail
from shopify_app.channels.mail.verdicts import ANSWER_LOST
from shopify_app.contracts.models import ContractImport
from shopify_app.journal.models import Fact
from shopify_app.kit.gid import gid
from shopify_app.privacy.models import CUSTOMER_REDACT, DATA_REQUEST
from shopify_app.privacy.registry import FEATURES
from shopify_app.shops.models import Shop
from tests.web import rows

NOW = rows.NOW
DAY = timedelta(days=1)
ADA = 508
PEOPLE = [
    ("Ada", "Lovelace"),
    ("Grace", "Hopper"),
    ("Mary", "Shelley"),
    ("Rosalind", "Franklin"),
    ("Ida", "B. Wells-Barnett"),
    ("Zoë", "O’Connor <b>"),
    ("", ""),
    ("Katherine", "Johnson"),
]
BLENDS = ["House Blend", "Sunrise Roast", "Midnight Decaf", "Ethiopia Yirgacheffe, natural process, limited lot 12"]


def fill(session: Session, shop: Shop, contracts: int = 64) -> None:
    """Contracts of eight people, with charges today in every state, a finished import, and Ada's data asked for."""
    for number in range(1, contracts + 1):
        _contract(session, shop, number)
    session.add(
        ContractImport(
            shop_id=shop.id,
            phase="done",
            contracts_total=contracts,
            contracts_done=contracts,
            started_at=NOW,
            finished_at=NOW,
            next_slice_at=NOW,
        )
    )
    session.flush()
    _ask_for_data(session, shop)
    for state, reason in (("parked", "the mail server refused it: recipient: 550 5.1.1"), ("unknown", ANSWER_LOST)):
        session.add(_mail(shop, state, reason))
    _flow(session, shop)


def _flow(session: Session, shop: Shop) -> None:
    """One that Flow may have heard, and one that a workflow may not do."""
    gone = gid("SubscriptionContract", 9009)
    told = session.scalars(select(Fact).where(Fact.contract_gid == gone).limit(1)).one()
    rows.delivery(session, told, "parked", channel="flow", contract_gid=gone, reason=FLOW_ANSWER_LOST)
    asked = {"run_id": "r", "action": "pause", "asked": {}, "contract_gid": gone, "asked_at": NOW, "next_try_at": NOW}
    session.add(FlowRun(shop_id=shop.id, state="refused", words="The subscription has ended.", **asked))


def _mail(shop: Shop, state: str, reason: str) -> Mail:
    """A mail that waits for a person, with words too long for a phone's line."""
    return Mail(
        shop_id=shop.id, purpose="notice", reference=state, at=NOW, next_try_at=NOW, language="en", state=state,
        recipient="the-longest-of-all-mail-addresses@garden-of-roses.shop", subject="Your next order: December 31",
        reason=reason, contract_gid=gid("SubscriptionContract", 9004),
    )  # fmt: skip


def _ask_for_data(session: Session, shop: Shop) -> None:
    """Request 71 of the shopper of contract 9008; request 72 waits."""
    ada = f"gid://shopify/Customer/{ADA}"
    found = {name: feature.held(session, shop.id, ada) for name, feature in FEATURES.items()}
    rows.privacy_request(session, shop.id, DATA_REQUEST, id=71, customer_gid=ada, report=found)
    rows.privacy_request(session, shop.id, CUSTOMER_REDACT, id=72, done_at=None)


def _contract(session: Session, shop: Shop, number: int) -> None:
    first, last = PEOPLE[number % len(PEOPLE)]
    mail = f"{first.lower() or 'x'}{number}@example.com" if first else None
    person = rows.shopper(
        session, shop.id, 500 + number, first_name=first or None, last_name=last or None, email=mail
    )
    method = rows.card(session, shop.id, number, date(2026, 11, 30) if number % 11 == 0 else date(2029, 4, 30))
    status = {7: "PAUSED", 9: "CANCELLED"}.get(number % 20, "ACTIVE")
    due = NOW + (number % 9) * DAY - timedelta(hours=number % 3)
    contract = rows.contract(
        session,
        shop.id,
        9000 + number,
        status=status,
        customer_gid=person.shopify_gid,
        payment_method_gid=method.shopify_gid,
        currency="EUR" if number % 13 == 0 else "USD",
        next_charge_at=due if status == "ACTIVE" else None,
        next_charge_total=Decimal(18 * (1 + number % 3) + 5) if status == "ACTIVE" else None,
        search_text=f"{9000 + number}\n{first} {last}\n{mail}\n{BLENDS[number % 4]}".lower(),
        delivery_method={
            "type": "shipping",
            "title": "Standard",
            "address": {
                "first_name": first,
                "last_name": last,
                "address1": "12 Orchard Street",
                "city": "New York",
                "zip": "10002",
                "province_code": "NY",
                "country": "United States",
            },
        }
        if first
        else None,
    )
    line = contract.lines[0]
    line.title, line.quantity = BLENDS[number % 4], 1 + number % 3
    line.discounted_price = line.current_price * line.quantity
    if status == "ACTIVE":
        rows.cycle(session, contract, 3, due)
        rows.cycle(session, contract, 4, due + 30 * DAY)
        rows.cycle(session, contract, 5, None, expected_at=due + 60 * DAY, skipped=True, edited=True)
    _history(session, contract, number)


def _history(session: Session, contract: rows.Contract, number: int) -> None:
    started = rows.fact(session, contract, "subscription.started", NOW - 60 * DAY)
    rows.delivery(session, started, "accepted", accepted_at=datetime(2026, 10, 2, 12, 3, tzinfo=UTC))
    if number % 5 == 0:
        rows.attempt(
            session, contract, 2, "settled", NOW - timedelta(minutes=50), amount=Decimal("24.50"), currency="USD",
            order_name=f"#{number}", order_gid=f"gid://shopify/Order/{number}",
        )  # fmt: skip
        rows.order(session, contract, number)
        fact = rows.fact(
            session, contract, "order.processed",
            data={"order_name": f"#{number}", "amount": "24.50", "currency": "USD"},
        )  # fmt: skip
        rows.delivery(session, fact, "pending")
    if number % 16 == 1:
        rows.attempt(session, contract, 1, "failed", NOW - timedelta(minutes=20), error_code="MERCHANT_ACCOUNT_ERROR")
        rows.fact(session, contract, "charge.failed", data={"code": "MERCHANT_ACCOUNT_ERROR"})
    if number % 21 == 2:
        rows.attempt(session, contract, 2, "requested", NOW)
    if number % 30 == 4:
        rows.cycle(
            session, contract, 1, NOW - 12 * DAY,
            parked_reason="Due on 2026-11-19, which is more than 7 days ago: a person decides.",
        )  # fmt: skip
