"""Claims against channels: opened, stepped, listed, and proven by an evidence pack."""
