// tokio: spawn a thousand tasks on the current-thread runtime and await each handle.
#[path = "../common/measure.rs"]
mod measure;

use measure::{case, cpu_now_ns};
use std::cell::Cell;
use std::rc::Rc;

async fn thousand(count: u64) -> i64 {
    let sum = Rc::new(Cell::new(0u64));
    let mut children = Vec::with_capacity(1000);
    let start = cpu_now_ns();
    for _ in (0..count).step_by(1000) {
        for _ in 0..1000 {
            let sum = sum.clone();
            children.push(tokio::task::spawn_local(async move { sum.set(sum.get() + 1) }));
        }
        for child in children.drain(..) {
            child.await.unwrap();
        }
    }
    cpu_now_ns() - start
}

fn run_thousand(count: u64) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, thousand(count))
}

fn main() {
    measure::run(&[case("thousand", run_thousand)]);
}
