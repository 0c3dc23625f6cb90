"""What the control API answers when it cannot do what was asked."""


class Refusal(Exception):
    """A sentence for the caller and the HTTP status that carries it."""

    status = 400

    def __init__(self, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = facts


class BadInput(Refusal):
    """A field is missing or wrong; the sentence names it."""


class Unknown(Refusal):
    """A shop, order, SKU or channel that is not here."""

    status = 404


class NotAllowed(Refusal):
    """The marketplace would not allow it; the sentence says what it would."""

    status = 409
