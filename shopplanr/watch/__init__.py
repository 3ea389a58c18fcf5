"""What watches over the running service: its log, its figures, its health, and what it says while it cannot work.

``exchange`` is what is known of the request at hand. ``statements`` counts and times what goes to the database,
``logs`` writes lines, ``figures`` counts for a monitoring system and ``scrape`` shows that, ``probes`` tells whether
the service lives and is ready, ``outages`` are the bad days and what is said on them, ``reporting`` hands faults to an
error tracker.
"""
