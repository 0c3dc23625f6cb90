"""Reading the payload of a stock write: XML, or JSON of the same shape."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from .wire import identifier, numbered, parsed, whole

_MOST_SKUS = 50
_SEVERAL_WAREHOUSES = "MultiWarehouseInventories"

_Tree = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """One SKU of a payload, with its numbers as they were written."""

    item_id: str
    sku_id: str
    seller_sku: str
    fields: Mapping[str, str]
    several_warehouses: bool

    def quantity(self, name: str) -> int | None:
        """A whole number of the row; ``None`` when it is missing or something else."""
        return whole(self.fields.get(name, ""))


def stock_rows(payload: str) -> list[StockRow]:
    """The SKUs of every product in a payload, at most fifty."""
    request = _tree(payload).get("Request")
    if not isinstance(request, dict):
        raise numbered(5, "Invalid Request Format")
    rows = [
        _row(product, sku)
        for product in _maps(request.get("Product"))
        for skus in _maps(product.get("Skus"))
        for sku in _maps(skus.get("Sku"))
    ]
    if not rows:
        raise numbered(30, "Empty Request")
    if len(rows) > _MOST_SKUS:
        raise numbered(204, "Too many SKU in one request")
    return rows


def _row(product: _Tree, sku: _Tree) -> StockRow:
    fields = {name: identifier(value).strip() for name, value in sku.items()}
    item_id = fields.get("ItemId") or identifier(product.get("ItemId"))
    return StockRow(
        item_id=item_id.strip(),
        sku_id=fields.get("SkuId", ""),
        seller_sku=fields.get("SellerSku", ""),
        fields=fields,
        several_warehouses=_SEVERAL_WAREHOUSES in sku,
    )


def _tree(payload: str) -> _Tree:
    text = payload.strip()
    if text.startswith("{"):
        value = parsed(text)
        return value if isinstance(value, dict) else {}
    # Entities are of no use here and could grow without bounds.
    if "<!" in text.replace("<!--", "").replace("<![CDATA[", ""):
        return {}
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return {}
    return {root.tag: _value(root)}


def _value(element: ElementTree.Element) -> object:
    if len(element) == 0:
        return element.text or ""
    children: dict[str, object] = {}
    for child in element:
        value = _value(child)
        known = children.get(child.tag)
        if known is None:
            children[child.tag] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            children[child.tag] = [known, value]
    return children


def _maps(value: object) -> Iterator[_Tree]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each
