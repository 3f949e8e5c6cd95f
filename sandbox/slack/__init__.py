"""A Slack channel behind an incoming webhook, as strict as Slack's documents are.

What is not said there is taken the harder way: 429 carries Retry-After and keeps nothing, a 5xx keeps nothing, and a
dropped connection leaves a message that was taken and a sender who does not know.
"""

from sandbox.slack.blueprint import make_blueprint

__all__ = ["make_blueprint"]
