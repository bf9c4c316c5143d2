// tokio: spawn on the work-stealing runtime, and await the handles.
#[path = "../common/elapsed.rs"]
mod elapsed;

use elapsed::{Elapsed, Stopwatch, TimedCase};
use tokio::runtime::{Builder, Runtime};

const BATCH: u64 = 1_000;
const BATCH_SUM: u64 = BATCH * (BATCH + 1) / 2;
const MAP_ELEMENTS: u64 = 1_000_000;
const MAP_CHUNK: u64 = 10_000;
const MAP_SUM: u64 = 8_481_293_969_321_615_855;

async fn add_one(n: u64) -> u64 {
    n + 1
}

#[inline(never)]
fn mix(mut z: u64) -> u64 {
    for _ in 0..10 {
        z = z.wrapping_add(0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D049BB133111EB);
        z ^= z >> 31;
    }
    z
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

fn batched(count: u64) -> Elapsed {
    runtime().block_on(async {
        let mut handles = Vec::with_capacity(BATCH as usize);
        let watch = Stopwatch::start();
        for _ in (0..count).step_by(BATCH as usize) {
            for i in 0..BATCH {
                handles.push(tokio::spawn(add_one(i)));
            }
            let mut sum = 0;
            for each in handles.drain(..) {
                sum += each.await.unwrap();
            }
            assert_eq!(sum, BATCH_SUM);
        }
        watch.read()
    })
}

async fn one_by_one(count: u64) -> Elapsed {
    let watch = Stopwatch::start();
    for _ in 0..count {
        assert_eq!(tokio::spawn(add_one(1)).await.unwrap(), 2);
    }
    watch.read()
}

// block_on runs its future on the calling thread, which is no worker.
fn one_plain(count: u64) -> Elapsed {
    runtime().block_on(one_by_one(count))
}

fn one_worker(count: u64) -> Elapsed {
    let runtime = runtime();
    runtime.block_on(runtime.spawn(one_by_one(count))).unwrap()
}

fn map_chunk(count: u64) -> Elapsed {
    runtime().block_on(async {
        let watch = Stopwatch::start();
        for _ in (0..count).step_by(MAP_ELEMENTS as usize) {
            let mut chunks = Vec::with_capacity((MAP_ELEMENTS / MAP_CHUNK) as usize);
            for first in (0..MAP_ELEMENTS).step_by(MAP_CHUNK as usize) {
                let fill = async move { (first..first + MAP_CHUNK).map(mix).collect::<Vec<u64>>() };
                chunks.push(tokio::spawn(fill));
            }
            let mut sum = 0u64;
            for each in chunks {
                sum = each.await.unwrap().iter().fold(sum, |sum, each| sum.wrapping_add(*each));
            }
            assert_eq!(sum, MAP_SUM);
        }
        watch.read()
    })
}

fn main() {
    elapsed::run(&[
        TimedCase { name: "batched", function: batched, count_min: BATCH },
        TimedCase { name: "one-plain", function: one_plain, count_min: 1 },
        TimedCase { name: "one-worker", function: one_worker, count_min: 1 },
        TimedCase { name: "map-chunk", function: map_chunk, count_min: MAP_ELEMENTS },
    ]);
}
