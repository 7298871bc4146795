//! Connections: accepted, limited in time, drained.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::{ServiceExt, service_fn};

/// How long a caller has to send the first line and the headers of a request. A connection that
/// rests longer between two requests is closed too.
pub(crate) const HEADERS_TIME: Duration = Duration::from_secs(30);

/// How long to wait before accepting again when the system has nothing left to accept with.
const EXHAUSTED: Duration = Duration::from_millis(200);

/// Serves until `stop`, then until the requests that run are answered.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    headers_time: Duration,
    stop: CancellationToken,
) {
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(headers_time);
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // The caller went away before it was accepted.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(EXHAUSTED).await;
                continue;
            }
        };
        let router = router.clone();
        let service = service_fn(move |request: axum::http::Request<_>| {
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let router = router.clone();
            async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_default()) }
        });
        let connection =
            builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    // Nobody is accepted any more.
    drop(listener);
    connections.shutdown().await;
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn half_a_request_line_is_not_waited_for_for_ever() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "bonjour" }));
        let stop = CancellationToken::new();
        let limit = Duration::from_millis(50);
        let serving = tokio::spawn(serve(listener, router, limit, stop.clone()));
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HT").await.unwrap();
        let mut said = Vec::new();
        slow.read_to_end(&mut said).await.unwrap();
        assert!(!String::from_utf8(said).unwrap().contains("200"));
        // Whoever says nothing at all is not waited for either.
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.read_to_end(&mut Vec::new()).await.unwrap();
        let mut quick = TcpStream::connect(address).await.unwrap();
        quick.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut said = Vec::new();
        quick.read_to_end(&mut said).await.unwrap();
        assert!(String::from_utf8(said).unwrap().ends_with("bonjour"));
        stop.cancel();
        serving.await.unwrap();
    }
}
