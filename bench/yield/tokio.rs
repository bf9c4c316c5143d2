// tokio: yield_now on the current-thread runtime.
#[path = "../common/measure.rs"]
mod measure;

use measure::{case, cpu_now_ns};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn yields(tasks: u64, count: u64) -> i64 {
    let start = cpu_now_ns();
    let children: Vec<_> = (0..tasks)
        .map(|_| {
            tokio::spawn(async move {
                for _ in 0..count / tasks {
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for child in children {
        child.await.unwrap();
    }
    cpu_now_ns() - start
}

async fn busy(count: u64) -> i64 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let accepting = tokio::spawn(async move { listener.accept().await.map(|_| ()) });
    let sleepers: Vec<_> = (0..100)
        .map(|_| tokio::spawn(tokio::time::sleep(Duration::from_secs(3600))))
        .collect();
    tokio::task::yield_now().await; // so that all of them are waiting
    let took = yields(1, count).await;
    accepting.abort();
    sleepers.iter().for_each(|sleeper| sleeper.abort());
    took
}

fn main() {
    measure::run(&[
        case("one", |count| runtime().block_on(yields(1, count))),
        case("hundred", |count| runtime().block_on(yields(100, count))),
        case("busy", |count| runtime().block_on(busy(count))),
    ]);
}
