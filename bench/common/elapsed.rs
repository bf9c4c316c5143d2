// The frame of the benchmark programs in Rust with several threads; see elapsed.hpp for its contract.
#![allow(dead_code)]

#[path = "measure.rs"]
mod measure;

use std::time::Instant;

const TARGET_NS: i64 = 300_000_000;

pub struct Elapsed {
    wall_ns: i64,
    cpu_ns: i64,
}

/// Starts when it is made.
pub struct Stopwatch {
    wall: Instant,
    cpu_ns: i64,
}

impl Stopwatch {
    pub fn start() -> Self {
        Stopwatch { cpu_ns: measure::cpu_now_ns(), wall: Instant::now() }
    }

    pub fn read(&self) -> Elapsed {
        Elapsed {
            wall_ns: self.wall.elapsed().as_nanos() as i64,
            cpu_ns: measure::cpu_now_ns() - self.cpu_ns,
        }
    }
}

/// Does `count` operations, a multiple of `count_min`, and returns what they took.
pub struct TimedCase {
    pub name: &'static str,
    pub function: fn(u64) -> Elapsed,
    pub count_min: u64,
}

fn measure_elapsed(chosen: &TimedCase) -> (Elapsed, u64) {
    let mut count = chosen.count_min;
    let mut took = (chosen.function)(count);
    while took.wall_ns < TARGET_NS / 10 {
        count *= 2;
        took = (chosen.function)(count);
    }
    if took.wall_ns >= TARGET_NS {
        return (took, count);
    }
    let steps = (count / chosen.count_min) as i64 * TARGET_NS / took.wall_ns;
    count = steps.max(1) as u64 * chosen.count_min;
    ((chosen.function)(count), count)
}

pub fn run(cases: &[TimedCase]) {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    match cases.iter().find(|each| each.name == wanted) {
        Some(chosen) => {
            let (took, count) = measure_elapsed(chosen);
            let (wall, cpu) = (took.wall_ns as f64, took.cpu_ns as f64);
            let count = count as f64;
            println!("{{\"wall\":{:.4},\"cpu\":{:.4}}}", wall / count, cpu / count);
        }
        None => {
            eprintln!("usage: PROGRAM CASE");
            std::process::exit(2);
        }
    }
}
