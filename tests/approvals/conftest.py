"""Whether the site asks for two people."""

import pytest


@pytest.fixture
def two_people(settings):
    """The site asks for two people."""
    settings.TWO_PERSON_RULE = True
