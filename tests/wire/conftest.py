"""The wire as worker1 speaks it."""

import pytest

from tests.town import signed_in


@pytest.fixture
def worker(town):
    return signed_in(town, "worker1")
