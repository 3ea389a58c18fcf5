"""Tests in a real browser, over a running server: how the pages look, what they cost a person, and what they do."""
