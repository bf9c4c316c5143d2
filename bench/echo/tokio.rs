// tokio: a task for each connection on the current-thread runtime.
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

async fn echo(mut peer: TcpStream) {
    let _ = peer.set_nodelay(true);
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        match peer.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(got) => {
                if peer.write_all(&buffer[..got]).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn serve() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(4096).unwrap(); // as many as the others let wait
    println!("{}", listener.local_addr().unwrap().port());
    loop {
        if let Ok((peer, _)) = listener.accept().await {
            tokio::spawn(echo(peer));
        }
    }
}

fn main() {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(serve());
}
