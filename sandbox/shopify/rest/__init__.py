"""The legacy REST Admin API."""
