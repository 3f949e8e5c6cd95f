"""The document's calls for what is done with one date's order; made of `date_deeds`."""

from __future__ import annotations

from shopify_app.web.portal.date_deed import DateDeed
from shopify_app.web.portal.date_deeds import DATE_DEEDS
from shopify_app.web.portal.operation import (
    ACT_ERRORS,
    BACK,
    BODY,
    INDEX,
    KEYED,
    LOOK_ERRORS,
    NUMBER,
    Operation,
    chosen,
)
from shopify_app.web.portal.schemas import date_body_name, title

_DATE = "/contracts/{number}/cycles/{index}"
_THERE = {**BACK, "index": "$request.path.index"}
_UNDO = {**_THERE, BODY: {"key": "$request.header.Idempotency-Key"}}


def _deed(deed: DateDeed) -> tuple[Operation, Operation]:
    name, path = title(f"date_{deed.name}"), f"{_DATE}/{deed.name}"
    body = (date_body_name(deed.name), deed.body.is_needed)
    told = f"{deed.summary}: what it would do; changes nothing"
    links = (("undoDate", _UNDO), ("listCycles", BACK), ("listDateOptions", _THERE))
    return (
        Operation(
            f"preview{name}", "post", f"{path}/preview", told, "DatePreview", (NUMBER, INDEX), LOOK_ERRORS, (), *body
        ),
        Operation(
            f"do{name}", "post", path, deed.summary, "DateDone", (NUMBER, INDEX, KEYED), ACT_ERRORS, links, *body
        ),
    )


DATE_OPERATIONS = (
    Operation(
        "listDateOptions",
        "get",
        f"{_DATE}/options",
        "What may be done with one date's order, and why not what may not",
        "DateOptions",
        (NUMBER, INDEX),
        links=tuple(
            (f"{verb}{title(f'date_{name}')}", {**_THERE, BODY: body})
            for place, (name, deed) in enumerate(DATE_DEEDS.items())
            for body in chosen(place, deed.body)
            for verb in ("preview", "do")
        ),
    ),
    *(operation for deed in DATE_DEEDS.values() for operation in _deed(deed)),
    Operation(
        "undoDate",
        "post",
        f"{_DATE}/undo",
        "Take back what was done with a key to one date, while it stands as it was left",
        "DateDone",
        (NUMBER, INDEX),
        ACT_ERRORS,
        (("listCycles", BACK),),
        "UndoBody",
        True,
    ),
)
