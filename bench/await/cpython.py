"""CPython: five nested awaits; no loop takes part, so uvloop has no line of its own."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import measure


async def nested(levels, x):
    return x if levels == 0 else await nested(levels - 1, x) + 1


async def five(count):
    start = measure.cpu_now_s()
    for i in range(count):
        await nested(5, i & 7)
    return measure.cpu_now_s() - start


measure.run({"five": lambda count: asyncio.run(five(count))})
