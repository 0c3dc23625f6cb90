"""A scene that somebody tries to tamper with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from stock.models import ReceiptLine
from tests.stock import plain
from tests.stock.stories import DELIVERED, simple_order
from tests.stock.world import World, unique


@dataclass(frozen=True)
class Scene:
    """Two orders of three mugs went out; two mugs of each came back in one receipt."""

    world: World
    line_id: int
    other_receipt_line_id: int
    receipt_line_id: int
    sku_id: int

    def insert(self, **changes: object) -> str:
        """Return the statement that restocks one more unit of the order by hand."""
        paper: dict[str, object] = {
            "sku_id": self.sku_id,
            "from_bucket": "out",
            "to_bucket": "available",
            "order_line_id": self.line_id,
            "receipt_line_id": self.receipt_line_id,
        }
        return plain.insert_movement(**(paper | changes))

    def refuses(self, *statements: str) -> None:
        """Expect a stranger's statements to fail and to leave no trace."""
        with plain.refusing(self.world.database):
            plain.run(self.world.database, *statements)


def make_scene(world: World) -> Scene:
    """Play it."""
    lines = []
    for _ in range(2):
        order_id = unique("order")
        world.tell(simple_order(order_id, "MUG", DELIVERED, quantity=3))
        world.receive(order_id, "MUG", good=1, damaged=1)
        lines.append(world.line_of(order_id).id)
    with world.database.read() as session:
        found = select(ReceiptLine.id).order_by(ReceiptLine.order_line_id)
        mine, other = session.scalars(found).all()
    return Scene(world, lines[0], other, mine, world.sku("MUG").id)
