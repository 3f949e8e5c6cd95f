"""Settings → Fulfillment: when the day ends, who is told then, and the keys of the feed for programs."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.channels.digest import slack
from shopify_app.channels.digest.run import NOBODY, NOTHING, PARKED, PENDING, SENDING, SENT, UNKNOWN
from shopify_app.channels.mail import settings as mail
from shopify_app.fulfillment import keys
from shopify_app.fulfillment import settings as fulfillment
from shopify_app.fulfillment.models import Digest, FulfillmentSettings
from shopify_app.gateways.http import client as http
from shopify_app.gateways.http.errors import Blocked
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.words import Badge
from shopify_app.web.format import city
from shopify_app.web.forms import Form

LONGEST_URL = 500
SHOWN = 10
NO_STAFF = N_("Nobody gets mail yet: enter who gets alerts under Settings → Mail first.")
NO_SERVER = N_("Whoever runs Perennial has set no mail server, so this cannot be switched on.")
GONE = N_("There is no such key any more")
STATES = {
    PENDING: Badge(N_("Waiting"), "info"),
    SENDING: Badge(N_("On its way"), "info"),
    SENT: Badge(N_("Sent"), "success"),
    UNKNOWN: Badge(N_("Not known"), "warning"),
    PARKED: Badge(N_("Not sent"), "critical"),
    NOBODY: Badge(N_("Nobody to tell"), "warning"),
    NOTHING: Badge(N_("Nothing to tell"), "neutral"),
}


@blueprint.get("/fulfillment/settings")
@blueprint.get("/settings/fulfillment", endpoint="old_fulfillment")
@merchant
def fulfillment_settings() -> Response:
    """The page as it is saved."""
    return _show()


@blueprint.post("/settings/fulfillment")
@merchant
def save_fulfillment() -> Response:
    """Save when the day ends and who is told; with a wrong field nothing is saved."""
    form = Form(request.form)
    hour = form.whole_number("cutoff_hour", 0, 23)
    by_mail, tells_nothing = "by_mail" in form.typed, "tells_nothing" in form.typed
    with ctx().db.session() as session:
        row = fulfillment.of(session, g.shop.id)
        sealed = _slack(form, row)
        if by_mail:
            _may_mail(form, session)
        if hour is None or not form.is_valid:
            return _show(form=form)
        wanted = fulfillment.Wanted(hour, by_mail, tells_nothing, sealed)
        fulfillment.change(session, g.shop.id, wanted, f"merchant:{g.user_id}", ctx().clock.now())
    return _show(toast=_("Settings saved"))


@blueprint.post("/settings/fulfillment/keys")
@merchant
def make_feed_key() -> Response:
    """Make a key and show it, this once."""
    form = Form(request.form)
    name = form.text("name", _("a name, so that you know later what uses it"), longest=keys.LONGEST_NAME)
    if name is None:
        return _show(form=form)
    with ctx().db.session() as session:
        try:
            _key, text = keys.make(session, g.shop.id, name, f"merchant:{g.user_id}", machine_now())
        except keys.TooMany:
            form.errors["name"] = _(
                "There are %(number)s keys already. Revoke one that is not needed any more.", number=keys.MOST
            )
        else:
            _note(session, "feed.key_made", name)
    return _show(form=form) if form.errors else _show(toast=_("Key made"), new_key=text)


@blueprint.post("/settings/fulfillment/keys/revoke")
@merchant
def revoke_feed_key() -> Response:
    """Make a key worthless from now on."""
    number = request.form.get("id", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    with ctx().db.session() as session:
        row = keys.revoke(session, g.shop.id, int(number), machine_now()) if is_number else None
        if row is not None:
            _note(session, "feed.key_revoked", row.name)
    return _show(toast=_("Key revoked")) if row is not None else _show(toast=GONE, is_error=True)


@blueprint.post("/settings/fulfillment/again")
@merchant
def send_digest_again() -> Response:
    """Send a message to Slack that a person found missing."""
    number = request.form.get("id", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    with ctx().db.session() as session:
        is_sent = is_number and slack.again(session, g.shop.id, int(number))
    ctx().wakeups.wake("slack")
    return _show(
        toast=_("It is sent again") if is_sent else _("There is nothing to send again"), is_error=not is_sent
    )


def _slack(form: Form, row: FulfillmentSettings) -> str | None:
    """The sealed address: a new one that was typed, none if that was asked for, else as it was."""
    if "slack_off" in form.typed:
        return None
    typed = form.text("slack_url", _("an address"), longest=LONGEST_URL, required=False)
    if not typed:
        return row.slack_url
    try:
        http.target(typed, allows_loopback=ctx().settings.on_loopback)
    except Blocked as error:
        form.errors["slack_url"] = str(error)
        return None
    return ctx().vault.seal(typed)


def _may_mail(form: Form, session: Session) -> None:
    if ctx().mail is None:
        form.errors["by_mail"] = NO_SERVER
    elif not mail.of(session, g.shop.id).staff:
        form.errors["by_mail"] = NO_STAFF


def _show(*, form: Form | None = None, toast: str = "", is_error: bool = False, new_key: str = "") -> Response:
    with ctx().db.session() as session:
        row = fulfillment.of(session, g.shop.id)
        typed: dict[str, Any] = {"cutoff_hour": str(row.cutoff_hour), "slack_url": "", "name": ""}
        typed |= {name: getattr(row, name) for name in ("by_mail", "tells_nothing")}
        recent = select(Digest).where(Digest.shop_id == g.shop.id).order_by(Digest.day.desc(), Digest.id.desc())
        digests = [_digest(one) for one in session.scalars(recent.limit(SHOWN))]
        found = keys.of_shop(session, g.shop.id)
    if form and form.errors:
        typed |= {name: form.typed[name] for name in ("cutoff_hour", "name") if name in form.typed}
        toast, is_error = _("Nothing was saved"), True
    return render.page(
        "fulfillment/settings.html",
        title=_("Cutoff, digest and keys"),
        code=422 if form and form.errors else 404 if is_error else 200,
        typed=typed,
        errors=form.errors if form else {},
        zone_name=city(g.shop.zone),
        has_slack=row.slack_url is not None,
        slack_problem=row.slack_problem,
        digests=digests,
        keys=found,
        new_key=new_key,
        feed=f"{ctx().settings.host}/feed/v1/changes",
        toast=toast,
        toast_is_error=is_error,
    )


def _digest(row: Digest) -> dict[str, Any]:
    can_resend = row.channel == "slack" and row.state in (UNKNOWN, PARKED) and row.body is not None
    return {
        "id": row.id,
        "day": row.day,
        "channel": {"mail": _("Mail"), "slack": "Slack"}[row.channel],
        "number": row.number,
        "state": STATES[row.state],
        "why": row.last_error or "",
        "can_resend": can_resend,
    }


def _note(session: Session, kind: str, name: str) -> None:
    now = ctx().clock.now()
    key = f"{kind}:{machine_now().isoformat()}"
    record(
        session, g.shop.id, key=key, kind=kind, occurred_at=now, actor=f"merchant:{g.user_id}", data={"name": name}
    )
