"""CPython asyncio and uvloop: asyncio.Queue between tasks."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import measure

run_loop = measure.loop_runner()


async def ping_pong(count):
    there, back = asyncio.Queue(1), asyncio.Queue(1)

    async def send_and_receive():
        for i in range(count):
            await there.put(i)
            await back.get()

    async def receive_and_send():
        for _ in range(count):
            await back.put(await there.get())

    start = measure.cpu_now_s()
    await asyncio.gather(send_and_receive(), receive_and_send())
    return measure.cpu_now_s() - start


async def four_to_one(count):
    shared = asyncio.Queue(64)

    async def produce():
        for i in range(count // 4):
            await shared.put(i)

    async def consume():
        for _ in range(count // 4 * 4):
            await shared.get()

    start = measure.cpu_now_s()
    await asyncio.gather(*(produce() for _ in range(4)), consume())
    return measure.cpu_now_s() - start


measure.run(
    {
        "ping-pong": lambda count: run_loop(ping_pong(count)),
        "four-to-one": lambda count: run_loop(four_to_one(count)),
    }
)
