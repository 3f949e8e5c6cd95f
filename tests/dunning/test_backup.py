"""A backup method that the shopper chose: tried once before the end, and their own put back, whatever comes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.shopify import contracts, payment_methods
from shopify_app.edits.contract import door, payment_method
from shopify_app.edits.contract.action import Target
from shopify_app.edits.contract.backup_method import ChooseBackup
from shopify_app.edits.contract.payment_method import ChoosePaymentMethod
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit import crashpoints
from shopify_app.kit.crashpoints import Killed
from tests.dunning.clinic import Clinic


@pytest.fixture
def own_and_backup(clinic: Clinic) -> tuple[str, str]:
    """Tokens of the card that pays and of the one that was chosen as a backup; a refusal is tried once more only."""
    till, there = clinic.till, clinic.there()
    with till.sandbox.world.locked():
        other = payment_methods.create(till.sandbox.world, till.domain, there["customer_id"], "card")
    payment_method.read_again(till.ctx, till.shop_id, f"gid://shopify/Customer/{there['customer_id']}")
    _ask(clinic, ChooseBackup(f"gid://shopify/CustomerPaymentMethod/{other['id']}"))
    clinic.ladder(Decline.SOFT, 1)
    return there["payment_method_id"], other["id"]


def _ask(clinic: Clinic, action: ChooseBackup | ChoosePaymentMethod, request_id: str = "chosen") -> None:
    target = Target(clinic.till.shop_id, clinic.contract().shopify_gid, "shopper:9")
    answer = door.carry_out(clinic.till.ctx, action, target, request_id)
    assert answer.is_done, answer


def _banks(clinic: Clinic, **answers: str) -> None:
    clinic.till.fault(outcomes=answers)


def _paid_with(clinic: Clinic) -> str:
    return str(clinic.there()["payment_method_id"])


def test_the_backup_pays_and_the_own_method_is_put_back(clinic: Clinic, own_and_backup: tuple[str, str]) -> None:
    own, backup = own_and_backup
    _banks(clinic, **{own: "CARD_DECLINED", backup: "settle"})
    clinic.until(5)
    clinic.until(6)
    assert [state for _, state in clinic.tries()] == ["failed", "failed", "settled"]
    assert clinic.case.state == "recovered" and len(clinic.till.ledger()) == 1
    assert _paid_with(clinic) == own and clinic.contract().status == "ACTIVE"
    assert [fact.kind for fact in clinic.facts("payment.backup_tried", "payment.method_restored")] == [
        "payment.backup_tried",
        "payment.method_restored",
    ]


def test_a_backup_that_fails_too_is_tried_once_and_the_ladder_ends(
    clinic: Clinic, own_and_backup: tuple[str, str]
) -> None:
    own, backup = own_and_backup
    _banks(clinic, **{own: "CARD_DECLINED", backup: "INSUFFICIENT_FUNDS"})
    clinic.until(9)
    assert [state for _, state in clinic.tries()] == ["failed", "failed", "failed"]
    assert (clinic.case.state, clinic.case.final_action) == ("exhausted", "pause")
    assert _paid_with(clinic) == own and clinic.contract().status == "PAUSED"


def test_a_backup_that_fails_for_another_reason_ends_the_case_as_well(
    clinic: Clinic, own_and_backup: tuple[str, str]
) -> None:
    """The other reason has a ladder of its own, with tries left; but the backup was the last thing to be tried."""
    own, backup = own_and_backup
    clinic.ladder(Decline.PAYMENT_METHOD, patience=2)
    _banks(clinic, **{own: "EXPIRED_CARD", backup: "INSUFFICIENT_FUNDS"})
    clinic.until(9)
    assert [state for _, state in clinic.tries()] == ["failed", "failed"]
    assert (clinic.case.state, clinic.case.final_action) == ("exhausted", "pause")
    assert _paid_with(clinic) == own and clinic.contract().status == "PAUSED"
    told = clinic.facts("payment.failed")[-1].data
    assert (told["next_step"], told["attempts_left"]) == ("final", 0)
    assert told["final_at"] == told["next_step_at"], "what the shopper is told is what happens"


def test_what_the_shopper_chooses_meanwhile_is_not_taken_back(
    clinic: Clinic, own_and_backup: tuple[str, str]
) -> None:
    own, backup = own_and_backup
    till = clinic.till
    with till.sandbox.world.locked():
        third = payment_methods.create(till.sandbox.world, till.domain, clinic.there()["customer_id"], "card")["id"]
    payment_method.read_again(till.ctx, till.shop_id, f"gid://shopify/Customer/{clinic.there()['customer_id']}")
    _banks(clinic, **{own: "CARD_DECLINED", backup: "settle"})
    clinic.until(4)

    def choose() -> None:
        """While the backup's charge is under way at the bank."""
        with till.sandbox.world.locked():
            contracts.change(till.sandbox.world, till.domain, clinic.there(), payment_method_id=third)

    with crashpoints.armed("dunning.after_claim_before_charge", lambda: _paid_with(clinic) == backup and choose()):
        clinic.until(5)
    till.mirror()
    clinic.until(6)
    assert _paid_with(clinic) == third
    assert [fact.kind for fact in clinic.facts("payment.method_kept")] == ["payment.method_kept"]


def test_a_revoked_backup_is_not_tried(clinic: Clinic, own_and_backup: tuple[str, str]) -> None:
    own, backup = own_and_backup
    till = clinic.till
    with till.sandbox.world.locked():
        payment_methods.revoke(till.sandbox.world, till.domain, backup)
    payment_method.read_again(till.ctx, till.shop_id, f"gid://shopify/Customer/{clinic.there()['customer_id']}")
    _banks(clinic, **{own: "CARD_DECLINED"})
    clinic.until(7)
    assert [state for _, state in clinic.tries()] == ["failed", "failed"] and clinic.facts(
        "payment.backup_tried"
    ) == []
    assert clinic.case.final_action == "pause"


def test_dying_while_the_backup_is_tried_leaves_nobody_on_it(clinic: Clinic, own_and_backup: tuple[str, str]) -> None:
    own, backup = own_and_backup
    _banks(clinic, **{own: "CARD_DECLINED", backup: "settle"})
    clinic.until(4)
    deaths = ["once"]

    def die() -> None:
        if deaths and _paid_with(clinic) == backup:
            deaths.pop()
            raise Killed

    with crashpoints.armed("dunning.after_look_before_claim", die):
        for _ in range(2):
            try:
                clinic.until(5)
            except Killed:
                clinic.leases_end()
    assert not deaths
    clinic.leases_end()
    clinic.until(5, 20, step=timedelta(hours=1))
    assert len(clinic.till.ledger()) == 1 and clinic.case.state == "recovered"
    assert _paid_with(clinic) == own
