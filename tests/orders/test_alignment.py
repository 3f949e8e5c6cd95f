"""A paid order that is not shipped yet follows a change: held, changed, released; never forgotten, never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from sandbox.seeds import tiny
from sandbox.shopify import contracts, fulfillment_holds, fulfillment_orders, orders
from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Target
from shopify_app.edits.contract.address import Address, normal
from shopify_app.fulfillment import take
from shopify_app.fulfillment.models import Change
from shopify_app.gateways.shopify import order_edits
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import POINTS, Killed, armed
from shopify_app.orders import erase
from shopify_app.orders.alignment import work
from shopify_app.orders.alignment.drain import drain
from shopify_app.orders.alignment.models import OrderAlignment
from shopify_app.tasks.models import Task
from tests.support.app import Story

EVENING = datetime(2027, 1, 1, 22, tzinfo=UTC)
"""17:00 in New York, on the day of the charge: it is packed tomorrow."""
AT_ONCE = timedelta(days=400)
NEW = normal({"first_name": "Alex", "last_name": "Marsh 1", "address1": "1 Pine Road", "city": "Troy",
              "province_code": "NY", "zip": "12180", "country_code": "US"})  # fmt: skip


class Paid:
    """A subscription whose latest order is paid and not packed yet; the one from the checkout has been shipped."""

    def __init__(self, story: Story, **contract: Any) -> None:
        self.story, self.grown = story, tiny.grow(story.world, **contract)
        story.install()
        self.contract = self.grown.contracts[0]
        self.gid = f"gid://shopify/SubscriptionContract/{self.contract['id']}"
        with story.world.locked():
            orders.fulfill(story.world, story.shop_domain, self.contract["origin_order_id"])

    def charge(self) -> Paid:
        """The next order is paid, though nobody charged for it: that saves a month."""
        with self.story.world.locked():
            orders.place(self.story.world, self.story.shop_domain, self.contract, source=orders.RENEWAL_SOURCE)
        self.story.settle()
        return self

    @property
    def order(self) -> dict[str, Any]:
        return self.story.world.of("orders", self.story.shop_domain).all()[-1]

    @property
    def shipment(self) -> dict[str, Any]:
        return fulfillment_orders.of_order(self.story.world, self.story.shop_domain, self.order["id"])[0]

    def holds(self) -> list[str]:
        return [hold["app"] for hold in self.shipment.get("holds", [])]

    def ask(self, request_id: str = "r1", actor: str = "merchant:42", address: dict[str, Any] = NEW) -> None:
        target = Target(self.story.shop.id, self.gid, actor)
        answer = door.carry_out(self.story.ctx, Address(address, paid_too=True), target, request_id)
        assert answer.is_done, answer

    def rows(self, kind: type = OrderAlignment) -> list[Any]:
        with self.story.ctx.db.session() as session:
            return list(session.scalars(select(kind).order_by(kind.id)))

    def facts(self) -> list[str]:
        """What the journal tells of paid orders, in its order."""
        return [fact.kind for fact in self.rows(Fact) if ":aligned:" in fact.key or fact.kind.startswith("task.")]

    def asker_dies(self) -> None:
        past = machine_now() - timedelta(minutes=1)
        with self.story.ctx.db.session() as session:
            session.execute(update(OrderAlignment).values(lease_until=past))


@pytest.fixture
def paid(story: Story) -> Paid:
    return Paid(story).charge()


def test_an_address_change_on_the_evening_before_packing_holds_changes_and_releases_the_order(story: Story) -> None:
    paid = Paid(story)
    story.advance(EVENING, step=AT_ONCE)
    with paid.story.world.locked():
        paid.order["tags"] = ["wholesale"]
        fulfillment_holds.hold_by_another(paid.story.world, paid.story.shop_domain, paid.shipment["id"])
    paid.ask()
    paid.story.settle()
    assert (paid.order["address"]["city"], paid.order["tags"]) == ("Troy", ["wholesale"])
    assert paid.holds() == ["others"]
    assert paid.facts() == ["order.held", "order.address_changed", "order.released"]
    (row,) = paid.rows()
    assert (row.state, row.reason, row.wish, row.order_name) == ("done", None, None, paid.order["name"])
    take.drain(paid.story.ctx)
    of_order = [one for one in paid.rows(Change) if one.subject == f"order:{paid.order['id']}"]
    assert [part["kinds"] for one in of_order for part in one.parts] == [
        ["order.held", "order.released"], ["order.address_changed"]
    ]  # fmt: skip
    today = paid.story.now.astimezone(paid.story.shop.zone).date()
    assert {one.ships_on for one in of_order} == {today}
    assert paid.rows(Task) == []
    shipped = paid.story.world.of("orders", paid.story.shop_domain)[paid.contract["origin_order_id"]]
    assert shipped["address"]["city"] != "Troy"


DEATHS = [(point, number) for point in POINTS if point.startswith("alignment.") for number in range(3)]
"""Before and after each of the three calls: hold, change, release."""


def test_dying_at_every_line_of_it_forgets_no_hold_and_tells_everything_once(paid: Paid) -> None:
    for number, (point, so_many) in enumerate(DEATHS):
        paid.ask(f"r{number}", address=NEW | {"address1": f"{number} Birch Road"})
        reached = iter([False] * so_many + [True])

        def die(reached: Any = reached) -> None:
            if next(reached, False):
                raise Killed

        with armed(point, die), pytest.raises(Killed):
            drain(paid.story.ctx)
        paid.asker_dies()
        drain(paid.story.ctx)
        assert (paid.order["address"]["address1"], paid.holds()) == (f"{number} Birch Road", [])
    assert paid.facts() == ["order.held", "order.address_changed", "order.released"] * len(DEATHS)
    assert {row.state for row in paid.rows()} == {"done"} and paid.rows(Task) == []


def test_what_shopify_forbids_becomes_a_task_and_what_is_over_needs_none(paid: Paid) -> None:
    story = paid.story
    story.world.faults["webhooks"]["loss"] = 1.0  # the packer is faster than what we hear
    with story.world.locked():
        row = story.world.shops[story.shop_domain]["install"]
        row["scopes"], granted = [scope for scope in row["scopes"] if scope != "write_orders"], row["scopes"]
    paid.ask()
    drain(story.ctx)
    assert paid.holds() == [] and paid.order["address"]["city"] != "Troy"
    with story.world.locked():
        row["scopes"] = granted
        orders.fulfill(story.world, story.shop_domain, paid.order["id"])
    paid.ask("r2")
    drain(story.ctx)
    now = story.now.isoformat()
    with story.world.locked():
        orders.touch(story.world, story.shop_domain, paid.order["id"], cancelled_at=now)
    paid.ask("r3")
    drain(story.ctx)
    assert [(each.state, each.reason) for each in paid.rows()] == [
        ("task", "not_granted"), ("task", "shipped"), ("done", "gone")
    ]  # fmt: skip
    assert paid.facts() == ["order.held", "order.released", "task.opened", "task.opened"]
    denied, shipped = paid.rows(Task)
    assert "may not change orders" in denied.words and f"Order {paid.order['name']} was to go" in shipped.words
    page = unescape(post(story, f"/tasks/{shipped.id}/done").text)
    assert denied.words in page and shipped.words not in page and "Undo" in page
    assert "Tasks: 1" in story.open("/").text
    assert shipped.words in unescape(get(story, "/tasks", show="done").text)
    assert shipped.words in unescape(post(story, f"/tasks/{shipped.id}/undo").text)
    assert paid.facts()[-2:] == ["task.done", "task.reopened"]
    said = unescape(story.open(f"/contracts/{paid.contract['id']}").text)
    assert f"The paid order {paid.order['name']} is held in Shopify while it is changed." in said
    assert f"A person is needed: {shipped.words}" in said


def test_nobody_waits_for_a_change_that_is_never_seen_or_whose_person_is_gone(
    paid: Paid, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, ctx = paid.order["address"], paid.story.ctx
    with monkeypatch.context() as patched:
        patched.setattr(order_edits, "set_address", lambda *_: None)
        paid.ask()
        drain(ctx)
    (row,) = paid.rows()
    assert (row.state, row.reason, row.edits_sent, paid.holds()) == ("task", "unseen", work.MOST_EDITS, [])
    person = f"gid://shopify/Customer/{paid.order['customer_id']}"
    paid.ask("r2", actor=f"shopper:{person}")
    with armed("alignment.after_call_before_look"), pytest.raises(Killed):
        drain(ctx)
    assert paid.holds() == ["ours"]
    with ctx.db.session() as session:
        assert erase.held(session, paid.story.shop.id, person)["paid_orders"][1]["wish"]["address"]["city"] == "Troy"
        erase.erase(session, paid.story.shop.id, person)
    paid.asker_dies()
    drain(ctx)
    row = paid.rows()[1]
    assert (row.state, row.reason, row.wish, row.customer_gid, row.actor) == ("done", "gone", None, None, "shopper")
    assert paid.holds() == [] and paid.order["address"] == home


def test_staff_change_what_a_paid_order_holds_once_and_settle_the_difference_themselves(paid: Paid) -> None:
    story, path = paid.story, f"/contracts/{paid.contract['id']}/paid_order"
    about = {"order": paid.order["id"], f"quantity_{paid.grown.variant['id']}": 3}
    assert "House Blend, 250 g" in get(story, path, order=paid.order["id"]).text
    wrong = post(story, path, **(about | {f"quantity_{paid.grown.variant['id']}": "many"}))
    assert wrong.status_code == 422 and "Enter a whole number from 0 to" in wrong.text and paid.rows() == []
    shown = post(story, path, **about)
    assert "House Blend, 250 g: 3 instead of 1." in shown.text and paid.rows() == []
    for _ in range(2):
        assert post(story, path, **about, request_id="once").status_code == 200
    story.settle()
    (line,) = paid.order["lines"]
    assert (orders.current(line), paid.order["edits"], paid.holds()) == (3, 1, [])
    (task,) = paid.rows(Task)
    assert task.words == f"Order {paid.order['name']} now costs 28.00 USD more than was paid."
    assert paid.facts() == ["order.held", "order.items_changed", "task.opened", "order.released"]
    with story.world.locked():  # what was paid back by hand is not asked for again
        orders.refund(story.world, story.shop_domain, paid.order["id"], Decimal("10.00"))
    less = {"order": paid.order["id"], f"quantity_{paid.grown.variant['id']}": 2, "request_id": "twice"}
    assert post(story, path, **less).status_code == 200
    story.settle()
    assert paid.rows(Task)[-1].words == f"Order {paid.order['name']} now costs 24.00 USD more than was paid."
    said = story.open(f"/contracts/{paid.contract['id']}").text
    assert "3 × House Blend (250 g) instead of 1 × House Blend (250 g)." in said
    assert "2 × House Blend (250 g) instead of 3 × House Blend (250 g)." in said


def _headers(story: Story) -> dict[str, str]:
    token = story.control("POST", f"/shops/{story.shop_domain}/id_token")["id_token"]
    return {"Authorization": f"Bearer {token}", "HX-Request": "true"}


def post(story: Story, path: str, **form: object) -> httpx.Response:
    """Send a form as htmx does in the admin's frame."""
    data = {name: str(value) for name, value in form.items()}
    return httpx.post(f"{story.url}{path}", data=data, headers=_headers(story), timeout=15)


