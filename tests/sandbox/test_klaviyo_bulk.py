"""Rule 6: many events in one request, all or none. Driven by the official SDK."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import urllib3
from klaviyo_api import KlaviyoAPI
from openapi_client.exceptions import BadRequestException, ForbiddenException

from sandbox.klaviyo import seed
from sandbox.klaviyo.testing import ServedKlaviyo, serve
from sandbox.world import World

UPCOMING = "Upcoming Subscription Order"
ENTRIES = "/data/attributes/events-bulk-create/data"


@pytest.fixture
def klaviyo() -> Iterator[ServedKlaviyo]:
    world = World()
    world.clock.freeze(datetime(2026, 12, 1, 9, tzinfo=UTC))
    with serve(world) as served:
        yield served


def event(unique_id: str | None = None, metric: str = UPCOMING, **more: Any) -> dict[str, Any]:
    known = {"metric": {"data": {"type": "metric", "attributes": {"name": metric}}}, "properties": {"A": "b"}}
    return {"type": "event", "attributes": known | ({"unique_id": unique_id} if unique_id else {}) | more}


def entry(*events: dict[str, Any], email: str = "jo@shopper.io", **more: Any) -> dict[str, Any]:
    profile = {"data": {"type": "profile", "attributes": {"email": email}}}
    return {"type": "event-bulk-create", "attributes": {"profile": profile, "events": {"data": [*events]}, **more}}


def job(*entries: dict[str, Any]) -> dict[str, Any]:
    attributes = {"events-bulk-create": {"data": [*entries]}}
    return {"data": {"type": "event-bulk-create-job", "attributes": attributes}}


def send(klaviyo: ServedKlaviyo, document: dict[str, Any], key: str = seed.ROSEBUD_KEY) -> Any:
    api = KlaviyoAPI(key, max_retries=1, test_host=klaviyo.url)
    api.Events.api_client.rest_client.pool_manager.connection_pool_kw["retries"] = False
    return api.Events.bulk_create_events_with_http_info(document, _request_timeout=(3, 20))


def refused(klaviyo: ServedKlaviyo, document: dict[str, Any]) -> list[str]:
    """The pointers of a refusal, after which nothing at all was taken."""
    with pytest.raises(BadRequestException) as caught:
        send(klaviyo, document)
    assert len(klaviyo.of("accepted", seed.ROSEBUD)) == 0
    return [error["source"]["pointer"] for error in json.loads(caught.value.body)["errors"]]


def test_many_events_are_answered_with_a_null_body_and_stored_in_their_order(klaviyo: ServedKlaviyo) -> None:
    answer = send(klaviyo, job(entry(event("1"), event("2")), entry(event("1"), email="ada@shopper.io")))
    assert (answer.status_code, answer.raw_data.strip()) == (202, b"null")
    assert klaviyo.stored(seed.ROSEBUD) == []
    klaviyo.advance()
    people = {row["id"]: row["attributes"]["email"] for row in klaviyo.of("profiles", seed.ROSEBUD)}
    assert [(people[row["profile"]], row["properties"]["$event_id"]) for row in klaviyo.stored(seed.ROSEBUD)] == [
        ("jo@shopper.io", "1"),
        ("jo@shopper.io", "2"),
        ("ada@shopper.io", "1"),
    ]


def test_what_came_alone_and_what_came_in_bulk_are_one(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo, job(entry(event("1", properties={"N": "first"}))))
    send(klaviyo, job(entry(event("1", properties={"N": "second"}), event("2"))))
    alone = {**event("2")["attributes"], "profile": entry()["attributes"]["profile"]}
    api = KlaviyoAPI(seed.ROSEBUD_KEY, max_retries=1, test_host=klaviyo.url)
    api.Events.create_event({"data": {"type": "event", "attributes": alone}}, _request_timeout=(3, 10))
    klaviyo.advance()
    kept = [(row["properties"]["$event_id"], row["properties"].get("N")) for row in klaviyo.stored(seed.ROSEBUD)]
    assert kept == [("1", "first"), ("2", None)]


def test_backfill_is_said_of_an_entry_or_of_one_event(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo, job(entry(event("1"), event("2", backfill=True)), entry(event("3"), backfill=True)))
    klaviyo.advance()
    assert len(klaviyo.stored(seed.ROSEBUD)) == 3
    assert [row["properties"]["$event_id"] for row in klaviyo.triggered(seed.ROSEBUD)] == ["1"]


@pytest.mark.parametrize(
    ("again", "pointer"),
    [
        (job(entry(event("1"), event("1"))), f"{ENTRIES}/0/attributes/events/data/1"),
        (job(entry(event("1")), entry(event("2"), event("1"), email="Jo@Shopper.io")),
         f"{ENTRIES}/1/attributes/events/data/1"),
    ],
)  # fmt: skip
def test_a_repeated_unique_id_fails_the_whole_request(
    klaviyo: ServedKlaviyo, again: dict[str, Any], pointer: str
) -> None:
    assert refused(klaviyo, again) == [f"{pointer}/attributes/unique_id"]


def test_the_same_unique_id_of_another_profile_or_metric_is_no_repeat(klaviyo: ServedKlaviyo) -> None:
    send(
        klaviyo, job(entry(event("1"), event("1", "Paused Subscription")), entry(event("1"), email="ada@shopper.io"))
    )
    assert len(klaviyo.advance()) == 3


@pytest.mark.parametrize(
    ("spoil", "pointer"),
    [
        (lambda about: about["profile"]["data"]["attributes"].update(email="jo@"), "/profile/data/attributes/email"),
        (lambda about: about["profile"]["data"]["attributes"].clear(), "/profile/data/attributes"),
        (lambda about: about["events"]["data"].clear(), "/events"),
        (lambda about: about["events"]["data"][1]["attributes"].update(unique_id="x" * 256),
         "/events/data/1/attributes/unique_id"),
        (lambda about: about["events"]["data"][1]["attributes"]["metric"]["data"]["attributes"].update(name=""),
         "/events/data/1/attributes/metric/data/attributes/name"),
        (lambda about: about["events"]["data"][1]["attributes"].update(time="2031-01-01T00:00:00+00:00"),
         "/events/data/1/attributes/time"),
        (lambda about: about["events"]["data"][0]["attributes"]["properties"].update(Long="x" * 100_001),
         "/events/data/0/attributes/properties/Long"),
    ],
)  # fmt: skip
def test_one_bad_event_fails_the_whole_request_and_the_pointer_names_it(
    klaviyo: ServedKlaviyo, spoil: Callable[[dict[str, Any]], None], pointer: str
) -> None:
    bad = entry(event("1"), event("2"), email="ada@shopper.io")
    spoil(bad["attributes"])
    assert refused(klaviyo, job(entry(event("1")), bad)) == [f"{ENTRIES}/1/attributes{pointer}"]


def test_a_thousand_events_are_taken_and_one_more_is_not(klaviyo: ServedKlaviyo) -> None:
    many = [event(str(number)) for number in range(1_001)]
    assert refused(klaviyo, job(entry(*many[:500]), entry(*many[500:]))) == [ENTRIES]
    send(klaviyo, job(entry(*many[:500]), entry(*many[500:1_000])))
    assert len(klaviyo.advance()) == 1_000


def test_more_than_five_megabytes_are_refused(klaviyo: ServedKlaviyo) -> None:
    heavy = [event(str(number), properties={"Long": "x" * 99_000}) for number in range(51)]
    assert refused(klaviyo, job(entry(*heavy))) == ["/data"]


@pytest.mark.parametrize(
    "document",
    [
        {"data": {"type": "event", "attributes": {}}},
        {"data": {"type": "event-bulk-create-job"}},
        {"data": {"type": "event-bulk-create-job", "attributes": {"events-bulk-create": {"data": {}}}}},
        job(),
        job({}),
        job({"type": "event-bulk-create", "attributes": 7}),
        job(entry(7)),  # type: ignore[arg-type]
        job(entry(event("1"), colour="red")),
        job(entry(event("1", profile={}))),
    ],
)
def test_what_is_no_bulk_job_is_400_and_never_500(klaviyo: ServedKlaviyo, document: dict[str, Any]) -> None:
    headers = {"Authorization": f"Klaviyo-API-Key {seed.ROSEBUD_KEY}", "revision": "2026-10-15"}
    url = f"{klaviyo.url}/api/event-bulk-create-jobs/"
    answer = httpx.post(url, json=document, headers=headers, timeout=10)
    assert (answer.status_code, len(klaviyo.of("accepted", seed.ROSEBUD))) == (400, 0)


def test_it_needs_the_scope_of_events(klaviyo: ServedKlaviyo) -> None:
    with pytest.raises(ForbiddenException):
        send(klaviyo, job(entry(event("1"))), seed.NO_SCOPE_KEY)


def test_a_reset_after_the_work_is_why_a_retry_keeps_its_unique_ids(klaviyo: ServedKlaviyo) -> None:
    klaviyo.set(faults=[{"operation": "bulk_create_events", "reset": "after", "times": 1}])
    document = job(entry(event("1"), event("2")))
    with pytest.raises(urllib3.exceptions.HTTPError):
        send(klaviyo, document)
    send(klaviyo, document)
    assert len(klaviyo.advance()) == 4
    assert len(klaviyo.stored(seed.ROSEBUD)) == 2
