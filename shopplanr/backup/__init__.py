"""One archive of everything that a shop's record is, made while the server runs, and put back on either engine."""
