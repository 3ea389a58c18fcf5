"""The operators' pages: server-rendered, thin edges over the same services as the API (floor-ui page)."""
