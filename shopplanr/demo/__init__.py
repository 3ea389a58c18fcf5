"""A believable machine shop to try Shop Planr with: six jobs, 300 parts, six weeks of history."""
