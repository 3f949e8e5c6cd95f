"""Bulk requests leave by the SDK's client without its models: the same request must come of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from klaviyo_api import KlaviyoAPI
from urllib3 import HTTPResponse

from shopify_app.gateways.klaviyo.client import BULK_TIMEOUT, KlaviyoClient
from shopify_app.gateways.klaviyo.errors import BodyRefused, KeyRefused, KlaviyoError, Limited, Unavailable

HOST = "http://klaviyo.localhost"
POINTER = "/data/attributes/events-bulk-create/data/0/attributes/profile/data/attributes/email"
BODY: dict[str, Any] = {
    "data": {
        "type": "event-bulk-create-job",
        "attributes": {
            "events-bulk-create": {
                "data": [
                    {
                        "type": "event-bulk-create",
                        "attributes": {
                            "backfill": False,
                            "profile": {
                                "data": {
                                    "type": "profile",
                                    "attributes": {
                                        "email": "maria@rosebud-mail.com",
                                        "first_name": "María",
                                        "properties": {"Next Charge Date": None, "Active Subscriptions": 1},
                                    },
                                }
                            },
                            "events": {
                                "data": [
                                    {
                                        "type": "event",
                                        "attributes": {
                                            "metric": {
                                                "data": {"type": "metric", "attributes": {"name": "Upcoming"}}
                                            },
                                            "properties": {"OrderTotal": "$0.00", "Items": [{"Quantity": 2}]},
                                            "time": "2026-12-01T14:00:00+00:00",
                                            "unique_id": "upcoming:1:2:3",
                                            "backfill": False,
                                        },
                                    }
                                ]
                            },
                        },
                    }
                ]
            }
        },
    }
}


class _Wire:
    """Stands below the SDK's client in place of urllib3's pools; `answer` is status, headers and text."""

    def __init__(self, answer: tuple[int, dict[str, str], str] = (202, {}, "null")) -> None:
        self.answer, self.sent = answer, []

    def request(self, method: str, url: str, **rest: Any) -> HTTPResponse:
        timeout = rest["timeout"]
        times = (timeout.connect_timeout, timeout.read_timeout)
        self.sent.append((method, url, dict(rest["headers"]), json.loads(rest["body"]), times))
        status, headers, text = self.answer
        return HTTPResponse(text.encode(), headers, status, preload_content=False)


def _ours(wire: _Wire) -> KlaviyoClient:
    client = KlaviyoClient("pk_1", HOST)
    client._api.api_client.rest_client.pool_manager = wire
    return client


def test_the_request_is_the_one_the_sdk_would_send() -> None:
    ours, theirs = _Wire(), _Wire()
    _ours(ours).bulk_create_events(BODY)
    sdk = KlaviyoAPI("pk_1", max_retries=1, test_host=HOST)
    sdk.api_client.rest_client.pool_manager = theirs
    sdk.Events.bulk_create_events_with_http_info(BODY, _request_timeout=BULK_TIMEOUT)
    assert ours.sent == theirs.sent
    assert ours.sent[0][3] == BODY


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, {}, json.dumps({"errors": [{"code": "invalid", "source": {"pointer": POINTER}}]})), BodyRefused),
        ((401, {}, '{"errors": [{"code": "not_authenticated"}]}'), KeyRefused),
        ((429, {"Retry-After": "3"}, '{"errors": [{"code": "throttled"}]}'), Limited),
        ((502, {"Content-Type": "text/html"}, "<html>Bad gateway</html>"), Unavailable),
    ],
)
def test_a_refusal_says_what_the_sdks_own_method_says(
    answer: tuple[int, dict[str, str], str], error: type[KlaviyoError]
) -> None:
    with pytest.raises(error) as raised:
        _ours(_Wire(answer)).bulk_create_events(BODY)
    told = raised.value
    if isinstance(told, BodyRefused):
        assert told.pointers == (POINTER,)
    if isinstance(told, Limited):
        assert told.wait_seconds == 3.0
