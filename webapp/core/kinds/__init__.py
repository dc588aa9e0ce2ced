"""The kinds of entry. A new kind is a new file here that defines KIND; nothing else changes."""

from importlib import import_module
from pkgutil import iter_modules

from .shape import Field, Kind

__all__ = ["KINDS", "Field", "Kind"]

_found = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__) if module.name != "shape"]
KINDS: dict[str, Kind] = {kind.name: kind for kind in sorted((module.KIND for module in _found), key=lambda kind: kind.rank)}
