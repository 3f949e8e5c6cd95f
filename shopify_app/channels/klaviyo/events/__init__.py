"""What each event says: its properties, when it fires, a JSON Schema and an example, from one source.

`docs/events.md`, `docs/schemas/`, the admin's page "Events" and the test events are all drawn from here.
"""
