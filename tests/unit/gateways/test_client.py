"""What the client makes of an answer: above all whether a mutation may have been carried out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import (
    AccessDenied,
    BadRequest,
    NeverLeft,
    ServerFault,
    ShopifyError,
    Throttled,
    TokenRefused,
    Unreachable,
)


def client(answer: httpx.Response | Exception) -> AdminClient:
    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    http = httpx.Client(transport=httpx.MockTransport(handle))
    return AdminClient(http, "https://shop.example/graphql.json", "token")


def error(code: str) -> dict[str, Any]:
    return {"message": "no", "extensions": {"code": code}}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(401), TokenRefused),
        (httpx.Response(403), AccessDenied),
        (httpx.Response(429, headers={"Retry-After": "1.5"}), Throttled),
        (httpx.Response(502, text="<html>"), ServerFault),
        (httpx.Response(302), BadRequest),
        (httpx.Response(200, text="<html>"), ServerFault),
        (httpx.Response(200, json={}), ServerFault),
        (httpx.Response(200, json={"errors": [error("THROTTLED")]}), Throttled),
        (httpx.Response(200, json={"errors": [error("ACCESS_DENIED")], "data": {"pay": None}}), AccessDenied),
        (httpx.Response(200, json={"errors": [error("INTERNAL_SERVER_ERROR")]}), ServerFault),
        # refused before it ran
        (httpx.Response(200, json={"errors": [error("undefinedField")]}), BadRequest),
        # ran, and failed on the way: it may have been carried out
        (httpx.Response(200, json={"errors": [error("")], "data": {"pay": None}}), ServerFault),
        (httpx.Response(200, json={"errors": [error("ACCESS_DENIED")], "data": {"pay": {"id": 1}}}), ServerFault),
        (httpx.ReadTimeout("late"), Unreachable),
        (httpx.ConnectError("down"), NeverLeft),
    ],
)
def test_an_answer_becomes_the_error_that_says_whether_anything_was_done(
    answer: httpx.Response | Exception, kind: type[ShopifyError]
) -> None:
    with pytest.raises(ShopifyError) as raised:
        client(answer).run_text("mutation { pay { id } }")
    assert type(raised.value) is kind


def test_only_an_answer_without_errors_is_data() -> None:
    assert client(httpx.Response(200, json={"data": {"shop": {"id": 1}}})).run_text("{ shop { id } }").data == {
        "shop": {"id": 1}
    }
