"""Calls about the site itself."""

from sandbox.channel import Json

from .order_json import CURRENCY, VERSION, address
from .parameters import Parameters
from .site import Site
from .times import SITE_OFFSET_HOURS, SITE_ZONE_NAME
from .wire import Call, Reply

FEATURE = "woocommerce_feature_fulfillments_enabled"


def index(base_url: str, site: Site | None) -> Json:
    """What ``/wp-json/`` tells anybody."""
    return {
        "name": site.shop.name if site else "Sandbox",
        "description": "",
        "url": base_url,
        "home": base_url,
        "gmt_offset": SITE_OFFSET_HOURS,
        "timezone_string": SITE_ZONE_NAME,
        "namespaces": ["oembed/1.0", "wc/v3", "wp/v2"],
        "authentication": [],
        "routes": {},
    }


class SiteCalls:
    """``system_status`` and the one setting that is played."""

    def system_status(self, call: Call) -> Reply:
        """Version, address and currency."""
        return Reply(
            body={
                "environment": {
                    "home_url": call.site.base_url,
                    "site_url": call.site.base_url,
                    "version": VERSION,
                    "wp_version": "7.0.4",
                    "wp_multisite": False,
                    "wp_debug_mode": False,
                    "language": "vi",
                },
                "settings": {
                    "api_enabled": False,
                    "force_ssl": False,
                    "currency": CURRENCY,
                    "currency_symbol": "&#8363;",
                    "number_of_decimals": 2,
                },
            }
        )

    def feature(self, call: Call) -> Reply:
        """Whether the order-fulfilments feature is on."""
        return Reply(body=_feature_json(call.site))

    def set_feature(self, call: Call) -> Reply:
        """Switch the order-fulfilments feature."""
        parameters = Parameters(call.body)
        value = parameters.choice("value", ("yes", "no"), "no")
        parameters.check()
        call.site.fulfilments_enabled = value == "yes"
        return Reply(body=_feature_json(call.site))


def _feature_json(site: Site) -> Json:
    path = "settings/advanced"
    return {
        "id": FEATURE,
        "label": "Order Fulfillments",
        "description": "",
        "type": "checkbox",
        "default": "no",
        "value": "yes" if site.fulfilments_enabled else "no",
        "_links": {
            "self": [{"href": address(site, f"{path}/{FEATURE}")}],
            "collection": [{"href": address(site, path)}],
        },
    }
