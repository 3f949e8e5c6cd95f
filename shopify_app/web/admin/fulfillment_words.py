"""What was decided about fulfillment, in a merchant's words."""

from __future__ import annotations

from datetime import tzinfo

from shopify_app.journal.models import Fact
from shopify_app.kit.speech import _
from shopify_app.web.admin.sentence import Sentence, Telling, who
from shopify_app.web.format import hour


def _settings(fact: Fact, zone: tzinfo) -> Sentence:
    after = fact.after or {}
    places = {"hour": hour(int(after.get("cutoff_hour", 0))), "who": who(fact)}
    if after.get("by_mail") and after.get("slack"):
        return Sentence(_("Changes are told by mail and Slack, the day ends at %(hour)s, chosen%(who)s.", **places))
    if after.get("by_mail"):
        return Sentence(_("Changes are told by mail, the day ends at %(hour)s, chosen%(who)s.", **places))
    if after.get("slack"):
        return Sentence(_("Changes are told by Slack, the day ends at %(hour)s, chosen%(who)s.", **places))
    return Sentence(_("Changes are not told by message, the day ends at %(hour)s, chosen%(who)s.", **places))


def _made(fact: Fact, zone: tzinfo) -> Sentence:
    name = fact.data.get("name")
    return Sentence(_("The key “%(name)s” for programs was made%(who)s.", name=name, who=who(fact)))


def _revoked(fact: Fact, zone: tzinfo) -> Sentence:
    name = fact.data.get("name")
    return Sentence(_("The key “%(name)s” for programs was revoked%(who)s.", name=name, who=who(fact)))


TELLINGS: dict[str, Telling] = {
    "fulfillment.settings_changed": _settings,
    "feed.key_made": _made,
    "feed.key_revoked": _revoked,
}
