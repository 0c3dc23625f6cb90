"""What a channel's consent page sends back."""

from __future__ import annotations

from collections.abc import Mapping

from connector.errors import PermanentError


def code_in(answer: Mapping[str, str]) -> str:
    """Return the code, which is exchanged for tokens; else ``PermanentError``."""
    code = answer.get("code", "").strip()
    if not code:
        raise PermanentError("the consent page sent no code")
    return code
