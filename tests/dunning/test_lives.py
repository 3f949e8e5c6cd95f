"""Random weeks of failing cards, people and tools, by seeded dice, with every webhook lost.

However it goes: no cycle is charged after it was paid, no case is left without a next step, and no shopper gets two
messages for one step.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from sandbox.shopify import payment_methods
from sandbox.testing import SandboxServer
from shopify_app.billing import by_hand
from shopify_app.billing.models import FAILED, BillingAttempt
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.dunning.models import OPEN, DunningCase
from shopify_app.dunning.policy import DAILY
from shopify_app.edits import skip
from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Target
from shopify_app.edits.contract.statuses import Pause, Resume
from shopify_app.gateways.shopify.decline_codes import CODES, Decline
from tests.dunning.clinic import DUE, Clinic, admitting

SEEDS = [int(seed) for seed in os.environ.get("DUNNING_LIVES", "7").split()]
WEEKS = int(os.environ.get("DUNNING_WEEKS", "5"))
STEP = timedelta(hours=13)
"""Never the same hour twice in a row, and most steps late."""
ANSWERS = ["settle"] * 3 + ["challenged"] + sorted(set(CODES) - {"INSUFFICIENT_INVENTORY"})


class Dice:
    """What happens between two steps."""

    def __init__(self, clinic: Clinic, seed: int) -> None:
        self.clinic, self.random, self.number = clinic, Random(seed), 0

    def throw(self) -> None:
        """Let every bank change its mind now and then, and one thing happen."""
        rows = self.clinic.till.sandbox.world.of("contracts", self.clinic.till.domain).all()
        answers = {
            row["payment_method_id"]: self.random.choice(ANSWERS) for row in rows if self.random.random() < 0.5
        }
        self.clinic.till.fault(outcomes=answers)
        row = self.random.choice(rows)
        deed = self.random.choice(
            [self.nothing, self.card, self.pause, self.resume, self.skip, self.hand, self.ladder]
        )
        deed(f"gid://shopify/SubscriptionContract/{row['id']}", row["payment_method_id"])

    def nothing(self, gid: str, token: str) -> None:
        self.clinic.leases_end()

    def card(self, gid: str, token: str) -> None:
        world = self.clinic.till.sandbox.world
        with world.locked():
            payment_methods.update(world, self.clinic.till.domain, token, expiry_year=2031 + self.random.randrange(5))
        self.clinic.till.mirror()

    def pause(self, gid: str, token: str) -> None:
        self._ask(gid, Pause())

    def resume(self, gid: str, token: str) -> None:
        self._ask(gid, Resume())

    def skip(self, gid: str, token: str) -> None:
        failed = [case for case in self.clinic.cases() if case.state == OPEN]
        if failed:
            case = self.random.choice(failed)
            with self.clinic.till.ctx.db.session() as session:
                gid = session.get_one(Contract, case.contract_id).shopify_gid
            skip.skip(self.clinic.till.ctx, self.clinic.till.shop_id, gid, case.cycle_index, "shopper:1")

    def hand(self, gid: str, token: str) -> None:
        for case in self.clinic.cases()[-2:]:
            with self.clinic.till.ctx.db.session() as session:
                contract = session.get_one(Contract, case.contract_id)
                number = by_hand.next_number(session, contract, case.cycle_index)
            by_hand.charge_now(
                self.clinic.till.ctx,
                self.clinic.till.shop_id,
                contract.shopify_gid,
                case.cycle_index,
                number,
                "merchant:1",
            )

    def ladder(self, gid: str, token: str) -> None:
        waits = [self.random.randint(1, 3) for _ in range(self.random.randrange(4))]
        final = self.random.choice(["skip", "pause", "person"])
        self.clinic.ladder(Decline.SOFT, *waits, final=final, patience=self.random.randrange(3))

    def _ask(self, gid: str, action: Pause | Resume) -> None:
        self.number += 1
        target = Target(self.clinic.till.shop_id, gid, "shopper:1")
        door.carry_out(self.clinic.till.ctx, action, target, f"dice-{self.number}")


@pytest.mark.parametrize("seed", SEEDS)
def test_however_payments_fail_nobody_pays_twice_and_no_case_is_forgotten(
    sandbox_server: SandboxServer, postgres_url: str, seed: int
) -> None:
    with admitting(
        sandbox_server, postgres_url, contracts=4, interval="WEEK", created_at=DUE - timedelta(days=7)
    ) as clinic:
        dice, now = Dice(clinic, seed), DUE - timedelta(hours=2)
        while now < DUE + timedelta(weeks=WEEKS):
            now += STEP
            clinic.till.at(now)
            clinic.work()
            _nothing_waits_in_the_past(clinic, now)
            dice.throw()
        _judge(clinic)


def _nothing_waits_in_the_past(clinic: Clinic, now: datetime) -> None:
    """The constraint sees to it that an open case has a next step; here, that it is not left behind either."""
    late = [case for case in clinic.cases() if case.state == OPEN and now - case.next_step_at > DAILY]
    assert late == [], [(case.next_step, case.next_step_at) for case in late]


def _judge(clinic: Clinic) -> None:
    verdict = clinic.till.sandbox.world.ledger.verdict(clinic.till.now)
    assert (verdict["twice"], verdict["violations"]) == (0, 0), verdict
    told = [
        (fact.contract_gid, fact.cycle_index, fact.data["attempt_number"], fact.kind)
        for fact in clinic.facts("payment.failed", "payment.action_required")
        if not fact.data.get("quiet")
    ]
    assert told, "else this shows nothing"
    assert max(Counter(told).values()) == 1
    ends = [
        (f.contract_gid, f.cycle_index, f.kind, f.key) for f in clinic.facts("payment.recovered", "payment.exhausted")
    ]
    assert len(set(ends)) == len(ends)
    with clinic.till.ctx.db.session() as session:
        uncared = session.execute(
            select(BillingAttempt.id, BillingAttempt.error_code)
            .join(Contract, Contract.id == BillingAttempt.contract_id)
            .join(
                BillingCycle,
                (BillingCycle.contract_id == BillingAttempt.contract_id)
                & (BillingCycle.cycle_index == BillingAttempt.cycle_index),
            )
            .outerjoin(
                DunningCase,
                (DunningCase.contract_id == BillingAttempt.contract_id)
                & (DunningCase.cycle_index == BillingAttempt.cycle_index),
            )
            .where(BillingAttempt.state == FAILED, BillingCycle.status == "UNBILLED", ~BillingCycle.skipped)
            .where(Contract.status == ACTIVE, DunningCase.id.is_(None))
        ).all()
        at_risk = set(session.scalars(select(Contract.id).where(Contract.at_risk_since.is_not(None))))
        open_ones = set(session.scalars(select(DunningCase.contract_id).where(DunningCase.state == OPEN)))
    assert uncared == []
    assert open_ones == at_risk
    seen = Counter((case.state, case.why_closed) for case in clinic.cases())
    assert {state for state, _ in seen} > {"open"}, seen
