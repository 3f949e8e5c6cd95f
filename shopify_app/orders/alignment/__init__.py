"""An order that is paid and not yet shipped is brought into line with what was changed: held, changed, let go.

The rows are the truth: `ask` writes what is wished for, `drain` carries it out one step at a time, reading the order
at Shopify before each. What Shopify forbids becomes a task for a person. See docs/decisions/0015.
"""
