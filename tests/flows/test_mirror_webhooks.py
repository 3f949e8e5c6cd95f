"""Single webhooks, told by date: who moved, who paid with what, which hour it is where the shop is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from sandbox.seeds import tiny
from sandbox.shopify import contracts, customers, cycle_mutations, payment_methods, shops
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.inbox.models import InboxMessage
from shopify_app.journal.models import Fact
from shopify_app.shoppers.models import PaymentMethod, Shopper
from tests.support.app import Story
from tests.support.mirror import differences

BOUGHT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def rows(story: Story, kind: type) -> list:
    with story.ctx.db.session() as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def test_a_contract_bought_now_arrives_by_its_webhook(story: Story) -> None:
    tiny.grow(story.world, contracts=0)
    story.install()
    tiny.add_contract(story.world, story.shop_domain, silent=False)
    story.settle()
    assert differences(story) == []
    assert [fact.kind for fact in rows(story, Fact)] == ["subscription.started"]


def test_a_skip_takes_the_charge_away_and_an_unskip_brings_it_back(story: Story) -> None:
    grown = tiny.grow(story.world, created_at=BOUGHT)
    story.install()
    (before,) = rows(story, Contract)
    for skipped, following in ((True, 2), (False, 1)):
        with story.world.locked():
            cycle_mutations.set_skipped(story.world, story.shop_domain, grown.contracts[0], 1, skipped)
        story.settle()
        due = [cycle for cycle in rows(story, BillingCycle) if cycle.due_at]
        assert min(cycle.cycle_index for cycle in due) == following
    (after,) = rows(story, Contract)
    # the date people see followed there and back, which gave the contract other revisions
    assert after.next_charge_at == before.next_charge_at == after.next_billing_date


def test_two_records_of_one_person_become_one(story: Story) -> None:
    grown = tiny.grow(story.world, contracts=2)
    story.install()
    kept, gone = (row["customer_id"] for row in grown.contracts)
    with story.world.locked():
        customers.merge(story.world, story.shop_domain, kept, gone)
    story.settle()
    assert {row.customer_gid for row in rows(story, Contract)} == {f"gid://shopify/Customer/{kept}"}
    people = {row.shopify_gid: row.merged_into_gid for row in rows(story, Shopper)}
    assert people[f"gid://shopify/Customer/{gone}"] == f"gid://shopify/Customer/{kept}"
    assert differences(story) == []


def test_a_renamed_customer_is_found_by_the_new_name(story: Story) -> None:
    grown = tiny.grow(story.world)
    story.install()
    story.advance(timedelta(minutes=1))
    with story.world.locked():
        customers.change(story.world, story.shop_domain, grown.contracts[0]["customer_id"], last_name="Okafor")
    story.settle()
    (row,) = rows(story, Contract)
    assert "alex okafor" in row.search_text and "marsh" not in row.search_text.split("\n")[1]


def test_a_revoked_card_says_why(story: Story) -> None:
    grown = tiny.grow(story.world)
    story.install()
    with story.world.locked():
        payment_methods.revoke(story.world, story.shop_domain, grown.contracts[0]["payment_method_id"])
    story.settle()
    (method,) = rows(story, PaymentMethod)
    assert (method.revoked_at, method.revoked_reason) == (story.now, "MANUALLY_REVOKED")
    assert differences(story) == []


def test_a_stranger_s_customer_and_card_are_closed_unread(story: Story) -> None:
    tiny.grow(story.world)
    story.install()
    with story.world.locked():
        stranger = customers.create(story.world, story.shop_domain, email="sam@rosebud-shopper.net")
        payment_methods.create(story.world, story.shop_domain, stranger["id"])
        customers.change(story.world, story.shop_domain, stranger["id"], first_name="Sam")
    story.settle()
    closed = {m.topic: m.outcome for m in rows(story, InboxMessage)}
    assert closed["customers/update"] == closed["customer_payment_methods/create"] == "ignored"
    assert len(rows(story, Shopper)) == 1


def test_when_the_shop_moves_so_does_the_hour_of_charging(story: Story) -> None:
    tiny.grow(story.world, created_at=BOUGHT)
    story.install()
    assert {cycle.due_at.hour for cycle in rows(story, BillingCycle) if cycle.due_at} <= {13, 14}
    with story.world.locked():
        shops.update(story.world, story.shop_domain, zone="Europe/Berlin")
    story.settle()
    assert {cycle.due_at.hour for cycle in rows(story, BillingCycle) if cycle.due_at} <= {7, 8}


def test_many_webhooks_of_one_contract_cause_one_reading(story: Story) -> None:
    grown = tiny.grow(story.world)
    story.install()
    with story.world.locked():
        for number in range(5):
            contracts.change(story.world, story.shop_domain, grown.contracts[0], note=f"note {number}")
    story.sandbox.background.drain()
    story.settle()
    outcomes = [m.outcome for m in rows(story, InboxMessage) if m.topic == "subscription_contracts/update"]
    assert sorted(outcomes) == ["handled"] + ["superseded"] * 4
    assert rows(story, Contract)[0].note == "note 4"
