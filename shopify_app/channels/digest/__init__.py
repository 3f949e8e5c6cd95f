"""What changed up to a shop's cutoff hour, once a day, to staff by mail and to a Slack channel.

`run` writes a row per day and channel with the body it is sent with; mails go on through `channels/mail`, `slack` is
the drain for the rest.
"""
