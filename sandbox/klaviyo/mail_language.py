"""Klaviyo's template language: Django's, with a few filters and tags of Klaviyo's own. A gap is an error here.

Where Klaviyo prints nothing for a variable that is not there, this raises: a shopper would have read a hole. Asking
for it is allowed, as merchants do: `{% if event.X %}`, `{{ event.X|default:'…' }}`, `{% for … %}…{% empty %}`.
Filters: Klaviyo's glossary of variable filters. The engine stands alone; no Django project is set up.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

from django.conf import settings
from django.template import Context, Engine, Library
from django.template import Template as Compiled
from django.template.base import FilterExpression, Variable, VariableDoesNotExist, VariableNode
from django.template.defaulttags import ForNode
from django.template.exceptions import TemplateDoesNotExist, TemplateSyntaxError
from django.utils import dateformat
from django.utils.html import format_html

if not settings.configured:
    settings.configure(USE_I18N=False, USE_TZ=False)  # asked for when numbers and dates become text

register = Library()


class MailFailed(Exception):
    """The template cannot be shown for this event; the message says why, in a few words."""


class Missing:
    """A variable that is not there. It is false, and any other use of it fails the mail."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __bool__(self) -> bool:
        return False

    def fail(self, *_: Any) -> NoReturn:
        """Say what was not there."""
        raise MailFailed(self._reason)

    __str__ = __repr__ = __len__ = __iter__ = __getitem__ = __int__ = __float__ = __add__ = __html__ = fail


class _Asked:
    """A Django variable that gives `Missing` where Django would give an empty text."""

    def __init__(self, variable: Variable) -> None:
        self._variable = variable

    def resolve(self, context: Context) -> Any:
        holder, _, rest = str(self._variable).partition(".")
        missing = Missing(f"{holder} has no {rest}" if rest else f"there is no {holder}")
        try:
            found = self._variable.resolve(context)
        except VariableDoesNotExist:
            return missing
        return missing if found is None else found


@register.filter
def lookup(value: Any, name: str) -> Any:
    """`{{ event|lookup:'Product Name' }}`, for names that have blanks or a $."""
    found = value.get(name) if isinstance(value, dict) else None
    return Missing(f"nothing is called {name}") if found is None else found


@register.filter
def format_date_string(value: Any) -> datetime:
    """The ISO 8601 text as a time, for `date`; it keeps its own offset."""
    try:
        return datetime.fromisoformat(str(value))
    except ValueError as error:
        raise MailFailed(f"format_date_string cannot read {str(value)[:40]!r}") from error


@register.filter
def date(value: Any, form: str = "N j, Y") -> str:
    """Django's `date`, which for a text (no `format_date_string` before it) would print nothing."""
    if isinstance(value, Missing):
        value.fail()
    if not isinstance(value, datetime):
        raise MailFailed(f"date needs a time, not the text {str(value)[:40]!r}")
    return dateformat.format(value, form)


@register.simple_tag
def unsubscribe(text: str = "Unsubscribe") -> str:
    """Klaviyo's own link; here it leads nowhere."""
    return format_html('<a href="#unsubscribe">{}</a>', text)


@register.simple_tag
def manage_preferences(text: str = "Manage preferences") -> str:
    """Klaviyo's own link; here it leads nowhere."""
    return format_html('<a href="#preferences">{}</a>', text)


def render(source: str, variables: dict[str, Any], *, is_html: bool) -> str:
    """The template filled in. Raises MailFailed: a gap, a tag Klaviyo does not have, a filter that cannot cope."""
    try:
        compiled = _compiled(source)
        return str(compiled.render(Context(variables, autoescape=is_html, use_l10n=False, use_tz=False)))
    except TemplateSyntaxError as error:
        raise MailFailed(f"template: {error}") from error
    except TemplateDoesNotExist as error:
        raise MailFailed(f"template: Klaviyo has no template {error}") from error
    except VariableDoesNotExist as error:  # of a filter's argument; its own text would print the whole event
        raise MailFailed(f"there is no {error.params[0]}") from error
    except (TypeError, ValueError, AttributeError, LookupError) as error:
        raise MailFailed(f"template: {type(error).__name__}: {str(error)[:100]}") from error


@lru_cache(maxsize=100)
def _compiled(source: str) -> Compiled:
    compiled = _engine().from_string(source)
    for node in compiled.nodelist.get_nodes_by_type(VariableNode):
        _ask(node.filter_expression)
    for node in compiled.nodelist.get_nodes_by_type(ForNode):
        if not node.nodelist_empty:
            _ask(node.sequence)
    return compiled


def _ask(expression: FilterExpression) -> None:
    if expression.is_var:
        expression.var = _Asked(expression.var)


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return Engine(builtins=[__name__])
