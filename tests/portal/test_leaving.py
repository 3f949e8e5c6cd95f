"""Leaving by region: what is asked and offered, a discount taken once, and withdrawing from the contract."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from shopify_app.channels.klaviyo.models import CONNECTED
from shopify_app.contracts.models import Contract
from shopify_app.leaving import store, terms
from shopify_app.leaving.regions import EU, MEMBERS, SHIPPED, Region, governing
from shopify_app.shops.models import Shop
from shopify_app.tasks.models import Task
from shopify_app.web import acknowledging
from tests.portal.shopper import Shopper

KEY, OTHER = "tap-leaving-1", "tap-leaving-2"
DAY = timedelta(days=1)


def move(shopper: Shopper, country: str, state: str | None = None) -> None:
    """The subscription goes to another region from now on, as Shopify has it."""
    said = {"last_name": "Marsh", "address1": "7 Quince Lane", "city": "Anywhere", "country_code": country}
    done = shopper.deed("address", f"to-{country}-{state}", **said, **({"province_code": state} if state else {}))
    assert done.status_code == 200, done.text


def leaving(shopper: Shopper) -> dict[str, Any]:
    return shopper.get(f"/contracts/{shopper.contract}")["leaving"]


def save(shopper: Shopper, chosen: Region | store.Offer) -> None:
    how = store.save_region if isinstance(chosen, Region) else store.save_offer
    with shopper.story.ctx.db.session() as session:
        assert how(session, shopper.story.shop.id, chosen, "merchant:1", shopper.story.now)


def later(shopper: Shopper, by: timedelta) -> None:
    with shopper.story.world.locked():
        shopper.story.world.clock.advance(by)
    shopper.story.ctx.clock.fresh()


@pytest.mark.parametrize(
    ("country", "state", "code"),
    [
        ("DE", None, EU),
        ("FR", "IDF", EU),
        ("US", "CA", "US-CA"),
        ("US", "CO", "US-CO"),
        ("US", "NY", "*"),
        ("US", "MA", "*"),
        ("GB", None, "*"),
        ("CA", "ON", "*"),
        (None, None, "*"),
        (None, "CA", "*"),
    ],
)
def test_only_what_the_study_found_is_switched_on(country: str | None, state: str | None, code: str) -> None:
    found = governing(SHIPPED, country, state)
    assert found.code == code
    assert found.withdrawal_days == (14 if code == EU else None)
    assert found.asks_reason == (code not in ("US-CA", "US-CO"))


def test_a_row_of_a_country_goes_before_the_union_and_of_a_state_before_its_country() -> None:
    rows = dict(SHIPPED) | {"DE": Region("DE", True, withdrawal_days=30), "US": Region("US", True, offers=False)}
    assert governing(rows, "DE", None).withdrawal_days == 30 and governing(rows, "AT", None).code == EU
    assert governing(rows, "US", "TX").code == "US" and governing(rows, "US", "CA").code == "US-CA"
    assert len(MEMBERS) == 27


def test_withdrawing_ends_it_once_and_is_acknowledged_with_its_time(
    shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = shopper.story
    assert leaving(shopper) == {"asks_reason": True, "offers": True, "withdrawal": None,
                                "acknowledged": False, "withdrawn_at": None}  # fmt: skip
    none = shopper.deed("withdraw", KEY)
    assert (none.status_code, none.json()["code"]) == (409, "no_withdrawal")
    move(shopper, "DE")
    save(shopper, Region(EU, True, withdrawal_days=14, exempt="Opened bags of coffee."))
    right = {"until": "2026-12-15", "exempt": "Opened bags of coffee."}
    assert leaving(shopper)["withdrawal"] == right and shopper.options()["withdraw"]["possible"]
    later(shopper, 3 * DAY)
    look = shopper.deed("withdraw", preview=True).json()
    assert look["possible"] and (look["before"]["status"], look["after"]["status"]) == ("ACTIVE", "CANCELLED")
    with story.world.locked():
        story.world.faults.set({"graphql": {"ContractCancel": {"status": 403, "times": 1}}})
    away = shopper.deed("withdraw", KEY)
    assert (away.status_code, away.json()["code"]) == (503, "no_answer")
    assert leaving(shopper)["withdrawn_at"] is None and shopper.facts("subscription.withdrawn") == []
    first, again = (shopper.deed("withdraw", KEY) for _ in range(2))
    assert first.status_code == 200 and first.json() == again.json() and first.json()["undo"] is None
    declared = first.json()["contract"]["leaving"]["withdrawn_at"]
    assert declared == story.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert story.world.of("contracts", story.shop_domain)[shopper.contract]["status"] == "CANCELLED"
    twice = shopper.deed("withdraw", OTHER)
    assert (twice.status_code, twice.json()["code"]) == (409, "already")
    (told,), (cancelled,) = shopper.facts("subscription.withdrawn"), shopper.facts("subscription.cancelled")
    assert told.actor == cancelled.actor == f"shopper:{shopper.customer}" and cancelled.data == {
        "reason": "withdrawn"
    }
    with story.ctx.db.session() as session:
        (task,) = session.scalars(select(Task)).all()
        assert (task.kind, task.contract_gid, task.order_gid is not None) == ("withdrawal", told.contract_gid, True)
    assert not leaving(shopper)["acknowledged"], "nobody sends mails for this shop, so none is promised"
    monkeypatch.setattr(acknowledging, "account_of", lambda *_: SimpleNamespace(state=CONNECTED))
    assert leaving(shopper)["acknowledged"]
    kinds = [each["kind"] for each in shopper.get(f"/contracts/{shopper.contract}/timeline")["entries"]]
    assert "subscription.withdrawn" in kinds


def test_the_right_holds_to_the_end_of_its_last_day_also_for_what_is_cancelled(shopper: Shopper) -> None:
    move(shopper, "DE")
    shopper.deed("cancel", KEY, reason="other")
    assert shopper.options()["withdraw"]["possible"]
    later(shopper, 14 * DAY)  # the last day, in the shop's zone
    assert shopper.deed("withdraw", preview=True).json()["possible"]
    later(shopper, DAY)
    late = shopper.deed("withdraw", OTHER)
    assert (late.status_code, late.json()["code"]) == (409, "withdrawal_over")
    save(shopper, Region(EU, True, withdrawal_days=30))
    assert shopper.deed("withdraw", "tap-leaving-3").status_code == 200
    assert leaving(shopper)["withdrawn_at"] and len(shopper.facts("subscription.withdrawn")) == 1


def test_without_an_address_the_shops_country_decides(shopper: Shopper) -> None:
    with shopper.story.ctx.db.session() as session:
        shop = session.get_one(Shop, shopper.story.shop.id)
        assert shop.country == "US"  # as Shopify said at the installation
        shop.country = "AT"
        session.execute(update(Contract).values(delivery_method=None))
    assert leaving(shopper)["withdrawal"] == {"until": "2026-12-15", "exempt": None}


def test_the_discount_is_given_as_shown_and_taken_once(shopper: Shopper) -> None:
    shown = shopper.options()["stay_discount"]
    assert not shown["possible"] and shown["reason"]["code"] == "no_choice" and shown["inputs"][0]["values"] == []
    save(shopper, store.Offer(True, 20, 3, "Thanks for staying"))
    shown = shopper.options(**{"Accept-Language": "fr"})["stay_discount"]
    (value,) = shown["inputs"][0]["values"]
    assert shown["possible"] and value["words"] == "20\xa0% de réduction sur chacune des 3 prochaines commandes"
    gone = shopper.deed("stay_discount", KEY, offer="90x9")
    assert (gone.status_code, gone.json()["code"]) == (409, "offer_gone")
    look = shopper.deed("stay_discount", preview=True, offer=value["value"]).json()
    assert look["after"]["discounts"] == ["Thanks for staying"]
    assert float(look["after"]["total"]["amount"]) < float(look["before"]["total"]["amount"])
    done, again = (shopper.deed("stay_discount", OTHER, offer=value["value"]) for _ in range(2))
    assert done.status_code == 200 and done.json() == again.json(), done.text
    (there,) = done.json()["contract"]["discounts"]
    assert (there["title"], there["percentage"], there["times_left"]) == ("Thanks for staying", 20, 3)
    after = shopper.options()["stay_discount"]
    assert (after["possible"], after["reason"]["code"]) == (False, "already")
    (fact,) = shopper.facts("subscription.discount_added")
    assert fact.actor == f"shopper:{shopper.customer}"
    assert shopper.undo(OTHER).json()["contract"]["discounts"] == []
    twice = shopper.deed("stay_discount", "tap-leaving-3", offer=value["value"])
    assert (twice.status_code, twice.json()["code"]) == (409, "already"), "once, also when it was taken back"
    save(shopper, Region("*", True, offers=False))
    assert leaving(shopper)["offers"] is False and shopper.options()["stay_discount"]["inputs"][0]["values"] == []


@pytest.mark.parametrize(
    ("shop_zone", "country", "made", "until", "ends"),
    [
        # evening in California is the next day in Germany, whose fourteenth day is one later
        ("America/Los_Angeles", "DE", "2026-12-02T05:00:00+00:00", "2026-12-16", "2026-12-16T23:00:00+00:00"),
        # Tokyo's fifteenth is over while it goes on in Germany, and on the Azores even longer than in Lisbon
        ("Asia/Tokyo", "DE", "2026-12-01T09:00:00+00:00", "2026-12-15", "2026-12-15T23:00:00+00:00"),
        ("Asia/Tokyo", "PT", "2026-12-01T09:00:00+00:00", "2026-12-15", "2026-12-16T01:00:00+00:00"),
        # the shop's own day ends later, and over a change of clocks
        ("America/New_York", "DE", "2026-10-25T12:00:00+00:00", "2026-11-08", "2026-11-09T05:00:00+00:00"),
        ("Europe/Berlin", "XX", "2026-12-01T09:00:00+00:00", "2026-12-15", "2026-12-15T23:00:00+00:00"),
    ],
)
def test_the_days_are_for_nobody_fewer_than_their_own_calendar_says(
    shop_zone: str, country: str, made: str, until: str, ends: str
) -> None:
    shop = Shop(iana_timezone=shop_zone, country="US")
    contract = Contract(
        shopify_created_at=datetime.fromisoformat(made), delivery_method={"address": {"country_code": country}}
    )
    right = terms.right_of(Region(EU, True, withdrawal_days=14), contract, shop)
    assert right == terms.Right(date.fromisoformat(until), datetime.fromisoformat(ends))
    assert terms.right_of(Region(EU, True), contract, shop) is None


def test_what_was_declared_in_time_while_shopify_was_away_is_not_too_late_afterwards(shopper: Shopper) -> None:
    story = shopper.story
    move(shopper, "DE")
    later(shopper, 14 * DAY)
    with story.world.locked():
        story.world.faults.set({"graphql": {"ContractCancel": {"status": 403, "times": 1}}})
    assert shopper.deed("withdraw", KEY).json()["code"] == "no_answer"
    declared = story.now
    later(shopper, DAY)
    assert shopper.deed("withdraw", OTHER).json()["code"] == "withdrawal_over"
    done = shopper.deed("withdraw", KEY)
    assert done.status_code == 200, done.text
    assert leaving(shopper)["withdrawn_at"] == declared.strftime("%Y-%m-%dT%H:%M:%SZ")
