"""Billing alone on a sandbox: an installed shop, its contracts mirrored, business time standing still.

No web and no jobs: what Shopify would tell by webhook is either handed over by `hear`, or never arrives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography.fernet import Fernet
from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from sandbox.klaviyo import Klaviyo
from sandbox.shopify import payloads
from sandbox.testing import SandboxServer
from shopify_app.billing import due, outcomes, webhooks
from shopify_app.billing.models import BillingAttempt
from shopify_app.channels.mail.models import Mail
from shopify_app.config import Settings
from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.klaviyo.client import KlaviyoClient
from shopify_app.gateways.shopify.tokens import Grant
from shopify_app.journal.models import Delivery, Fact
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crypto import Vault
from shopify_app.kit.db import Database
from shopify_app.kit.gid import gid
from shopify_app.kit.jobs import NoWakeups
from shopify_app.kit.links import LinkSigner
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import store, with_client
from tests.support.app import WorldClock

START = datetime(2026, 12, 1, 14, tzinfo=UTC)
"""9 o'clock in New York."""
DOMAIN = "rosebud-coffee.myshopify.com"


@dataclass
class Told:
    """An inbox message as handlers see it."""

    payload: dict[str, Any]
    topic: str
    triggered_at: datetime | None = None
    received_at: datetime = field(default_factory=machine_now)


@dataclass
class Till:
    """The verbs of a billing story."""

    ctx: Context
    sandbox: SandboxServer
    shop_id: int
    domain: str = DOMAIN
    sent: list[str] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.ctx.clock.fresh()

    def mirror(self) -> None:
        """Read every contract of the sandbox's shop."""
        for row in self.sandbox.world.of("contracts", self.domain).all():
            found = gid("SubscriptionContract", row["id"])
            snapshot = with_client(self.ctx, self.shop_id, lambda c, found=found: mirror.fetch(c, found, self.now))
            with self.ctx.db.session() as session:
                mirror.apply(session, session.get_one(Shop, self.shop_id), snapshot, self.now)

    def at(self, instant: datetime) -> None:
        self.sandbox.set_clock(instant)

    def wait(self, step: timedelta) -> None:
        self.at(self.now + step)

    def charge(self) -> int:
        return due.drain(self.ctx)

    def look(self) -> int:
        return outcomes.drain(self.ctx)

    def live_until_quiet(self) -> None:
        """Charge and look after outcomes, hours of business time, as the ticker would, without any webhook."""
        for _ in range(10):
            self.charge()
            self.look()
            self.sandbox.settle()
            self.wait(timedelta(minutes=11))

    def expire_leases(self) -> None:
        """Machine time passes: whoever held a lease is dead."""
        past = machine_now() - timedelta(minutes=10)
        with self.ctx.db.session() as session:
            for table in (BillingCycle, BillingAttempt, Delivery, Mail):
                session.execute(update(table).where(table.lease_until.is_not(None)).values(lease_until=past))

    def hear(self, key: str, *, topic: str = "success", **changes: Any) -> None:
        """Receive the webhook of the attempt with this key, as Shopify would send it now."""
        row = next(row for row in self.sandbox.world.of("attempts", self.domain).all() if row["key"] == key)
        payload = payloads.attempt(row, without_id=self.sandbox.world.faults.harder("attempt_payload_without_id"))
        self.handle(Told(payload | changes, f"subscription_billing_attempts/{topic}"))

    def handle(self, message: Told) -> str | None:
        with self.ctx.db.session() as session:
            shop = session.get_one(Shop, self.shop_id)
        seen = webhooks.fetch_attempt(self.ctx, shop, message)
        with self.ctx.db.session() as session:
            shop = session.get_one(Shop, self.shop_id)
            return webhooks.attempt_success(self.ctx, session, shop, message, seen)

    def attempts(self) -> list[BillingAttempt]:
        with self.ctx.db.session() as session:
            return list(session.scalars(select(BillingAttempt).order_by(BillingAttempt.id)))

    def the_attempt(self) -> BillingAttempt:
        (attempt,) = self.attempts()
        return attempt

    def cycles(self) -> list[BillingCycle]:
        with self.ctx.db.session() as session:
            return list(
                session.scalars(select(BillingCycle).order_by(BillingCycle.contract_id, BillingCycle.cycle_index))
            )

    def first_cycle(self) -> BillingCycle:
        """The nearest cycle that was due by the start of the story or is next."""
        return min((c for c in self.cycles() if c.due_at or c.attempted_at), key=lambda c: c.expected_at)

    def contract(self) -> Contract:
        with self.ctx.db.session() as session:
            return session.scalars(select(Contract).order_by(Contract.id)).first()

    def whole_contract(self) -> Contract:
        """The contract with its lines."""
        with self.ctx.db.session() as session:
            query = select(Contract).options(selectinload(Contract.lines)).order_by(Contract.id)
            return session.scalars(query).first()

    def facts(self, *kinds: str) -> list[Fact]:
        with self.ctx.db.session() as session:
            rows = session.scalars(select(Fact).order_by(Fact.id)).all()
        return [row for row in rows if not kinds or row.kind in kinds]

    def deliveries(self) -> list[Delivery]:
        with self.ctx.db.session() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def ledger(self) -> list[dict[str, Any]]:
        """What the payment system captured: the judge."""
        return self.sandbox.world.ledger.payments()

    def fault(self, **knobs: Any) -> None:
        with self.sandbox.world.locked():
            self.sandbox.world.faults.set(knobs)

    def calls(self, operation: str) -> int:
        """How often the app sent this operation, answered or not."""
        return self.sent.count(operation)

    def klaviyo(self) -> Klaviyo:
        return Klaviyo(self.sandbox.world)


