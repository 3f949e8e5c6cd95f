"""How many subscriptions a view or a choice of a filter has: counted as the list counts, up to MOST."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from shopify_app.kit.speech import numeral
from shopify_app.web.admin.listing import filters, finding, pages
from shopify_app.web.admin.listing.conditions import Asked

MOST = finding.MOST


def said(session: Session, asked: Asked, query: Mapping[str, str]) -> str:
    """Return how many a query has in the shop of `asked`, e.g. "42", or "1,000+" for any number beyond MOST.

    One statement that reads MOST + 1 rows at most, and the search's own before it if words are searched.
    """
    found = finding.find(session, replace(asked, filters=filters.read(query)))
    number = pages.count(session, replace(found, counted=MOST))
    return f"{numeral(MOST)}+" if number > MOST else numeral(number)
