"""The buyer and the address that every order shows."""

from sandbox.channel import Json

_CUSTOMER_ID = 1036000001

_ADDRESS: Json = {
    "address1": "12 Nguyễn Trãi",
    "address2": None,
    "city": None,
    "company": None,
    "country": "Vietnam",
    "first_name": "Lan",
    "last_name": "Nguyễn",
    "phone": "0900000001",
    "province": "Hồ Chí Minh",
    "zip": None,
    "name": "Nguyễn Lan",
    "province_code": "HC",
    "district": "Quận 5",
    "district_code": "HC470",
    "ward": "Phường 2",
    "ward_code": "27304",
}


def billing_address() -> Json:
    """``billing_address``."""
    return {**_ADDRESS, "id": _CUSTOMER_ID, "country_code": "VN", "default": True}


def shipping_address() -> Json:
    """``shipping_address``; it has a place on the map and no number."""
    place: Json = {"latitude": 0.0, "longitude": 0.0}
    return {**_ADDRESS, **place, "country_code": "VN"}


def customer() -> Json:
    """``customer``; its addresses write the country in small letters."""
    address: Json = {**_ADDRESS, "id": 1056000001, "country_code": "vn"}
    return {
        "accepts_marketing": False,
        "addresses": [{**address, "default": True}],
        "default_address": {**address, "default": True},
        "email": "buyer@example.com",
        "phone": None,
        "first_name": "Lan",
        "id": _CUSTOMER_ID,
        "last_name": "Nguyễn",
        "note": None,
        "state": "Disabled",
        "tags": None,
        "verified_email": False,
        "group_name": None,
        "birthday": None,
        "gender": None,
    }
