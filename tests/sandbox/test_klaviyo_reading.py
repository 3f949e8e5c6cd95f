"""Rule 4, read from outside: get_events shows what was stored, not what was accepted. Through the official SDK."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from klaviyo_api import KlaviyoAPI
from openapi_client.exceptions import BadRequestException, ForbiddenException

from sandbox.klaviyo import seed
from sandbox.klaviyo.testing import ServedKlaviyo, serve
from sandbox.world import World

UPCOMING = "Upcoming Subscription Order"
PAUSED = "Paused Subscription"


@pytest.fixture
def klaviyo() -> Iterator[ServedKlaviyo]:
    world = World()
    world.clock.freeze(datetime(2026, 12, 1, 9, tzinfo=UTC))
    with serve(world) as served:
        yield served


def arrive(klaviyo: ServedKlaviyo, unique_id: str, metric: str = UPCOMING, email: str = "jo@shopper.io") -> None:
    """An event of now, accepted; the clock goes on by an hour."""
    attributes = {
        "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
        "profile": {"data": {"type": "profile", "attributes": {"email": email}}},
        "properties": {"Zero": 0, "A": "b"},
        "unique_id": unique_id,
    }
    klaviyo.accept(klaviyo.credentials[seed.ROSEBUD_KEY], attributes, "r")
    klaviyo.world.clock.advance(timedelta(hours=1))


def read(klaviyo: ServedKlaviyo, key: str = seed.READER_KEY, **options: Any) -> Any:
    api = KlaviyoAPI(key, max_retries=1, test_host=klaviyo.url)
    return api.Events.get_events(_request_timeout=(3, 10), **options)


def ids(answer: Any) -> list[str]:
    return [one.attributes.event_properties["$event_id"] for one in answer.data]


def test_what_is_accepted_shows_only_when_it_is_stored(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo, "1")
    assert read(klaviyo).data == []
    klaviyo.advance()
    (shown,) = read(klaviyo).data
    assert shown.attributes.event_properties == {"A": "b", "$event_id": "1"}
    assert shown.attributes.datetime_ == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert shown.attributes.timestamp == int(datetime(2026, 12, 1, 9, tzinfo=UTC).timestamp())
    assert shown.relationships.metric.data.id == klaviyo.of("metrics", seed.ROSEBUD).all()[0]["id"]


def test_events_are_found_by_metric_profile_and_time(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo, "1")
    arrive(klaviyo, "2", PAUSED)
    arrive(klaviyo, "3", email="ada@shopper.io")
    klaviyo.advance()
    metrics = {row["name"]: row["id"] for row in klaviyo.of("metrics", seed.ROSEBUD)}
    ada = klaviyo.of("profiles", seed.ROSEBUD).all()[1]["id"]
    upcoming = f'equals(metric_id,"{metrics[UPCOMING]}")'
    assert ids(read(klaviyo, filter=upcoming)) == ["1", "3"]
    assert ids(read(klaviyo, filter=f'equals(profile_id,"{ada}")')) == ["3"]
    assert ids(read(klaviyo, filter="greater-or-equal(datetime,2026-12-01T10:00:00Z)")) == ["2", "3"]
    assert ids(read(klaviyo, filter="greater-than(datetime,2026-12-01T10:00:00Z)")) == ["3"]
    assert ids(read(klaviyo, filter=f"{upcoming},less-than(datetime,2026-12-01T11:00:00Z)")) == ["1"]
    assert ids(read(klaviyo, filter=f"and({upcoming},less-or-equal(timestamp,1796122800))")) == ["1", "3"]
    assert ids(read(klaviyo, filter='equals(metric_id,"NOSUCH")')) == []
    assert ids(read(klaviyo, sort="-datetime")) == ["3", "2", "1"]


def test_events_come_two_hundred_a_page(klaviyo: ServedKlaviyo) -> None:
    for number in range(201):
        arrive(klaviyo, str(number))
    klaviyo.advance()
    first = read(klaviyo)
    assert len(first.data) == 200
    cursor = httpx.URL(first.links.next).params["page[cursor]"]
    second = read(klaviyo, page_cursor=cursor)
    assert (ids(second), second.links.next) == (["200"], None)
    assert ids(read(klaviyo, page_size=2)) == ["0", "1"]


def test_profiles_and_metrics_can_be_included(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo, "1")
    arrive(klaviyo, "2")
    klaviyo.advance()
    included = read(klaviyo, include=["profile", "metric"]).included
    assert [(one["type"], one["attributes"].get("email"), one["attributes"].get("name")) for one in included] == [
        ("profile", "jo@shopper.io", None),
        ("metric", None, UPCOMING),
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"filter": "equals(name,1)"},
        {"filter": 'equals(datetime,"2026-12-01")'},
        {"filter": "greater-than(datetime,yesterday)"},
        {"filter": "greater-than(metric_id,1)"},
        {"filter": "nonsense"},
        {"sort": "name"},
        {"include": ["flows"]},
        {"page_cursor": "x"},
    ],
)
def test_a_question_klaviyo_does_not_know_is_400(klaviyo: ServedKlaviyo, options: dict[str, Any]) -> None:
    arrive(klaviyo, "1")
    klaviyo.advance()
    with pytest.raises(BadRequestException):
        read(klaviyo, **options)


def test_reading_events_needs_a_scope_that_sending_does_not_give(klaviyo: ServedKlaviyo) -> None:
    with pytest.raises(ForbiddenException):
        read(klaviyo, seed.ROSEBUD_KEY)
