"""What a log line hides, and what an operator must still be able to read."""

from __future__ import annotations

import logging

import pytest

from shopify_app.kit import log as logs


@pytest.mark.parametrize(
    "line",
    [
        "GET /auth/callback?code=0123abcd&shop=rosebud-coffee.myshopify.com",
        "GET /auth/callback?shop=rosebud-coffee.myshopify.com&code=0123abcd HTTP/1.1",
        "code=0123abcd&shop=rosebud-coffee.myshopify.com",
    ],
)
def test_an_authorization_code_is_hidden_in_an_address(line: str) -> None:
    assert "0123abcd" not in logs.mask(line) and "code=[…]" in logs.mask(line)


@pytest.mark.parametrize("style", ["text", "json"])
def test_the_code_of_a_refusal_is_told(style: str) -> None:
    record = logging.makeLogRecord({"msg": "charge refused", "levelname": "WARNING", "name": "shopify_app.billing"})
    record.code = "INSUFFICIENT_FUNDS"
    assert "INSUFFICIENT_FUNDS" in logs.formatter(style).format(record)
