"""What a shopper reads behind a link that chooses what becomes of an order in which something is missing."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from shopify_app.edits.answers import PASSING
from shopify_app.links import wish
from shopify_app.links.urls import account_url
from shopify_app.links.wish import CHOICES
from shopify_app.stock.follow import Found, State
from shopify_app.web import ctx, missing
from shopify_app.web.links import pages
from shopify_app.web.voice import Voice, voice

STATUS = {
    State.DECIDED: 410,
    State.LATE: 410,
    State.NOT_OFFERED: 409,
    State.MOVED_ON: 409,
    State.REFUSED: 409,
}


def of(found: Found | None, token: str) -> Response:
    """Return the page for a choice as it stands; None: its decision is not there."""
    if found is None:
        return pages.plain("invalid", 404)
    speaks = voice(pages.FACE, pages.locale(found.shop, found.seen.contract), found.shop.primary_locale)
    status = 503 if found.refusal in PASSING else STATUS.get(found.state, 200)
    return pages.page(speaks, status, shop=found.shop.name or found.shop.domain, **_content(speaks, found, token))


def _content(speaks: Voice, found: Found, token: str) -> dict[str, Any]:
    tag, zone, seen = speaks.tag, found.shop.zone, found.seen
    account = {"account": account_url(found.shop), "account_words": speaks.say("open_account")}
    if found.state is State.ACCOUNT:
        return {"heading": speaks.say("account"), "words": speaks.say("account_why")} | account
    if found.state is State.REFUSED:
        return {"heading": speaks.say("refused"), "words": speaks.say(f"why_{found.refusal}")} | account
    if found.state in (State.DECIDED, State.LATE):
        return {"heading": missing.say(found.state, tag), "words": _over(found, tag)} | account
    said = {
        "words": missing.trouble(seen, tag, zone),
        "others_words": missing.say("or_else", tag),
        "others": [
            (missing.label(CHOICES[one.action], tag), url_for("links.show", token=wish.write(ctx().links, one)))
            for one in found.others
        ],
    }
    if found.state is State.NOT_OFFERED:
        return said | {"heading": missing.say("not_offered", tag), "note": missing.say("not_offered_why", tag)}
    until = seen.decision.act_at
    said |= {
        "more": missing.will(found.word, seen, tag, zone),
        "until": missing.say("until", tag, until=speaks.moment(until, zone)) if until else "",
    }
    if found.state in (State.DONE, State.ALREADY):
        return said | {"heading": missing.say(found.state, tag)}
    choice = missing.label(found.word, tag)
    return said | {
        "heading": missing.say("ask", tag, choice=choice),
        "note": _stands(found, tag),
        "token": token,
        "shown": found.shown,
        "button": missing.say("button", tag),
    }


def _stands(found: Found, tag: str) -> str:
    if found.state is State.MOVED_ON:
        return missing.say("moved_on", tag)
    if found.shown:
        return missing.say("stands", tag, choice=missing.label(found.shown, tag))
    default = found.seen.decision.default
    return missing.say("if_nothing", tag, what=missing.will(default, found.seen, tag, found.shop.zone))


def _over(found: Found, tag: str) -> str:
    done = found.seen.decision.done
    why = missing.say(f"{found.state}_why", tag)
    if done is None or found.state is State.LATE or done not in CHOICES.values():
        return why
    return missing.say("decided_how", tag, choice=missing.label(done, tag))
