"""What a GraphQL operation costs.

Shopify docs (API limits): scalars and enums 0, an object 1, a connection is sized by ``first`` / ``last``, a
mutation 10. How nested connections combine is not published (doubt): here they multiply, the dearest reading.
``edges``, ``pageInfo`` and ``userErrors`` cost nothing of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

MUTATION = 10
FREE = {"edges", "pageInfo", "userErrors"}


class Meter:
    """Measures one operation of a validated document."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Any
    ) -> None:
        self._schema, self._operation = schema, operation
        self._variables = {**_defaults(operation), **(variables or {})}
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        is_mutation = operation.operation is OperationType.MUTATION
        self._root: Any = schema.mutation_type if is_mutation else schema.query_type

    def requested(self) -> int:
        """What the operation may cost at most; held while it runs."""
        return max(1, self._inner(self._root, self._operation.selection_set))

    def actual(self, data: Any) -> int:
        """What it did cost, from the answer's data."""
        return max(1, self._spent(self._root, self._operation.selection_set, data or {}))

    def _inner(self, kind: Any, selection: SelectionSetNode | None) -> int:
        """Fields add up; of the alternatives of a union or interface, the dearest counts."""
        sums: dict[str, int] = defaultdict(int)
        for parent, field in self._fields(kind, selection):
            sums[parent.name] += self._field(parent, field)
        shared = sums.pop(kind.name, 0)
        return shared + max(sums.values(), default=0)

    def _field(self, parent: Any, field: FieldNode) -> int:
        kind = self._kind(parent, field)
        if kind is None:
            return 0
        inner = self._inner(kind, field.selection_set)
        if kind.name.endswith("Connection"):
            return self._page(field) * max(1, inner)
        return (self._own(parent, field) + inner) * self._ids(field)

    def _own(self, parent: Any, field: FieldNode) -> int:
        if parent is self._schema.mutation_type:
            return MUTATION
        return 0 if field.name.value in FREE else 1

    def _kind(self, parent: Any, field: FieldNode) -> Any:
        """The composite type of a field; None for what costs nothing: scalars, enums, __typename."""
        definition = getattr(parent, "fields", {}).get(field.name.value)
        kind = get_named_type(definition.type) if definition else None
        return None if kind is None or is_leaf_type(kind) else kind

    def _ids(self, field: FieldNode) -> int:
        """``nodes(ids:)`` costs as much as there are ids."""
        for argument in field.arguments or ():
            if argument.name.value == "ids" and isinstance(argument.value, VariableNode):
                return max(1, len(self._variables.get(argument.value.name.value) or []))
        return 1

    def _page(self, field: FieldNode) -> int:
        for argument in field.arguments or ():
            if argument.name.value in ("first", "last"):
                size = self._number(argument.value)
                if size is not None:
                    return max(1, size)
        return 1

    def _number(self, value: Any) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value)
        found = self._variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return found if isinstance(found, int) else None

    def _fields(self, parent: Any, selection: SelectionSetNode | None) -> Iterator[tuple[Any, FieldNode]]:
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                yield parent, node
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                kind = self._schema.type_map[fragment.type_condition.name.value]
                yield from self._fields(kind, fragment.selection_set)
            elif isinstance(node, InlineFragmentNode):
                kind = self._schema.type_map[node.type_condition.name.value] if node.type_condition else parent
                yield from self._fields(kind, node.selection_set)

    def _spent(self, kind: Any, selection: SelectionSetNode | None, data: Any) -> int:
        if isinstance(data, list):
            return sum(self._spent(kind, selection, item) for item in data)
        if not isinstance(data, dict):
            return 0
        total, seen = 0, set()
        for parent, field in self._fields(kind, selection):
            key = field.alias.value if field.alias else field.name.value
            if key in data and key not in seen:
                seen.add(key)
                total += self._spent_on(parent, field, data[key])
        return total

    def _spent_on(self, parent: Any, field: FieldNode, value: Any) -> int:
        kind = self._kind(parent, field)
        if kind is None or value is None:
            return 0
        inner = self._spent(kind, field.selection_set, value)
        if parent is self._schema.mutation_type:
            return MUTATION + inner
        if kind.name.endswith("Connection") or field.name.value in FREE:
            return inner
        return inner + (len([v for v in value if v]) if isinstance(value, list) else 1)


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    found = {}
    for definition in operation.variable_definitions or ():
        if isinstance(definition.default_value, IntValueNode):
            found[definition.variable.name.value] = int(definition.default_value.value)
    return found
