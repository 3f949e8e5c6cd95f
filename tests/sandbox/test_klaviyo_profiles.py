"""Rule 5: profiles are found, made, patched and cleared; identifiers of two profiles are a conflict."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from klaviyo_api import KlaviyoAPI
from openapi_client.exceptions import ApiException, BadRequestException, NotFoundException

from sandbox.klaviyo import seed
from sandbox.klaviyo.testing import ServedKlaviyo, serve
from sandbox.world import World


@pytest.fixture
def klaviyo() -> Iterator[ServedKlaviyo]:
    world = World()
    world.clock.freeze(datetime(2026, 12, 1, 9, tzinfo=UTC))
    with serve(world) as served:
        yield served


def upsert(klaviyo: ServedKlaviyo, attributes: dict[str, Any], **data: Any) -> tuple[int, Any]:
    api = KlaviyoAPI(seed.ROSEBUD_KEY, max_retries=1, test_host=klaviyo.url)
    body = {"data": {"type": "profile", "attributes": attributes, **data}}
    answer = api.Profiles.create_or_update_profile_with_http_info(body, _request_timeout=(3, 10))
    return answer.status_code, answer.data.data


def test_the_first_upsert_makes_the_next_one_updates(klaviyo: ServedKlaviyo) -> None:
    made, first = upsert(klaviyo, {"email": "Jo@Shopper.io", "first_name": "Jo"})
    updated, second = upsert(klaviyo, {"email": "jo@shopper.io", "last_name": "March"})
    assert (made, updated) == (201, 200)
    assert first.id == second.id
    assert (second.attributes.first_name, second.attributes.last_name) == ("Jo", "March")
    assert second.attributes.email == "jo@shopper.io"


def test_absent_stays_and_null_clears(klaviyo: ServedKlaviyo) -> None:
    upsert(klaviyo, {"email": "jo@shopper.io", "first_name": "Jo", "properties": {"Plan": "A", "Kept": 0}})
    _, profile = upsert(klaviyo, {"email": "jo@shopper.io", "first_name": None, "properties": {"Plan": None}})
    assert profile.attributes.first_name is None
    assert profile.attributes.properties == {"Kept": 0}  # unlike on events, 0 is kept


def test_patch_properties_append_unappend_and_unset(klaviyo: ServedKlaviyo) -> None:
    upsert(klaviyo, {"email": "jo@shopper.io", "properties": {"Products": ["Beans"], "Old": 1, "Older": 2}})
    patch = {"append": {"Products": ["Filter", "Mug"]}, "unset": ["Old", "Older"]}
    upsert(klaviyo, {"email": "jo@shopper.io"}, meta={"patch_properties": patch})
    _, profile = upsert(
        klaviyo, {"email": "jo@shopper.io"}, meta={"patch_properties": {"unappend": {"Products": "Beans"}}}
    )
    assert profile.attributes.properties == {"Products": ["Filter", "Mug"]}


def test_identifiers_of_two_profiles_are_a_conflict_that_names_the_other(klaviyo: ServedKlaviyo) -> None:
    upsert(klaviyo, {"email": "jo@shopper.io"})
    _, ada = upsert(klaviyo, {"email": "ada@shopper.io", "phone_number": "+12015550123"})
    with pytest.raises(ApiException) as caught:
        upsert(klaviyo, {"email": "jo@shopper.io", "phone_number": "+12015550123"})
    (error,) = json.loads(caught.value.body)["errors"]
    assert (caught.value.status, error["code"]) == (409, "duplicate_profile")
    assert error["meta"] == {"duplicate_profile_id": ada.id}
    # the mail alone goes through
    assert upsert(klaviyo, {"email": "jo@shopper.io", "first_name": "Jo"})[0] == 200


def test_a_changed_address_is_free_again(klaviyo: ServedKlaviyo) -> None:
    _, jo = upsert(klaviyo, {"email": "jo@shopper.io"})
    upsert(klaviyo, {"email": "jo.march@shopper.io"}, id=jo.id)
    made, other = upsert(klaviyo, {"email": "jo@shopper.io"})
    assert (made, other.id != jo.id) == (201, True)


def test_an_unknown_profile_id_is_404(klaviyo: ServedKlaviyo) -> None:
    with pytest.raises(NotFoundException):
        upsert(klaviyo, {"email": "jo@shopper.io"}, id="01NOBODY")


@pytest.mark.parametrize(
    "attributes", [{}, {"first_name": "Jo"}, {"email": "jo@"}, {"email": "jo@shopper.io", "phone_number": "1"}]
)
def test_a_profile_without_a_good_identifier_is_400(klaviyo: ServedKlaviyo, attributes: dict[str, Any]) -> None:
    with pytest.raises(BadRequestException):
        upsert(klaviyo, attributes)


def test_on_an_event_external_id_does_not_find_a_profile_that_mail_would_not(klaviyo: ServedKlaviyo) -> None:
    upsert(klaviyo, {"email": "old@shopper.io", "external_id": "42"})
    metric = {"data": {"type": "metric", "attributes": {"name": "Started Subscription"}}}
    person = {"email": "new@shopper.io", "external_id": "42"}
    body = {"metric": metric, "profile": {"data": {"type": "profile", "attributes": person}}, "properties": {}}
    api = KlaviyoAPI(seed.ROSEBUD_KEY, max_retries=1, test_host=klaviyo.url)
    api.Events.create_event({"data": {"type": "event", "attributes": body}}, _request_timeout=(3, 10))
    klaviyo.advance()
    people = [row["attributes"] for row in klaviyo.of("profiles", seed.ROSEBUD)]
    assert people == [{"email": "old@shopper.io", "external_id": "42"}, {"email": "new@shopper.io"}]
