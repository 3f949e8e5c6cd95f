"""A year of one shopper's life: exactly these events, on these days, and a mail for each.

The list is written by hand from the rules: told 7 and 3 days before each charge at nine o'clock in New York, each
lead once per order; an edit at once, whoever made it; a change of a told order once, two minutes after it, with both
sides; nothing of what is skipped, paused or over.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import select

from sandbox.seeds import tiny
from sandbox.shopify import contracts, cycle_mutations, cycles
from shopify_app.billing import by_hand
from shopify_app.journal.models import ACCEPTED, DROPPED, Delivery
from tests.support.app import Story
from tests.support.links import press

NEW_YORK = ZoneInfo("America/New_York")
USUAL = (3, 7, 10)
DUE = {5: (3, 10, 14, 17), 6: (3, 9, 10, 12), 7: (3, 7, 10, 11), 12: (3,)}
"""Month → the days on which something may be due, at nine o'clock."""
SHOPPER = "alex@rosebud-shopper.net"

UPCOMING, CHANGED, PROCESSED = "Upcoming Subscription Order", "Changed Upcoming Order", "Processed Subscription Order"
FAILED, RECOVERED = "Subscription Charge Failed", "Subscription Charge Recovered"
SKIPPED, MOVED, COUNTED = (
    "Skipped Subscription Order",
    "Rescheduled Subscription Order",
    "Changed Subscription Quantity",
)
EXPECTED = [
    ("2027-01-10", "Started Subscription", "next February 10, 2027"),
    ("2027-02-03", UPCOMING, "February 10, 2027, 7 days, $18.50"),
    ("2027-02-07", UPCOMING, "February 10, 2027, 3 days, $18.50"),
    ("2027-02-10", PROCESSED, "$18.50, next March 10, 2027"),
    # skipped from the mail, so that nothing more is said of it
    ("2027-03-03", UPCOMING, "March 10, 2027, 7 days, $18.50"),
    ("2027-03-04", SKIPPED, "shopper: March 10, 2027, next April 10, 2027"),
    ("2027-03-04", CHANGED, "shopper: skipped; March 10, 2027 → –"),
    # the one after it is kept
    ("2027-04-03", UPCOMING, "April 10, 2027, 7 days, $18.50"),
    ("2027-04-07", UPCOMING, "April 10, 2027, 3 days, $18.50"),
    ("2027-04-10", PROCESSED, "$18.50, next May 10, 2027"),
    # a week later, from the mail: 7 days were told already, 3 days come with the new day
    ("2027-05-03", UPCOMING, "May 10, 2027, 7 days, $18.50"),
    ("2027-05-05", MOVED, "shopper: May 10, 2027 → May 17, 2027"),
    ("2027-05-05", CHANGED, "shopper: date; May 10, 2027 → May 17, 2027"),
    ("2027-05-14", UPCOMING, "May 17, 2027, 3 days, $18.50"),
    ("2027-05-17", PROCESSED, "$18.50, next June 10, 2027"),
    # moved at Shopify, by another tool
    ("2027-06-03", UPCOMING, "June 10, 2027, 7 days, $18.50"),
    ("2027-06-05", MOVED, "system: June 10, 2027 → June 12, 2027"),
    ("2027-06-05", CHANGED, "system: date; June 10, 2027 → June 12, 2027"),
    ("2027-06-09", UPCOMING, "June 12, 2027, 3 days, $18.50"),
    ("2027-06-12", PROCESSED, "$18.50, next July 10, 2027"),
    # a declined card, tried again on the next day; charged by hand a day later, before the next try on July 13
    ("2027-07-03", UPCOMING, "July 10, 2027, 7 days, $18.50"),
    ("2027-07-07", UPCOMING, "July 10, 2027, 3 days, $18.50"),
    ("2027-07-10", FAILED, "July 10, 2027, shopper_can_fix, CARD_DECLINED, next July 11, 2027, 4 left"),
    ("2027-07-11", FAILED, "July 10, 2027, shopper_can_fix, CARD_DECLINED, next July 13, 2027, 3 left"),
    ("2027-07-12", PROCESSED, "$18.50, next August 10, 2027"),
    ("2027-07-12", RECOVERED, "$18.50 after 2 failures"),
    # paused over its charge, which is not made up for
    ("2027-08-03", UPCOMING, "August 10, 2027, 7 days, $18.50"),
    ("2027-08-05", "Paused Subscription", "August 5, 2027"),
    ("2027-08-20", "Resumed Subscription", "August 20, 2027, next September 10, 2027"),
    # two instead of one, from Shopify
    ("2027-09-03", UPCOMING, "September 10, 2027, 7 days, $18.50"),
    ("2027-09-04", COUNTED, "system: House Blend (250 g): 2 instead of 1"),
    ("2027-09-04", CHANGED, "system: items, amount; 1 × House Blend (250 g) → 2 × House Blend (250 g), $32.50"),
    ("2027-09-07", UPCOMING, "September 10, 2027, 3 days, $32.50"),
    ("2027-09-10", PROCESSED, "$32.50, next October 10, 2027"),
    # skipped from the mail and taken back on the page at once: no news
    ("2027-10-03", UPCOMING, "October 10, 2027, 7 days, $32.50"),
    ("2027-10-07", UPCOMING, "October 10, 2027, 3 days, $32.50"),
    ("2027-10-10", PROCESSED, "$32.50, next November 10, 2027"),
    # the clocks are set back between the notice and the charge
    ("2027-11-03", UPCOMING, "November 10, 2027, 7 days, $32.50"),
    ("2027-11-07", UPCOMING, "November 10, 2027, 3 days, $32.50"),
    ("2027-11-10", PROCESSED, "$32.50, next December 10, 2027"),
    # cancelled before it came
    ("2027-12-03", UPCOMING, "December 10, 2027, 7 days, $32.50"),
    ("2027-12-05", "Cancelled Subscription", "December 5, 2027"),
]


