// tokio: a task for each of the connections that are made side by side, on the current-thread
// runtime.
#[path = "../common/measure.rs"]
mod measure;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

async fn connect_in_turn(server: SocketAddr, count: u64) {
    for _ in 0..count {
        let connected = TcpStream::connect(server).await.unwrap();
        connected.set_nodelay(true).unwrap();
        connected.set_linger(Some(Duration::ZERO)).unwrap();
    }
}

async fn connect_all(server: SocketAddr, count: u64, width: u64) {
    let tasks: Vec<_> =
        (0..width).map(|_| tokio::spawn(connect_in_turn(server, count / width))).collect();
    for each in tasks {
        each.await.unwrap();
    }
}

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).map(|each| each.parse().unwrap()).collect();
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, numbers[0] as u16));
    let (count, width) = (numbers[1], numbers[2]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (wall, cpu_ns) = (Instant::now(), measure::cpu_now_ns());
    runtime.block_on(connect_all(server, count, width));
    let each = count as f64;
    println!(
        "{{\"wall\":{:.1},\"cpu\":{:.1}}}",
        wall.elapsed().as_nanos() as f64 / each,
        (measure::cpu_now_ns() - cpu_ns) as f64 / each
    );
}
