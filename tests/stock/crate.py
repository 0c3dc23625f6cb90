"""A crate of returned parcels, and the clerk who works through it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from stock import sheets
from stock.reports import ParcelReport
from stock.sheets import (
    Action,
    Answer,
    Clerk,
    Condition,
    Counts,
    LineView,
    LookedUp,
    ParcelHead,
    ParcelView,
    PostAnswer,
    PostedParcel,
    PutOn,
    Scanned,
    SheetHead,
    SheetView,
)
from tests.stock.stories import DELIVERED, buyer_return, line, order, portion
from tests.stock.world import NOW, World, unique

LAN = Clerk("lan@example.vn")
MINH = Clerk("minh@example.vn")


def come_back(
    world: World,
    order_id: str,
    *,
    quantity: int = 1,
    announced: int | None = None,
    number: str = "",
    return_id: str = "",
) -> str:
    """Deliver mugs, announce some of them back; return the tracking number."""
    number = number or f"SPX-{order_id}"
    bought = order(order_id, line("MUG", portion(quantity, DELIVERED)))
    world.tell(
        replace(
            bought,
            parcels=(ParcelReport(number=number, direction="forward", carrier="SPX"),),
        )
    )
    if announced is None:
        announced = quantity
    if announced:
        name = return_id or f"RET-{order_id}"
        world.tell_return(
            buyer_return(order_id, "MUG", announced, return_id=name, minute=1)
        )
    return number


@dataclass(frozen=True)
class Crate:
    """One sheet in one pair of hands; every call is one transaction."""

    world: World
    sheet_id: int
    by: Clerk = LAN

    def handed_to(self, clerk: Clerk) -> Crate:
        """Return the same sheet in other hands."""
        return replace(self, by=clerk)

    def look_up(self, code: str, *, order_id: int | None = None) -> LookedUp:
        """Scan a number without putting anything on the sheet."""
        with self.world.database.read() as session:
            return sheets.look_up(
                session, code, sheet_id=self.sheet_id, by=self.by, order_id=order_id
            )

    def put(
        self,
        code: str,
        *,
        key: str = "",
        order_id: int | None = None,
        again: bool = False,
    ) -> PutOn:
        """Put a parcel on the sheet."""
        with self.world.database.write() as session:
            return sheets.put_on(
                session,
                self.sheet_id,
                code,
                key=key or unique("parcel"),
                by=self.by,
                now=NOW,
                order_id=order_id,
                again=again,
            )

    def judge(
        self, parcel_id: int, counts: Counts, *, version: int, note: str | None = None
    ) -> ParcelHead:
        """Write down what was found of the parcel's only item."""
        name = self.line(parcel_id).name
        with self.world.database.write() as session:
            return sheets.judge(
                session,
                parcel_id,
                {name: counts},
                version=version,
                by=self.by,
                now=NOW,
                note=note,
            )

    def from_zero(self, parcel_id: int, *, version: int) -> ParcelHead:
        """Begin to count by scanning."""
        with self.world.database.write() as session:
            return sheets.count_from_zero(
                session, parcel_id, version=version, by=self.by, now=NOW
            )

    def scan(
        self,
        parcel_id: int,
        code: str = "MUG",
        condition: Condition = Condition.GOOD,
        *,
        version: int,
    ) -> Scanned:
        """Scan an item."""
        with self.world.database.write() as session:
            return sheets.count_scan(
                session,
                parcel_id,
                code,
                condition,
                version=version,
                by=self.by,
                now=NOW,
            )

    def take_off(self, parcel_id: int, *, version: int) -> ParcelHead:
        """Take a parcel off."""
        with self.world.database.write() as session:
            return sheets.take_off(
                session, parcel_id, version=version, by=self.by, now=NOW
            )

    def close(self) -> SheetHead:
        """Close the sheet, if no draft is left."""
        with self.world.database.write() as session:
            return sheets.close_sheet(session, self.sheet_id, by=self.by, now=NOW)

    def discard(self) -> SheetHead:
        """Throw the drafts away."""
        with self.world.database.write() as session:
            return sheets.discard(session, self.sheet_id, by=self.by, now=NOW)

    def post(self, parcel_id: int, *, version: int | None = None) -> PostedParcel:
        """Post one parcel."""
        with self.world.database.write() as session:
            return sheets.post_parcel(
                session, parcel_id, version=version, by=self.by, now=NOW
            )

    def post_all(
        self, versions: dict[int, int] | None = None
    ) -> tuple[PostAnswer, ...]:
        """Post the whole sheet."""
        return sheets.post_sheet(
            self.world.database, self.sheet_id, by=self.by, now=NOW, versions=versions
        )

    def apply(self, *actions: Action) -> tuple[Answer, ...]:
        """Send a list of actions as a browser does."""
        return sheets.apply_actions(self.world.database, actions, by=self.by, now=NOW)

    def view(self) -> SheetView:
        """Show the whole sheet."""
        with self.world.database.read() as session:
            return sheets.whole_sheet(session, self.sheet_id, by=self.by)

    def parcel(self, parcel_id: int) -> ParcelView:
        """Show one parcel of it."""
        [found] = [x for x in self.view().parcels if x.id == parcel_id]
        return found

    def line(self, parcel_id: int) -> LineView:
        """Show the parcel's only line."""
        [line] = self.parcel(parcel_id).lines
        return line

    def counts(self, parcel_id: int) -> Counts:
        """Show what was found of the parcel's only item."""
        return self.line(parcel_id).counts


def open_crate(
    world: World, *, by: Clerk = LAN, key: str = "", warehouse_id: int | None = None
) -> Crate:
    """Open a sheet."""
    with world.database.write() as session:
        head = sheets.open_sheet(
            session,
            key=key or unique("sheet"),
            warehouse_id=warehouse_id or world.shop.warehouse_id,
            by=by,
            now=NOW,
            carrier="SPX",
        )
    return Crate(world, head.id, by)
