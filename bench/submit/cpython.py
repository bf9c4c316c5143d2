"""CPython: submit and map of concurrent.futures.ThreadPoolExecutor."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import elapsed

SIZE = 2
BATCH = 1_000
MAP_ELEMENTS = 1_000_000
MAP_CHUNK = 10_000
MAP_SUM = 8_481_293_969_321_615_855
MASK = (1 << 64) - 1


def add_one(n):
    return n + 1


def mix(z):
    for _ in range(10):
        z = z + 0x9E3779B97F4A7C15 & MASK
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        z ^= z >> 31
    return z


def mix_chunk(first):
    return [mix(i) for i in range(first, first + MAP_CHUNK)]


def batched(count):
    with ThreadPoolExecutor(SIZE) as pool:
        watch = elapsed.Stopwatch()
        for _ in range(0, count, BATCH):
            futures = [pool.submit(add_one, i) for i in range(BATCH)]
            assert sum(each.result() for each in futures) == BATCH * (BATCH + 1) // 2
        return watch.read()


def one_by_one(pool, count):
    watch = elapsed.Stopwatch()
    for _ in range(count):
        assert pool.submit(add_one, 1).result() == 2
    return watch.read()


def one_plain(count):
    with ThreadPoolExecutor(SIZE) as pool:
        return one_by_one(pool, count)


def one_worker(count):
    with ThreadPoolExecutor(SIZE) as pool:
        return pool.submit(one_by_one, pool, count).result()


def map_chunk(count):
    with ThreadPoolExecutor(SIZE) as pool:
        watch = elapsed.Stopwatch()
        for _ in range(0, count, MAP_ELEMENTS):
            chunks = pool.map(mix_chunk, range(0, MAP_ELEMENTS, MAP_CHUNK))
            assert sum(sum(each) for each in chunks) & MASK == MAP_SUM
        return watch.read()


elapsed.run(
    {
        "batched": (batched, BATCH),
        "one-plain": (one_plain, 10),
        "one-worker": (one_worker, 10),
        "map-chunk": (map_chunk, MAP_ELEMENTS),
    }
)
