"""What a shopper must be told and when: planned in rows, recorded as facts, never after the charge started."""
