"""A till whose app hands mail to the sandbox's SMTP, and a merchant who wants the fallback."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from sandbox.klaviyo import seed
from sandbox.mail import MailServer, box, faults
from shopify_app import ticker
from shopify_app.channels.klaviyo import connect
from shopify_app.channels.mail import deliver
from shopify_app.channels.mail.models import Mail, MailSettings
from shopify_app.gateways.mail.client import Mailer
from shopify_app.kit import crashpoints
from shopify_app.kit.clock import machine_now
from shopify_app.kit.smtp import smtp_server
from shopify_app.shops.models import Shop
from tests.billing.conftest import sandbox_server
from tests.billing.till import Till, opened
from tests.channels.telling import send, tell
from tests.support.events import check_stored

__all__ = ["sandbox_server"]

SENDER = "notices@perennial.example"


@dataclass
class Post:
    """The verbs of a story about mail."""

    till: Till
    server: MailServer
    _between: ExitStack = field(default_factory=ExitStack)

    def upcoming(self, key: str = "upcoming:1:2:3", **columns: Any) -> None:
        """The next order is announced."""
        cycle = min((c for c in self.till.cycles() if c.due_at and c.due_at > self.till.now), key=lambda c: c.due_at)
        data = {"lead_days": 3, "due_at": cycle.due_at.isoformat(), "amount": "14.00", "currency": "USD"}
        tell(self.till, key, "order.upcoming", cycle_index=cycle.cycle_index, data=data, **columns)

    def deliver(self) -> int:
        return deliver.drain(self.till.ctx)

    def mails(self) -> list[Mail]:
        with self.till.ctx.db.session() as session:
            return list(session.scalars(select(Mail).order_by(Mail.id)))

    def the_mail(self) -> Mail:
        (mail,) = self.mails()
        return mail

    def inbox(self) -> list[dict[str, Any]]:
        return box.every(self.server.world)

    def fail(self, **fault: Any) -> None:
        faults.put(self.server.world, [fault] if fault else [])

    def skip_waits(self) -> None:
        with self.till.ctx.db.session() as session:
            session.execute(update(Mail).values(next_try_at=machine_now() - timedelta(seconds=1)))

    def waiting(self) -> int:
        with self.till.ctx.db.session() as session:
            return deliver.waiting(session, self.till.now, machine_now())

    def revoke(self, is_revoked: bool = True) -> None:
        """Klaviyo refuses the key from now on, or takes it again."""
        klaviyo = self.till.klaviyo()
        with self.till.sandbox.world.locked():
            klaviyo.credentials.put({**klaviyo.credentials[seed.ROSEBUD_KEY], "revoked": is_revoked})

    def connect(self) -> None:
        connect.connect(self.till.ctx, self.till.shop_id, seed.ROSEBUD_KEY)

    def settings_of_shop(self, **columns: Any) -> None:
        with self.till.ctx.db.session() as session:
            session.execute(update(Shop).values(**columns))

    def klaviyo(self) -> None:
        send(self.till)

    def connect_between(self, point: str) -> None:
        """Klaviyo is connected, and sends, at this point of the next mail's way."""

        def act() -> None:
            self._between.close()
            self.connect()
            self.klaviyo()

        self._between.enter_context(crashpoints.armed(point, act))

    def die_in_klaviyo(self) -> None:
        """A sender to Klaviyo dies before it can write down the answer."""
        with crashpoints.armed("channel.after_call_before_record"), pytest.raises(crashpoints.Killed):
            self.klaviyo()

    def tick(self, *, without_server: bool = False) -> None:
        """What the ticker finds waiting is worked off, as a worker would; perhaps one that has no SMTP_URL."""
        ctx = dataclasses.replace(self.till.ctx, mail=None) if without_server else self.till.ctx
        if "mail" in ticker.waiting(ctx):
            deliver.drain(ctx)


@pytest.fixture
def post(sandbox_server, postgres_url: str) -> Iterator[Post]:
    with opened(sandbox_server, postgres_url) as till:
        till.mirror()
        till.klaviyo().set(auto=False, limits={"get_accounts": [20, 200]})
        server = MailServer(sandbox_server.world).start()
        mailer = Mailer(smtp_server(server.url), SENDER, step_seconds=1, last_seconds=0.3)
        till.ctx = dataclasses.replace(till.ctx, mail=mailer)
        with till.ctx.db.session() as session:
            session.add(
                MailSettings(
                    shop_id=till.shop_id,
                    sender_name="Rosebud Coffee",
                    reply_to="hello@rosebud.example",
                    fallback_since=till.now - timedelta(days=1),
                )
            )
        yield Post(till, server)
        with till.ctx.db.session() as session:
            check_stored(session)
        server.stop()
