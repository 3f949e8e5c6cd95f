"""The shapes of what is done with one date's order."""

from __future__ import annotations

from shopify_app.web.portal.date_deeds import DATE_DEEDS
from shopify_app.web.portal.offers import ACTIONS
from shopify_app.web.portal.schema_parts import (
    DAY,
    MAYBE_TEXT,
    TEXT,
    WHOLE,
    YES,
    Schema,
    listed,
    one_of,
    or_null,
    ref,
    said,
    shape,
)

DATE_SCHEMAS: dict[str, Schema] = {
    "DateOption": shape(
        action=one_of(*DATE_DEEDS), possible=YES, reason=or_null(ref("Reason")), inputs=listed(ref("Input"))
    ),
    "DateOptions": shape(actions=listed(ref("DateOption"))),
    "DateLine": shape(
        line=said(MAYBE_TEXT, "Null for an item that is not there yet."),
        title=TEXT,
        variant=MAYBE_TEXT,
        quantity=WHOLE,
        total=said(ref("Money"), "For the whole quantity."),
    ),
    "DateLook": shape(
        date=DAY,
        lines=listed(ref("DateLine")),
        shipping_price=ref("Money"),
        total=said(ref("Money"), "Before taxes."),
        address=or_null(ref("Address")),
    ),
    "DatePreview": shape(
        action=one_of(*DATE_DEEDS),
        possible=YES,
        reason=or_null(ref("Reason")),
        before=ref("DateLook"),
        after=ref("DateLook"),
    ),
    "DateDone": shape(
        action=one_of(*ACTIONS, *DATE_DEEDS),
        cycle=said(or_null(ref("Cycle")), "As it is now; null when it is paid and no longer to come."),
        payment=said(or_null(ref("Payment")), "How its charge stands; null before one is made."),
        undo=said(or_null(ref("ContractUndo")), "The body of the date's own `undo`."),
    ),
}
