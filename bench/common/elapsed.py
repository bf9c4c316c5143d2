"""The frame of the benchmark programs in Python with several threads or processes.

See elapsed.hpp for the contract of a program.
"""

import sys
import time

TARGET_S = 0.3


class Stopwatch:
    """Starts when it is made; reads (wall, CPU) seconds, the latter of this process alone."""

    def __init__(self):
        self._cpu_s = time.process_time()
        self._wall_s = time.perf_counter()

    def read(self):
        return time.perf_counter() - self._wall_s, time.process_time() - self._cpu_s


def run(cases):
    """Runs the case that the command line names: (function of a count, the counts' divisor)."""
    if len(sys.argv) < 2 or sys.argv[1] not in cases:
        sys.exit(f"usage: {sys.argv[0]} CASE, CASE one of: {' '.join(cases)}")
    function, count_min = cases[sys.argv[1]]
    count = count_min
    took = function(count)
    while took[0] < TARGET_S / 10:
        count *= 2
        took = function(count)
    if took[0] < TARGET_S:
        count = max(1, int(count / count_min * TARGET_S / took[0])) * count_min
        took = function(count)
    wall, cpu = (each / count * 1e9 for each in took)
    print(f'{{"wall":{wall:.4f},"cpu":{cpu:.4f}}}')
