"""The complaints that a mutation answers with status 200."""

from collections.abc import Sequence

from sandbox.channel import Json

Field = Sequence[str] | None


def user_error(field: Field, message: str, code: str | None = None) -> Json:
    """One entry of ``userErrors``."""
    error: Json = {"field": None if field is None else list(field), "message": message}
    if code is not None:
        error["code"] = code
    return error
