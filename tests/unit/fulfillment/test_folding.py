"""A session's changes as one before and after."""

from __future__ import annotations

from datetime import UTC
from functools import reduce

from shopify_app.fulfillment import words
from shopify_app.fulfillment.folding import Part, fold, group_of, is_void, part_of, standing
from shopify_app.journal import feed

MUG, TEA = {"title": "Mug", "quantity": 1}, {"title": "Tea", "quantity": 1}


def items(kind: str, gone: list[dict], come: list[dict]) -> Part:
    return part_of(f"subscription.{kind}", {"items": gone}, {"items": come}, {})


def moved(old: str, new: str) -> Part:
    return part_of("order.moved", {"expected_at": f"{old}T14:00:00Z"}, {"expected_at": f"{new}T14:00:00Z"}, {})


def folded(*parts: Part) -> list[Part]:
    return reduce(fold, parts, [])


def said(*parts: Part, language: str = "en") -> list[str]:
    return words.lines(standing(folded(*parts)), UTC, language)


def test_the_first_before_and_the_last_after_stand() -> None:
    many = {**MUG, "quantity": 3}
    counted = items("quantity_changed", [{**MUG, "quantity": 2}], [many])
    (part,) = folded(items("quantity_changed", [MUG], [{**MUG, "quantity": 2}]), counted)
    assert (part["before"], part["after"]) == ({"items": [MUG]}, {"items": [many]})
    assert said(part) == ["Items: 1 × Mug → 3 × Mug"]
    assert said(moved("2026-12-05", "2026-12-06"), moved("2026-12-06", "2026-12-08")) == [
        "Date: Sat, Dec 5, 2026 → Tue, Dec 8, 2026"
    ]


def test_what_was_taken_back_in_the_same_session_changed_nothing() -> None:
    skipped, unskipped = (part_of(kind, None, None, {}) for kind in ("order.skipped", "order.unskipped"))
    assert is_void(folded(skipped, unskipped)) and not is_void(folded(skipped))
    assert is_void(folded(items("item_added", [], [TEA]), items("item_removed", [TEA], [])))
    assert said(skipped, unskipped) == ["Changed and changed back"]
    assert said(skipped, items("item_added", [], [TEA]), unskipped) == ["Added: 1 × Tea"]


def test_an_address_or_a_note_is_never_taken_for_unchanged_as_the_journal_does_not_keep_them() -> None:
    address = part_of("subscription.address_changed", {}, {}, {})
    note = part_of("subscription.note_changed", {"has_note": True}, {"has_note": True}, {})
    assert not is_void(folded(address, address)) and not is_void(folded(note))
    assert said(address, note, language="de") == ["Adresse geändert", "Notiz geändert"]


def test_a_change_of_one_order_that_holds_the_same_items_is_told_as_what_it_is_and_never_as_undone() -> None:
    same, more = ({"items": items, "total": "18.00"} for items in ([MUG], [MUG, TEA]))
    elsewhere = part_of("order.contents_changed", same, same, {})
    assert not is_void(folded(elsewhere, elsewhere)) and group_of(elsewhere, "order.contents_changed") == "delivery"
    assert said(elsewhere) == ["Address, delivery, price or note of this order changed"]
    assert said(elsewhere, language="de") == ["Adresse, Lieferung, Preis oder Notiz dieser Bestellung geändert"]
    added, removed = (part_of("order.contents_changed", *sides, {}) for sides in ((same, more), (more, same)))
    assert group_of(added, "order.contents_changed") == "items" and is_void(folded(added, removed))
    assert said(added, elsewhere, removed) == said(elsewhere)


def test_every_kind_of_the_feed_has_words_in_both_languages() -> None:
    for kind in feed.KINDS:
        bare = kind.replace("_", " ").replace(".", ": ").capitalize()
        items_of = {"items": [MUG]} if "item" in kind or "contents" in kind or "quantity" in kind else None
        dates = {"expected_at": "2026-12-05T14:00:00Z"} if kind == "order.moved" else None
        part = part_of(kind, items_of or dates, dates, {})
        for language in words.LANGUAGES:
            text = words.said(part, UTC, language)
            assert text and (text != bare or kind == "subscription.paused"), kind
