"""What a shopper may do with a whole subscription: a table of actions, one entry each.

An entry says what the request's body holds, which edit it makes, and what there is to choose from. The document, the
routes and the options are made of this table.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.statuses import REASONS, Cancel, Pause, Reactivate, Resume
from shopify_app.web.portal.backup_deeds import OF_BACKUP
from shopify_app.web.portal.day_deed import ALL_DATES
from shopify_app.web.portal.deed import Deed, Ground, Values
from shopify_app.web.portal.detail_deeds import OF_DETAILS
from shopify_app.web.portal.fields import Body, Day, Text, Word
from shopify_app.web.portal.leaving_deeds import OF_LEAVING
from shopify_app.web.portal.line_deeds import OF_LINES
from shopify_app.web.portal.shipping_deeds import OF_SHIPPING
from shopify_app.web.portal.stock_deeds import OF_STOCK


def _pause(values: Values, ground: Ground) -> Action:
    return Pause(_midnight(values["until"], ground.zone).isoformat() if values["until"] else None)


def _cancel(values: Values, ground: Ground) -> Action:
    return Cancel(values["reason"], values["comment"] or "")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


OF_STATUS = (
    Deed(
        "pause",
        "Pause, until the begin of a day or until it is resumed",
        _pause,
        lambda ground, lists: Pause(),
        Body({"until": Day(needed=False)}),
    ),
    Deed("resume", "Resume after a pause", lambda values, ground: Resume(), lambda ground, lists: Resume()),
    Deed(
        "reactivate",
        "Let a subscription go on that failed",
        lambda values, ground: Reactivate(),
        lambda ground, lists: Reactivate(),
    ),
    Deed(
        "cancel",
        "End it for good",
        _cancel,
        lambda ground, lists: Cancel("other"),
        Body({"reason": Word(tuple(REASONS)), "comment": Text(500, needed=False)}),
    ),
)
_ALL = (*OF_STATUS, *OF_LINES, *ALL_DATES, *OF_DETAILS, *OF_SHIPPING, *OF_STOCK, *OF_BACKUP, *OF_LEAVING)
DEEDS = {deed.name: deed for deed in _ALL}
"""Each action by its name in addresses."""
