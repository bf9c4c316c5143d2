"""SimPy 2.3, Debian's: processes that sleep for random lengths of time.

SimPy 4 has other names for the same; Debian does not have it.
"""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import measure
from SimPy.Simulation import Process, Simulation, hold


class Sleeper(Process):
    def live(self, draw, left):
        while True:
            yield hold, self, 1 + int(draw() * 2**20)
            left[0] -= 1
            if left[0] == 0:
                self.sim.stopSimulation()


def hold_model(processes):
    def slept(count):
        sim = Simulation()
        sim.initialize()
        left = [processes + count]
        draw = random.Random(1).random
        for _ in range(processes):
            sleeper = Sleeper(sim=sim)
            sim.activate(sleeper, sleeper.live(draw, left))
        start = measure.cpu_now_s()
        sim.simulate(until=float("inf"))
        return (measure.cpu_now_s() - start) * count / (processes + count)

    return slept


measure.run(
    {str(n): hold_model(n) for n in (1, 10, 1_000, 100_000, 1_000_000)},
    fixed_counts={"100000": 200_000, "1000000": 200_000},
)
