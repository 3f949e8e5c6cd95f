"""HTTP out: the only code that knows a vendor's wire format. Takes credentials, returns small dataclasses.

Every call has a timeout and a named error that knows whether it is permanent. No models, no sessions in here.
"""
