"""Rule 8: failures on demand, as the official SDK meets them."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import urllib3
from klaviyo_api import KlaviyoAPI
from openapi_client.exceptions import ApiException, ServiceException

from sandbox.klaviyo import seed
from sandbox.klaviyo.testing import ServedKlaviyo, serve
from sandbox.world import World


@pytest.fixture
def klaviyo() -> Iterator[ServedKlaviyo]:
    world = World()
    world.clock.freeze(datetime(2026, 12, 1, 9, tzinfo=UTC))
    with serve(world) as served:
        yield served


def fail(klaviyo: ServedKlaviyo, **fault: Any) -> None:
    """Set one fault over HTTP, as the dashboard does."""
    answer = httpx.post(f"{klaviyo.url}/_control/settings", json={"faults": [fault]}, timeout=10)
    assert answer.status_code == 200, answer.text


def send(klaviyo: ServedKlaviyo, timeout: tuple[float, float] = (3, 10)) -> int:
    body = {
        "metric": {"data": {"type": "metric", "attributes": {"name": "Started Subscription"}}},
        "profile": {"data": {"type": "profile", "attributes": {"email": "jo@shopper.io"}}},
        "properties": {},
        "unique_id": "u-1",
    }
    api = KlaviyoAPI(seed.ROSEBUD_KEY, max_retries=1, test_host=klaviyo.url)
    # a reset connection is tried again inside urllib3 unless it is told not to
    api.Events.api_client.rest_client.pool_manager.connection_pool_kw["retries"] = False
    answer = api.Events.create_event_with_http_info(
        {"data": {"type": "event", "attributes": body}}, _request_timeout=timeout
    )
    return answer.status_code


def accepted(klaviyo: ServedKlaviyo) -> int:
    return len(klaviyo.of("accepted", seed.ROSEBUD))


def test_429_names_the_seconds_and_passes(klaviyo: ServedKlaviyo) -> None:
    fail(klaviyo, operation="create_event", status=429, retry_after=3, times=1)
    with pytest.raises(ApiException) as caught:
        send(klaviyo)
    assert (caught.value.status, caught.value.headers["Retry-After"]) == (429, "3")
    assert not any(name.lower().startswith("ratelimit") for name in caught.value.headers)
    assert send(klaviyo) == 202
    assert accepted(klaviyo) == 1


@pytest.mark.parametrize(("status", "html"), [(500, False), (502, True), (503, False), (504, True)])
def test_a_server_error_does_nothing_else(klaviyo: ServedKlaviyo, status: int, html: bool) -> None:
    fail(klaviyo, operation="*", status=status, html=html)
    with pytest.raises(ServiceException) as caught:
        send(klaviyo)
    assert caught.value.status == status
    assert caught.value.body.startswith("<html>") == html
    assert accepted(klaviyo) == 0


def test_a_hang_lasts_beyond_the_senders_patience_and_blocks_nobody_else(klaviyo: ServedKlaviyo) -> None:
    fail(klaviyo, operation="create_event", hang_s=1.0, times=1)
    with pytest.raises(urllib3.exceptions.HTTPError):
        send(klaviyo, timeout=(3, 0.2))
    started = time.monotonic()
    assert send(klaviyo) == 202
    assert time.monotonic() - started < 0.7


def test_a_reset_before_the_work_leaves_nothing(klaviyo: ServedKlaviyo) -> None:
    fail(klaviyo, operation="create_event", reset="before", times=1)
    with pytest.raises(urllib3.exceptions.HTTPError):
        send(klaviyo)
    assert accepted(klaviyo) == 0


def test_a_reset_after_the_work_is_why_a_retry_keeps_its_unique_id(klaviyo: ServedKlaviyo) -> None:
    fail(klaviyo, operation="create_event", reset="after", times=1)
    with pytest.raises(urllib3.exceptions.HTTPError):
        send(klaviyo)
    assert accepted(klaviyo) == 1
    assert send(klaviyo) == 202
    klaviyo.advance()
    assert (accepted(klaviyo), len(klaviyo.stored(seed.ROSEBUD))) == (2, 1)


def test_a_fault_of_one_operation_spares_the_others(klaviyo: ServedKlaviyo) -> None:
    fail(klaviyo, operation="get_accounts", status=503)
    assert send(klaviyo) == 202


def weather(klaviyo: ServedKlaviyo, calls: int) -> list[int]:
    """The statuses of so many calls."""
    seen = []
    for _ in range(calls):
        try:
            seen.append(send(klaviyo))
        except ApiException as error:
            seen.append(error.status)
    return seen


def test_a_dice_strikes_some_calls_and_the_same_ones_again(klaviyo: ServedKlaviyo) -> None:
    storm = {"operation": "*", "probability": 0.3, "status": 503, "seed": 1}
    fail(klaviyo, **storm)
    first = weather(klaviyo, 12)
    assert set(first) == {202, 503} and 1 <= first.count(503) <= 8
    fail(klaviyo, **storm)
    assert weather(klaviyo, 12) == first
    fail(klaviyo, **storm | {"seed": 3})
    assert weather(klaviyo, 12) != first


def test_a_dice_that_misses_leaves_the_call_to_the_next_fault(klaviyo: ServedKlaviyo) -> None:
    never, always = {"operation": "*", "probability": 0, "status": 503}, {"operation": "*", "status": 429}
    klaviyo.set(faults=[never, always])
    assert weather(klaviyo, 2) == [429, 429]


@pytest.mark.parametrize(
    "settings",
    [
        [],
        {"faults": [{"operation": "*", "probability": 2}]},
        {"faults": [{"operation": "*", "probability": "often"}]},
        {"faults": "x"},
        {"faults": [{"status": 500}]},
        {"faults": [{"operation": "nothing"}]},
        {"faults": [{"operation": "*", "colour": 1}]},
        {"faults": [{"operation": "*", "reset": "later"}]},
        {"faults": [{"operation": "*", "status": "500"}]},
        {"auto": "yes"},
        {"retired": 1},
        {"auto": True, "unheard": 1},
    ],
)
def test_a_setting_that_is_none_is_refused_and_nothing_changes(klaviyo: ServedKlaviyo, settings: Any) -> None:
    before = httpx.get(f"{klaviyo.url}/_control/settings", timeout=10).json()
    answer = httpx.post(f"{klaviyo.url}/_control/settings", json=settings, timeout=10)
    assert (answer.status_code, "error" in answer.json()) == (400, True)
    assert httpx.get(f"{klaviyo.url}/_control/settings", timeout=10).json() == before


def test_tests_and_dashboard_read_both_logs_over_http(klaviyo: ServedKlaviyo) -> None:
    send(klaviyo)
    assert httpx.get(f"{klaviyo.url}/_control/stored/{seed.ROSEBUD}", timeout=10).json() == []
    assert httpx.post(f"{klaviyo.url}/_control/advance", timeout=10).json() == {"stored": 1, "dropped": 0}
    (stored,) = httpx.get(f"{klaviyo.url}/_control/stored/{seed.ROSEBUD}", timeout=10).json()
    (taken,) = httpx.get(f"{klaviyo.url}/_control/accepted/{seed.ROSEBUD}", timeout=10).json()
    assert (stored["metric"], stored["profile"]["email"]) == ("Started Subscription", "jo@shopper.io")
    assert taken["state"] == "stored"
