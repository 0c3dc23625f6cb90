"""What is true: the ledger, and what orders, returns and receipts do to it."""

from stock.guard import post
from stock.transfers import Bucket, Place, Posting, Transfer

__all__ = ["Bucket", "Place", "Posting", "Transfer", "post"]
