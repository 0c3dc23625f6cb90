"""How the site's PHP reads a query string and writes JSON."""

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

PhpValue = str | dict[str, str]

_BRACKETS = re.compile(r"(?P<name>[^\[]+)\[(?P<index>[^\]]*)\]")


def parse_query(text: str) -> dict[str, PhpValue]:
    """Names and values as ``$_GET`` has them.

    The last of a repeated name wins; ``name[]`` and ``name[x]`` become an array.
    """
    parsed: dict[str, PhpValue] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        array = _BRACKETS.match(name)
        if array is None:
            parsed[_variable(name)] = value
        else:
            _append(parsed, _variable(array["name"]), array["index"], value)
    return parsed


def signed_pairs(parsed: Mapping[str, PhpValue]) -> list[tuple[str, str]]:
    """The parameters as the site signs them: arrays with their index written out.

    A client that sends ``include[]=1`` signs another text than the site does.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in parsed.items():
        if isinstance(value, str):
            pairs.append((name, value))
        else:
            pairs += [(f"{name}[{index}]", each) for index, each in value.items()]
    return pairs


def to_json(value: object) -> str:
    """JSON as PHP writes it: slashes escaped, nothing beyond ASCII, no spaces."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    # A slash can only stand inside a string.
    return text.replace("/", "\\/")


def _variable(name: str) -> str:
    return name.lstrip().replace(".", "_").replace(" ", "_")


def _append(parsed: dict[str, PhpValue], name: str, index: str, value: str) -> None:
    array = parsed.get(name)
    if not isinstance(array, dict):
        array = parsed[name] = {}
    array[index or str(_next_index(array))] = value


def _next_index(array: Mapping[str, str]) -> int:
    return max((int(key) + 1 for key in array if key.isdecimal()), default=0)
