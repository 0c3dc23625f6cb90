"""What administrators look after: shops, mapping, set-aside work, people, the log."""