@pytest.mark.slow
def test_a_year_tells_exactly_what_is_expected(story: Story) -> None:
    tiny.grow(story.world, at=_at(1, 10, 10), contracts=0)
    story.install(klaviyo=True)
    bought = story.control("POST", f"/shops/{tiny.SHOP}/checkout", email=SHOPPER)
    story.settle()
    life = Life(story, int(bought["contract_id"]))
    life.february_and_the_skip_of_march()
    life.the_moves_of_may_and_june()
    life.the_decline_of_july()
    life.the_pause_of_august()
    life.the_second_bag_of_september()
    life.the_end()

    told = story.stored_events()
    assert [_said(event) for event in told] == EXPECTED
    assert {event["profile"]["email"] for event in told} == {SHOPPER}
    mails = story.mails()
    assert [(mail["kind"], mail["metric"], mail["reason"]) for mail in mails] == [
        ("mail", metric, None) for _, metric, _ in EXPECTED
    ]
    assert {mail["to"] for mail in mails} == {SHOPPER}
    assert story.world.ledger.verdict(story.now)["violations"] == 0
    assert len(story.world.ledger.payments()) == 8
    with story.ctx.db.session() as session:
        states = Counter(row.state for row in session.scalars(select(Delivery)))
    # the skip of October and what took it back at once
    assert states == {ACCEPTED: len(EXPECTED), DROPPED: 2}


