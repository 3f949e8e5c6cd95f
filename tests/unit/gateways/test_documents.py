"""A document carries each fragment it spreads once, and says which one it cannot find."""

from __future__ import annotations

import re

import pytest

from shopify_app.gateways.shopify.documents import FragmentMissing, operation, with_fragments


def _fragments(text: str) -> list[str]:
    return re.findall(r"^fragment (\w+)", text, re.MULTILINE)


def test_fragments_of_fragments_come_along_each_once() -> None:
    people = {"AddressFields", "CustomerFields", "PaymentMethodFields"}
    expected = {"ContractFields", "LineFields", "PricingFields", "DeliveryFields"} | people
    assert set(_fragments(operation("Contract"))) == expected
    twice = with_fragments("{ a: node { ...ContractFields } b: node { ...LineFields ...CustomerFields } }", "Both")
    assert sorted(_fragments(twice)) == sorted(expected)


def test_an_inline_fragment_needs_none() -> None:
    text = "{ node { ... on Order { id } ...on Product { id } } }"
    assert with_fragments(text, "Inline").strip() == text


def test_a_fragment_that_is_not_there_is_named_with_who_needs_it() -> None:
    with pytest.raises(FragmentMissing, match=r"Odd spreads OnceFields, .*operations/fragments/OnceFields\.graphql"):
        with_fragments("{ shop { ...OnceFields } }", "Odd")


def test_an_operation_that_is_not_there_is_no_empty_document() -> None:
    with pytest.raises(FileNotFoundError):
        operation("Nonsense")
