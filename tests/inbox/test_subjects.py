from __future__ import annotations

import pytest

from shopify_app import topics
from shopify_app.inbox.subjects import subject_of

NAMED = [
    ("subscription_contracts/update", {"admin_graphql_api_id": "gid://shopify/SubscriptionContract/7"}, "contract:7"),
    ("subscription_contracts/update", {"id": 7}, "contract:7"),
    ("subscription_billing_cycles/skip", {"subscription_contract_id": 7}, "contract:7"),
    ("subscription_billing_cycle_edits/delete", {"subscription_contract_id": 7}, "contract:7"),
    ("subscription_billing_attempts/success", {"id": None, "idempotency_key": "k-1"}, "attempt/success:k-1"),
    ("orders/updated", {"id": 9}, "order:9"),
    ("orders/edited", {"order_edit": {"id": 1, "order_id": 9}}, "order:9"),
    ("customers/update", {"id": 3}, "customer:3"),
    ("customers/merge", {"admin_graphql_api_customer_kept_id": "gid://shopify/Customer/3"}, "webhook:w"),
    ("customer_payment_methods/revoke", {"admin_graphql_api_id": "gid://shopify/CustomerPaymentMethod/af"},
     "payment_method:af"),
    ("inventory_levels/update", {"admin_graphql_api_id": "gid://shopify/InventoryLevel/5?inventory_item_id=6"},
     "inventory_level:5?inventory_item_id=6"),
    ("inventory_levels/disconnect", {"inventory_item_id": 6, "location_id": 4}, "unkept:6@4"),
    ("shop/update", {"id": 1}, "shop"),
    ("app/uninstalled", {"id": 1}, "webhook:w"),
]  # fmt: skip


@pytest.mark.parametrize(("topic", "payload", "subject"), NAMED)
def test_what_a_message_is_about(topic: str, payload: dict, subject: str) -> None:
    assert subject_of(topic, payload, "w") == subject


@pytest.mark.parametrize("topic", sorted(topics.HANDLERS))
@pytest.mark.parametrize("payload", [{}, {"id": None}, {"id": [1]}, {"id": True}, {"order_edit": 5},
                                     {"admin_graphql_api_id": 5}, {"subscription_contract_id": {}}])  # fmt: skip
def test_an_unreadable_payload_stands_for_itself(topic: str, payload: dict) -> None:
    if topic != "shop/update":
        assert subject_of(topic, payload, "w") == "webhook:w"


def test_topics_of_one_subject_have_the_same_handlers() -> None:
    payloads = [payload for _, payload, _ in NAMED]
    kinds: dict[str, set] = {}
    for topic, handlers in topics.HANDLERS.items():
        for payload in payloads:
            kind = subject_of(topic, payload, "w").partition(":")[0]
            if kind != "webhook":
                kinds.setdefault(kind, set()).add(handlers)
    assert {kind: len(found) for kind, found in kinds.items()} == dict.fromkeys(kinds, 1)
