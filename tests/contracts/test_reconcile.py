"""Finding and repairing drift: by hand, and within the points that charging leaves over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from sandbox.seeds import tiny
from sandbox.shopify import contracts, cycle_mutations, payment_methods
from shopify_app.contracts import reconcile
from shopify_app.contracts.models import BillingCycle, Contract, ContractLine, Sweep
from shopify_app.insights import full
from shopify_app.shops.models import Shop
from tests.contracts.desk import Desk
from tests.support.app import Story
from tests.support.mirror import differences
from tests.support.rows import DOMAIN, add_shop

BOUGHT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_perennial_reconcile_names_what_it_repairs(story: Story) -> None:
    grown = tiny.grow(story.world, contracts=3, created_at=BOUGHT)
    story.install()
    assert list(full.run(story.ctx)) == [f"{tiny.SHOP}: 3 contracts read, 0 repaired"]
    with story.ctx.db.session() as session:
        _, second, _ = session.scalars(select(Contract).order_by(Contract.shopify_gid)).all()
        session.execute(update(ContractLine).where(ContractLine.contract_id == second.id).values(quantity=9))
    with story.world.locked():
        contracts.change(story.world, story.shop_domain, grown.contracts[0], silent=True, note="ring twice")
        cycle_mutations.set_skipped(story.world, story.shop_domain, grown.contracts[2], 1, True)
        tiny.add_contract(story.world, story.shop_domain)
        story.world.webhooks.drop(story.shop_domain)
    lines = list(full.run(story.ctx))
    assert len(lines) == 5 and lines[-1].endswith("3 contracts read, 4 repaired")
    assert "note" in lines[0] and "lines" in lines[1] and "cycles" in lines[2] and "was missing" in lines[3]
    assert [line for line in differences(story) if "Order" not in line] == []


def test_looking_in_turn_stops_at_the_headroom_and_goes_on_next_time(story: Story) -> None:
    tiny.grow(story.world, contracts=40, created_at=BOUGHT)
    story.install()
    with story.world.locked():
        story.world.faults.set({"throttle": {"bucket": 450, "restore_rate": 1}})
    first = reconcile.look_in_turn(story.ctx, story.shop)
    assert 0 < len(first) < 40
    with story.world.locked():
        story.world.faults.set({"throttle": {"bucket": 20_000, "restore_rate": 1_000_000}})
    second = reconcile.look_in_turn(story.ctx, story.shop)
    assert len(first | second) == 40


def test_what_is_due_soon_is_looked_at_first(story: Story) -> None:
    tiny.grow(story.world, contracts=8, created_at=BOUGHT)
    soon = tiny.add_contract(
        story.world, tiny.SHOP, interval="WEEK", created_at=datetime(2026, 11, 25, 9, tzinfo=UTC)
    )
    story.install()
    with story.ctx.db.session() as session:
        first = reconcile._longest_unread(session, story.shop.id, story.now)[0]
    assert first.shopify_gid.endswith(f"/{soon['id']}")


def test_more_changes_in_one_second_than_a_page_holds(story: Story) -> None:
    grown = tiny.grow(story.world, contracts=25, created_at=BOUGHT)
    story.install()
    with story.world.locked():
        story.world.faults.set({"webhooks": {"loss": 1.0}, "throttle": {"bucket": 20_000, "restore_rate": 10_000}})
        for row in grown.contracts:
            contracts.change(story.world, story.shop_domain, row, note="all at once")
    reconcile.run(story.ctx)
    assert differences(story) == []
    with story.ctx.db.session() as session:
        assert session.get_one(Sweep, (story.shop.id, "contracts")).cursor is None


def test_what_is_as_it_was_is_noted_and_not_written_again(story: Story) -> None:
    tiny.grow(story.world, contracts=5, created_at=BOUGHT)
    story.install()
    reconcile.look_in_turn(story.ctx, story.shop)
    before = _written(story)
    seen = reconcile.look_in_turn(story.ctx, story.shop)
    after = _written(story)
    assert len(seen) == 5
    assert after.keys() == before.keys() and all(after[gid][0] > before[gid][0] for gid in after)
    assert {gid: rest for gid, (_, *rest) in after.items()} == {gid: rest for gid, (_, *rest) in before.items()}


def test_a_silent_change_of_each_kind_is_seen_among_many_that_are_as_they_were(story: Story) -> None:
    grown = tiny.grow(story.world, contracts=6, created_at=BOUGHT)
    story.install()
    reconcile.look_in_turn(story.ctx, story.shop)
    skipped, moved, recarded, *_ = grown.contracts
    with story.world.locked():
        cycle_mutations.set_skipped(story.world, story.shop_domain, skipped, 1, True)
        cycle_mutations.set_skipped(story.world, story.shop_domain, moved, 2, True)
        payment_methods.update(story.world, story.shop_domain, recarded["payment_method_id"], last_digits="1881")
        story.world.webhooks.drop(story.shop_domain)
    reconcile.look_in_turn(story.ctx, story.shop)
    assert [line for line in differences(story) if "Order" not in line] == []


def _written(story: Story) -> dict[str, tuple[datetime, datetime, list[datetime]]]:
    """When each contract was last confirmed, when it was last written, and when its cycles were."""
    with story.ctx.db.session() as session:
        cycles: dict[int, list[datetime]] = {}
        for row in session.scalars(select(BillingCycle).order_by(BillingCycle.id)):
            cycles.setdefault(row.contract_id, []).append(row.read_at)
        return {
            row.shopify_gid: (row.read_at, row.written_at, cycles[row.id])
            for row in session.scalars(select(Contract))
        }


def test_a_bug_that_one_shop_meets_is_raised_when_all_had_their_turn(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_shop(desk.ctx, "tannery-tea.myshopify.com")
    seen: list[str] = []

    def stumble(ctx: object, shop: Shop) -> int:
        seen.append(shop.domain)
        if len(seen) == 1:
            raise KeyError("rows are not as they should be")
        return 1

    monkeypatch.setattr(reconcile, "run_shop", stumble)
    with pytest.raises(KeyError):
        reconcile.run(desk.ctx)
    assert seen == [DOMAIN, "tannery-tea.myshopify.com"]
