"""The mail log: what was handed to the mail server, what waits, and what waits for a person, found by recipient."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.catalogue import METRICS
from shopify_app.channels.mail import again
from shopify_app.channels.mail.models import ALERT, DROPPED, PARKED, PENDING, SENDING, SENT, TEST, UNKNOWN, Mail
from shopify_app.journal.models import Fact
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _, known, ngettext
from shopify_app.shoppers.models import Shopper
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render

PAGE = 50
LONGEST_SEARCH = 200
STATES = {
    SENT: (N_("Taken by the mail server"), "success"),
    PENDING: (N_("Waiting"), "info"),
    SENDING: (N_("On its way"), "info"),
    UNKNOWN: (N_("Not known"), "critical"),
    PARKED: (N_("Parked"), "critical"),
    DROPPED: (N_("Not sent"), "neutral"),
}
"""Taken is all that a mail server says: neither "delivered" nor "read" may stand here."""
SHOWS = [("", N_("All mails")), *((state, words) for state, (words, _) in STATES.items() if state != SENDING)]
PURPOSES = {ALERT: N_("Alert"), TEST: N_("Test mail")}
FOR_A_PERSON = (PARKED, UNKNOWN)


@blueprint.get("/notices/mail")
@blueprint.get("/settings/mail/log", endpoint="old_mail_log")
@merchant
def mail_log() -> Response:
    """The newest mails first. Unknown filters count as none."""
    return _show()


@blueprint.post("/settings/mail/log/again")
@merchant
def mail_again() -> Response:
    """Let one mail go again (`mail`), or all that were refused."""
    asked = request.form.get("mail", "")
    if asked and not _is_number(asked):
        return _show(toast=_("This mail is not known"), is_error=True)
    freed, kept = again.release(ctx(), g.shop.id, int(asked) if asked else None)
    if not freed and not kept:
        return _show(toast=_("Nothing is parked any more"))
    words = ngettext("%(num)s mail on the way", "%(num)s mails on the way", freed)
    if kept:
        words += "; " + ngettext(
            "%(num)s mail could not be sent, see the reason", "%(num)s mails could not be sent, see the reason", kept
        )
    return _show(toast=words, is_error=not freed)


def _show(*, toast: str = "", is_error: bool = False) -> Response:
    search = request.values.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    show = request.values.get("show", "")
    show = show if show in STATES else ""
    with ctx().db.session() as session:
        found = session.execute(_query(search, show).limit(PAGE + 1)).all()
        values: dict[str, Any] = {
            "rows": [_row(*row) for row in found[:PAGE]],
            "next": _older(search, show, found[PAGE - 1][0].id) if len(found) > PAGE else None,
            "parked": _count(session, PARKED),
            "is_on": ctx().mail is not None,
        }
    is_filtered = bool(search or show or request.values.get("before"))
    values |= {"search": search, "show": show, "shows": SHOWS, "is_filtered": is_filtered}
    return render.page("mail/log.html", title=_("Mail log"), toast=toast, toast_is_error=is_error, **values)


def _query(search: str, show: str) -> Select[Mail, Fact, Shopper]:
    shopper = and_(Shopper.shop_id == Mail.shop_id, Shopper.shopify_gid == Mail.customer_gid)
    rows = select(Mail, Fact, Shopper).outerjoin(Fact, Fact.id == Mail.fact_id).outerjoin(Shopper, shopper)
    rows = rows.where(Mail.shop_id == g.shop.id, *_about(search))
    rows = rows.where(Mail.state == show) if show else rows
    before = request.args.get("before", "")
    rows = rows.where(Mail.id < int(before)) if _is_number(before) else rows
    return rows.order_by(Mail.id.desc())


def _about(search: str) -> list[ColumnElement[bool]]:
    """Each word is found in the recipient's name or address, or is the subscription's number."""
    columns = (Shopper.first_name, Shopper.last_name, Mail.recipient)
    return [
        or_(
            *(column.icontains(word, autoescape=True) for column in columns),
            Mail.contract_gid == f"gid://shopify/SubscriptionContract/{word.removeprefix('#')}",
        )
        for word in search.split()
    ]


def _row(mail: Mail, fact: Fact | None, shopper: Shopper | None) -> dict[str, Any]:
    number = number_of(mail.contract_gid) if mail.contract_gid else None
    words, tone = STATES[mail.state]
    return {
        "id": mail.id,
        "what": METRICS.get(fact.kind, fact.kind) if fact else PURPOSES.get(mail.purpose, mail.purpose),
        "subject": mail.subject,
        "who": shopper.label if shopper else mail.recipient or _("Not known"),
        "to": mail.recipient if shopper else None,
        "number": number,
        "href": url_for("admin.contract", number=number) if number else None,
        "at": mail.at,
        "words": words,
        "tone": tone,
        "may_go_again": mail.state in FOR_A_PERSON and (mail.recipient is not None or fact is not None),
        "details": known(mail.reason) or _tries(mail),
    }


def again_by_itself(tries: int) -> str:
    """Return that something was tried so often, and is tried again."""
    return ngettext(
        "Tried %(num)s time; it is tried again by itself.", "Tried %(num)s times; it is tried again by itself.", tries
    )


def _tries(mail: Mail) -> str:
    if mail.state != PENDING or not mail.tries:
        return ""
    return f"{again_by_itself(mail.tries)} {mail.last_error or ''}".strip()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _older(search: str, show: str, last: int) -> str:
    kept = {name: value for name, value in (("q", search), ("show", show)) if value}
    return url_for("admin.mail_log", before=last, **kept)  # type: ignore[arg-type]


def _count(session: Session, state: str) -> int:
    rows = select(func.count()).select_from(Mail).where(Mail.shop_id == g.shop.id, Mail.state == state)
    return int(session.scalar(rows) or 0)
