"""What a connector may raise: the class says what the caller does next."""

from __future__ import annotations


class ConnectorError(Exception):
    """The channel could not be asked, or said no."""

    def __init__(self, detail: str = "", *, request_id: str | None = None) -> None:
        self.detail = detail or (type(self).__doc__ or "").partition("\n")[0]
        self.request_id = request_id
        super().__init__(self.detail)


class TransientError(ConnectorError):
    """Nothing happened; try again later."""


class RateLimited(TransientError):
    """The channel asked for a pause; the whole shop waits.

    ``retry_after_seconds`` is always positive.  It does not count as an attempt.
    """

    def __init__(
        self,
        retry_after_seconds: float,
        detail: str = "",
        *,
        request_id: str | None = None,
    ) -> None:
        super().__init__(detail, request_id=request_id)
        self.retry_after_seconds = max(float(retry_after_seconds), 0.1)


class OutcomeUnknown(ConnectorError):
    """The request may or may not have been carried out: read back, then decide."""


class PermanentError(ConnectorError):
    """Trying the same again cannot help; a person or a new mapping can."""


class AuthenticationError(PermanentError):
    """The credentials were refused: pause this shop and ask for new ones."""


class AuthorizationLost(AuthenticationError):
    """The seller must give consent again; no refresh can help."""


class SettingsError(PermanentError):
    """A shop's settings are incomplete or malformed.

    ``field`` names the setting at fault.
    """

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class UnexpectedAnswer(TransientError):
    """The channel answered something that is not its documented format.

    Raised for reads only; after a write the same answer is ``OutcomeUnknown``.
    """


class WebhookRefused(ConnectorError):
    """The message is not signed by the channel, or not meant for this shop."""


class UnmappedStatus(PermanentError):
    """The channel reports a status that the mapping table does not know.

    ``status`` is the raw text.  The order is set aside, never guessed.
    """

    def __init__(self, status: str, detail: str = "") -> None:
        super().__init__(detail or f"unknown status {status!r}")
        self.status = status
