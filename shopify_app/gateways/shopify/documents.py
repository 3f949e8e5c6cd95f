"""GraphQL documents as they are sent: an operation with each fragment it spreads, directly or through another.

Operations stand in operations/<Name>.graphql, what several of them ask for in operations/fragments/<Name>.graphql,
one fragment a file, named after it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_SPREAD = re.compile(r"\.\.\.\s*(?!on\b)([A-Za-z_]\w*)")
"""`...Name`; `... on Type` is an inline fragment and needs nothing more."""


class FragmentMissing(Exception):
    """A document spreads a fragment that stands in no file."""


@cache
def operation(name: str) -> str:
    """Return the whole document of operations/<name>.graphql.

    Raises FileNotFoundError when there is no such operation, FragmentMissing when it spreads an unknown fragment.
    """
    return with_fragments(files(__package__).joinpath("operations", f"{name}.graphql").read_text(), name)


def with_fragments(text: str, name: str) -> str:
    """Return a document with the fragments it spreads, each once. `name` tells a reader of the error whose it is.

    Raises FragmentMissing.
    """
    found: dict[str, str] = {}
    _collect(text, name, found)
    return "\n".join([text.rstrip() + "\n", *found.values()])


def _collect(text: str, name: str, found: dict[str, str]) -> None:
    for spread in _SPREAD.findall(text):
        if spread not in found:
            found[spread] = _fragment(spread, name)
            _collect(found[spread], spread, found)


def _fragment(name: str, needed_by: str) -> str:
    path = files(__package__).joinpath("operations", "fragments", f"{name}.graphql")
    try:
        return path.read_text()
    except FileNotFoundError:
        raise FragmentMissing(
            f"{needed_by} spreads {name}, but operations/fragments/{name}.graphql is not there"
        ) from None
