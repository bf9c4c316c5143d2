"""Sending into a CPython generator, straight and through `yield from`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import measure


def average():
    total = count = result = 0.0
    while True:
        total += yield result
        count += 1
        result = total - count


def delegate(levels):
    yield from average() if levels == 1 else delegate(levels - 1)


def send_to(chain, count):
    next(chain)
    send = chain.send
    start = measure.cpu_now_s()
    for i in range(count):
        send(i)
    return measure.cpu_now_s() - start


measure.run(
    {
        "send": lambda count: send_to(average(), count),
        "delegate-1": lambda count: send_to(delegate(1), count),
        "delegate-5": lambda count: send_to(delegate(5), count),
    }
)
