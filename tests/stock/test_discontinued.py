"""An item that never comes back: what takes its place, takes it for good, with notice before."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update

from sandbox.testing import SandboxServer
from shopify_app.kit.clock import machine_now
from shopify_app.stock.models import ItemStanding
from shopify_app.stock.policy import ASK, SKIP, SWAP
from tests.stock.shelf import Shelf, stocked


def day(number: int) -> datetime:
    """Nine o'clock in New York."""
    return datetime(2026, 12, number, 14, tzinfo=UTC)


def discontinue(shelf: Shelf) -> None:
    with shelf.ctx.db.session() as session:
        item = shelf.item().item_gid
        now = update(ItemStanding).where(ItemStanding.item_gid == item)
        session.execute(now.values(discontinued_at=shelf.till.now, dirty_at=machine_now()))


def test_what_is_left_is_sold_and_then_the_subscription_gets_the_substitute_for_good(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 1, [day(6), day(8)]) as shelf:
        other = shelf.another("Dark Roast", 40, "12.00")
        shelf.policy(action=ASK, default=SWAP, allowed=(SWAP, SKIP), swap_variant_gid=other)
        discontinue(shelf)
        shelf.put(1)
        (told,) = shelf.told("stock.discontinued")
        assert told.contract_gid == shelf.contracts()[1].shopify_gid
        assert told.data["options"] == ["swap", "skip"]
        shelf.until(day(9))
        assert shelf.paid() == 2
        first, second = shelf.contracts()
        with shelf.ctx.db.session() as session:
            lines = {row.id: [line.title for line in session.merge(row).lines] for row in (first, second)}
        assert lines == {first.id: ["House Blend"], second.id: ["Dark Roast"]}
        (swapped,) = shelf.told("stock.substituted")
        assert swapped.data["item"]["title"] == "House Blend"
        assert [item["title"] for item in swapped.after["items"]] == ["Dark Roast"]
        assert shelf.left(0) == 0
