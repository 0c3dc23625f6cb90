"""What administrators do to shops, listings and work that was set aside."""
