"""What every endpoint shares: the error envelope, reading bodies, writing answers, lists, the table of endpoints."""
