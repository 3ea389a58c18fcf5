"""Shop Planr: traces every part of a machine shop along its route."""
