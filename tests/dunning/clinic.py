"""Cases without web, jobs or webhooks, hour by hour: quicker than a whole story, and every webhook is a lost one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from sandbox.shopify import attempts, payment_methods
from sandbox.testing import SandboxServer
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.dunning import backup, card, follow, ladders, steps
from shopify_app.dunning.models import DunningBackup, DunningCase, DunningMark
from shopify_app.dunning.policy import Final, Ladder
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from tests.billing.till import Till, opened

DUE = datetime(2026, 12, 4, 14, tzinfo=UTC)
"""Friday, nine o'clock in New York."""
MINUTES = timedelta(minutes=6)
"""After which an attempt that nobody told of is looked up."""


@dataclass
class Clinic:
    """A till whose failed charges are followed up."""

    till: Till

    def bank(self, answer: str | None) -> None:
        """From now on the bank answers so (a code of Shopify's, or "challenged"); None: it pays."""
        self.till.fault(outcomes={"*": answer or "settle"})

    def until(self, day: int, hour: int = 14, step: timedelta = timedelta(days=1)) -> None:
        """Let the time pass until so many o'clock (UTC) of a day in December, at every step counted back from it."""
        goal = datetime(2026, 12, day, hour, tzinfo=UTC)
        stops = (goal - self.till.now) // step
        for left in range(stops, -1, -1):
            self.till.at(goal - left * step)
            self.work()

    def work(self) -> None:
        """Charge, hear how it ended, follow it up, until nothing is left to do at this hour."""
        for _ in range(4):
            self.till.charge()
            self.till.sandbox.settle()
            steps.drain(self.till.ctx)
            self.till.sandbox.settle()
            self.till.at(self.till.now + MINUTES)
            self.till.look()
            if not follow.drain(self.till.ctx):
                break
        card.review(self.till.ctx)
        steps.drain(self.till.ctx)
        backup.drain(self.till.ctx)

    def ladder(self, decline: Decline, *waits: int, final: str = "pause", **values: Any) -> None:
        wanted = Ladder(waits, final=Final(final), **values)
        with self.till.ctx.db.session() as session:
            ladders.change(session, self.till.shop_id, decline, wanted, "merchant:1", self.till.now)

    def leases_end(self) -> None:
        """Machine time passes: whoever held a lease is dead, whatever rested may be asked again."""
        self.till.expire_leases()
        past = machine_now() - timedelta(minutes=10)
        with self.till.ctx.db.session() as session:
            for table in (DunningCase, DunningBackup, DunningMark):
                session.execute(update(table).values(lease_until=past))

    @property
    def case(self) -> DunningCase:
        (case,) = self.cases()
        return case

    def cases(self) -> list[DunningCase]:
        with self.till.ctx.db.session() as session:
            return list(session.scalars(select(DunningCase).order_by(DunningCase.id)))

    def tries(self) -> list[tuple[str, str]]:
        """(day and hour in UTC, state) of every attempt that was sent."""
        rows = [row for row in self.till.attempts() if row.state != "refused" and row.requested_at]
        return [(f"{row.requested_at:%d %H}", row.state) for row in rows if row.requested_at]

    def facts(self, *kinds: str) -> list[Fact]:
        return [one for one in self.till.facts(*kinds) if one.kind.startswith("payment.")]

    def contract(self) -> Contract:
        return self.till.contract()

    def cycle(self, index: int = 1) -> BillingCycle:
        return next(cycle for cycle in self.till.cycles() if cycle.cycle_index == index)

    def there(self) -> dict[str, Any]:
        """The contract as Shopify has it."""
        return self.till.sandbox.world.of("contracts", self.till.domain).all()[0]

    def somebody_else_charges(self, index: int, outcome: str = "settle", key: str = "elsewhere") -> None:
        """Another tool, or Shopify itself, charges a cycle; nobody tells us."""
        world, shop = self.till.sandbox.world, self.till.domain
        with world.locked():
            attempt = attempts.begin(world, shop, self.there(), index, key, foreign=True)
            if outcome != "pending":
                attempts.settle(world, shop, attempt, outcome)

    def answer_challenge(self, outcome: str) -> None:
        """The shopper answers the bank's question; nobody tells us."""
        world, shop = self.till.sandbox.world, self.till.domain
        with world.locked():
            (attempt,) = [row for row in world.of("attempts", shop).all() if row["state"] == "action_required"]
            attempts.settle(world, shop, attempt, outcome)

    def renew_card(self, **values: Any) -> None:
        """The shopper renews the card, which the mirror hears of when it reads the next time."""
        token = self.there()["payment_method_id"]
        with self.till.sandbox.world.locked():
            payment_methods.update(
                self.till.sandbox.world, self.till.domain, token, **(values or {"expiry_year": 2031})
            )
        self.till.mirror()


@contextmanager
def admitting(sandbox: SandboxServer, postgres_url: str, **tiny: Any) -> Iterator[Clinic]:
    """One monthly contract, whose charge is due in two hours."""
    world = {"at": DUE - timedelta(hours=2), "created_at": DUE - timedelta(days=30)}
    with opened(sandbox, postgres_url, **(world | tiny)) as till:
        till.mirror()
        yield Clinic(till)