def get(story: Story, path: str, **asked: object) -> httpx.Response:
    """Follow a link as htmx does."""
    return httpx.get(f"{story.url}{path}", params=asked, headers=_headers(story), timeout=15)


def test_a_paid_delivery_is_moved_and_skipped_to_the_end_on_its_scheduled_fulfillment_order(story: Story) -> None:
    grown = tiny.grow(story.world, interval_count=3, delivery_policy=contracts.policy("MONTH", 1))
    story.install()
    story.advance(timedelta(minutes=11))  # deliveries are read every ten
    order_id, number = grown.contracts[0]["origin_order_id"], grown.contracts[0]["id"]
    second, third = fulfillment_orders.of_order(story.world, story.shop_domain, order_id)[1:]
    path = f"/contracts/{number}/delivery_day"
    late = post(story, path, shipment=second["id"], how="move", to="2026-11-01")
    assert "It is paid for and planned for Fri, Jan 1, 2027." in get(story, path, shipment=second["id"]).text
    assert late.status_code == 422 and "Choose a day after today." in late.text
    asked = {"shipment": second["id"], "how": "move", "to": "2027-01-20"}
    assert "Delivery 2 comes on Wed, Jan 20, 2027 instead of Fri, Jan 1, 2027." in post(story, path, **asked).text
    assert post(story, path, **asked, request_id="m").status_code == 200
    story.settle()
    assert second["fulfill_at"][:10] == "2027-01-20"
    assert post(story, path, shipment=second["id"], how="skip", request_id="s").status_code == 200
    story.settle()
    assert (second["fulfill_at"][:10], third["fulfill_at"][:10]) == ("2027-03-01", "2027-02-01")
    with story.ctx.db.session() as session:
        facts = session.scalars(select(Fact).where(Fact.kind == "order.rescheduled").order_by(Fact.id)).all()
    assert [(fact.before["ships_at"][:10], fact.after["ships_at"][:10]) for fact in facts] == [
        ("2027-01-01", "2027-01-20"), ("2027-01-20", "2027-03-01")
    ]  # fmt: skip
    take.drain(story.ctx)
    with story.ctx.db.session() as session:
        mine = select(Change).where(Change.subject == f"delivery:{second['id']}", Change.groups.contains(["dates"]))
        moved = [one for one in session.scalars(mine) if one.parts[0]["kinds"] == ["order.rescheduled"]]
    assert [one.ships_on.isoformat() for one in moved if one.ships_on] == ["2027-03-01"]
    assert "A paid delivery of order #1001 was moved from" in story.open(f"/contracts/{number}").text
