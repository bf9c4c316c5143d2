// rayon: join for two branches, a parallel iterator for more.
#[path = "../common/elapsed.rs"]
mod elapsed;
mod work;

use elapsed::{Elapsed, Stopwatch, TimedCase};
use rayon::prelude::*;
use work::*;

fn fib(n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    let (one, two) = rayon::join(|| fib(n - 1), || fib(n - 2));
    one + two
}

fn skynet(first: u64, leaves: u64) -> u64 {
    if leaves == 1 {
        return first;
    }
    let branch = leaves / SKYNET_BRANCHES;
    (0..SKYNET_BRANCHES).into_par_iter().map(|i| skynet(first + i * branch, branch)).sum()
}

fn queens(placed: &Board, row: usize) -> u64 {
    if row == QUEENS_N {
        return 1;
    }
    (0..QUEENS_N)
        .into_par_iter()
        .filter(|&column| placed.takes(row, column))
        .map(|column| queens(&placed.with(row, column), row + 1))
        .sum()
}

fn timed(threads: usize, count: u64, expected: u64, work: fn() -> u64) -> Elapsed {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let watch = Stopwatch::start();
        for _ in 0..count {
            assert_eq!(work(), expected);
        }
        watch.read()
    })
}

fn run_fib(threads: usize, count: u64) -> Elapsed {
    timed(threads, count, FIB_RESULT, || fib(FIB_N))
}

fn run_skynet(threads: usize, count: u64) -> Elapsed {
    timed(threads, count, SKYNET_RESULT, || skynet(0, SKYNET_LEAVES))
}

fn run_queens(threads: usize, count: u64) -> Elapsed {
    timed(threads, count, QUEENS_RESULT, || queens(&Board::default(), 0))
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
