// tokio: a task that receives a datagram and sends it back; tokio has no call for several.
use tokio::net::UdpSocket;

async fn serve() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    println!("{}", socket.local_addr().unwrap().port());
    let mut buffer = [0u8; 2048];
    loop {
        if let Ok((got, peer)) = socket.recv_from(&mut buffer).await {
            let _ = socket.send_to(&buffer[..got], peer).await;
        }
    }
}

fn main() {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(serve());
}
