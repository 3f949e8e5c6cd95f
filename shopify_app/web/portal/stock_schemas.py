"""The shapes of what is missing in an order to come, and of what its shopper chooses."""

from __future__ import annotations

from shopify_app.stock.policy import DEFAULTS, FOR_SHOPPERS
from shopify_app.stock.states import DISCONTINUED, LOW, OUT
from shopify_app.web.portal.schema_parts import (
    DAY,
    INSTANT,
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

STOCK_SCHEMAS: dict[str, Schema] = {
    "Thing": shape(title=TEXT, variant=MAYBE_TEXT, quantity=WHOLE, image_url=MAYBE_TEXT),
    "MissingChoice": shape(
        choice=said(one_of(*FOR_SHOPPERS), "What the body's field says."),
        words=TEXT,
        what=said(TEXT, "What happens then, in sentences."),
        now=said(YES, "It is what was chosen."),
    ),
    "Missing": shape(
        decision=said(TEXT, "Names it in requests."),
        kind=one_of(LOW, OUT, DISCONTINUED),
        words=said(TEXT, "What is wrong, in a sentence."),
        item=said(or_null(ref("Thing")), "Null when the order no longer holds it."),
        instead=said(or_null(ref("Thing")), "What a substitute would be."),
        back_on=said(or_null(DAY), "When it is expected back, if known."),
        happens=said(one_of(*DEFAULTS), "What happens as things stand: as chosen, or by itself."),
        happens_words=TEXT,
        chosen=said(YES, "It happens because somebody chose it."),
        choose_until=said(or_null(INSTANT), "Null when nothing can be chosen any more."),
        choices=listed(ref("MissingChoice")),
    ),
    "MissingDone": shape(missing=ref("Missing")),
    "ChoiceBody": shape(choice=one_of(*FOR_SHOPPERS)),
}
