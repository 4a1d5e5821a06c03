"""The settings: their definitions, and ``load()``, which reads them from their sources."""

from app.settings.base import PREFIX, ROOT, ConfigError, variable
from app.settings.sections import Config
from app.settings.sources import load, unknown_variables
from app.settings.urls import masked_url, with_driver

__all__ = [
    "PREFIX",
    "ROOT",
    "Config",
    "ConfigError",
    "load",
    "masked_url",
    "unknown_variables",
    "variable",
    "with_driver",
]
