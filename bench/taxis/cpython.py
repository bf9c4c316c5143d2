"""CPython: days of a hundred taxis, generators and a queue.PriorityQueue, as in Fluent Python."""

import collections
import queue
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import measure

Event = collections.namedtuple("Event", "time proc action")
MEAN_MINUTES = {"leave garage": 5, "pick up passenger": 20, "drop off passenger": 5,
                "going home": 1}
TAXIS = 100


def taxi(number):
    time = yield Event(5 * number, number, "leave garage")
    for _ in range(2 * (number + 1)):
        time = yield Event(time, number, "pick up passenger")
        time = yield Event(time, number, "drop off passenger")
    yield Event(time, number, "going home")


def day(seed):
    """How many events it had."""
    source = random.Random(seed)
    taxis = [taxi(number) for number in range(TAXIS)]
    pending = queue.PriorityQueue()
    for each in taxis:
        pending.put(next(each))
    count = 0
    while not pending.empty():
        event = pending.get()
        count += 1
        after = int(source.expovariate(1 / MEAN_MINUTES[event.action])) + 1
        try:
            pending.put(taxis[event.proc].send(event.time + after))
        except StopIteration:
            pass
    return count


def days(events):
    start = measure.cpu_now_s()
    seen = seed = 0
    while seen < events:
        seed += 1
        seen += day(seed)
    return (measure.cpu_now_s() - start) * events / seen


measure.run({"generators": days, "tasks": days})  # it has one style
