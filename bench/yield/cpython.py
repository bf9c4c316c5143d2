"""CPython asyncio and uvloop: asyncio.sleep(0)."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import measure

run_loop = measure.loop_runner()


async def yielder(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def yields(tasks, count):
    start = measure.cpu_now_s()
    await asyncio.gather(*(yielder(count // tasks) for _ in range(tasks)))
    return measure.cpu_now_s() - start


async def busy(count):
    loop = asyncio.get_running_loop()
    async with await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0):
        timers = [loop.call_later(3600, lambda: None) for _ in range(100)]
        took = await yields(1, count)
        for timer in timers:
            timer.cancel()
    return took


measure.run(
    {
        "one": lambda count: run_loop(yields(1, count)),
        "hundred": lambda count: run_loop(yields(100, count)),
        "busy": lambda count: run_loop(busy(count)),
    }
)
