"""What steps ask for, and what vouches for parts (docs/requirements.md)."""
