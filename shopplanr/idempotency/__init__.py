"""Calls that may be sent twice and take effect once: the ``Idempotency-Key`` of the API, and the keys of forms."""
