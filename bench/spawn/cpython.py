"""CPython asyncio and uvloop: a thousand tasks in a TaskGroup."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import measure

run_loop = measure.loop_runner()


async def child():
    pass


async def thousand(count):
    start = measure.cpu_now_s()
    for _ in range(0, count, 1000):
        async with asyncio.TaskGroup() as group:
            for _ in range(1000):
                group.create_task(child())
    return measure.cpu_now_s() - start


measure.run({"thousand": lambda count: run_loop(thousand(max(count, 1000)))})
