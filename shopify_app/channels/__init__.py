"""Where facts are told. Each channel drains the journal, renders once, and sends that body on every retry."""
