"""A question becomes a checked answer; the API, the page, the command line."""
