"""A shopper chooses from a mail what becomes of an order in which something is missing, over HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from sandbox.seeds import tiny
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.models import Fact
from shopify_app.links import wish
from shopify_app.links.models import LinkUse
from shopify_app.links.urls import choice_links
from shopify_app.shoppers.models import Shopper
from shopify_app.shops.models import Shop
from shopify_app.stock.models import StockDecision
from tests.support.app import Story
from tests.support.links import press
from tests.web import rows


@dataclass
class Mail:
    """The mail about a missing item, and what its reader can do."""

    story: Story
    decision_id: int
    links: dict[str, str]

    def open(self, name: str) -> httpx.Response:
        return httpx.get(self.links[name], timeout=15)

    def decision(self) -> StockDecision:
        with self.story.ctx.db.session() as session:
            return session.get_one(StockDecision, self.decision_id)

    def set(self, **values: Any) -> None:
        with self.story.ctx.db.session() as session:
            session.execute(update(StockDecision).values(**values))

    def chosen(self) -> list[Fact]:
        with self.story.ctx.db.session() as session:
            return list(session.scalars(select(Fact).where(Fact.kind == "stock.chosen").order_by(Fact.id)))

    def uses(self) -> int:
        with self.story.ctx.db.session() as session:
            return len(session.scalars(select(LinkUse)).all())


@pytest.fixture
def mail(story: Story) -> Mail:
    tiny.grow(story.world)
    shop = story.install()
    with story.ctx.db.session() as session:
        open_cycles = select(BillingCycle).where(BillingCycle.due_at > story.now).order_by(BillingCycle.expected_at)
        cycle = session.scalars(open_cycles.limit(1)).one()
        contract = session.get_one(Contract, cycle.contract_id)
        decision = rows.decision(session, contract, cycle.cycle_index, cycle.due_at)
        gid, number, until, index = contract.shopify_gid, decision.id, decision.act_at, cycle.cycle_index
    offered = ["delay", "skip", "ship_rest"]  # the last one is offered no more
    links = choice_links(story.ctx.links, story.url, shop, gid, index, number, offered, until)
    return Mail(story, number, links)


def test_a_choice_is_noted_once_and_replaced_from_its_own_page(mail: Mail) -> None:
    page = mail.open("ChooseSkipUrl")
    assert page.status_code == 200 and "Skip this order?" in page.text and "House Blend" in page.text
    assert "If you choose nothing: Your order waits until it is back, at the latest until" in page.text
    assert "script" not in page.text and "noindex" in page.headers["X-Robots-Tag"]
    assert mail.decision().choice is None and mail.uses() == 0, "looking chooses nothing"
    done = press(page)
    assert done.status_code == 200 and "your choice is noted" in done.text and "is skipped" in done.text
    assert (mail.decision().choice, mail.decision().chosen_by, mail.decision().state) == ("skip", "link", "chosen")
    assert "You have chosen this" in mail.open("ChooseSkipUrl").text
    other = re.search(r'<li><a href="([^"]+)">Wait until it is back</a>', done.text)
    page_of_other = httpx.get(str(done.url.join(other[1])), timeout=15)
    assert "So far you have chosen: Skip this order." in page_of_other.text
    assert "your choice is noted" in press(page_of_other).text
    assert mail.decision().choice == "delay"
    assert [fact.after["choice"] for fact in mail.chosen()] == ["skip", "delay"]
    stale = press(page)  # the first page is still open in another tab
    assert stale.status_code == 409 and "Another choice was made since" in stale.text
    assert mail.decision().choice == "delay" and len(mail.chosen()) == 2 and mail.uses() == 2


def test_a_link_does_nothing_once_decided_late_taken_back_or_somebody_elses(mail: Mail) -> None:
    page = mail.open("ChooseSkipUrl")
    refused = mail.open("ChooseRestUrl")
    assert refused.status_code == 409 and "can no longer be chosen" in refused.text
    assert "Skip this order" in refused.text, "what can be chosen is offered"
    mine = wish.read(mail.story.ctx.links, mail.links["ChooseSkipUrl"].rsplit("/", 1)[1])
    for changed in (
        replace(mine, contract=mine.contract + 1),
        replace(mine, cycle_index=mine.cycle_index + 1),
        replace(mine, shop_id=99),
        replace(mine, decision=mine.decision + 1),
    ):
        answer = httpx.get(f"{mail.story.url}/links/{wish.write(mail.story.ctx.links, changed)}", timeout=15)
        assert answer.status_code == 404 and "Rosebud" not in answer.text
    assert httpx.get(mail.links["ChooseSkipUrl"][:-9] + "AAAAAAAAA", timeout=15).status_code == 404
    assert httpx.post(mail.links["ChooseSkipUrl"], timeout=15).status_code == 400  # a scanner that posts
    mail.set(state="applied", done="delay")
    assert press(page).status_code == 410
    decided = mail.open("ChooseSkipUrl")
    assert "decided already" in decided.text and "Wait until it is back" in decided.text
    mail.set(state="told", done=None, act_at=mail.story.now)
    late = press(page)
    assert late.status_code == 410 and "too late to choose" in late.text
    assert mail.decision().choice is None and mail.chosen() == [] and mail.uses() == 0


def test_german_and_a_shop_that_leads_into_the_account(mail: Mail) -> None:
    with mail.story.ctx.db.session() as session:
        session.execute(update(Shopper).values(locale="de"))
    page = mail.open("ChooseWaitUrl").text
    assert "Warten, bis er wieder da ist?" in page and "nicht vorrätig" in page and 'lang="de"' in page
    with mail.story.ctx.db.session() as session:
        session.execute(update(Shop).values(mail_links="account"))
    opened = mail.open("ChooseWaitUrl")
    assert "Bitte nutzen Sie Ihr Konto" in opened.text and "<form" not in opened.text
