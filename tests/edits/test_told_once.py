"""An edit is told once and with who did it: when another reading is faster than ours, when the asker dies, and when
another app made it with a draft of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.shopify.registry import gid
from shopify_app.edits import reading, skip
from shopify_app.edits.answers import Answer
from shopify_app.edits.contract import door
from shopify_app.edits.contract.lines import Quantity
from tests.billing.till import Till
from tests.edits.desk import ME, ask, there

OPEN = "mutation($id: ID!) { subscriptionContractUpdate(contractId: $id) { draft { id } userErrors { code } } }"
CHANGE = """mutation($draft: ID!, $line: ID!, $input: SubscriptionLineUpdateInput!) { subscriptionDraftLineUpdate(
  draftId: $draft, lineId: $line, input: $input) { lineUpdated { quantity } userErrors { code } } }"""
UPDATE = """mutation($draft: ID!, $input: SubscriptionDraftInput!) { subscriptionDraftUpdate(
  draftId: $draft, input: $input) { draft { note } userErrors { code field } } }"""
COMMIT = "mutation($draft: ID!) { subscriptionDraftCommit(draftId: $draft) { contract { id } userErrors { code } } }"


class AskerDies(Exception):
    """The process ends here."""


def _line(till: Till) -> str:
    return gid("SubscriptionLine", there(till)["lines"][0]["id"])


def _skip(till: Till) -> Answer:
    return skip.skip(till.ctx, till.shop_id, till.contract().shopify_gid, till.first_cycle().cycle_index, ME)


def _told(till: Till, *kinds: str) -> list[tuple[str, str]]:
    return [(fact.kind, fact.actor) for fact in till.facts(*kinds)]


@pytest.fixture
def outrun(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """A webhook's reading is written just before our own that confirms an edit."""
    ours: Callable[..., bool] = reading.read_again

    def slower(*args: object, **options: object) -> bool:
        till.mirror()
        return ours(*args, **options)

    monkeypatch.setattr(reading, "read_again", slower)
    monkeypatch.setattr(door, "read_again", slower)


def test_another_reading_is_faster_than_ours(till: Till, outrun: None) -> None:
    assert _skip(till) == Answer(True, "Skipped")
    assert ask(till, Quantity(_line(till), 3)).is_done
    till.mirror()
    kinds = (
        "order.skip_requested",
        "order.skipped",
        "subscription.quantity_requested",
        "subscription.quantity_changed",
    )
    assert _told(till) == [(kind, ME) for kind in kinds]
    asked, done, *_ = till.facts()
    assert (done.before, done.after, done.cycle_index) == (asked.before, asked.after, asked.cycle_index)


def test_an_asker_who_dies_is_told_as_who_did_it(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*args: object, **options: object) -> bool:
        raise AskerDies

    with monkeypatch.context() as patch:
        patch.setattr(reading, "read_again", die)
        with pytest.raises(AskerDies):
            _skip(till)
    assert _told(till, "order.skipped") == []
    for _ in range(2):
        till.mirror()
    assert _told(till, "order.skipped") == [("order.skipped", ME)]


def test_another_app_changes_a_subscription(till: Till) -> None:
    def ask_shopify(query: str, **variables: object) -> dict:
        return next(iter(till.sandbox.data(query, variables).values()))

    draft = ask_shopify(OPEN, id=till.contract().shopify_gid)["draft"]["id"]
    ask_shopify(CHANGE, draft=draft, line=_line(till), input={"quantity": 2})
    ask_shopify(UPDATE, draft=draft, input={"note": "Ring twice"})
    ask_shopify(COMMIT, draft=draft)
    for _ in range(2):
        till.mirror()
    told = [("subscription.quantity_changed", "shopify"), ("subscription.note_changed", "shopify")]
    assert _told(till) == told
    assert "Ring" not in str([(fact.before, fact.after, fact.data) for fact in till.facts()])
