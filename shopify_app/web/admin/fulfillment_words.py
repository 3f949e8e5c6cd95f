"""What was decided about fulfillment, in a merchant's words."""

from __future__ import annotations

from datetime import tzinfo

from shopify_app.journal.models import Fact
from shopify_app.web.admin.sentence import Sentence, Telling, who
from shopify_app.web.format import hour


def _settings(fact: Fact, zone: tzinfo) -> Sentence:
    after = fact.after or {}
    ways = [name for name, key in (("mail", "by_mail"), ("Slack", "slack")) if after.get(key)]
    told = f"told by {' and '.join(ways)}" if ways else "not told by message"
    return Sentence(
        f"Changes are {told}, the day ends at {hour(int(after.get('cutoff_hour', 0)))}, chosen{who(fact)}."
    )


def _key(verb: str) -> Telling:
    return lambda fact, zone: Sentence(f"The key “{fact.data.get('name')}” for programs was {verb}{who(fact)}.")


TELLINGS: dict[str, Telling] = {
    "fulfillment.settings_changed": _settings,
    "feed.key_made": _key("made"),
    "feed.key_revoked": _key("revoked"),
}
