"""What a shopper can do from a mail about a coming order: signed links, as long as the order can be changed."""

from __future__ import annotations

from datetime import datetime

from shopify_app.channels.klaviyo.story import Story

FOR_SKIPPED = frozenset({"UnskipUrl", "ManageUrl"})
FOR_COMING = frozenset({"SkipUrl", "DelayOneWeekUrl", "DelayTwoWeeksUrl", "ManageUrl"})


def links(story: Story, expires_at: datetime, *, is_skipped: bool) -> dict[str, str]:
    """Return name → address of the links that apply to the fact's cycle; they end at `expires_at`, the charge."""
    make, fact = story.around.links, story.fact
    if make is None or fact.contract_gid is None or fact.cycle_index is None or expires_at <= story.around.now:
        return {}
    made = make(story.shop, fact.contract_gid, fact.cycle_index, expires_at)
    wanted = FOR_SKIPPED if is_skipped else FOR_COMING
    return {name: address for name, address in made.items() if name in wanted}
