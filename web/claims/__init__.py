"""Claims: opened from the board or an order, brought on, listed, proven."""
