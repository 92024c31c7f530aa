# SPDX-License-Identifier: Apache-2.0
"""Waiting: for a condition, with a deadline, and with what was seen last in the error."""
import time


class TooLate(AssertionError):
    """The condition did not hold before the deadline."""


def until(condition, what, seconds=10.0, every=0.02):
    """Polls condition() until it is truthy and returns that value.

    An AssertionError, OSError or KeyError of the condition counts as "not yet" and is shown if time runs out.
    """
    deadline = time.monotonic() + seconds
    last = None
    while True:
        try:
            value = condition()
            if value:
                return value
            last = repr(value)
        except (AssertionError, OSError, KeyError) as error:
            last = f"{type(error).__name__}: {error}"
        if time.monotonic() >= deadline:
            raise TooLate(f"not within {seconds:g} s: {what} (last seen: {last})")
        time.sleep(every)
