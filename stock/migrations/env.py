"""Runs migrations on a connection that ``stock.schema`` hands over."""

from __future__ import annotations

from alembic import context

from stock.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=False
)
with context.begin_transaction():
    context.run_migrations()
