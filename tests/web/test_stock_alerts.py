"""Staff hear at once of an item that became short, and on Mondays of what will run out; each once."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from sqlalchemy import select

from shopify_app.channels.mail import alerts
from shopify_app.channels.mail.models import Mail, MailSettings
from shopify_app.gateways.mail.client import Mailer
from shopify_app.kit.clock import FixedClock
from shopify_app.kit.smtp import smtp_server
from shopify_app.shops.models import Shop
from shopify_app.stock import dirty
from shopify_app.stock.models import InventoryLevel
from tests.web import stock_rows
from tests.web.conftest import NOW, Admin

STAFF = "staff@rosebud.shop"
MONDAY = datetime(2026, 12, 7, 12, 30, tzinfo=UTC)
"""7:30 in New York."""


def _alerts(admin: Admin, kind: str, at: datetime = NOW) -> list[Mail]:
    """Look once more, and return the mails of a kind that were written by this look."""
    server = Mailer(smtp_server("smtp://127.0.0.1:1"), "notices@perennial.example")
    ctx = dataclasses.replace(admin.context, mail=server, clock=FixedClock(at))
    with ctx.db.session() as session:
        row = session.get(MailSettings, admin.shop_id) or MailSettings(shop_id=admin.shop_id)
        row.staff = [STAFF]
        session.add(row)
        before = set(session.scalars(select(Mail.id)))
    alerts.run(ctx)
    with ctx.db.session() as session:
        new = select(Mail).where(Mail.id.not_in(before), Mail.reference.startswith(f"{kind}:"))
        return list(session.scalars(new.order_by(Mail.id)))


def _empty(admin: Admin, number: int) -> None:
    with admin.context.db.session() as session:
        mine = InventoryLevel.item_gid == f"gid://shopify/InventoryItem/{number}"
        session.scalars(select(InventoryLevel).where(mine)).one().available = 0
        dirty.mark(session, admin.shop_id, [f"gid://shopify/InventoryItem/{number}"])
    stock_rows.weigh(admin.context)


def test_staff_hear_of_a_shortage_at_once_and_of_each_once_and_look_ahead_on_mondays(admin: Admin) -> None:
    with admin.context.db.session() as session:
        for number, title in ((1, "House & Blend"), (2, "Decaf"), (3, "Mug")):
            stock_rows.item(session, admin.shop_id, number, title, 1)
        for number, item in enumerate((1, 1, 1, 2, 3), 1):
            stock_rows.subscriber(session, admin.shop_id, number, item, [number], quantity=1)
    stock_rows.weigh(admin.context)
    (told,) = _alerts(admin, "stock_short")
    assert (told.recipient, told.subject) == (
        STAFF,
        "Rosebud Coffee: House & Blend, Whole bean is short for subscribers",
    )
    assert "House & Blend, Whole bean: 2 short, 2 orders are held, the first of December 3, 2026." in told.plain
    assert "Nobody is charged for what cannot be sent." in told.plain
    assert _alerts(admin, "stock_short") == []

    _empty(admin, 2)
    with admin.context.db.session() as session:
        session.get_one(Shop, admin.shop_id).staff_language = "de"
    (told,) = _alerts(admin, "stock_short")
    assert told.subject == "Rosebud Coffee: Decaf, Whole bean reicht nicht für alle Abonnements"
    assert "Es fehlen 1, 1 Bestellung wird zurückgehalten, die erste vom 5. Dezember 2026." in told.plain
    assert _alerts(admin, "stock_short") == [], "the same day, and nothing new"
    with admin.context.db.session() as session:
        session.get_one(Shop, admin.shop_id).staff_language = None

    assert _alerts(admin, "stock_ahead") == [], "it is Tuesday"
    assert _alerts(admin, "stock_ahead", MONDAY.replace(hour=11)) == [], "before seven"
    (ahead,) = _alerts(admin, "stock_ahead", MONDAY)
    assert ahead.subject == "Rosebud Coffee: 2 items run out within four weeks", "the mug lasts until January"
    first, second = ahead.plain.index("House & Blend, Whole bean: from"), ahead.plain.index("Decaf, Whole bean: from")
    assert first < second and "for 3 subscribers." in ahead.plain
    assert _alerts(admin, "stock_ahead", MONDAY.replace(hour=20)) == []
    assert _alerts(admin, "stock_ahead", MONDAY.replace(day=8)) == []
