"""The inbox pages: a person sees per shopper what Klaviyo kept, and what it took and dropped."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sandbox.klaviyo import seed
from sandbox.klaviyo.testing import ServedKlaviyo, serve
from sandbox.world import World


@pytest.fixture
def klaviyo() -> Iterator[ServedKlaviyo]:
    world = World()
    world.clock.freeze(datetime(2026, 12, 1, 9, tzinfo=UTC))
    with serve(world) as served:
        served.set(auto=True)
        yield served


def arrive(klaviyo: ServedKlaviyo, email: str = "jo@shopper.io", **properties: Any) -> None:
    profile = {"type": "profile", "attributes": {"email": email, "first_name": "Jo", "last_name": "March"}}
    attributes = {
        "metric": {"data": {"type": "metric", "attributes": {"name": "Upcoming Subscription Order"}}},
        "profile": {"data": profile},
        "properties": properties,
        "unique_id": f"u-{len(klaviyo.of('accepted', seed.ROSEBUD))}",
    }
    klaviyo.accept(klaviyo.credentials[seed.ROSEBUD_KEY], attributes, "req")


def page(klaviyo: ServedKlaviyo, path: str) -> str:
    answer = httpx.get(f"{klaviyo.url}/inbox{path}", timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.text


def profile_path(klaviyo: ServedKlaviyo) -> str:
    klaviyo.advance()
    return f"/{seed.ROSEBUD}/{klaviyo.of('profiles', seed.ROSEBUD).all()[0]['id']}"


def test_an_empty_inbox_says_what_to_do(klaviyo: ServedKlaviyo) -> None:
    assert "No shopper yet" in page(klaviyo, "")


def test_reading_the_inbox_stores_what_waits(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo, NextChargeDate="December 5, 2026")
    listed = page(klaviyo, "")
    assert "Jo March" in listed and "jo@shopper.io" in listed
    assert "Upcoming Subscription Order" in listed
    assert "01 Dec 2026 04:00 EST" in listed  # the account's zone


def test_a_shopper_shows_events_with_readable_properties_and_links(klaviyo: ServedKlaviyo) -> None:
    arrive(
        klaviyo,
        NextChargeDate="December 5, 2026",
        SkipUrl="https://app.shop/links/skip?token=a",
        Items=[{"ProductName": "Beans", "Quantity": 2, "Options": {"Grind": "Filter"}}],
        SKUs=["B-1", "B-2"],
        IsPrepaid=False,
    )
    shown = page(klaviyo, profile_path(klaviyo))
    assert "<dt>NextChargeDate</dt><dd>December 5, 2026</dd>" in shown
    assert '<a href="https://app.shop/links/skip?token=a" rel="noreferrer">' in shown
    for text in ("Beans", "Grind", "Filter", "B-1, B-2", "false", "triggers flows"):
        assert text in shown


def test_what_a_shopper_wrote_cannot_become_a_script_or_a_bad_link(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo, Note="<script>alert(1)</script>", Url="javascript:alert(1)")
    shown = page(klaviyo, profile_path(klaviyo))
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown
    assert 'href="javascript:' not in shown


def test_requests_show_what_was_dropped_and_why(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo, email="jo@example.com")
    arrive(klaviyo)
    shown = page(klaviyo, "/requests")
    assert "example or test address" in shown
    assert "2 accepted" in shown and "1 stored" in shown and "1 dropped" in shown


def test_shoppers_are_found_by_name_or_mail_and_accounts_are_apart(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo)
    assert "jo@shopper.io" in page(klaviyo, "?q=MARCH")
    assert "Nobody here is called" in page(klaviyo, "?q=ada")
    assert "jo@shopper.io" not in page(klaviyo, f"?account={seed.SECOND}")


def test_a_list_of_things_that_differ_is_still_shown(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo, Items=[{"Name": "Beans"}, {"Price": "$4"}, "loose", 7], Mixed=["loose", {"Name": "Mug"}])
    shown = page(klaviyo, profile_path(klaviyo))
    for text in ("Beans", "$4", "loose", "Mug"):
        assert text in shown


def test_a_world_that_was_reset_has_its_accounts_again(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo)
    klaviyo.world.reset()
    assert "No shopper yet" in page(klaviyo, "")
    assert seed.ROSEBUD_KEY in page(klaviyo, "/keys")


def test_accounts_and_keys_are_listed(klaviyo: ServedKlaviyo) -> None:
    shown = page(klaviyo, "/keys")
    for text in (seed.ROSEBUD_KEY, "Rosebud Coffee", seed.SECOND, "events:write"):
        assert text in shown


@pytest.mark.parametrize("path", ["?account=nope", "/requests?account=nope", "/nope/nope", f"/{seed.ROSEBUD}/nope"])
def test_what_does_not_exist_is_404(klaviyo: ServedKlaviyo, path: str) -> None:
    assert httpx.get(f"{klaviyo.url}/inbox{path}", timeout=10).status_code == 404
