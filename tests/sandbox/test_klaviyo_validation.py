"""Rule 3: what create_event refuses, with the pointer that names the place. The body is what the SDK would send."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from klaviyo_api import KlaviyoAPI
from openapi_client.exceptions import BadRequestException

from sandbox.klaviyo import seed
from sandbox.klaviyo.testing import ServedKlaviyo, serve
from sandbox.world import World

HEADERS = {
    "Authorization": f"Klaviyo-API-Key {seed.ROSEBUD_KEY}",
    "revision": "2026-10-15",
    "Content-Type": "application/vnd.api+json",
}
ATTRIBUTES = "/data/attributes"
PROFILE = f"{ATTRIBUTES}/profile/data/attributes"
REMOVE = object()


@pytest.fixture(scope="module")
def klaviyo() -> Iterator[ServedKlaviyo]:
    world = World()
    world.clock.freeze(datetime(2026, 12, 1, 9, tzinfo=UTC))
    with serve(world) as served:
        yield served


def event() -> dict[str, Any]:
    metric = {"data": {"type": "metric", "attributes": {"name": "Upcoming Subscription Order"}}}
    person = {
        "email": "jo@shopper.io",
        "phone_number": "+12015550123",
        "properties": {"Subscription Status": "Active"},
    }
    attributes = {
        "metric": metric,
        "profile": {"data": {"type": "profile", "attributes": person}},
        "properties": {"NextChargeDate": "December 5, 2026"},
        "time": "2026-12-01T12:00:00+00:00",
        "value": 93.2,
        "value_currency": "USD",
        "unique_id": "upcoming:1:7:3",
        "backfill": False,
    }
    return {"data": {"type": "event", "attributes": attributes}}


def changed(pointer: str, value: Any) -> dict[str, Any]:
    """The event with one place changed, or taken out."""
    document = event()
    *path, last = pointer.strip("/").split("/")
    place: Any = document
    for name in path:
        place = place[name]
    if value is REMOVE:
        del place[last]
    else:
        place[last] = value
    return document


def pointers(klaviyo: ServedKlaviyo, document: Any) -> list[str]:
    """Where Klaviyo finds fault; empty when it accepts."""
    answer = httpx.post(f"{klaviyo.url}/api/events", json=document, headers=HEADERS, timeout=10)
    if answer.status_code == 202:
        return []
    assert answer.status_code == 400, answer.text
    assert all(error["code"] == "invalid" and error["title"] == "Invalid input." for error in answer.json()["errors"])
    return [error["source"]["pointer"] for error in answer.json()["errors"]]


def nested(levels: int) -> dict[str, Any]:
    deep: dict[str, Any] = {"A": 1}
    for _ in range(levels - 1):
        deep = {"A": deep}
    return deep


def test_a_whole_event_is_accepted(klaviyo: ServedKlaviyo) -> None:
    assert pointers(klaviyo, event()) == []


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/data/type", "events"),
        ("/data/type", REMOVE),
        (ATTRIBUTES, REMOVE),
        (ATTRIBUTES, []),
        (f"{ATTRIBUTES}/properties", REMOVE),
        (f"{ATTRIBUTES}/properties", None),
        (f"{ATTRIBUTES}/properties", [1]),
        (f"{ATTRIBUTES}/metric", REMOVE),
        (f"{ATTRIBUTES}/metric", "Upcoming"),
        (f"{ATTRIBUTES}/metric/data/type", "metrics"),
        (f"{ATTRIBUTES}/metric/data/attributes/name", REMOVE),
        (f"{ATTRIBUTES}/metric/data/attributes/name", ""),
        (f"{ATTRIBUTES}/metric/data/attributes/name", "x" * 128),
        (f"{ATTRIBUTES}/metric/data/attributes/name", 7),
        (f"{ATTRIBUTES}/profile", REMOVE),
        (f"{ATTRIBUTES}/profile", None),
        (f"{ATTRIBUTES}/profile/data/type", "person"),
        (PROFILE, {}),
        (PROFILE, {"first_name": "Jo"}),
        (PROFILE, "jo@shopper.io"),
        (f"{PROFILE}/email", "jo"),
        (f"{PROFILE}/email", "jo@shopper"),
        (f"{PROFILE}/email", "jo@@shopper.io"),
        (f"{PROFILE}/email", "jo @shopper.io"),
        (f"{PROFILE}/email", 5),
        (f"{PROFILE}/email", "j" * 90 + "@shopper.io"),
        (f"{PROFILE}/phone_number", "0201 5550123"),
        (f"{PROFILE}/phone_number", "2015550123"),
        (f"{PROFILE}/phone_number", "+1 201 555 0123"),
        (f"{PROFILE}/first_name", 5),
        (f"{PROFILE}/properties", []),
        (f"{PROFILE}/nickname", "J"),
        (f"{ATTRIBUTES}/time", 1_780_000_000),
        (f"{ATTRIBUTES}/time", "1780000000"),
        (f"{ATTRIBUTES}/time", "tomorrow"),
        (f"{ATTRIBUTES}/time", "2026-02-30T12:00:00Z"),
        (f"{ATTRIBUTES}/time", "1990-06-01T12:00:00Z"),
        (f"{ATTRIBUTES}/time", "2027-12-01T09:00:01Z"),
        (f"{ATTRIBUTES}/time", "9999-12-31T23:59:59-12:00"),
        (f"{ATTRIBUTES}/value", "93.20"),
        (f"{ATTRIBUTES}/value", True),
        (f"{ATTRIBUTES}/value", 10**400),
        (f"{ATTRIBUTES}/value_currency", "dollars"),
        (f"{ATTRIBUTES}/value_currency", 840),
        (f"{ATTRIBUTES}/unique_id", ""),
        (f"{ATTRIBUTES}/unique_id", "x" * 256),
        (f"{ATTRIBUTES}/unique_id", 7),
        (f"{ATTRIBUTES}/backfill", "yes"),
        (f"{ATTRIBUTES}/colour", "red"),
        (f"{ATTRIBUTES}/properties", {f"P{n}": 1 for n in range(401)}),
        (f"{ATTRIBUTES}/properties/Long", "x" * 100_001),
        (f"{ATTRIBUTES}/properties/Long", "é" * 50_001),
        (f"{ATTRIBUTES}/properties/Many", [1] * 4_001),
        (f"{ATTRIBUTES}/properties/Big", 2**63),
    ],
)
def test_a_fault_is_refused_with_its_pointer(klaviyo: ServedKlaviyo, pointer: str, value: Any) -> None:
    assert pointers(klaviyo, changed(pointer, value)) == [pointer]


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        (f"{ATTRIBUTES}/metric/data/attributes/name", "x" * 127),
        (f"{ATTRIBUTES}/metric/data/attributes/service", "api"),
        (f"{PROFILE}/email", "j" * 89 + "@shopper.io"),
        (f"{PROFILE}/email", "Jo.O'Neil+coffee@mail.shopper.co.uk"),
        (f"{PROFILE}/email", None),
        (f"{PROFILE}/anonymous_id", "a-1"),
        (f"{PROFILE}/first_name", None),
        (PROFILE, {"external_id": "42"}),
        (PROFILE, {"_kx": "abc"}),
        (f"{ATTRIBUTES}/profile/data", {"type": "profile", "id": "01ABC"}),
        (f"{ATTRIBUTES}/properties", {}),
        (f"{ATTRIBUTES}/time", REMOVE),
        (f"{ATTRIBUTES}/time", None),
        (f"{ATTRIBUTES}/time", "1991-01-01"),
        (f"{ATTRIBUTES}/time", "2027-12-01T09:00:00Z"),
        (f"{ATTRIBUTES}/value", None),
        (f"{ATTRIBUTES}/value", 0),
        (f"{ATTRIBUTES}/unique_id", REMOVE),
        (f"{ATTRIBUTES}/unique_id", "x" * 255),
        (f"{ATTRIBUTES}/backfill", True),
        (f"{ATTRIBUTES}/properties", {f"P{n}": 1 for n in range(400)}),
        (f"{ATTRIBUTES}/properties/Long", "x" * 100_000),
        (f"{ATTRIBUTES}/properties/Many", [1] * 4_000),
        (f"{ATTRIBUTES}/properties/Big", 2**63 - 1),
        (f"{ATTRIBUTES}/properties", nested(10)),
    ],
)
def test_what_lies_within_the_limits_is_accepted(klaviyo: ServedKlaviyo, pointer: str, value: Any) -> None:
    assert pointers(klaviyo, changed(pointer, value)) == []


def test_properties_nest_ten_levels_and_no_more(klaviyo: ServedKlaviyo) -> None:
    assert pointers(klaviyo, changed(f"{ATTRIBUTES}/properties", nested(11))) == [
        f"{ATTRIBUTES}/properties" + "/A" * 10
    ]


def test_the_profile_of_an_event_is_limited_to_95_kilobytes(klaviyo: ServedKlaviyo) -> None:
    bulky = changed(f"{PROFILE}/properties", {"A": "x" * 60_000, "B": "x" * 40_000})
    assert pointers(klaviyo, bulky) == [f"{ATTRIBUTES}/profile/data"]


@pytest.mark.parametrize(
    ("meta", "place"),
    [
        ("x", ""),
        ({"patch_properties": []}, ""),
        ({"patch_properties": {"append": ["x"]}}, "/append"),
        ({"patch_properties": {"unset": {"A": 1}}}, "/unset"),
    ],
)
def test_patch_properties_have_a_shape(klaviyo: ServedKlaviyo, meta: Any, place: str) -> None:
    expected = f"{ATTRIBUTES}/profile/data/meta/patch_properties{place}"
    assert pointers(klaviyo, changed(f"{ATTRIBUTES}/profile/data/meta", meta)) == [expected]


def test_every_fault_is_named_at_once(klaviyo: ServedKlaviyo) -> None:
    document = event()
    document["data"]["attributes"] |= {"unique_id": "", "value": "9"}
    document["data"]["attributes"]["profile"]["data"]["attributes"]["email"] = "jo"
    assert pointers(klaviyo, document) == [f"{ATTRIBUTES}/value", f"{ATTRIBUTES}/unique_id", f"{PROFILE}/email"]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["profile"]["data"]["attributes"].update(email="jo@"),
        lambda body: body["metric"]["data"]["attributes"].update(name="x" * 128),
        lambda body: body.update(time="2031-01-01T00:00:00+00:00"),
        lambda body: body.update(unique_id="x" * 256),
        lambda body: body["properties"].update({f"P{n}": "x" for n in range(400)}),
    ],
)
def test_the_sdk_lets_these_pass_and_klaviyo_refuses(
    klaviyo: ServedKlaviyo, change: Callable[[dict[str, Any]], None]
) -> None:
    document = event()
    change(document["data"]["attributes"])
    api = KlaviyoAPI(seed.ROSEBUD_KEY, max_retries=1, test_host=klaviyo.url)
    with pytest.raises(BadRequestException) as caught:
        api.Events.create_event(document, _request_timeout=(3, 10))
    assert "/data/attributes" in str(caught.value.body)


def test_a_number_beyond_any_float_is_refused(klaviyo: ServedKlaviyo) -> None:
    body = b'{"data":{"type":"event","attributes":{"properties":{"A":1e999},"value":-1e999}}}'
    answer = httpx.post(f"{klaviyo.url}/api/events", content=body, headers=HEADERS, timeout=10)
    named = {error["source"]["pointer"] for error in answer.json()["errors"]}
    assert {f"{ATTRIBUTES}/properties/A", f"{ATTRIBUTES}/value"} <= named


def test_a_refused_event_is_never_stored(klaviyo: ServedKlaviyo) -> None:
    klaviyo.advance()
    before = len(klaviyo.of("accepted", seed.ROSEBUD))
    assert pointers(klaviyo, changed(f"{PROFILE}/email", "jo")) != []
    assert len(klaviyo.of("accepted", seed.ROSEBUD)) == before
    assert klaviyo.advance() == []
