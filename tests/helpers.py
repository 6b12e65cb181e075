"""Small things that tests of several rooms need."""

import time


def wait_for(condition, seconds=30):
    """Return the first true answer, or the last one when time is up."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer
