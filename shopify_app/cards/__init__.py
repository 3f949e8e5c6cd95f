"""Keeping ways to pay current: telling of cards that expire, changed or are gone, and asking shoppers for another.

Which methods there are is mirrored by `shoppers`, which of them pays a subscription by `contracts`. Here rows are
compared with what was last seen of them (`look`), so that what changed is told whoever read it first.
"""
