"""The methods: each module here registers its own."""

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Import all of them."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
