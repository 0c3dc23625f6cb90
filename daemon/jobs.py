"""What an RQ worker may run; nothing else is, whatever redis says."""

from __future__ import annotations

from rq import get_current_job

from daemon.bell import open_bell, rung_endpoint_key, rung_key
from daemon.log import configure_logs
from daemon.office import open_office
from daemon.settings import read_settings
from daemon.tell import tell_endpoint as tell
from daemon.ticker import pass_on
from daemon.work import work_shop as work


def work_shop(shop: str) -> None:
    """Do what is due at a shop.

    Runs in a child of the worker: it opens the database itself and inherits nothing.
    """
    configure_logs()
    _heard(rung_key(shop))
    settings = read_settings()
    office = open_office(settings)
    try:
        work(office, shop)
        pass_on(office, open_bell(settings), shop)
    finally:
        office.database.close()


def tell_endpoint(endpoint_id: int) -> None:
    """Tell an endpoint what it is owed; runs as ``work_shop`` does."""
    configure_logs()
    _heard(rung_endpoint_key(endpoint_id))
    office = open_office(read_settings())
    try:
        tell(office, endpoint_id)
    finally:
        office.database.close()


def _heard(key: str) -> None:
    # First thing: a ring from now on is for a further run.
    job = get_current_job()
    if job is not None:
        job.connection.delete(key)
