// The frame of every benchmark program in Rust; see measure.hpp for the contract of a program.
#![allow(dead_code)]

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}

const CLOCK_PROCESS_CPUTIME_ID: i32 = 2;
const TARGET_NS: i64 = 300_000_000;

/// The CPU time of this process so far, in nanoseconds, of all its threads.
pub fn cpu_now_ns() -> i64 {
    let mut now = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    now.seconds * 1_000_000_000 + now.nanoseconds
}

/// A small generator of random numbers (splitmix64), the same in every subject.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E3779B97F4A7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D049BB133111EB);
        z ^ (z >> 31)
    }
}

/// Does `count` operations and returns the nanoseconds of CPU that they took.
pub struct Case {
    pub name: &'static str,
    pub function: fn(u64) -> i64,
    pub fixed_count: u64, // when not zero, the case runs once with this count
}

pub fn case(name: &'static str, function: fn(u64) -> i64) -> Case {
    Case { name, function, fixed_count: 0 }
}

fn measure(chosen: &Case) -> f64 {
    if chosen.fixed_count != 0 {
        return (chosen.function)(chosen.fixed_count) as f64 / chosen.fixed_count as f64;
    }
    let mut count: u64 = 1000;
    let mut took = (chosen.function)(count);
    while took < TARGET_NS / 10 {
        count *= 2;
        took = (chosen.function)(count);
    }
    count = (count as i64 * TARGET_NS / took) as u64;
    (chosen.function)(count) as f64 / count as f64
}

pub fn run(cases: &[Case]) {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    match cases.iter().find(|each| each.name == wanted) {
        Some(chosen) => println!("{{\"unit\":\"ns\",\"value\":{:.4}}}", measure(chosen)),
        None => {
            eprintln!("usage: PROGRAM CASE");
            std::process::exit(2);
        }
    }
}
