"""Who is short hears it in Klaviyo, once, in the order of the charges, with links to choose; then what was done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.klaviyo import seed
from sandbox.testing import SandboxServer
from shopify_app.channels.klaviyo import connect
from shopify_app.links import wish
from shopify_app.stock import follow
from tests.channels.telling import send, stored
from tests.stock.shelf import Shelf, stocked
from tests.support.events import check_stored


def day(number: int) -> datetime:
    """Nine o'clock in New York."""
    return datetime(2026, 12, number, 14, tzinfo=UTC)


def told(shelf: Shelf) -> list[tuple[str, dict[str, Any]]]:
    """Metric and properties of every event about stock, and of every moved or skipped order."""
    send(shelf.till)
    kept = stored(shelf.till)
    names = {row["id"]: row["name"] for row in shelf.till.klaviyo().of("metrics", seed.ROSEBUD).all()}
    events = [(names[one["metric"]], one["properties"]) for one in kept]
    words = ("Stock", "Delayed", "Substituted", "Partially", "Rescheduled", "Skipped")
    return [(metric, said) for metric, said in events if any(word in metric for word in words)]


def test_those_short_hear_in_order_choose_by_link_and_hear_what_was_done_once(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 10, [day(5), day(6), day(8)]) as shelf:
        shelf.till.klaviyo().set(auto=False, limits={"get_accounts": [20, 200]})
        connect.connect(shelf.ctx, shelf.till.shop_id, seed.ROSEBUD_KEY)
        shelf.put(1)
        _, second, third = shelf.contracts()
        announced = told(shelf)
        assert [(metric, said["SubscriptionId"]) for metric, said in announced] == [
            ("Subscription Item Low Stock", second.shopify_gid.rsplit("/", 1)[1]),
            ("Subscription Item Low Stock", third.shopify_gid.rsplit("/", 1)[1]),
        ]
        said = announced[0][1]
        assert (said["DefaultAction"], said["Choices"], said["Available"]) == ("delay", ["delay", "skip"], "1")
        assert "your order waits until it is back" in said["DefaultText"]

        asked = wish.read(shelf.ctx.links, said["ChooseSkipUrl"].rsplit("/", 1)[1])
        assert follow.act(shelf.ctx, asked, "").state is follow.State.DONE
        shelf.until(day(9))
        assert shelf.paid() == 1
        later = told(shelf)[2:]
        assert [(metric, said["SubscriptionId"]) for metric, said in later] == [
            ("Skipped Subscription Order", second.shopify_gid.rsplit("/", 1)[1]),
            ("Delayed Subscription Order", third.shopify_gid.rsplit("/", 1)[1]),
        ], "the move that the delay is made of is not told beside it"
        shelf.put(1)
        metric, back = told(shelf)[-1]
        assert (metric, back["ItemName"]) == ("Subscription Item Back In Stock", "House Blend")
        assert len(told(shelf)) == 5
        with shelf.ctx.db.session() as session:
            check_stored(session)
