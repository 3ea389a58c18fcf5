"""Shop Planr: traces every part of a machine shop along its route."""

__version__ = "0.1.0"
