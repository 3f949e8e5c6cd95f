"""A shop that sells in yen, which have no cents: what a preview shows is what Shopify charges."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from sandbox.testing import SandboxServer
from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.discounts import ManualDiscount
from shopify_app.edits.contract.lines import Quantity
from tests.billing.till import Till, opened
from tests.edits.desk import ask, put_there, target, there


@pytest.fixture
def kyoto(sandbox_server: SandboxServer, postgres_url: str) -> Iterator[Till]:
    """Three teas for 333 yen each, and a cup for 500."""
    with opened(sandbox_server, postgres_url, currency="JPY") as till:
        (line,) = there(till)["lines"]
        tea, cup = line | {"price": "333", "quantity": 3}, line | {"id": f"{line['id'][:-1]}f", "price": "500"}
        put_there(till, lines=[tea, cup], delivery_price="50")
        till.mirror()
        yield till


def test_previews_in_yen_are_what_is_charged(kyoto: Till) -> None:
    def does(action: Action, request_id: str) -> Decimal:
        seen = door.preview(kyoto.ctx, action, target(kyoto))
        assert seen and seen.why_not is None
        assert ask(kyoto, action, request_id).is_done
        kyoto.mirror()
        assert [line.total for line in seen.after.lines] == [
            line.discounted_price for line in kyoto.whole_contract().lines
        ]
        assert kyoto.contract().next_charge_total == seen.after.total
        return seen.after.total

    assert does(ManualDiscount("A tenth", percentage=10), "r1") == 899 + 450 + 50
    tea = kyoto.whole_contract().lines[0]
    assert does(Quantity(tea.shopify_gid, 2), "r2") == 599 + 450 + 50  # 599.33, were there cents
    assert does(ManualDiscount("Sorry", amount="100.00"), "r3") == 542 + 407 + 50
