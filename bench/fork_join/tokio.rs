// tokio: a task for each branch but one, which is awaited in place; on the work-stealing runtime.
#[path = "../common/elapsed.rs"]
mod elapsed;
mod work;

use elapsed::{Elapsed, Stopwatch, TimedCase};
use std::future::Future;
use std::pin::Pin;
use work::*;

// An async function that calls itself has to be boxed: its frame cannot hold itself.
type Boxed = Pin<Box<dyn Future<Output = u64> + Send>>;

fn fib(n: u64) -> Boxed {
    Box::pin(async move {
        if n < 2 {
            return n;
        }
        let one = tokio::spawn(fib(n - 1));
        let two = fib(n - 2).await;
        one.await.unwrap() + two
    })
}

fn skynet(first: u64, leaves: u64) -> Boxed {
    Box::pin(async move {
        if leaves == 1 {
            return first;
        }
        let branch = leaves / SKYNET_BRANCHES;
        let mut forked = Vec::with_capacity(SKYNET_BRANCHES as usize - 1);
        for i in 0..SKYNET_BRANCHES - 1 {
            forked.push(tokio::spawn(skynet(first + i * branch, branch)));
        }
        let mut sum = skynet(first + (SKYNET_BRANCHES - 1) * branch, branch).await;
        for each in forked {
            sum += each.await.unwrap();
        }
        sum
    })
}

fn queens(placed: Board, row: usize) -> Boxed {
    Box::pin(async move {
        if row == QUEENS_N {
            return 1;
        }
        let mut forked = Vec::with_capacity(QUEENS_N);
        for column in 0..QUEENS_N {
            if placed.takes(row, column) {
                forked.push(tokio::spawn(queens(placed.with(row, column), row + 1)));
            }
        }
        let mut sum = 0;
        for each in forked {
            sum += each.await.unwrap();
        }
        sum
    })
}

fn timed(threads: usize, count: u64, expected: u64, work: fn() -> Boxed) -> Elapsed {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .build()
        .unwrap();
    let all = async move {
        let watch = Stopwatch::start();
        for _ in 0..count {
            assert_eq!(work().await, expected);
        }
        watch.read()
    };
    runtime.block_on(runtime.spawn(all)).unwrap()
}

fn run_fib(threads: usize, count: u64) -> Elapsed {
    timed(threads, count, FIB_RESULT, || fib(FIB_N))
}

fn run_skynet(threads: usize, count: u64) -> Elapsed {
    timed(threads, count, SKYNET_RESULT, || skynet(0, SKYNET_LEAVES))
}

fn run_queens(threads: usize, count: u64) -> Elapsed {
    timed(threads, count, QUEENS_RESULT, || queens(Board::default(), 0))
}

fn main() {
    elapsed::run(&[
        TimedCase { name: "fib-1", function: |count| run_fib(1, count), count_min: 1 },
        TimedCase { name: "fib-2", function: |count| run_fib(2, count), count_min: 1 },
        TimedCase { name: "skynet-1", function: |count| run_skynet(1, count), count_min: 1 },
        TimedCase { name: "skynet-2", function: |count| run_skynet(2, count), count_min: 1 },
        TimedCase { name: "nqueens-1", function: |count| run_queens(1, count), count_min: 1 },
        TimedCase { name: "nqueens-2", function: |count| run_queens(2, count), count_min: 1 },
    ]);
}
