"""What shoppers may change, how often and until when, as the merchant decided: per shop, and per selling plan.

`terms` says what can be decided, `judge` decides (pure), `store` keeps it, `cases` gathers what is judged from our
rows, and `hook` is what the doors and the faces ask. Staff are never refused: what they override is written down.
"""
