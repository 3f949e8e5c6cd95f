"""Failed charges and what becomes of them: one case per contract and cycle, from the first failure to its end.

`follow` sees how attempts ended and opens, advances and closes cases; `steps` does what a case has to do next, when
its time has come. What comes next is decided in `policy`, which is pure. Charging itself stays with `billing`, and
changes of the subscription with `edits`: this part only says when. It must not know who is told.
"""
