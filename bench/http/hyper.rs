// hyper: its own server on tokio's current-thread runtime.
use hyper::service::{make_service_fn, service_fn};
use hyper::{header, Body, Request, Response, Server};
use std::convert::Infallible;

async fn hello(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, "text/plain")
        .body(Body::from("Hello, world!"))
        .unwrap())
}

// The default builder spawns with tokio::spawn, which the current-thread runtime accepts.
async fn serve() {
    let make = make_service_fn(|_| async { Ok::<_, Infallible>(service_fn(hello)) });
    let server = Server::bind(&([127, 0, 0, 1], 0).into())
        .http1_only(true)
        .http1_pipeline_flush(true)
        .tcp_nodelay(true)
        .serve(make);
    println!("{}", server.local_addr().port());
    server.await.unwrap();
}

fn main() {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(serve());
}
