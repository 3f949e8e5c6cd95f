"""The contents of cycles that were edited on their own: a second question, asked of such cycles only.

Asked with every cycle, `editedContract` would cost some eighty points for each of them, edited or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.contents import Contents, read_delivery, read_line
from shopify_app.gateways.shopify.documents import with_fragments
from shopify_app.gateways.shopify.values import Node, amount

Key = tuple[str, int]
"""Contract gid and cycle index."""
BATCH = 8
"""Cycles in one query, so that it stays well below the 1,000 points that a query may ask for (Shopify docs)."""

_FIELDS = """note deliveryPrice { amount } deliveryMethod { ...DeliveryFields }
  lines(first: 20) { nodes { ...LineFields } pageInfo { hasNextPage endCursor } }"""


def fetch(client: AdminClient, wanted: Sequence[Key], patience: float = 5.0) -> dict[Key, Contents | None]:
    """Return the contents of each of these cycles; None where only the date was changed. Raises ShopifyError."""
    found: dict[Key, Contents | None] = {}
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        values = {name: value for n, key in enumerate(some) for name, value in ((f"g{n}", key[0]), (f"i{n}", key[1]))}
        answer = client.run_text(_aliased(len(some)), values, name="EditedContracts", patience=patience)
        for n, key in enumerate(some):
            edited = (answer.data[f"c{n}"] or {}).get("editedContract")
            found[key] = _contents(client, key, edited, patience) if edited else None
    return found


def _aliased(count: int) -> str:
    heads = ", ".join(f"$g{n}: ID!, $i{n}: Int!" for n in range(count))
    parts = "\n".join(
        f"c{n}: subscriptionBillingCycle(billingCycleInput: {{contractId: $g{n}, selector: {{index: $i{n}}}}}) "
        f"{{ editedContract {{ {_FIELDS} }} }}"
        for n in range(count)
    )
    return with_fragments(f"query EditedContracts({heads}) {{\n{parts}\n}}\n", "EditedContracts")


def _contents(client: AdminClient, key: Key, node: Node, patience: float) -> Contents:
    return Contents(
        lines=tuple(read_line(line) for line in _lines(client, key, node["lines"], patience)),
        delivery_price=amount(node["deliveryPrice"]),
        delivery_method=read_delivery(node["deliveryMethod"]),
        note=node["note"],
    )


def _lines(client: AdminClient, key: Key, page: Node, patience: float) -> Iterator[Node]:
    """All lines, page after page; an edit that is undone meanwhile has no more of them."""
    yield from page["nodes"]
    while page["pageInfo"]["hasNextPage"]:
        variables = {"contract": key[0], "index": key[1], "after": page["pageInfo"]["endCursor"]}
        cycle = client.run("EditedContractLines", variables, patience).data["subscriptionBillingCycle"]
        edited = (cycle or {}).get("editedContract")
        if not edited:
            return
        page = edited["lines"]
        yield from page["nodes"]
