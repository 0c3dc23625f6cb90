"""The GraphQL Admin API."""
