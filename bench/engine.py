"""All figures of one engine: ``python -m bench.engine``, with DATABASE_URL set. Prints them as JSON."""

import json
import sys

import django
from django.core.management import call_command


def main() -> None:
    """Measure, and write the figures to standard output."""
    django.setup()
    call_command("migrate", verbosity=0)
    from bench import bulk, calls, desk, sealing, where_used

    figures = {"bulk": bulk.run(), "calls": calls.run(), "where_used": where_used.run()}
    figures["desk"] = desk.run()  # in the shop that where_used has filled
    figures["sealing"] = sealing.run()
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
