"""Refusals of single calls.

Where the marketplace's own number is not known, the code is one of the sandbox's own
in the range of that kind of call; a client must not lean on the number.
"""

from .wire import WireError


def not_allowed(sentence: str) -> WireError:
    """The order or package is in a state that forbids the call."""
    return WireError(11000901, sentence)


def no_order(order_id: str) -> WireError:
    """No such order in this shop."""
    return WireError(11000902, f"The order {order_id} does not exist.")


def no_package(package_id: str) -> WireError:
    """No such package in this shop."""
    return WireError(21000903, f"The package {package_id} does not exist.")


def no_case(case_id: str) -> WireError:
    """No such cancellation or return in this shop."""
    return WireError(25000904, f"The request {case_id} does not exist.")


def wrong_decision(detail: str) -> WireError:
    """A cancellation or return that does not wait for this answer."""
    return WireError(25000905, detail)


def no_product() -> WireError:
    """No such product in this shop."""
    return WireError(12052032, "The product does not exist")
