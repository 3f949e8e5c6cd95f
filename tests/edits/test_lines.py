"""Items of a subscription changed: shown first, done once, taken back, with Shopify's word as the last one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete

from shopify_app.catalog.models import Variant
from shopify_app.edits.contract import door, goods, unfinished
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.answers import Answer, No, refused
from shopify_app.edits.contract.lines import Quantity, Remove
from shopify_app.gateways.shopify.client import AdminClient
from tests.billing.till import Till
from tests.edits.desk import ask, asker_dies, edits, kinds, put_there, target, there
from tests.edits.shelf import Shelf, stock


@pytest.fixture
def shelf(till: Till) -> Shelf:
    return stock(till)


def _line(till: Till, place: int = 0) -> dict[str, Any]:
    return there(till)["lines"][place]


def _undo(till: Till, request_id: str) -> Action:
    action = door.undo(till.ctx, target(till), request_id)
    assert action
    return action


def test_a_quantity_is_shown_changed_charged_and_taken_back(till: Till, shelf: Shelf) -> None:
    seen = door.preview(till.ctx, Quantity(shelf.line, 3), target(till))
    assert seen and (seen.before.total, seen.after.total) == (Decimal("17.10"), Decimal("42.30"))
    assert _line(till)["quantity"] == 1 and till.calls("DraftOpen") == 0
    assert ask(till, Quantity(shelf.line, 3)) == Answer(True, "Quantity changed")
    assert _line(till)["quantity"] == 3 and till.contract().next_charge_total == Decimal("42.30")
    assert kinds(till)[0] == "subscription.quantity_requested"
    assert ask(till, Quantity(shelf.line, 3), "r2") == refused(No.ALREADY)
    assert ask(till, _undo(till, "r1"), "r3").is_done and _line(till)["quantity"] == 1
    assert ask(till, Quantity("gid://shopify/SubscriptionLine/9", 2), "r4") == refused(No.LINE_GONE)


def test_a_swapped_item_has_the_price_its_plan_gives_it_and_goes_back_to_its_own(till: Till, shelf: Shelf) -> None:
    swap = shelf.swap(shelf.harbor)
    assert not isinstance(swap, No) and swap.price == "18.00"
    seen = door.preview(till.ctx, swap, target(till))
    assert seen and seen.after.lines[0].title == "Harbor Dark" and seen.after.total == Decimal("22.50")
    assert ask(till, swap) == Answer(True, "Swapped")
    line = _line(till)
    assert (line["title"], line["price"], line["quantity"]) == ("Harbor Dark", "18.00", 1)
    assert line["pricing"]["base"] == "20.00" and line["pricing"]["steps"][0]["price"] == "18.00"
    assert shelf.swap("gid://shopify/ProductVariant/9") == No.NOT_SOLD
    assert ask(till, _undo(till, "r1"), "r2").is_done
    line = _line(till)
    assert (line["title"], Decimal(line["price"])) == ("House Blend", Decimal("12.60"))
    assert Decimal(line["pricing"]["base"]) == 14


def test_an_item_is_added_on_the_same_plan_taken_out_and_brought_back(till: Till, shelf: Shelf) -> None:
    assert ask(till, Remove(shelf.line)) == refused(No.LAST_LINE)
    add = shelf.add(shelf.harbor, 2)
    assert not isinstance(add, No) and add.price == "18.00"
    assert ask(till, add, "r2") == Answer(True, "Added")
    line = _line(till, 1)
    assert (line["quantity"], line["price"], line["selling_plan_name"]) == (2, "18.00", "Monthly")
    assert ask(till, add, "r3") == refused(No.HAS_ITEM)
    assert ask(till, _undo(till, "r2"), "r4") == Answer(True, "Removed")
    assert len(there(till)["lines"]) == 1
    assert ask(till, _undo(till, "r4"), "r5") == Answer(True, "Added")
    back = _line(till, 1)
    assert back["id"] != line["id"]
    assert {**back, "id": 0} == {**line, "id": 0}
    assert ask(till, goods.remove(till.whole_contract(), shelf.line), "r6").is_done
    assert ask(till, _undo(till, "r6"), "r7").is_done and _line(till, 1)["title"] == "House Blend"


def test_a_product_that_no_subscription_has_is_read_from_shopify(till: Till, shelf: Shelf) -> None:
    with till.ctx.db.session() as session:
        session.execute(delete(Variant).where(Variant.shopify_gid == shelf.harbor))
    assert shelf.swap(shelf.harbor) == No.NOT_SOLD
    till.fault(graphql={"Variants": {"status": 503, "times": 1}})
    assert goods.learn(till.ctx, till.shop_id, shelf.harbor) == No.NO_ANSWER
    assert goods.learn(till.ctx, till.shop_id, shelf.harbor) is None
    assert ask(till, shelf.swap(shelf.harbor)).is_done
    before = till.calls("Variants")
    assert goods.learn(till.ctx, till.shop_id, shelf.harbor) is None and till.calls("Variants") == before
    for gid in ("gid://shopify/ProductVariant/9", "gid://shopify/Product/9", "x"):
        assert goods.learn(till.ctx, till.shop_id, gid) == No.NOT_SOLD
    assert till.calls("Variants") == before + 1


def test_prices_in_another_currency_are_not_made_up(till: Till) -> None:
    shelf = stock(till, currency="EUR")
    assert shelf.swap(shelf.harbor) == shelf.add(shelf.harbor) == No.OTHER_CURRENCY
    with till.ctx.db.session() as session:
        assert goods.for_more(session, till.whole_contract()) == []


def test_a_double_tap_acts_once_though_it_is_made_again_of_what_is_there_then(till: Till, shelf: Shelf) -> None:
    for number, make in enumerate((lambda: shelf.swap(shelf.harbor), lambda: shelf.add(shelf.house))):
        first = ask(till, make(), f"r{number}")
        assert first.is_done and ask(till, make(), f"r{number}") == first
    remove = goods.remove(till.whole_contract(), shelf.line)
    assert ask(till, remove, "r2") == ask(till, goods.remove(till.whole_contract(), remove.line_gid), "r2")
    assert till.calls("DraftCommit") == 3 and len(there(till)["lines"]) == 1
    assert ask(till, Quantity(shelf.line, 2), "r2") == refused(No.OTHER_REQUEST)


def test_a_throttled_draft_changes_nothing_and_may_be_asked_again(till: Till, shelf: Shelf) -> None:
    till.fault(graphql={"DraftLineUpdate": {"status": 429, "times": 1}})
    assert ask(till, Quantity(shelf.line, 2)) == refused(No.NO_ANSWER)
    assert _line(till)["quantity"] == 1 and till.first_cycle().lease_until is None
    assert ask(till, Quantity(shelf.line, 2)).is_done and _line(till)["quantity"] == 2


def test_a_draft_that_somebody_overtook_is_drawn_again(till: Till, shelf: Shelf, monkeypatch) -> None:
    left, mutate = [1], AdminClient.mutate

    def overtaken(self, name: str, variables: dict[str, Any], root: str) -> dict[str, Any]:
        if name == "DraftCommit" and left[0]:
            left[0] -= 1
            put_there(till, note="somebody was faster", revision_id=there(till)["revision_id"] + 1)
        return mutate(self, name, variables, root)

    monkeypatch.setattr(AdminClient, "mutate", overtaken)
    assert ask(till, Quantity(shelf.line, 2)).is_done
    assert till.calls("DraftOpen") == 2 and there(till)["note"] == "somebody was faster"
    assert _line(till)["quantity"] == 2
    left[0] = 99
    assert ask(till, Quantity(shelf.line, 4), "r2") == refused(No.STALE)
    assert _line(till)["quantity"] == 2 and till.calls("DraftCommit") == 5


def test_shopifys_refusal_is_told_and_what_it_knows_is_read(till: Till, shelf: Shelf) -> None:
    gone = shelf.line
    ask(till, shelf.add(shelf.harbor), "r1")
    put_there(till, lines=there(till)["lines"][1:], revision_id=there(till)["revision_id"] + 1)
    answer = ask(till, Quantity(gone, 2), "r2")
    assert answer == Answer(False, "Shopify refused: Line does not exist.", No.REFUSED)
    assert [line.title for line in till.whole_contract().lines] == ["Harbor Dark"]
    assert kinds(till)[-1] != "subscription.quantity_changed"


def test_a_lost_answer_is_looked_up_and_what_was_never_done_is_told(till: Till, shelf: Shelf) -> None:
    till.fault(graphql={"DraftCommit": {"reset": "after", "times": 1}})
    assert ask(till, shelf.swap(shelf.harbor)) == Answer(True, "Swapped")
    till.fault(graphql={"DraftCommit": {"reset": "before", "times": 1}})
    assert ask(till, Quantity(shelf.line, 2), "r2") == refused(No.NOT_SEEN)
    asker_dies(till)
    assert unfinished.drain(till.ctx) == 1
    assert [edit.refusal for edit in edits(till)] == [None, No.NOT_DONE] and _line(till)["quantity"] == 1


def test_an_asker_who_dies_after_the_commit_is_finished_and_can_be_undone(
    till: Till, shelf: Shelf, monkeypatch
) -> None:
    class Dead(BaseException):
        pass

    def die(*_: object) -> bool:
        raise Dead

    with monkeypatch.context() as patch:
        patch.setattr(door, "read_again", die)
        with pytest.raises(Dead):
            ask(till, shelf.add(shelf.harbor))
    asker_dies(till)
    assert unfinished.drain(till.ctx) == 1
    assert [edit.state for edit in edits(till)] == ["done"] and till.calls("DraftCommit") == 1
    assert ask(till, _undo(till, "r1"), "r2").is_done and len(there(till)["lines"]) == 1


def test_an_order_changed_for_its_date_alone_keeps_the_rest_until_it_is_over(till: Till, shelf: Shelf) -> None:
    following = sorted(till.cycles(), key=lambda cycle: cycle.expected_at)[2]
    _edit_one(till, following.cycle_index)
    answer = ask(till, Quantity(shelf.line, 2))  # we were not told of it: Shopify says so
    assert answer.refusal is No.FUTURE_EDITS and f"{following.expected_at:%b}" in answer.words
    seen = door.preview(till.ctx, Quantity(shelf.line, 2), target(till))
    assert seen and seen.why_not == answer and till.calls("DraftOpen") == 1


def _edit_one(till: Till, index: int) -> None:
    where = f'{{contractId: "{till.contract().shopify_gid}", selector: {{index: {index}}}}}'
    opened = till.sandbox.data(
        f"mutation {{ subscriptionBillingCycleContractEdit(billingCycleInput: {where}) {{ draft {{ id }} }} }}"
    )
    draft = opened["subscriptionBillingCycleContractEdit"]["draft"]["id"]
    commit = f'subscriptionBillingCycleContractDraftCommit(draftId: "{draft}") {{ userErrors {{ message }} }}'
    till.sandbox.data(f"mutation {{ {commit} }}")
