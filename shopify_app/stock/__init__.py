"""Stock weighed against upcoming orders: what they need, how far it goes, what becomes of those it does not cover.

Levels come in by webhook; `demand` writes down what changed contracts need; `look` holds and decides who is short;
`act` carries decisions out through the doors of edits; `choose` is what a shopper does. Billing reads holds and
`inventory_policy` on the cycle, and need not know why. Must not know channels or pages.
"""
