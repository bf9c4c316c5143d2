"""The frame of every benchmark program in Python; see measure.hpp for the contract of a program."""

import os
import sys
import time

TARGET_S = 0.3


def loop_runner():
    """Returns asyncio.run, or uvloop's when BENCH_LOOP asks for it."""
    import asyncio

    if os.environ.get("BENCH_LOOP") == "uvloop":
        import uvloop

        uvloop.install()
    return asyncio.run


def run(cases, fixed_counts=None):
    """Runs the case that the command line names; a case takes a count and returns CPU seconds.

    A case with a fixed count runs once, with that.
    """
    if len(sys.argv) < 2 or sys.argv[1] not in cases:
        sys.exit(f"usage: {sys.argv[0]} CASE, CASE one of: {' '.join(cases)}")
    function = cases[sys.argv[1]]
    count = (fixed_counts or {}).get(sys.argv[1])
    if count is not None:
        print(f'{{"unit":"ns","value":{function(count) / count * 1e9:.4f}}}')
        return
    count = 200
    took_s = function(count)
    while took_s < TARGET_S / 10:
        count *= 2
        took_s = function(count)
    count = max(1, int(count * TARGET_S / took_s))
    print(f'{{"unit":"ns","value":{function(count) / count * 1e9:.4f}}}')


cpu_now_s = time.process_time
