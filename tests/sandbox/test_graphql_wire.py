"""The Admin endpoint: Shopify's own schema, error shapes, scopes, paging, versions, costs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer
from sandbox.wire import schema

CONTRACTS = """query($first: Int, $after: String, $last: Int, $before: String, $query: String, $reverse: Boolean) {
  subscriptionContracts(
    first: $first, after: $after, last: $last, before: $before, query: $query, reverse: $reverse) {
    edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


@pytest.fixture
def shop(sandbox: SandboxServer) -> SandboxServer:
    sandbox.tiny(contracts=5)
    return sandbox


def page(shop: SandboxServer, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = shop.data(CONTRACTS, variables)["subscriptionContracts"]
    return found


def error(shop: SandboxServer, query: str, **options: Any) -> dict[str, Any]:
    [found] = shop.call(query, **options)["errors"]
    return found  # type: ignore[no-any-return]


def test_a_document_that_shopify_would_not_validate_does_not_validate_here(shop: SandboxServer) -> None:
    found = error(shop, "{ shop { nmae } }")
    assert found["message"].startswith("Cannot query field 'nmae' on type 'Shop'.")
    assert found["locations"] == [{"line": 1, "column": 10}]
    # three enum types behind one name: the trap that makes aliases necessary
    unaliased = """{ subscriptionBillingAttempt(id: "x") { state {
      ... on SubscriptionBillingAttemptFailedState { error {
      ... on SubscriptionBillingAttemptPaymentError { code } ... on SubscriptionBillingAttemptGeneralError { code } }
    } } } }"""
    assert "conflict" in error(shop, unaliased)["message"]


def test_syntax_and_missing_queries(shop: SandboxServer) -> None:
    assert "Syntax Error" in error(shop, "{ shop {")["message"]
    url = f"{shop.url}/shops/{SHOP}/admin/api/2026-10/graphql.json"
    token = {"X-Shopify-Access-Token": shop.access_token()}
    for body in (b"", b"[]", b"{not json", b'{"query": 7}'):
        answer = httpx.post(url, content=body, headers={**token, "Content-Type": "application/json"})
        assert answer.status_code == 400


def test_what_is_not_modelled_says_so_and_is_counted(shop: SandboxServer) -> None:
    assert error(shop, "{ publicationsCount { count } }")["message"].startswith("Access denied")
    found = error(shop, "{ shop { setupRequired } }")
    assert found["message"] == "sandbox does not model Shop.setupRequired"
    assert shop.world.log.unmodelled["Shop.setupRequired"] == 1


def test_a_scope_that_was_not_granted_is_access_denied(shop: SandboxServer) -> None:
    install = shop.world.shops[SHOP]["install"]
    install["scopes"] = [s for s in install["scopes"] if s not in ("read_customers", "write_customers")]
    answer = shop.call("{ subscriptionContracts(first: 1) { nodes { id customer { id } } } }")
    [found] = answer["errors"]
    assert found["extensions"]["code"] == "ACCESS_DENIED" and "read_customers" in found["message"]
    assert found["path"] == ["subscriptionContracts", "nodes", 0, "customer"]
    assert answer["data"]["subscriptionContracts"]["nodes"][0]["customer"] is None


def test_node_is_no_way_around_a_scope(shop: SandboxServer) -> None:
    customer = gid("Customer", shop.world.of("customers", SHOP).all()[0]["id"])
    shop.world.shops[SHOP]["install"]["scopes"] = ["read_products"]
    found = error(shop, f'{{ node(id: "{customer}") {{ id }} }}')
    assert found["extensions"]["code"] == "ACCESS_DENIED" and "read_customers" in found["message"]


def test_a_write_scope_includes_its_read_scope_but_not_the_other_way_round(shop: SandboxServer) -> None:
    install = shop.world.shops[SHOP]["install"]
    install["scopes"] = ["write_customers"]
    assert "errors" not in shop.call("{ customers(first: 1) { nodes { id } } }")
    install["scopes"] = ["read_own_subscription_contracts"]
    contract = gid("SubscriptionContract", shop.world.of("contracts", SHOP).all()[0]["id"])
    pause = f'mutation {{ subscriptionContractPause(subscriptionContractId: "{contract}") {{ contract {{ id }} }} }}'
    assert error(shop, pause)["extensions"]["code"] == "ACCESS_DENIED"


def test_payment_methods_need_both_scopes(shop: SandboxServer) -> None:
    # the table's "Also:" adds a requirement, it is no alternative
    shop.world.shops[SHOP]["install"]["scopes"] = ["read_customers", "read_own_subscription_contracts"]
    found = error(shop, "{ subscriptionContracts(first: 1) { nodes { customerPaymentMethod { id } } } }")
    assert found["extensions"]["code"] == "ACCESS_DENIED"


def test_pages_forwards_backwards_and_their_ends(shop: SandboxServer) -> None:
    first = page(shop, first=2)
    assert [e["node"] for e in first["edges"]] == first["nodes"]
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    second = page(shop, first=2, after=first["pageInfo"]["endCursor"])
    third = page(shop, first=2, after=second["pageInfo"]["endCursor"])
    assert third["pageInfo"]["hasNextPage"] is False
    everyone = [n["id"] for p in (first, second, third) for n in p["nodes"]]
    assert everyone == [gid("SubscriptionContract", r["id"]) for r in shop.world.of("contracts", SHOP)]
    before = page(shop, last=2, before=third["pageInfo"]["startCursor"])
    assert before["nodes"] == second["nodes"] and before["pageInfo"]["hasPreviousPage"] is True
    assert [n["id"] for n in page(shop, first=5, reverse=True)["nodes"]] == everyone[::-1]


def test_a_cursor_keeps_its_place_when_its_row_moves_on_or_is_deleted(shop: SandboxServer) -> None:
    query = """query($after: String) { subscriptionContracts(first: 2, after: $after, sortKey: UPDATED_AT) {
      nodes { id } pageInfo { endCursor } } }"""
    contracts = shop.world.of("contracts", SHOP)
    ids = [row["id"] for row in contracts]
    cursor = shop.data(query)["subscriptionContracts"]["pageInfo"]["endCursor"]
    contracts[ids[1]]["updated_at"] = "2026-12-09T00:00:00+00:00"  # the last one seen changes meanwhile
    contracts.delete(ids[0])
    second = shop.data(query, {"after": cursor})["subscriptionContracts"]
    assert [n["id"] for n in second["nodes"]] == [gid("SubscriptionContract", i) for i in ids[2:4]]
    third = shop.data(query, {"after": second["pageInfo"]["endCursor"]})["subscriptionContracts"]
    assert [n["id"] for n in third["nodes"]] == [gid("SubscriptionContract", i) for i in (ids[4], ids[1])]


def test_contracts_are_found_by_product(shop: SandboxServer) -> None:
    product = shop.world.of("products", SHOP).all()[0]["id"]
    assert len(page(shop, first=9, query=f"product_id:{product}")["nodes"]) == 5
    assert page(shop, first=9, query="product_id:1")["nodes"] == []


@pytest.mark.parametrize("reverse", [False, True])
def test_pages_put_together_are_the_whole_list_in_both_directions(shop: SandboxServer, reverse: bool) -> None:
    whole = [n["id"] for n in page(shop, first=9, reverse=reverse)["nodes"]]
    forwards: list[str] = []
    after = None
    while len(forwards) < len(whole):
        found = page(shop, first=2, after=after, reverse=reverse)
        forwards += [n["id"] for n in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
    assert forwards == whole and found["pageInfo"]["hasNextPage"] is False
    backwards: list[str] = []
    before = None
    while len(backwards) < len(whole):
        found = page(shop, last=2, before=before, reverse=reverse)
        backwards = [n["id"] for n in found["nodes"]] + backwards
        before = found["pageInfo"]["startCursor"]
    assert backwards == whole and found["pageInfo"]["hasPreviousPage"] is False


@pytest.mark.parametrize("variables", [{}, {"first": 251}, {"first": -1}, {"first": 2, "after": "nonsense"}])
def test_bad_pages_are_errors(shop: SandboxServer, variables: dict[str, Any]) -> None:
    assert "errors" in shop.call(CONTRACTS, variables)


def test_contracts_are_found_by_shopifys_filters(shop: SandboxServer) -> None:
    row = shop.world.of("contracts", SHOP).all()[3]
    row["status"], row["updated_at"] = "PAUSED", "2026-12-05T00:00:00+00:00"
    mine = [gid("SubscriptionContract", row["id"])]
    assert [n["id"] for n in page(shop, first=9, query="status:paused")["nodes"]] == mine
    assert [n["id"] for n in page(shop, first=9, query="updated_at:>='2026-12-02T00:00:00Z'")["nodes"]] == mine
    assert [n["id"] for n in page(shop, first=9, query=f"id:{row['id']}")["nodes"]] == mine
    assert page(shop, first=9, query=f"status:active AND id:{row['id']}")["nodes"] == []
    assert "filter" in shop.call(CONTRACTS, {"first": 1, "query": "next_billing_date:x"})["errors"][0]["message"]


def test_node_and_nodes(shop: SandboxServer) -> None:
    key = gid("SubscriptionContract", shop.world.of("contracts", SHOP).all()[0]["id"])
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on SubscriptionContract { status } } }"
    asked = [key, gid("Product", 1), gid("SubscriptionContract", 7)]
    found = shop.data(query, {"ids": asked})["nodes"]
    assert found == [{"__typename": "SubscriptionContract", "id": key, "status": "ACTIVE"}, None, None]
    assert "Invalid global id" in error(shop, '{ node(id: "seven") { id } }')["message"]
    assert "Invalid global id" in error(shop, f'{{ order(id: "{key}") {{ id }} }}')["message"]


def test_wrong_values_are_errors_in_variables_and_in_documents(shop: SandboxServer) -> None:
    query = """mutation($d: DateTime!) { subscriptionContractSetNextBillingDate(contractId: "x", date: $d) {
      contract { id } } }"""
    assert "invalid DateTime 'tomorrow'" in error(shop, query, variables={"d": "tomorrow"})["message"]
    literal = query.replace("($d: DateTime!)", "").replace("$d", '"tomorrow"')
    assert "invalid DateTime 'tomorrow'" in error(shop, literal)["message"]
    assert error(shop, query)["message"].startswith("Variable '$d' has invalid value")


def test_another_shops_objects_do_not_exist(shop: SandboxServer) -> None:
    shop.tiny(shop="tannery-tea.myshopify.com", contracts=1)
    theirs = gid("SubscriptionContract", shop.world.of("contracts", "tannery-tea.myshopify.com").all()[0]["id"])
    query = f'{{ subscriptionContract(id: "{theirs}") {{ id }} node(id: "{theirs}") {{ id }} }}'
    assert shop.data(query) == {"subscriptionContract": None, "node": None}
    assert len(page(shop, first=50)["nodes"]) == 5


def test_customers_without_approval_are_nulls(sandbox: SandboxServer) -> None:
    sandbox.tiny(contracts=1, mail=False)
    query = """{ subscriptionContracts(first: 1) { nodes { customer { id email firstName displayName
      defaultEmailAddress { emailAddress } defaultAddress { city } }
      deliveryMethod { ... on SubscriptionDeliveryMethodShipping { address { city name } } } } } }"""
    [found] = sandbox.data(query)["subscriptionContracts"]["nodes"]
    assert found["customer"].pop("id").startswith("gid://shopify/Customer/")
    assert found["customer"] == {"email": None, "firstName": None, "displayName": "", "defaultEmailAddress": None,
                                 "defaultAddress": None}  # fmt: skip
    assert found["deliveryMethod"]["address"] == {"city": None, "name": None}


# --- versions ---


def test_versions(shop: SandboxServer) -> None:
    url = f"{shop.url}/shops/{SHOP}/admin/api/%s/graphql.json"
    token = {"X-Shopify-Access-Token": shop.access_token()}

    def ask(version: str) -> httpx.Response:
        return httpx.post(url % version, json={"query": "{ shop { name } }"}, headers=token, timeout=30)

    assert ask("2026-10").headers["X-Shopify-API-Version"] == "2026-10"
    assert ask("2024-01").headers["X-Shopify-API-Version"] == schema.versions()[0]  # falls forward
    assert ask("2031-01").status_code == 404
    assert ask("latest").status_code == 404


# --- cost ---


def test_every_answer_says_what_it_cost(shop: SandboxServer) -> None:
    lines = "lines(first: 3) { nodes { id currentPrice { amount } } }"
    query = f"{{ subscriptionContracts(first: 50) {{ nodes {{ id {lines} }} }} }}"
    cost = shop.call(query)["extensions"]["cost"]
    # 50 x (contract 1 + 3 x (line 1 + price 1)), and for five contracts of one line 5 x (1 + 2)
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (350, 15)
    bucket = cost["throttleStatus"]
    assert (bucket["maximumAvailable"], bucket["restoreRate"]) == (2000.0, 100.0)
    assert 1985 <= bucket["currentlyAvailable"] <= 2000


def test_edges_cost_as_much_as_nodes_and_a_mutation_ten(shop: SandboxServer) -> None:
    def requested(query: str) -> int:
        return int(shop.call(query)["extensions"]["cost"]["requestedQueryCost"])

    assert requested("{ products(first: 10) { edges { node { id } } } }") == 10
    assert requested("{ products(first: 10) { nodes { id } pageInfo { hasNextPage } } }") == 10
    contract = gid("SubscriptionContract", shop.world.of("contracts", SHOP).all()[0]["id"])
    pause = f'mutation {{ subscriptionContractPause(subscriptionContractId: "{contract}") {{ contract {{ id }} }} }}'
    assert requested(pause) == 11


def test_above_a_thousand_points_nothing_runs(shop: SandboxServer) -> None:
    query = "{ subscriptionContracts(first: 250) { nodes { id lines(first: 10) { nodes { id } } } } }"
    assert error(shop, query)["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_an_empty_bucket_throttles_with_status_200_and_fills_again(shop: SandboxServer) -> None:
    token = shop.access_token()
    shop.world.faults.set({"throttle": {"bucket": 60, "restore_rate": 1000}})
    query = "{ products(first: 50) { nodes { id } } customers(first: 9) { nodes { id } } }"
    shop.world.faults.set({"throttle": {"restore_rate": 0}})
    assert "errors" not in shop.call(query, token=token)
    shop.call("{ products(first: 50) { nodes { id } } }", token=token)
    answers = [shop.call(query, token=token) for _ in range(12)]
    throttled = [a for a in answers if "errors" in a]
    assert throttled and throttled[-1]["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert throttled[-1]["extensions"]["cost"]["actualQueryCost"] is None
    shop.world.faults.set({"throttle": {"restore_rate": 100_000}})
    assert "errors" not in shop.call(query, token=token)
