"""A shopper acts from a mail, over HTTP: once, in time, in their language; no machine acts for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from sandbox.seeds import tiny
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import skip
from shopify_app.health import metrics
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import Killed
from shopify_app.kit.links import LinkSigner
from shopify_app.links import follow, prune, wish
from shopify_app.links.models import LinkUse
from shopify_app.links.urls import mail_links
from shopify_app.shoppers.models import Shopper
from shopify_app.shops.models import Shop
from shopify_app.web.links import limits
from tests.support.app import Story
from tests.support.links import press

WEEK = timedelta(days=7)


@dataclass
class Mail:
    """The mail about the next order, and what its reader can do."""

    story: Story
    cycle: BillingCycle
    links: dict[str, str]

    def open(self, name: str, **headers: str) -> httpx.Response:
        return httpx.get(self.links[name], headers=headers, timeout=15)

    def press(self, name: str, page: httpx.Response | None = None) -> httpx.Response:
        return press(page or self.open(name))

    def now(self) -> BillingCycle:
        with self.story.ctx.db.session() as session:
            return session.get_one(BillingCycle, self.cycle.id)

    def facts(self, kind: str) -> list[Fact]:
        with self.story.ctx.db.session() as session:
            return list(session.scalars(select(Fact).where(Fact.kind == kind).order_by(Fact.id)))

    def uses(self) -> int:
        with self.story.ctx.db.session() as session:
            return len(session.scalars(select(LinkUse)).all())


@pytest.fixture
def mail(story: Story) -> Mail:
    tiny.grow(story.world)
    shop = story.install()
    with story.ctx.db.session() as session:
        open_cycles = select(BillingCycle).where(BillingCycle.due_at > story.now).order_by(BillingCycle.expected_at)
        cycle = session.scalars(open_cycles).first()
        gid = session.scalars(select(Contract.shopify_gid)).one()
    links = mail_links(story.ctx.links, story.url, shop, gid, cycle.cycle_index, cycle.due_at)
    return Mail(story, cycle, links)


def test_skip_undo_and_use_once(mail: Mail) -> None:
    page = mail.open("SkipUrl")
    assert page.status_code == 200 and "Skip this order?" in page.text and "House Blend" in page.text
    assert "script" not in page.text and 'lang="en' in page.text and "Set-Cookie" not in page.headers
    assert page.headers["Referrer-Policy"] == "no-referrer" and "noindex" in page.headers["X-Robots-Tag"]
    assert (
        page.headers["Cache-Control"] == "no-store"
        and "default-src 'none'" in page.headers["Content-Security-Policy"]
    )
    done = press(page)
    assert done.status_code == 200 and "This order is skipped" in done.text
    assert mail.now().skipped and mail.now().due_at is None
    (fact,) = mail.facts("order.skipped")
    assert (fact.actor, fact.before, fact.after) == ("link", {"skipped": False}, {"skipped": True})
    again = press(page)
    assert again.status_code == 200 and "already skipped" in again.text and len(mail.facts("order.skipped")) == 1
    back = press(done)
    assert back.status_code == 200 and "This order takes place" in back.text
    assert not mail.now().skipped and mail.facts("order.unskipped")[0].actor == "link"
    assert mail.open("SkipUrl").status_code == 410 and press(page).status_code == 410
    assert not mail.now().skipped


def test_a_week_later_and_back(mail: Mail) -> None:
    done = mail.press("DelayOneWeekUrl")
    assert done.status_code == 200 and "This order is moved" in done.text
    assert mail.now().expected_at.date() == (mail.cycle.expected_at + WEEK).date()
    assert "already moved" in mail.open("DelayOneWeekUrl").text
    assert press(done).status_code == 200
    assert mail.now().expected_at == mail.cycle.expected_at
    assert [fact.actor for fact in mail.facts("order.moved")] == ["link", "link"]


def test_a_page_left_open_does_not_move_what_has_moved_meanwhile(mail: Mail) -> None:
    page = mail.open("DelayTwoWeeksUrl")
    assert mail.press("DelayOneWeekUrl").status_code == 200
    stale = press(page)
    assert stale.status_code == 409 and "has changed since" in stale.text
    assert mail.now().expected_at.date() == (mail.cycle.expected_at + WEEK).date()


def test_five_scanners_change_nothing_and_the_human_can_still_act(mail: Mail) -> None:
    for number in range(5):
        for address in (mail.links[name] for name in ("SkipUrl", "UnskipUrl", "DelayOneWeekUrl")):
            httpx.request("HEAD" if number % 2 else "GET", address, headers={"User-Agent": f"scan/{number}"})
    assert httpx.post(mail.links["SkipUrl"]).status_code == 400  # a scanner that posts, but fills in no form
    assert mail.uses() == 0 and not mail.now().skipped and mail.facts("order.skip_requested") == []
    assert mail.press("SkipUrl").status_code == 200 and mail.now().skipped


def test_tampered_foreign_and_expired_links_change_nothing(mail: Mail) -> None:
    address, ctx = mail.links["SkipUrl"], mail.story.ctx
    mine = wish.read(ctx.links, address.rsplit("/", 1)[1])
    stranger = LinkSigner(["A" * 43 + "="])
    other_shop = wish.write(ctx.links, wish.Wish("skip", 99, mine.contract, mine.cycle_index, mine.expires_at))
    for token in (f"x{address.rsplit('/', 1)[1]}", wish.write(stranger, mine), other_shop):
        for answer in (
            httpx.get(f"{mail.story.url}/links/{token}"),
            httpx.post(f"{mail.story.url}/links/{token}", data={"token": token}),
        ):
            assert answer.status_code == 404 and "does not work" in answer.text and "Rosebud" not in answer.text
    page = mail.open("SkipUrl")
    with mail.story.world.locked():
        mail.story.world.clock.set(mine.expires_at)
    mail.story.ctx.clock.fresh()
    assert press(page).status_code == 410 and "expired" in mail.open("SkipUrl").text
    assert mail.uses() == 0 and not mail.now().skipped


def test_a_german_shopper_reads_german(mail: Mail) -> None:
    customers = mail.story.world.of("customers", mail.story.shop_domain)
    with mail.story.world.locked():
        customers.put({**customers.all()[0], "locale": "de-AT"})
    with mail.story.ctx.db.session() as session:
        session.execute(update(Shopper).values(locale="de-AT"))
    page = mail.open("SkipUrl")
    assert 'lang="de-AT"' in page.text and "Diese Bestellung auslassen?" in page.text
    assert "wird ausgelassen" in press(page).text
    broken = httpx.get(f"{mail.story.url}/links/nothing", headers={"Accept-Language": "de"})
    assert "Dieser Link funktioniert nicht" in broken.text


def test_too_many_openings_are_asked_to_wait(mail: Mail, monkeypatch) -> None:
    moment = machine_now()
    monkeypatch.setattr(limits, "machine_now", lambda: moment)  # no new minute begins meanwhile
    answers = [mail.open("SkipUrl").status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


def test_a_shop_that_does_not_answer_leaves_nothing_half_done(mail: Mail) -> None:
    page = mail.open("SkipUrl")
    faults = mail.story.world.faults
    with mail.story.world.locked():
        faults.set({"graphql": {"CycleCheck": {"status": 403}}})
    away = press(page)
    assert away.status_code == 503 and "Nothing was changed" in away.text and not mail.now().skipped
    with mail.story.world.locked():
        faults.set({"graphql": {"CycleCheck": {"probability": 0, "status": 403}}})
    retry = mail.open("SkipUrl")
    assert "first try did not get through" in retry.text
    assert press(retry).status_code == 200 and mail.now().skipped


@pytest.mark.parametrize("is_late", [False, True], ids=["before Shopify is asked", "after Shopify did it"])
def test_a_death_after_the_claim_loses_no_wish_silently(mail: Mail, monkeypatch, is_late: bool) -> None:
    ask = skip.gateway.skip

    def die(*given: object) -> None:
        if is_late:
            ask(*given)
        raise Killed

    asked = wish.read(mail.story.ctx.links, mail.links["SkipUrl"].rsplit("/", 1)[1])
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(skip.gateway, "skip", die)
        follow.act(mail.story.ctx, asked, mail.cycle.expected_at)
    assert mail.open("SkipUrl").status_code == 503  # somebody may still be at it
    with mail.story.ctx.db.session() as session:
        session.execute(update(LinkUse).values(lease_until=None))
    page = mail.open("SkipUrl")
    assert ("already skipped" if is_late else "first try did not get through") in page.text
    if not is_late:
        assert press(page).status_code == 200
    assert mail.now().skipped


def test_a_death_between_the_claim_and_the_edit_lets_the_shopper_press_again(mail: Mail, monkeypatch) -> None:
    def die(*given: object) -> None:
        raise Killed

    asked = wish.read(mail.story.ctx.links, mail.links["SkipUrl"].rsplit("/", 1)[1])
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(follow.door, "carry_out", die)
        follow.act(mail.story.ctx, asked, mail.cycle.expected_at)
    assert not mail.now().skipped and not mail.facts("order.skip_requested")
    assert mail.open("SkipUrl").status_code == 503
    with mail.story.ctx.db.session() as session:
        session.execute(update(LinkUse).values(lease_until=machine_now() - timedelta(seconds=1)))
    page = mail.open("SkipUrl")
    assert "first try did not get through" in page.text
    assert press(page).status_code == 200 and mail.now().skipped
    assert "already skipped" in press(page).text  # the page that is still open in another tab
    assert [len(mail.facts(kind)) for kind in ("order.skip_requested", "order.skipped")] == [1, 1]
    assert mail.uses() == 1


def test_uses_are_counted_and_forgotten_after_ninety_days(mail: Mail) -> None:
    mail.press("SkipUrl")
    ctx = mail.story.ctx
    assert 'perennial_link_uses{outcome="done"} 1.0' in metrics.render(ctx).decode()
    assert (prune.run(ctx), mail.uses()) == (0, 1)
    with ctx.db.session() as session:
        session.execute(update(LinkUse).values(used_at=mail.story.now - timedelta(days=91)))
    assert (prune.run(ctx), mail.uses()) == (1, 0)


def test_a_shop_may_lead_its_shoppers_into_the_account(mail: Mail) -> None:
    with mail.story.ctx.db.session() as session:
        session.execute(update(Shop).values(mail_links="account"))
    shop = mail.story.shop
    assert set(mail_links(mail.story.ctx.links, mail.story.url, shop, "gid://shopify/X/1", 1, mail.now().due_at)) == {
        "ManageUrl"
    }
    page = mail.open("SkipUrl").text
    assert "use your account" in page and f'href="https://{tiny.SHOP}/account"' in page
