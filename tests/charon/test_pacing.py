# SPDX-License-Identifier: Apache-2.0
"""IKEv1 aggressive mode never waits for a retransmission, whoever initiates (7 of 100 do without pacing)."""
import statistics
import time

import pytest

ROUNDS = 100


@pytest.mark.parametrize("initiator", ["ours", "theirs"])
def test_aggressive_mode_does_not_stall(world, initiator):
    world.ours.start()
    world.theirs.start()
    for side in (world.ours, world.theirs):
        side.load(version="ikev1", mode="aggressive", unique="replace")
    took = []
    side = getattr(world, initiator)
    for _ in range(ROUNDS):
        started = time.monotonic()
        side.initiate()
        took.append(time.monotonic() - started)
        side.terminate()
    stalled = [seconds for seconds in took if seconds > 0.9]
    print(f"median {statistics.median(took) * 1000:.1f} ms, longest {max(took) * 1000:.1f} ms, stalled {len(stalled)}")
    assert not stalled, f"{len(stalled)} of {ROUNDS} stalled"
