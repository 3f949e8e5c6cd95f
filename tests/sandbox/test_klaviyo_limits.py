"""Rule 7: fixed windows of a second and a minute, as the official SDK meets them. Their clock stands still here."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from klaviyo_api import KlaviyoAPI
from openapi_client.exceptions import ApiException, BadRequestException, ForbiddenException

from sandbox.klaviyo import limits, seed
from sandbox.klaviyo.testing import ServedKlaviyo, serve
from sandbox.world import World

TIMEOUT = (3, 10)


@pytest.fixture
def klaviyo() -> Iterator[ServedKlaviyo]:
    world = World()
    world.clock.freeze(datetime(2026, 12, 1, 9, tzinfo=UTC))
    with serve(world) as served:
        served.set(rate_clock=1_000.0)
        yield served


def sdk(klaviyo: ServedKlaviyo, key: str | None = seed.ROSEBUD_KEY, **options: Any) -> KlaviyoAPI:
    api = KlaviyoAPI(key, max_retries=1, test_host=klaviyo.url, **options)
    # urllib3, below the SDK, waits as long as Retry-After says and tries a GET again, unless it is told not to
    api.Events.api_client.rest_client.pool_manager.connection_pool_kw["retries"] = False
    return api


def event(email: str = "jo@shopper.io") -> dict[str, Any]:
    metric = {"data": {"type": "metric", "attributes": {"name": "Started Subscription"}}}
    profile = {"data": {"type": "profile", "attributes": {"email": email}}}
    attributes = {"metric": metric, "profile": profile, "properties": {"A": "b"}, "unique_id": "one"}
    return {"data": {"type": "event", "attributes": attributes}}


def send(api: KlaviyoAPI) -> Any:
    """The headers of one accepted create_event."""
    return api.Events.create_event_with_http_info(event(), _request_timeout=TIMEOUT).headers


def wait_asked(api: KlaviyoAPI) -> int:
    """The seconds a throttled create_event is told to wait."""
    with pytest.raises(ApiException) as caught:
        send(api)
    assert caught.value.status == 429
    assert not any(name.lower().startswith("ratelimit") for name in caught.value.headers)
    return int(caught.value.headers["Retry-After"])


def test_an_answer_tells_what_is_left_of_the_second(klaviyo: ServedKlaviyo) -> None:
    send(sdk(klaviyo))
    klaviyo.set(rate_clock=1_000.4)
    headers = send(sdk(klaviyo))
    assert headers["RateLimit-Limit"] == "350, 350;w=1, 3500;w=60"
    assert (headers["RateLimit-Remaining"], headers["RateLimit-Reset"]) == ("348", "0")


def test_a_full_second_refuses_and_the_next_one_begins_anew(klaviyo: ServedKlaviyo) -> None:
    klaviyo.set(limits={"create_event": [2, 100]})
    api = sdk(klaviyo)
    send(api), send(api)
    assert wait_asked(api) == 1
    klaviyo.set(rate_clock=1_001.0)
    assert send(api)["RateLimit-Remaining"] == "1"
    assert len(klaviyo.of("accepted", seed.ROSEBUD)) == 3


def test_a_full_minute_refuses_until_it_is_over_however_slowly_one_sends(klaviyo: ServedKlaviyo) -> None:
    klaviyo.set(limits={"create_event": [2, 3]})
    api = sdk(klaviyo)
    for second in (1_000, 1_010, 1_020):
        klaviyo.set(rate_clock=second)
        send(api)
    klaviyo.set(rate_clock=1_030.5)
    assert wait_asked(api) == 30
    klaviyo.set(rate_clock=1_060)
    send(api)


def test_what_was_refused_is_not_counted(klaviyo: ServedKlaviyo) -> None:
    klaviyo.set(limits={"create_event": [1, 2]})
    api = sdk(klaviyo)
    send(api)
    for _ in range(3):
        wait_asked(api)
    klaviyo.set(rate_clock=1_001)
    send(api)


def test_the_keys_of_an_account_share_a_quota_and_a_token_has_its_own(klaviyo: ServedKlaviyo) -> None:
    seed.add_key(klaviyo, "pk_other_integration", seed.ROSEBUD, seed.USUAL_SCOPES, "another app")
    seed.add_key(klaviyo, "token-1", seed.ROSEBUD, seed.USUAL_SCOPES, "Perennial", kind="oauth")
    klaviyo.set(limits={"create_event": [1, 10]})
    send(sdk(klaviyo, "pk_other_integration"))
    assert wait_asked(sdk(klaviyo)) == 1
    send(sdk(klaviyo, None, access_token="token-1"))
    send(sdk(klaviyo, seed.SECOND_KEY))


def test_each_operation_has_its_own_quota(klaviyo: ServedKlaviyo) -> None:
    klaviyo.set(limits={"*": [1, 10]})
    api = sdk(klaviyo)
    send(api)
    api.Metrics.get_metrics(_request_timeout=TIMEOUT)
    api.Accounts.get_accounts(_request_timeout=TIMEOUT)
    wait_asked(api)


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("get_accounts", lambda api: api.Accounts.get_accounts_with_http_info(_request_timeout=TIMEOUT)),
        ("get_metrics", lambda api: api.Metrics.get_metrics_with_http_info(_request_timeout=TIMEOUT)),
    ],
)
def test_klaviyos_own_limits_are_in_force(klaviyo: ServedKlaviyo, operation: str, call: Any) -> None:
    burst, steady = limits.LIMITS[operation]
    api = sdk(klaviyo)
    answers = [call(api) for _ in range(burst)]
    assert answers[-1].headers["RateLimit-Limit"] == f"{burst}, {burst};w=1, {steady};w=60"
    assert answers[-1].headers["RateLimit-Remaining"] == "0"
    with pytest.raises(ApiException) as caught:
        call(api)
    assert caught.value.status == 429


def test_a_body_that_is_refused_has_used_its_call_and_a_key_that_is_refused_has_not(klaviyo: ServedKlaviyo) -> None:
    with pytest.raises(ForbiddenException):
        sdk(klaviyo, seed.NO_SCOPE_KEY).Events.create_event(event(), _request_timeout=TIMEOUT)
    with pytest.raises(BadRequestException):
        sdk(klaviyo).Events.create_event(event("jo@"), _request_timeout=TIMEOUT)
    assert send(sdk(klaviyo))["RateLimit-Remaining"] == "348"


def test_without_a_held_clock_the_second_passes_by_itself(klaviyo: ServedKlaviyo) -> None:
    klaviyo.set(limits={"create_event": [1, 10]}, rate_clock=None)
    api = sdk(klaviyo)
    send(api)
    with pytest.raises(ApiException):
        send(api)
    patient = KlaviyoAPI(seed.ROSEBUD_KEY, max_retries=2, test_host=klaviyo.url)
    patient.Events.create_event(event(), _request_timeout=TIMEOUT)  # the SDK waits as long as Retry-After says


@pytest.mark.parametrize(
    "settings",
    [
        {"limits": []},
        {"limits": {"create_flow": [1, 2]}},
        {"limits": {"*": [1]}},
        {"limits": {"*": [0, 1]}},
        {"limits": {"*": ["1", "2"]}},
        {"rate_clock": "now"},
        {"rate_clock": True},
    ],
)
def test_a_limit_that_is_none_is_refused(klaviyo: ServedKlaviyo, settings: Any) -> None:
    answer = httpx.post(f"{klaviyo.url}/_control/settings", json=settings, timeout=10)
    assert (answer.status_code, "error" in answer.json()) == (400, True)
    assert (klaviyo.settings["limits"], klaviyo.settings["rate_clock"]) == ({}, 1_000.0)
