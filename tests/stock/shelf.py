"""A shop whose shelf can be emptied and filled: billing and stock on a sandbox, day by day, every webhook lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from sandbox.seeds import tiny
from sandbox.shopify import products, stock
from sandbox.testing import SandboxServer
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.kit.gid import gid
from shopify_app.shops.models import Shop
from shopify_app.stock import act, demand, look, reconcile, settings
from shopify_app.stock.models import ItemStanding, StockDecision
from shopify_app.stock.policy import Terms
from tests.billing.till import DOMAIN, Till, opened

MINUTES = timedelta(minutes=6)


@dataclass
class Shelf:
    """A till whose shop has one item; the verbs of a stock story."""

    till: Till

    @property
    def ctx(self) -> Any:
        return self.till.ctx

    @property
    def world(self) -> Any:
        return self.till.sandbox.world

    @property
    def variants(self) -> list[dict[str, Any]]:
        return self.world.of("variants", DOMAIN).all()

    def put(self, units: int, variant: int = 0) -> None:
        """So many units are on the shelf now; the app reads it, as after a webhook."""
        with self.world.locked():
            stock.set_available(self.world, DOMAIN, self.variants[variant]["inventory_item_id"], units)
        self.read()

    def left(self, variant: int = 0) -> int:
        return stock.available(self.world, DOMAIN, self.variants[variant]["inventory_item_id"])

    def another(self, title: str, units: int, price: str = "12.00") -> str:
        """A second product, known to the mirror though nobody has it; returns the variant's gid."""
        with self.world.locked():
            product = products.create(self.world, DOMAIN, title)
            row = products.add_variant(self.world, DOMAIN, product, "250 g", price, sku=title[:3], available=units)
        found = gid("ProductVariant", row["id"])
        with self.ctx.db.session() as session:
            shop = session.get_one(Shop, self.till.shop_id)
        reconcile._read_variants(self.ctx, shop, [found])
        return found

    def read(self) -> None:
        """Read contracts, variants and levels, and weigh them."""
        self.till.mirror()
        with self.ctx.db.session() as session:
            shop = session.get_one(Shop, self.till.shop_id)
        reconcile.fill_gaps(self.ctx, shop)
        for _ in range(2 + len(self.variants) // 20):
            reconcile.reread_levels(self.ctx, shop)
        self.weigh()

    def weigh(self) -> None:
        for _ in range(4):
            moved = demand.drain(self.ctx) + look.drain(self.ctx) + act.drain(self.ctx)
            if not moved:
                break

    def until(self, instant: datetime, step: timedelta = timedelta(days=1)) -> None:
        """Let the time pass, with everything that it sets in motion at each step."""
        while self.till.now < instant:
            self.till.at(min(self.till.now + step, instant))
            self.hour()

    def hour(self) -> None:
        look.look_ahead(self.ctx)
        self.weigh()
        for _ in range(3):
            self.till.charge()
            self.till.sandbox.settle()
            self.till.at(self.till.now + MINUTES)
            if not self.till.look():
                break
        self.read()

    def policy(self, scope: str = settings.SHOP, subject: str = "", **terms: Any) -> None:
        with self.ctx.db.session() as session:
            settings.put(session, self.till.shop_id, scope, subject, Terms(**terms))
        self.weigh()

    def leases_end(self) -> None:
        self.till.expire_leases()
        with self.ctx.db.session() as session:
            past = machine_now() - timedelta(minutes=10)
            session.execute(update(StockDecision).values(lease_until=past))

    def decisions(self) -> list[StockDecision]:
        with self.ctx.db.session() as session:
            return list(session.scalars(select(StockDecision).order_by(StockDecision.charge_at, StockDecision.id)))

    def item(self) -> ItemStanding:
        with self.ctx.db.session() as session:
            query = select(ItemStanding).where(
                ItemStanding.item_gid == gid("InventoryItem", self.variants[0]["inventory_item_id"])
            )
            return session.scalars(query).one()

    def told(self, *kinds: str) -> list[Fact]:
        return [fact for fact in self.till.facts() if fact.kind in kinds or (not kinds and "stock." in fact.kind)]

    def cycle(self, contract: int, index: int) -> BillingCycle:
        return next(row for row in self.till.cycles() if row.contract_id == contract and row.cycle_index == index)

    def contracts(self) -> list[Contract]:
        with self.ctx.db.session() as session:
            return list(session.scalars(select(Contract).order_by(Contract.id)))

    def paid(self) -> int:
        return len(self.till.ledger())


@contextmanager
def stocked(
    sandbox: SandboxServer, postgres_url: str, units: int, charges: list[datetime], **values: Any
) -> Iterator[Shelf]:
    """A shop with so many units, and one monthly contract for each first charge in `charges`."""
    now = datetime(2026, 12, 1, 14, tzinfo=UTC)
    with opened(sandbox, postgres_url, at=now, contracts=0) as till:
        shelf = Shelf(till)
        with till.sandbox.world.locked():
            for each in charges:
                tiny.add_contract(till.sandbox.world, DOMAIN, created_at=_month_before(each), **values)
            stock.set_available(till.sandbox.world, DOMAIN, shelf.variants[0]["inventory_item_id"], units)
        shelf.read()
        yield shelf


def _month_before(instant: datetime) -> datetime:
    month = instant.month - 1 or 12
    return instant.replace(year=instant.year - (instant.month == 1), month=month)
