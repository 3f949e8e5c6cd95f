"""What whoever packs and ships has to know: every change by ship date, once acknowledged or not, and what ships when.

`take` makes entries of the journal's facts, `folding` says how a session's changes become one before and after,
`upcoming` adds up what ships by day, item and place. Channels tell it (`channels/digest`), `web/feed` hands it to
programs.
"""
