"""CPython: multiprocessing.Pool, ended as its documentation says: close, then join."""

import sys
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import elapsed

SIZE = 2


def add_one(n):
    return n + 1


def in_chunks(chunk):
    def run(count):
        with Pool(SIZE) as pool:
            pool.apply(add_one, (1,))  # so that the processes are there
            watch = elapsed.Stopwatch()
            results = pool.map(add_one, range(count), chunksize=chunk)
            assert sum(results) == count * (count + 1) // 2
            return watch.read()

    return run


def one_by_one(count):
    with Pool(SIZE) as pool:
        pool.apply(add_one, (1,))
        watch = elapsed.Stopwatch()
        for _ in range(count):
            assert pool.apply(add_one, (1,)) == 2
        return watch.read()


def start_and_stop(count):
    watch = elapsed.Stopwatch()
    for _ in range(count):
        with Pool(SIZE) as pool:
            assert pool.apply(add_one, (1,)) == 2
            pool.close()
            pool.join()
    return watch.read()


elapsed.run(
    {
        "chunk1": (in_chunks(1), 1_000),
        "chunk100": (in_chunks(100), 100_000),
        "one": (one_by_one, 100),
        "startstop": (start_and_stop, 1),
    }
)
