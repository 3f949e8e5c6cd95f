"""The starter mails by Jinja2. They are written for Klaviyo, whose tags are Django's: of these only the argument of
`default` is spelled otherwise."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NoReturn

from jinja2 import Environment, Template, Undefined

from shopify_app.channels.klaviyo.story import CannotRender

_DEFAULT = re.compile(r"\|default:'([^']*)'")


class _Gap(Undefined):
    """A variable that is not there may be asked for; printed, it would be a hole in the mail."""

    def _fail(self, *_: Any) -> NoReturn:
        raise CannotRender(f"the mail has no {self._undefined_name}")

    __str__ = _fail


def filled(source: str, variables: dict[str, Any], *, is_html: bool) -> str:
    """Return a starter mail with its places filled, values escaped in HTML. Raises CannotRender at a gap."""
    return _compiled(source, is_html).render(variables)


@lru_cache(maxsize=100)
def _compiled(source: str, is_html: bool) -> Template:
    environment = Environment(autoescape=is_html, undefined=_Gap)  # noqa: S701 - a subject is no HTML
    return environment.from_string(_DEFAULT.sub(r"|default('\1', true)", source))
