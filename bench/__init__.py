"""How fast it is: ``make bench``. docs/performance.md says what the figures mean."""
