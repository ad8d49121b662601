"""The page: what it is served from, and what it shows of a training while it runs."""
