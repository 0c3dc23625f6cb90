"""Pages about parcels that nobody expected."""
