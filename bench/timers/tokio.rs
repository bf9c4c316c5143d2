// tokio: Sleep futures, polled once so that they are registered, then dropped; whole milliseconds.
#[path = "../common/measure.rs"]
mod measure;

use measure::{case, cpu_now_ns, Case, Random};
use std::future::{ready, Future};
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{sleep_until, Instant, Sleep};

const PENDING_COUNT: usize = 100_000;
const HOUR: Duration = Duration::from_secs(3600);

/// Polls a sleep once, which registers it with the runtime's timer wheel.
async fn arm(sleep: &mut Pin<Box<Sleep>>) {
    tokio::select! {
        biased;
        _ = sleep => unreachable!(),
        _ = ready(()) => {}
    }
}

fn deadline_from(base: Instant, random: u64) -> Instant {
    base + HOUR + Duration::from_nanos(random >> 20)
}

async fn arm_pending(base: Instant, source: &mut Random) -> Vec<Pin<Box<Sleep>>> {
    let mut all = Vec::with_capacity(PENDING_COUNT);
    for _ in 0..PENDING_COUNT {
        let mut sleep = Box::pin(sleep_until(deadline_from(base, source.next())));
        arm(&mut sleep).await;
        all.push(sleep);
    }
    all
}

async fn latest(count: u64) -> i64 {
    let base = Instant::now();
    let _all = arm_pending(base, &mut Random(1)).await;
    let far = base + 24 * 365 * HOUR;
    let start = cpu_now_ns();
    for i in 0..count {
        arm(&mut Box::pin(sleep_until(far + Duration::from_nanos(i)))).await;
    }
    cpu_now_ns() - start
}

async fn random_deadline(count: u64) -> i64 {
    let base = Instant::now();
    let mut source = Random(1);
    let _all = arm_pending(base, &mut source).await;
    let start = cpu_now_ns();
    for _ in 0..count {
        arm(&mut Box::pin(sleep_until(deadline_from(base, source.next())))).await;
    }
    cpu_now_ns() - start
}

async fn shuffled(count: u64) -> i64 {
    let base = Instant::now();
    let mut source = Random(2);
    let mut order: Vec<usize> = (0..PENDING_COUNT).collect();
    for i in (1..PENDING_COUNT).rev() {
        order.swap(i, (source.next() % (i as u64 + 1)) as usize);
    }
    let mut took = 0;
    let mut done = 0;
    while done < count {
        let start = cpu_now_ns();
        let mut all: Vec<_> =
            arm_pending(base, &mut source).await.into_iter().map(Some).collect();
        for i in &order {
            all[*i] = None;
        }
        took += cpu_now_ns() - start;
        done += PENDING_COUNT as u64;
    }
    took * count as i64 / done as i64
}

async fn sleeps(count: u64) -> i64 {
    let mut source = Random(3);
    let start = cpu_now_ns();
    let base = Instant::now();
    let mut children = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let delay = Duration::from_millis(1 + source.next() % 1000);
        children.push(tokio::spawn(sleep_until(base + delay)));
    }
    for child in children {
        child.await.unwrap();
    }
    cpu_now_ns() - start
}

fn run_one(body: impl Future<Output = i64>) -> i64 {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(body)
}

fn main() {
    measure::run(&[
        case("latest", |count| run_one(latest(count))),
        case("random", |count| run_one(random_deadline(count))),
        case("shuffled", |count| run_one(shuffled(count))),
        Case {
            name: "sleeps",
            function: |count| run_one(sleeps(count)),
            fixed_count: 1_000_000,
        },
    ]);
}
