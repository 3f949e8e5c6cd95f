"""A local Klaviyo: the API an app sends events to, and an inbox page that shows what Klaviyo kept of them.

`make_blueprint(world)` serves both below `/klaviyo`; `Klaviyo(world)` is the same thing in process, for tests.
A 202 means *accepted*; what is *stored*, and what would have triggered a flow, is decided later, in `process`,
by rules that never answer the sender. Followed here: JSON:API errors, keys with scopes, revisions, the limits of
events alone and in bulk, rate windows, deduplication, silent drops, and the mail a flow would send. Not yet: OAuth,
flows and templates made by API.
"""

from sandbox.klaviyo.blueprint import make_blueprint
from sandbox.klaviyo.state import Klaviyo

__all__ = ["Klaviyo", "make_blueprint"]
