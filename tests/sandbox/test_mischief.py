"""Faults on demand: 5xx, hangs, resets. The reset after the work is done is the one that charges twice."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import httpx
import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer
from sandbox.world.faults import FaultError
from tests.sandbox.operations import ATTEMPT

NAMED = "query Named { shop { name } }"


@pytest.fixture
def shop(sandbox: SandboxServer) -> SandboxServer:
    sandbox.tiny(contracts=1)
    return sandbox


def post(shop: SandboxServer, query: str, variables: dict | None = None, timeout: float = 10) -> httpx.Response:
    url = f"{shop.url}/shops/{SHOP}/admin/api/2026-10/graphql.json"
    token = {"X-Shopify-Access-Token": shop.access_token()}
    return httpx.post(url, json={"query": query, "variables": variables}, headers=token, timeout=timeout)


def test_a_status_for_one_operation_and_only_so_often(shop: SandboxServer) -> None:
    shop.world.faults.set({"graphql": {"Named": {"status": 503, "times": 2}}})
    assert [post(shop, NAMED).status_code for _ in range(3)] == [503, 503, 200]
    assert post(shop, "query Other { shop { name } }").status_code == 200


def test_an_anonymous_operation_is_known_by_its_first_field(shop: SandboxServer) -> None:
    shop.world.faults.set({"graphql": {"shop": {"status": 502}}})
    assert post(shop, "{ shop { name } }").status_code == 502


def test_a_hang_outlasts_a_clients_patience(shop: SandboxServer) -> None:
    shop.world.faults.set({"graphql": {"*": {"hang_s": 1.0, "times": 1}}})
    started = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        post(shop, NAMED, timeout=0.3)
    assert time.monotonic() - started < 1
    assert post(shop, NAMED).status_code == 200  # the rest of the world does not hang


@pytest.mark.parametrize(("when", "charges"), [("before", 0), ("after", 1)])
def test_a_reset_before_or_after_the_work(shop: SandboxServer, when: str, charges: int) -> None:
    shop.set_clock(datetime(2027, 1, 1, 9, tzinfo=UTC))
    contract = gid("SubscriptionContract", shop.world.of("contracts", SHOP).all()[0]["id"])
    given = {"idempotencyKey": "k1", "billingCycleSelector": {"index": 1}}
    shop.world.faults.set({"graphql": {"subscriptionBillingAttemptCreate": {"reset": when, "times": 1}}})
    with pytest.raises(httpx.RemoteProtocolError):
        post(shop, ATTEMPT, {"id": contract, "input": given})
    shop.settle()
    assert len(shop.world.ledger.payments()) == charges
    # sent again with the same key, exactly one charge comes of it
    assert post(shop, ATTEMPT, {"id": contract, "input": given}).status_code == 200
    shop.settle()
    assert len(shop.world.ledger.payments()) == 1


def test_knobs_are_checked(shop: SandboxServer) -> None:
    for wrong in ({"webhook": {}}, {"webhooks": {"los": 1}}, {"tokens": 5}):
        with pytest.raises(FaultError):
            shop.world.faults.set(wrong)
    before = httpx.get(f"{shop.url}/_control/faults").json()
    answer = httpx.post(f"{shop.url}/_control/faults", json={"outcomes": {"*": "NO_SUCH_CODE"}})
    assert answer.status_code == 400 and "NO_SUCH_CODE" in answer.json()["error"]
    assert httpx.get(f"{shop.url}/_control/faults").json() == before
