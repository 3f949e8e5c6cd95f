"""Rule 4: a 202 promises nothing. What Klaviyo keeps of the accepted events, and which would start a flow."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from klaviyo_api import KlaviyoAPI

from sandbox.klaviyo import Klaviyo, seed
from sandbox.klaviyo.testing import ServedKlaviyo, serve
from sandbox.world import World

UPCOMING = "Upcoming Subscription Order"
PROCESSED = "Processed Subscription Order"


@pytest.fixture
def klaviyo() -> Iterator[ServedKlaviyo]:
    world = World()
    world.clock.freeze(datetime(2026, 12, 1, 9, tzinfo=UTC))
    with serve(world) as served:
        yield served


def send(
    klaviyo: ServedKlaviyo,
    metric: str = UPCOMING,
    *,
    email: str = "jo@shopper.io",
    key: str = seed.ROSEBUD_KEY,
    person: dict[str, Any] | None = None,
    **attributes: Any,
) -> None:
    """One create_event through the SDK; it is always answered with 202."""
    profile = {"type": "profile", "attributes": {"email": email, **(person or {})}}
    body = {
        "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
        "profile": {"data": profile},
        "properties": {"A": "b"},
        **attributes,
    }
    api = KlaviyoAPI(key, max_retries=1, test_host=klaviyo.url)
    answer = api.Events.create_event_with_http_info(
        {"data": {"type": "event", "attributes": body}}, _request_timeout=(3, 10)
    )
    assert answer.status_code == 202


def reasons(klaviyo: ServedKlaviyo) -> list[str | None]:
    return [row["reason"] for row in klaviyo.of("accepted", seed.ROSEBUD)]


def test_nothing_is_stored_until_klaviyo_gets_to_it(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo)
    assert (len(klaviyo.of("accepted", seed.ROSEBUD)), klaviyo.stored(seed.ROSEBUD)) == (1, [])
    assert len(klaviyo.of("profiles", seed.ROSEBUD)) == 0
    klaviyo.advance()
    (event,) = klaviyo.stored(seed.ROSEBUD)
    assert event["properties"] == {"A": "b"}
    assert klaviyo.advance() == []


def test_metrics_appear_only_after_processing(klaviyo: ServedKlaviyo) -> None:
    api = KlaviyoAPI(seed.ROSEBUD_KEY, max_retries=1, test_host=klaviyo.url)
    send(klaviyo)
    assert api.Metrics.get_metrics(_request_timeout=(3, 10)).data == []
    klaviyo.advance()
    (metric,) = api.Metrics.get_metrics(filter='equals(integration.name,"API")', _request_timeout=(3, 10)).data
    assert metric.attributes.name == UPCOMING
    by_category = api.Metrics.get_metrics(filter='equals(integration.category,"API")', _request_timeout=(3, 10))
    assert by_category.data == []


def test_the_same_unique_id_is_kept_once_and_the_first_wins(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo, unique_id="u-1", properties={"N": "first"})
    send(klaviyo, unique_id="u-1", properties={"N": "second"})
    klaviyo.advance()
    klaviyo.world.clock.advance(timedelta(days=300))
    send(klaviyo, unique_id="u-1", properties={"N": "much later"})
    klaviyo.advance()
    (event,) = klaviyo.stored(seed.ROSEBUD)
    assert event["properties"] == {"N": "first", "$event_id": "u-1"}
    assert reasons(klaviyo)[0] is None
    assert all("seen before" in str(reason) for reason in reasons(klaviyo)[1:])


def test_a_unique_id_is_unique_per_profile_and_metric(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo, unique_id="u-1")
    send(klaviyo, PROCESSED, unique_id="u-1")
    send(klaviyo, unique_id="u-1", email="ada@shopper.io")
    send(klaviyo, unique_id="u-1", key=seed.SECOND_KEY)
    klaviyo.advance()
    assert len(klaviyo.stored(seed.ROSEBUD)) == 3
    assert len(klaviyo.stored(seed.ROSEBUD, UPCOMING)) == 2
    assert len(klaviyo.stored(seed.SECOND)) == 1


def test_without_a_unique_id_one_event_a_second_is_kept(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo, time="2026-12-01T12:00:00.100+00:00")
    send(klaviyo, time="2026-12-01T13:00:00.900+01:00")
    send(klaviyo, time="2026-12-01T12:00:01+00:00")
    klaviyo.advance()
    assert [event["time"] for event in klaviyo.stored(seed.ROSEBUD)] == [
        "2026-12-01T12:00:00+00:00",
        "2026-12-01T12:00:01+00:00",
    ]


def test_without_a_time_the_receipt_counts_in_business_time(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo)
    send(klaviyo)
    klaviyo.world.clock.advance(timedelta(seconds=1))
    send(klaviyo)
    klaviyo.world.clock.advance(timedelta(hours=1))
    klaviyo.advance()
    assert [event["time"] for event in klaviyo.stored(seed.ROSEBUD)] == [
        "2026-12-01T09:00:00+00:00",
        "2026-12-01T09:00:01+00:00",
    ]


@pytest.mark.parametrize(
    "email", ["jo@example.com", "jo@EXAMPLE.org", "jo@test.com", "jo@mail.example.com", "jo@shop.test"]
)
def test_example_and_test_addresses_are_dropped_in_silence(klaviyo: ServedKlaviyo, email: str) -> None:
    send(klaviyo, email=email)
    klaviyo.advance()
    assert klaviyo.stored(seed.ROSEBUD) == []
    assert len(klaviyo.of("profiles", seed.ROSEBUD)) == 0
    assert reasons(klaviyo) == ["example or test address"]


@pytest.mark.parametrize("email", ["jo@examples.com", "jo@contest.com", "test@shopper.io"])
def test_addresses_that_only_look_alike_are_kept(klaviyo: ServedKlaviyo, email: str) -> None:
    send(klaviyo, email=email)
    klaviyo.advance()
    assert len(klaviyo.stored(seed.ROSEBUD)) == 1


def test_zero_null_and_empty_properties_vanish(klaviyo: ServedKlaviyo) -> None:
    send(
        klaviyo,
        properties={
            "Zero": 0,
            "ZeroPoint": 0.0,
            "Nothing": None,
            "Empty": "",
            "Text": "0",
            "No": False,
            "List": [],
            "Items": [{"Name": "Beans", "Discount": 0}],
        },
    )
    klaviyo.advance()
    (event,) = klaviyo.stored(seed.ROSEBUD)
    assert event["properties"] == {"Text": "0", "No": False, "List": [], "Items": [{"Name": "Beans"}]}


def test_whether_blanks_inside_objects_vanish_is_a_knob(klaviyo: ServedKlaviyo) -> None:
    klaviyo.set(drop_nested_blanks=False)
    send(klaviyo, properties={"Zero": 0, "Items": [{"Name": "Beans", "Discount": 0}]})
    klaviyo.advance()
    assert klaviyo.stored(seed.ROSEBUD)[0]["properties"] == {"Items": [{"Name": "Beans", "Discount": 0}]}


def test_a_backfilled_event_is_stored_and_triggers_no_flow(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo, unique_id="old", backfill=True)
    send(klaviyo, unique_id="new")
    klaviyo.advance()
    assert [event["properties"]["$event_id"] for event in klaviyo.stored(seed.ROSEBUD)] == ["old", "new"]
    assert [event["properties"]["$event_id"] for event in klaviyo.triggered(seed.ROSEBUD)] == ["new"]


def test_once_a_metric_had_a_value_later_events_without_one_get_zero(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo, unique_id="1")
    send(klaviyo, unique_id="2", value=93.2, value_currency="USD")
    send(klaviyo, unique_id="3")
    klaviyo.advance()
    assert [event["properties"].get("$value") for event in klaviyo.stored(seed.ROSEBUD)] == [None, 93.2, 0]
    assert klaviyo.stored(seed.ROSEBUD)[1]["properties"]["$value_currency"] == "USD"


def test_an_event_makes_and_patches_its_profile(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo, unique_id="1", email="Jo@Shopper.io", person={"first_name": "Jo", "properties": {"Plan": "A"}})
    send(klaviyo, unique_id="2", person={"last_name": "March", "properties": {"In Dunning": False}})
    klaviyo.advance()
    (profile,) = klaviyo.of("profiles", seed.ROSEBUD)
    assert profile["attributes"] == {"email": "jo@shopper.io", "first_name": "Jo", "last_name": "March"}
    assert profile["properties"] == {"Plan": "A", "In Dunning": False}


def test_null_clears_a_name_and_absence_does_not(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo, unique_id="1", person={"first_name": "Jo", "last_name": "March"})
    send(klaviyo, unique_id="2", person={"first_name": None})
    klaviyo.advance()
    assert klaviyo.of("profiles", seed.ROSEBUD).all()[0]["attributes"] == {
        "email": "jo@shopper.io",
        "last_name": "March",
    }


def test_an_event_for_an_unknown_profile_id_is_lost(klaviyo: ServedKlaviyo) -> None:
    api = KlaviyoAPI(seed.ROSEBUD_KEY, max_retries=1, test_host=klaviyo.url)
    body = {
        "metric": {"data": {"type": "metric", "attributes": {"name": UPCOMING}}},
        "profile": {"data": {"type": "profile", "id": "01NOBODY", "attributes": {}}},
        "properties": {},
    }
    api.Events.create_event({"data": {"type": "event", "attributes": body}}, _request_timeout=(3, 10))
    klaviyo.advance()
    assert (klaviyo.stored(seed.ROSEBUD), reasons(klaviyo)) == ([], ["unknown profile id"])


def test_on_its_own_klaviyo_stores_a_little_later(klaviyo: ServedKlaviyo) -> None:
    klaviyo.set(auto=True)
    send(klaviyo)
    klaviyo.catch_up()
    assert klaviyo.stored(seed.ROSEBUD) == []  # the second has not passed
    for row in klaviyo.of("accepted", seed.ROSEBUD):
        row["received_machine"] -= 1.1
    klaviyo.catch_up()
    assert len(klaviyo.stored(seed.ROSEBUD)) == 1


def test_a_restart_keeps_what_was_accepted_and_what_was_seen(tmp_path: Path) -> None:
    world = World(tmp_path / "world.sqlite")
    with serve(world) as klaviyo:
        send(klaviyo, unique_id="u-1")
        klaviyo.advance()
        send(klaviyo, unique_id="u-1")
        send(klaviyo, unique_id="u-2")
    after = Klaviyo(World(tmp_path / "world.sqlite"))
    assert [row["state"] for row in after.advance()] == ["dropped", "stored"]
    assert len(after.stored(seed.ROSEBUD)) == 2
    assert len(after.accounts) == 2
