"""What a person changes about a whole subscription; `door.py` previews it and carries it out, once per request id."""