@contextmanager
def opened(sandbox: SandboxServer, postgres_url: str, **tiny: Any) -> Iterator[Till]:
    """A till on an empty sandbox with a tiny world: `tiny` are the keywords of sandbox.seeds.tiny.grow."""
    sandbox.reset()
    sandbox.tiny(**({"at": START, "created_at": START - timedelta(days=31)} | tiny))
    sent: list[str] = []
    settings = Settings(
        api_key=sandbox.config.api_key,
        api_secret=sandbox.config.api_secret,
        host="http://127.0.0.1:9",
        shop_url=f"{sandbox.url}/shops/{{shop}}",
        klaviyo_base_url=f"{sandbox.url}/klaviyo",
    )
    key = Fernet.generate_key().decode()
    ctx = Context(
        settings=settings,
        db=Database(postgres_url),
        clock=WorldClock(sandbox.world),
        vault=Vault([key]),
        links=LinkSigner([key]),
        wakeups=NoWakeups(),
        http=httpx.Client(trust_env=False, event_hooks={"request": [lambda request: _note(request, sent)]}),
        klaviyo=lambda key: KlaviyoClient(key, settings.klaviyo_base_url),
    )
    try:
        yield Till(ctx, sandbox, _install(ctx, sandbox), sent=sent)
    finally:
        ctx.http.close()
        ctx.db.close()


def _note(request: httpx.Request, sent: list[str]) -> None:
    found = re.search(rb"(?:query|mutation) (\w+)", request.content)
    if found:
        sent.append(found[1].decode())


def _install(ctx: Context, sandbox: SandboxServer) -> int:
    with ctx.db.session() as session:
        shop = Shop(
            domain=DOMAIN,
            name="Rosebud Coffee",
            iana_timezone="America/New_York",
            host=ctx.settings.host,
            installed_at=ctx.clock.fresh() - timedelta(days=1),
        )
        session.add(shop)
        session.flush()
        grant = Grant(sandbox.access_token(DOMAIN), 3600, None, None, "")
        store(ctx, session, shop.id, grant, machine_now())
        return shop.id
