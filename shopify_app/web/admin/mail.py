"""Mail on the settings page: saved as a whole or not at all, and tried."""

from __future__ import annotations

from flask import Response, g, request

from shopify_app.channels.mail import claim as claims
from shopify_app.channels.mail import deliver, staff
from shopify_app.channels.mail import settings as mail
from shopify_app.channels.mail.models import SENT, TEST, Mail
from shopify_app.kit.clock import machine_now
from shopify_app.kit.smtp import is_address
from shopify_app.kit.speech import N_, _
from shopify_app.shops.addresses import admin_address
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, mail_face
from shopify_app.web.admin.settings import show
from shopify_app.web.forms import Form

LONGEST_NAME, LONGEST_ADDRESS, LONGEST_LIST = 70, 254, 1000
NO_ADDRESS = N_("Enter a mail address, e.g. hello@example.com.")
NO_SERVER = N_("Whoever runs Perennial has set no mail server, so this cannot be switched on.")


@blueprint.post("/settings/mail")
@merchant
def save_mail() -> Response:
    """Save who mails come from and who gets alerts; with a wrong field nothing is saved."""
    form = Form(request.form)
    name = form.text("sender_name", _("a name"), longest=LONGEST_NAME, required=False)
    reply_to, staff_list = _address(form, "reply_to", required=False), _addresses(form, "staff")
    language = _language(form)
    fallback = form.choice("fallback", ("off", "on"))
    if fallback == "on":
        _may_stand_in(form, name, reply_to)
    if not form.is_valid or None in (name, reply_to, staff_list, language):
        return show(form=form)
    wanted = mail.Wanted(name or "", reply_to or "", tuple(staff_list or ()), language or "en", fallback == "on")
    with ctx().db.session() as session:
        mail.change(session, g.shop.id, wanted, f"merchant:{g.user_id}", ctx().clock.now())
    ctx().wakeups.wake("mail")
    return show(toast=_("Mail settings saved"))


@blueprint.post("/settings/mail/test")
@merchant
def test_mail() -> Response:
    """Send one mail to an address now, and say what the server answered."""
    form = Form(request.form)
    to = _address(form, "test_to")
    if to is None:
        return show(form=form)
    if ctx().mail is None:
        return show(toast=_("No mail server is set"), is_error=True)
    state, error = _sent(to)
    if state == SENT:
        return show(toast=_("Test mail handed to the mail server"))
    if error is None:
        return show(toast=_("Test mail on its way"))  # a worker was faster
    return show(toast=_("The test mail was not sent: %(error)s", error=error), is_error=True)


def _sent(to: str) -> tuple[str, str | None]:
    """Write a test mail and send it; returns its state and the last error."""
    with ctx().db.session() as session:
        language = mail.language(session, g.shop)
        link = admin_address(ctx().settings, g.shop.domain)
        said = staff.written("test", language, link, shop=g.shop.name or g.shop.domain)
        # each press is a mail of its own
        reference = f"test:{machine_now().isoformat()}"
        (mail_id,) = staff.put(session, g.shop.id, TEST, reference, [to], said, ctx().clock.now())
    if claimed := claims.claim(ctx(), mail_id):
        deliver.send(ctx(), claimed)
    with ctx().db.session() as session:
        row = session.get_one(Mail, mail_id)
        return row.state, row.last_error


def _language(form: Form) -> str | None:
    """The language chosen for mails; while the shop has one for everything, the form does not ask and it stays."""
    if g.shop.staff_language is None:
        return form.choice("mail_language", tuple(mail_face.LANGUAGES))
    with ctx().db.session() as session:
        return mail.of(session, g.shop.id).language


def _may_stand_in(form: Form, name: str | None, reply_to: str | None) -> None:
    if ctx().mail is None:
        form.errors["fallback"] = NO_SERVER
    if name == "":
        form.errors["sender_name"] = _("Enter a name: shoppers have to see who writes to them.")
    if reply_to == "":
        form.errors["reply_to"] = _("Enter a mail address: shoppers answer to it.")


def _address(form: Form, name: str, *, required: bool = True) -> str | None:
    value = form.text(name, _("a mail address"), longest=LONGEST_ADDRESS, required=required)
    if value and not is_address(value):
        form.errors[name] = NO_ADDRESS
        return None
    return value


def _addresses(form: Form, name: str) -> list[str] | None:
    value = form.text(name, _("mail addresses"), longest=LONGEST_LIST, required=False)
    if value is None:
        return None
    found = list(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    if wrong := next((one for one in found if not is_address(one)), None):
        form.errors[name] = _("“%(wrong)s” is not a mail address. Put commas between several.", wrong=wrong)
        return None
    if len(found) > mail.MOST_STAFF:
        form.errors[name] = _("Enter at most %(number)s addresses.", number=mail.MOST_STAFF)
        return None
    return found
