"""The update mail and the link into Shop Pay: for whom there is which, and what is refused (schema 2026-10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import payment_methods
from sandbox.shopify.payment_updates import MOST_LINKS
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer

MAIL = """mutation($id: ID!) {
  customerPaymentMethodSendUpdateEmail(customerPaymentMethodId: $id, email: {from: "a@b.c"}) {
    customer { id } userErrors { field message } } }"""
LINK = """mutation($id: ID!) { customerPaymentMethodGetUpdateUrl(customerPaymentMethodId: $id) {
  updatePaymentMethodUrl userErrors { code field message } } }"""


def ask(sandbox: SandboxServer, document: str, token: str) -> dict[str, Any]:
    data = sandbox.call(document, {"id": gid("CustomerPaymentMethod", token)})["data"]
    (answer,) = data.values()
    return dict(answer)


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["userErrors"]]


@pytest.fixture
def methods(sandbox: SandboxServer) -> dict[str, str]:
    """Kind → token of the shopper's methods; "none" is no method at all."""
    made = sandbox.tiny()
    customer, world = made.contracts[0]["customer_id"], sandbox.world
    with world.locked():
        found = {kind: payment_methods.create(world, SHOP, customer, kind)["id"] for kind in ("shop_pay", "paypal")}
        gone = payment_methods.create(world, SHOP, customer)["id"]
        payment_methods.revoke(world, SHOP, gone)
    return found | {"card": made.contracts[0]["payment_method_id"], "revoked": gone, "none": "0" * 32}


def test_only_a_living_card_gets_the_mail(sandbox: SandboxServer, methods: dict[str, str]) -> None:
    answers = {kind: ask(sandbox, MAIL, token) for kind, token in methods.items()}
    assert {kind for kind, answer in answers.items() if answer["customer"]} == {"card"}
    assert all(len(answer["userErrors"]) == (kind != "card") for kind, answer in answers.items())
    (mail,) = sandbox.world.of("mails", SHOP).all()
    assert (mail["from"], mail["payment_method_id"]) == ("a@b.c", methods["card"])
    page = httpx.get(f"{sandbox.url}/_control/mails/{SHOP}").text
    assert mail["link"] in page and "Update your payment method" in page


def test_only_shop_pay_gets_a_link_and_not_for_ever(sandbox: SandboxServer, methods: dict[str, str]) -> None:
    refused = {kind: codes(ask(sandbox, LINK, token)) for kind, token in methods.items()}
    gone, wrong = ["PAYMENT_METHOD_DOES_NOT_EXIST"], ["INVALID_INSTRUMENT"]
    assert refused == {"shop_pay": [], "card": wrong, "paypal": wrong, "revoked": gone, "none": gone}
    for _ in range(MOST_LINKS - 1):
        url = ask(sandbox, LINK, methods["shop_pay"])["updatePaymentMethodUrl"]
    assert codes(ask(sandbox, LINK, methods["shop_pay"])) == ["TOO_MANY_REQUESTS"]
    sandbox.advance(timedelta(hours=1))
    assert ask(sandbox, LINK, methods["shop_pay"])["updatePaymentMethodUrl"] == url
    form = {"last_digits": "1881", "expiry_month": "7", "expiry_year": "2033"}
    assert "Thank you" in httpx.post(url, data=form).text
    row = sandbox.world.of("payment_methods", SHOP)[methods["shop_pay"]]
    assert (row["last_digits"], row["expiry_month"], row["expiry_year"]) == ("1881", 7, 2033)


def test_merging_moves_contracts_and_revokes_what_is_left(sandbox: SandboxServer, methods: dict[str, str]) -> None:
    path = f"{sandbox.url}/_control/shops/{SHOP}/payment_methods/{methods['card']}/merge"
    assert httpx.post(path, json={"into": "nobody"}).status_code == 404
    assert httpx.post(path, json={"into": methods["shop_pay"]}).json()["revoked_reason"] == "MERGED"
    assert {row["payment_method_id"] for row in sandbox.world.of("contracts", SHOP)} == {methods["shop_pay"]}
