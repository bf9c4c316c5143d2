// tokio: mpsc channels between tasks of the current-thread runtime.
#[path = "../common/measure.rs"]
mod measure;

use measure::{case, cpu_now_ns};
use std::future::Future;
use tokio::sync::mpsc::channel;

async fn ping_pong(count: u64) -> i64 {
    let (there, mut there_end) = channel::<i32>(1);
    let (back, mut back_end) = channel::<i32>(1);
    let start = cpu_now_ns();
    let other = tokio::spawn(async move {
        for _ in 0..count {
            back.send(there_end.recv().await.unwrap()).await.unwrap();
        }
    });
    let this = tokio::spawn(async move {
        for i in 0..count {
            there.send(i as i32).await.unwrap();
            back_end.recv().await.unwrap();
        }
    });
    other.await.unwrap();
    this.await.unwrap();
    cpu_now_ns() - start
}

async fn four_to_one(count: u64) -> i64 {
    let (shared, mut end) = channel::<i32>(64);
    let start = cpu_now_ns();
    for _ in 0..4 {
        let shared = shared.clone();
        tokio::spawn(async move {
            for i in 0..count / 4 {
                shared.send(i as i32).await.unwrap();
            }
        });
    }
    drop(shared);
    let consumer = tokio::spawn(async move {
        let mut sum = 0u64;
        while let Some(value) = end.recv().await {
            sum += value as u64;
        }
        sum
    });
    assert!(consumer.await.unwrap() > 0);
    cpu_now_ns() - start
}

fn run_one(body: impl Future<Output = i64>) -> i64 {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(body)
}

fn main() {
    measure::run(&[
        case("ping-pong", |count| run_one(ping_pong(count))),
        case("four-to-one", |count| run_one(four_to_one(count))),
    ]);
}