class Life:
    """What shopper, merchant and bank do, month by month."""

    def __init__(self, story: Story, contract_id: int) -> None:
        self.story, self.contract_id = story, contract_id

    def february_and_the_skip_of_march(self) -> None:
        self.until(3, 4)
        done = press(self.follow("Skip this order"))
        assert "This order is skipped" in done.text
        self.rest()
        self.until(4, 10)

    def the_moves_of_may_and_june(self) -> None:
        self.until(5, 5)
        assert "now planned for Monday, May 17, 2027" in press(self.follow("One week later")).text
        self.rest()
        self.until(6, 5)
        with self.story.world.locked():
            cycles.override(self.story.world, tiny.SHOP, self.row, 5, moved_to=_at(6, 12, 10).isoformat())
            cycle_mutations.tell_edit(self.story.world, tiny.SHOP, self.row, 5, new=True)
        self.rest()
        self.until(7, 7)

    def the_decline_of_july(self) -> None:
        self.story.control("POST", "/faults", outcomes={"*": "CARD_DECLINED"})
        self.until(7, 12)
        self.story.control("DELETE", "/faults/outcomes")
        answer = by_hand.charge_now(self.story.ctx, self.story.shop.id, self.gid, 6, 3, "merchant:42")
        assert answer.is_done, answer.words
        self.story.settle()

    def the_pause_of_august(self) -> None:
        self.until(8, 5)
        self.act("pause")
        self.until(8, 20)
        self.act("activate")

    def the_second_bag_of_september(self) -> None:
        self.until(9, 4)
        world = self.story.world
        with world.locked():
            (line,) = self.row["lines"]
            contracts.change(world, tiny.SHOP, self.row, lines=[{**line, "quantity": 2}])
        self.rest()
        self.until(10, 4)

    def the_end(self) -> None:
        done = press(self.follow("Skip this order"))
        assert "This order is skipped" in done.text and "This order takes place" in press(done).text
        self.rest()
        self.until(12, 5)
        self.act("cancel")
        self.until(12, 12)

    @property
    def gid(self) -> str:
        return f"gid://shopify/SubscriptionContract/{self.contract_id}"

    @property
    def row(self) -> dict:
        return self.story.world.of("contracts", tiny.SHOP)[self.contract_id]

    def act(self, action: str) -> None:
        """The merchant acts at Shopify."""
        self.story.control("POST", f"/shops/{tiny.SHOP}/contracts/{self.contract_id}/{action}")
        self.story.settle()

    def follow(self, words: str) -> httpx.Response:
        """Open the link of the newest mail."""
        self.story.stored_events()
        links = {link["text"]: link["href"] for link in self.story.mails()[-1]["links"]}
        page = httpx.get(links[words], timeout=15)
        assert page.status_code == 200, page.text
        return page

    def until(self, month: int, day: int) -> None:
        """Live on until nine o'clock of a day, stopping just after nine on each day that has something due."""
        until = _at(month, day, 9) + timedelta(minutes=1)
        days = [(each, number) for each in range(self.story.now.month, month + 1) for number in DUE.get(each, USUAL)]
        for stop in (_at(each, number, 9) + timedelta(minutes=1) for each, number in days):
            if self.story.now < stop < until:
                self.story.advance(stop, step=timedelta(days=31))
        self.story.advance(until, step=timedelta(days=31))

    def rest(self) -> None:
        """Let a change be told: two minutes after it."""
        self.story.settle()
        self.story.advance(timedelta(minutes=3))


def _at(month: int, day: int, hour: int) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=NEW_YORK)


def _started(told: dict) -> str:
    return f"next {told['NextChargeDate']}"


def _upcoming(told: dict) -> str:
    assert told["DaysUntilCharge"] == str(told["LeadDays"]) and "LateNotice" not in told
    return f"{told['ChargeDate']}, {told['LeadDays']} days, {told['OrderTotal']}"


def _changed(told: dict) -> str:
    who = f"{told['ChangedBy']}: {', '.join(told['Changes'])}; "
    if "items" in told["Changes"]:
        return f"{who}{told['BeforeItemsText']} → {told['AfterItemsText']}, {told['AfterOrderTotal']}"
    return f"{who}{told['BeforeChargeDate']} → {told.get('AfterChargeDate', '–')}"


def _processed(told: dict) -> str:
    return f"{told['OrderTotal']}, next {told['NextChargeDate']}"


def _failed(told: dict) -> str:
    next_try = f"next {told['NextRetryDate']}, {told['AttemptsLeft']} left"
    return f"{told['ChargeDate']}, {told['FailureKind']}, {told['ErrorCode']}, {next_try}"


_SAYS = {
    "Started Subscription": _started,
    UPCOMING: _upcoming,
    CHANGED: _changed,
    PROCESSED: _processed,
    SKIPPED: lambda told: f"{told['ChangedBy']}: {told['ChargeDate']}, next {told['NextChargeDate']}",
    MOVED: lambda told: f"{told['ChangedBy']}: {told['BeforeChargeDate']} → {told['ChargeDate']}",
    COUNTED: lambda told: f"{told['ChangedBy']}: {told['ChangedItemsText']}",
    FAILED: _failed,
    RECOVERED: lambda told: f"{told['OrderTotal']} after {told['Attempts']} failures",
    "Paused Subscription": lambda told: told["PausedDate"],
    "Resumed Subscription": lambda told: f"{told['ResumedDate']}, next {told['NextChargeDate']}",
    "Cancelled Subscription": lambda told: told["CancelledDate"],
}


def _said(event: dict) -> tuple[str, str, str]:
    """The event's local day, its metric, and what matters of what it says."""
    day = datetime.fromisoformat(event["time"]).astimezone(NEW_YORK).date().isoformat()
    return day, event["metric"], _SAYS[event["metric"]](event["properties"])
