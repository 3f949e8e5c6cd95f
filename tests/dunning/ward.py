"""The verbs of stories about failed charges: how the bank answers, what the shopper does, what is true then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from sandbox.seeds import tiny
from shopify_app.billing.models import BillingAttempt
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.dunning.models import DunningCase
from shopify_app.journal.models import Fact
from tests.support.app import Story

DAY = timedelta(days=1)
START = datetime(2026, 12, 3, 14, tzinfo=UTC)
DUE = datetime(2026, 12, 4, 14, tzinfo=UTC)
"""Friday, nine o'clock in New York."""


@dataclass
class Ward:
    """A story with contracts whose charges fail."""

    story: Story
    contracts: list[dict[str, Any]]

    def bank(self, answer: str | None, contract: int | None = None) -> None:
        """From now on the bank answers so (a code of Shopify's, or "challenged"); None: it pays."""
        which = "*" if contract is None else self.contracts[contract]["payment_method_id"]
        with self.story.world.locked():
            self.story.world.faults.set({"outcomes": {which: answer or "settle"}})

    def until(self, day: int, hour: int = 14, step: timedelta = DAY) -> None:
        """Let the days pass until so many o'clock (UTC) of a day in December."""
        self.story.advance(datetime(2026, 12, day, hour, tzinfo=UTC), step=step)

    def card(self, contract: int = 0, **values: Any) -> None:
        """The shopper updates the card at Shopify."""
        token = self.contracts[contract]["payment_method_id"]
        path = f"/shops/{self.story.shop_domain}/payment_methods/{token}/update"
        self.story.control("POST", path, **(values or {"expiry_year": 2031}))
        self.story.settle()

    @property
    def case(self) -> DunningCase:
        (case,) = self.cases()
        return case

    def cases(self) -> list[DunningCase]:
        with self.story.ctx.db.session() as session:
            return list(session.scalars(select(DunningCase).order_by(DunningCase.id)))

    def tries(self, contract: int = 0) -> list[tuple[str, str]]:
        """(day and hour in UTC, state) of every attempt that was sent."""
        gid = f"gid://shopify/SubscriptionContract/{self.contracts[contract]['id']}"
        query = select(BillingAttempt).join(Contract).where(Contract.shopify_gid == gid)
        with self.story.ctx.db.session() as session:
            rows = session.scalars(query.order_by(BillingAttempt.id)).all()
        return [
            (f"{row.requested_at:%d %H}", row.state) for row in rows if row.state != "refused" and row.requested_at
        ]

    def paid(self, contract: int = 0) -> list[tuple[int, bool]]:
        """(cycle, whether by somebody else) of every payment that Shopify's ledger has."""
        rows = self.story.world.ledger.payments()
        wanted = self.contracts[contract]["id"]
        return [(row["cycle_index"], row["foreign"]) for row in rows if row["contract_id"] == wanted]

    def facts(self, *kinds: str) -> list[Fact]:
        with self.story.ctx.db.session() as session:
            rows = session.scalars(select(Fact).order_by(Fact.id)).all()
        return [row for row in rows if row.kind in kinds or (not kinds and row.kind.startswith("payment."))]

    def events(self, *names: str) -> list[dict[str, Any]]:
        """What Klaviyo stored of these metrics."""
        return [event for event in self.story.stored_events() if event["metric"] in names]

    def contract(self, number: int = 0) -> Contract:
        gid = f"gid://shopify/SubscriptionContract/{self.contracts[number]['id']}"
        with self.story.ctx.db.session() as session:
            return session.scalars(select(Contract).where(Contract.shopify_gid == gid)).one()

    def cycle(self, index: int = 1) -> BillingCycle:
        with self.story.ctx.db.session() as session:
            query = select(BillingCycle).where(
                BillingCycle.contract_id == self.contract().id, BillingCycle.cycle_index == index
            )
            return session.scalars(query).one()


def admitted(story: Story, contracts: int = 1, *, klaviyo: bool = True, **values: Any) -> Ward:
    """Grow a tiny shop, install, and stop a day before the charge."""
    grown = tiny.grow(story.world, at=START, created_at=DUE - timedelta(days=30), contracts=contracts, **values)
    story.install(klaviyo=klaviyo)
    return Ward(story, grown.contracts)
