"""Rules 1 and 2: who may knock, in which revision, with which content type. Driven by the official SDK."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from klaviyo_api import KlaviyoAPI
from openapi_client.exceptions import ApiException, BadRequestException, ForbiddenException, UnauthorizedException

from sandbox.klaviyo import seed
from sandbox.klaviyo.testing import ServedKlaviyo, serve
from sandbox.world import World

TIMEOUT = (3, 10)
HEADERS = {
    "Authorization": f"Klaviyo-API-Key {seed.ROSEBUD_KEY}",
    "revision": "2026-10-15",
    "Content-Type": "application/vnd.api+json",
}


@pytest.fixture
def klaviyo() -> Iterator[ServedKlaviyo]:
    world = World()
    world.clock.freeze(datetime(2026, 12, 1, 9, tzinfo=UTC))
    with serve(world) as served:
        yield served


def sdk(klaviyo: ServedKlaviyo, key: str | None = seed.ROSEBUD_KEY, **options: Any) -> KlaviyoAPI:
    return KlaviyoAPI(key, max_retries=1, test_host=klaviyo.url, **options)


def event(name: str = "Started Subscription") -> dict[str, Any]:
    metric = {"data": {"type": "metric", "attributes": {"name": name}}}
    profile = {"data": {"type": "profile", "attributes": {"email": "jo@shopper.io"}}}
    attributes = {"metric": metric, "profile": profile, "properties": {"A": "b"}, "unique_id": "one"}
    return {"data": {"type": "event", "attributes": attributes}}


def post(
    klaviyo: ServedKlaviyo, path: str = "/api/events", body: Any = None, **headers: str | None
) -> httpx.Response:
    """A request the SDK cannot be brought to send; a header given as None is left out."""
    sent = {**HEADERS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    content = body if isinstance(body, bytes) else json.dumps(body or event())
    kept = {name: value for name, value in sent.items() if value is not None}
    return httpx.post(f"{klaviyo.url}{path}", content=content, headers=kept, timeout=10)


def errors_of(error: ApiException) -> list[dict[str, Any]]:
    return json.loads(error.body)["errors"]


def test_the_sdk_reaches_the_account_through_a_base_url_with_a_path(klaviyo: ServedKlaviyo) -> None:
    account = sdk(klaviyo).Accounts.get_accounts(_request_timeout=TIMEOUT).data[0]
    assert (account.id, account.attributes.timezone) == (seed.ROSEBUD, "America/New_York")
    assert account.attributes.contact_information.organization_name == "Rosebud Coffee"
    other = sdk(klaviyo, seed.SECOND_KEY).Accounts.get_accounts(_request_timeout=TIMEOUT).data[0]
    assert other.id == seed.SECOND


def test_an_event_is_answered_with_an_empty_202_and_the_headers_klaviyo_sends(klaviyo: ServedKlaviyo) -> None:
    answer = sdk(klaviyo).Events.create_event_with_http_info(event(), _request_timeout=TIMEOUT)
    assert (answer.status_code, answer.raw_data) == (202, b"")
    assert answer.headers["Content-Length"] == "0"
    assert answer.headers["Cid"] == seed.ROSEBUD
    assert answer.headers["X-Klaviyo-Api-Revision"] == "2026-10-15"
    assert answer.headers["X-Klaviyo-Api-Retirement-Date"] == "2028-10-15"
    assert answer.headers["X-Klaviyo-Req-Id"]


@pytest.mark.parametrize("key", ["pk_wrong", "", seed.ROSEBUD])
def test_a_wrong_key_is_401(klaviyo: ServedKlaviyo, key: str) -> None:
    with pytest.raises(UnauthorizedException) as caught:
        sdk(klaviyo, key).Accounts.get_accounts(_request_timeout=TIMEOUT)
    (error,) = errors_of(caught.value)
    assert (error["code"], error["detail"]) == ("not_authenticated", "Missing or invalid private key.")
    assert error["source"] == {"pointer": "/data/"}
    assert caught.value.headers["Www-Authenticate"] == "Bearer, Klaviyo-API-Key"
    assert caught.value.headers["X-Klaviyo-Req-Id"] == error["id"]
    assert "Cid" not in caught.value.headers


@pytest.mark.parametrize(
    "authorization", [None, "", "Klaviyo-API-Key", f"Bearer {seed.ROSEBUD_KEY}", seed.ROSEBUD_KEY]
)
def test_without_the_right_scheme_it_is_401(klaviyo: ServedKlaviyo, authorization: str | None) -> None:
    assert post(klaviyo, Authorization=authorization).status_code == 401


def test_a_revoked_key_is_401(klaviyo: ServedKlaviyo) -> None:
    klaviyo.credentials[seed.ROSEBUD_KEY]["revoked"] = True
    with pytest.raises(UnauthorizedException):
        sdk(klaviyo).Accounts.get_accounts(_request_timeout=TIMEOUT)


@pytest.mark.parametrize(
    ("scope", "call"),
    [
        ("accounts:read", lambda api: api.Accounts.get_accounts(_request_timeout=TIMEOUT)),
        ("metrics:read", lambda api: api.Metrics.get_metrics(_request_timeout=TIMEOUT)),
        ("events:write", lambda api: api.Events.create_event(event(), _request_timeout=TIMEOUT)),
        (
            "profiles:write",
            lambda api: api.Profiles.create_or_update_profile(
                {"data": {"type": "profile", "attributes": {"email": "jo@shopper.io"}}}, _request_timeout=TIMEOUT
            ),
        ),
    ],
)
def test_each_operation_needs_its_scope_and_no_other(
    klaviyo: ServedKlaviyo, scope: str, call: Callable[[KlaviyoAPI], object]
) -> None:
    others = [one for one in seed.USUAL_SCOPES if one != scope]
    seed.add_key(klaviyo, "pk_all_but_one", seed.ROSEBUD, others, "t")
    seed.add_key(klaviyo, "pk_just_one", seed.ROSEBUD, [scope], "t")
    with pytest.raises(ForbiddenException) as caught:
        call(sdk(klaviyo, "pk_all_but_one"))
    assert errors_of(caught.value)[0]["code"] == "permission_denied"
    with pytest.raises(ForbiddenException):
        call(sdk(klaviyo, seed.NO_SCOPE_KEY))
    call(sdk(klaviyo, "pk_just_one"))


def test_a_bearer_token_works_and_its_metrics_belong_to_its_app(klaviyo: ServedKlaviyo) -> None:
    seed.add_key(klaviyo, "token-1", seed.ROSEBUD, seed.USUAL_SCOPES, "Perennial", kind="oauth")
    by_token, by_key = sdk(klaviyo, None, access_token="token-1"), sdk(klaviyo)
    by_token.Events.create_event(event(), _request_timeout=TIMEOUT)
    by_key.Events.create_event(event(), _request_timeout=TIMEOUT)
    klaviyo.advance()
    metrics = by_key.Metrics.get_metrics(_request_timeout=TIMEOUT).data
    assert {(one.attributes.name, one.attributes.integration["name"]) for one in metrics} == {
        ("Started Subscription", "Perennial"),
        ("Started Subscription", "API"),
    }
    mine = by_key.Metrics.get_metrics(filter='equals(integration.name,"Perennial")', _request_timeout=TIMEOUT)
    assert [one.attributes.integration["name"] for one in mine.data] == ["Perennial"]


@pytest.mark.parametrize("revision", [None, "", "yesterday", "2026-10-14", "2031-01-15"])
def test_a_missing_or_unknown_revision_is_400(klaviyo: ServedKlaviyo, revision: str | None) -> None:
    answer = post(klaviyo, revision=revision)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "invalid")


def test_an_older_revision_is_served_and_a_retired_one_is_410(klaviyo: ServedKlaviyo) -> None:
    older = post(klaviyo, revision="2025-04-15")
    assert older.status_code == 202
    assert older.headers["X-Klaviyo-Api-Retirement-Date"] == "2027-04-15"
    klaviyo.set(retired=["2026-10-15"])
    with pytest.raises(ApiException) as caught:
        sdk(klaviyo).Events.create_event(event(), _request_timeout=TIMEOUT)
    assert caught.value.status == 410


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/vnd.api+json", 202),
        ("application/vnd.api+json; charset=utf-8", 202),
        ("application/json", 202),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        (None, 415),
    ],
)
def test_two_content_types_are_taken(klaviyo: ServedKlaviyo, content_type: str | None, status: int) -> None:
    assert post(klaviyo, Content_Type=content_type).status_code == status


def test_a_trailing_slash_makes_no_difference(klaviyo: ServedKlaviyo) -> None:
    assert post(klaviyo, "/api/events/").status_code == 202
    assert httpx.get(f"{klaviyo.url}/api/accounts/", headers=HEADERS, timeout=10).status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'{"data": []}', b'{"data": null}', b"\xff", b'{"data": NaN}', b"[" * 100_000],
)
def test_what_is_no_document_is_400_and_never_500(klaviyo: ServedKlaviyo, body: bytes) -> None:
    answer = post(klaviyo, body=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"] == "The payload provided in the request is invalid."


def test_more_than_five_megabytes_are_refused(klaviyo: ServedKlaviyo) -> None:
    many = event()
    many["data"]["attributes"]["properties"] = {f"P{n}": "x" * 90_000 for n in range(56)}
    answer = post(klaviyo, body=many)
    assert (answer.status_code, answer.json()["errors"][0]["source"]) == (400, {"pointer": "/data"})


@pytest.mark.parametrize("path", ["/api/", "/api/flows", "/api/events/x"])
def test_what_is_not_modelled_says_so(klaviyo: ServedKlaviyo, path: str) -> None:
    answer = post(klaviyo, path)
    assert answer.status_code == 404
    assert "does not model" in answer.json()["errors"][0]["detail"]


def test_a_metrics_filter_or_cursor_that_is_none_is_400(klaviyo: ServedKlaviyo) -> None:
    metrics = sdk(klaviyo).Metrics
    with pytest.raises(BadRequestException) as caught:
        metrics.get_metrics(filter='equals(name,"X")', _request_timeout=TIMEOUT)
    assert errors_of(caught.value)[0]["source"] == {"parameter": "filter"}
    with pytest.raises(BadRequestException):
        metrics.get_metrics(page_cursor="x", _request_timeout=TIMEOUT)


def test_metrics_come_two_hundred_a_page(klaviyo: ServedKlaviyo) -> None:
    api = sdk(klaviyo)
    for number in range(201):
        klaviyo.accept(klaviyo.credentials[seed.ROSEBUD_KEY], event(f"M{number}")["data"]["attributes"], "r")
    klaviyo.advance()
    first = api.Metrics.get_metrics(_request_timeout=TIMEOUT)
    assert len(first.data) == 200
    cursor = httpx.URL(first.links.next).params["page[cursor]"]
    second = api.Metrics.get_metrics(page_cursor=cursor, _request_timeout=TIMEOUT)
    assert ([one.attributes.name for one in second.data], second.links.next) == (["M200"], None)
