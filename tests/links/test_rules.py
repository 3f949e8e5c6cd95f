"""The shop's rules behind a link: told before the press, kept at the press, in the shopper's language."""

from __future__ import annotations

from datetime import timedelta

from shopify_app.edits.rules import store
from shopify_app.edits.rules.models import WHOLE_SHOP
from shopify_app.edits.rules.terms import Rules
from tests.links.test_following import Mail, mail
from tests.support.links import press

__all__ = ["mail"]


def _rule(mail: Mail, **rules: object) -> None:
    with mail.story.ctx.db.session() as session:
        store.change(session, mail.story.shop.id, WHOLE_SHOP, Rules(**rules), "merchant:42", mail.story.now)


def test_a_cutoff_ends_a_link_before_the_charge_and_what_is_closed_in_mails_is_not_offered(mail: Mail) -> None:
    hours = int((mail.cycle.due_at - mail.story.now) / timedelta(hours=1))
    _rule(mail, cutoff_hours=hours - 2)
    page = mail.open("SkipUrl")
    assert page.status_code == 200
    assert "You can decide this until Tuesday, December 1, 2026" in page.text.replace("\u202f", " ")
    later = mail.story.now + timedelta(hours=4)
    with mail.story.world.locked():
        mail.story.world.clock.set(later)
    mail.story.ctx.clock.fresh()
    late = press(page)  # left open in a tab
    assert late.status_code == 409 and f"until {hours - 2} hours before its payment" in late.text
    assert mail.uses() == 0 and not mail.now().skipped and mail.facts("order.skip_requested") == []
    _rule(mail, closed_in_mails=frozenset({"move"}))
    closed = mail.open("DelayOneWeekUrl")
    assert closed.status_code == 409 and "cannot be done from a mail" in closed.text
    assert press(page).status_code == 200 and mail.now().skipped
