"""Every setting, with its default and a sentence; ``load()`` fills it from its sources."""

from app.settings.sections import PREFIX, ROOT, SECRET_FILE, Config, ConfigError, masked_url, with_driver
from app.settings.sources import load

__all__ = ["PREFIX", "ROOT", "SECRET_FILE", "Config", "ConfigError", "load", "masked_url", "with_driver"]
