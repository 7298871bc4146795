//! Connections: accepted, limited in time, drained.

mod entete;
mod illisible;

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::{ServiceExt, service_fn};

use self::illisible::Parlante;
pub(crate) use self::illisible::Redige;

/// What connections may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// How long a caller has to send the first line and the headers of a request. A connection that
    /// rests longer between two requests is closed too.
    pub(crate) headers: Duration,
    /// How long a caller has to take the next piece of an answer.
    pub(crate) writes: Duration,
    /// Connections at once. The next ones wait to be accepted.
    pub(crate) connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(30),
            writes: Duration::from_secs(30),
            connections: 1000,
        }
    }
}

/// What a connection keeps of a request that comes in or of an answer that goes out: its head has to fit, whole.
const BUFFER: usize = 32 * 1024;

/// How long to wait before accepting again when the system has nothing left to accept with.
const EXHAUSTED: Duration = Duration::from_millis(200);

/// What the system keeps of an answer that goes out. It would keep megabytes for whoever is slow to read.
const SEND_BUFFER: u32 = 128 * 1024;
/// Connections that the system keeps for us until they are accepted.
const BACKLOG: u32 = 1024;

/// Takes an address. What is set here is inherited by every connection.
pub(crate) fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `stop`, then until the requests that run are answered. What is not HTTP is refused in the words of
/// `redige`.
pub(crate) async fn serve(
    listener: TcpListener,
    (router, redige): (Router, Redige),
    limits: Limits,
    stop: CancellationToken,
) {
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.headers).max_buf_size(BUFFER);
    let places = Arc::new(Semaphore::new(limits.connections));
    let connections = GracefulShutdown::new();
    loop {
        let accepting = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepting => accepted,
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
        let (router, words) = (router.clone(), Redige::clone(&redige));
        let service = service_fn(move |request: axum::http::Request<_>| {
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let wrong = entete::wrong(&request).map(|status| entete::refusal(status, &words));
            let router = router.clone();
            async move {
                Ok::<_, Infallible>(match wrong {
                    Some(refusal) => refusal,
                    None => router.oneshot(request).await.unwrap_or_default(),
                })
            }
        });
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.writes));
        let stream = TokioIo::new(Parlante::new(Box::pin(stream), Redige::clone(&redige)));
        let connection = builder.serve_connection(stream, TowerToHyperService::new(service));
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
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

    /// Nothing to say to what is not HTTP.
    fn muet() -> Redige {
        Arc::new(|_| None)
    }

    #[tokio::test]
    async fn half_a_request_line_is_not_waited_for_for_ever() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "bonjour" }));
        let stop = CancellationToken::new();
        let limits = Limits { headers: Duration::from_millis(50), ..Limits::default() };
        let serving = tokio::spawn(serve(listener, (router, muet()), limits, stop.clone()));
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

    /// An answer that a caller asks for and does not read is given up, with what it holds.
    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "this stream has no end")]
    async fn whoever_does_not_read_is_not_waited_for_for_ever() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let held = Arc::new(());
        let kept = Arc::downgrade(&held);
        let answer = move || {
            let held = Arc::clone(&held);
            async move {
                Body::from_stream(futures_util::stream::repeat_with(move || {
                    drop(Arc::clone(&held));
                    Ok::<_, Infallible>([0_u8; 16 * 1024].to_vec())
                }))
            }
        };
        let router = Router::new().route("/", get(answer));
        let stop = CancellationToken::new();
        let limits = Limits { writes: Duration::from_millis(50), ..Limits::default() };
        let serving = tokio::spawn(serve(listener, (router, muet()), limits, stop.clone()));
        let mut deaf = TcpStream::connect(address).await.unwrap();
        deaf.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut first = [0];
        deaf.read_exact(&mut first).await.unwrap();
        // The router itself holds one.
        while kept.strong_count() > 1 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
        serving.await.unwrap();
    }

    /// No more at once than there is room for; the next one is served when one goes.
    #[tokio::test]
    async fn connections_have_a_number_of_places() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "bonjour" }));
        let stop = CancellationToken::new();
        let limits = Limits { connections: 1, ..Limits::default() };
        let serving = tokio::spawn(serve(listener, (router, muet()), limits, stop.clone()));
        let ask = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        let mut answer = [0; 12];
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(ask).await.unwrap();
        first.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(ask).await.unwrap();
        let waiting =
            tokio::time::timeout(Duration::from_millis(50), second.read_exact(&mut answer));
        assert!(waiting.await.is_err(), "there is one place");
        drop(first);
        second.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        stop.cancel();
        serving.await.unwrap();
    }

    /// What is not HTTP is told why, whatever is wrong in it, and an answer of the service's own is left as it is.
    #[tokio::test]
    async fn a_bare_refusal_gets_its_document() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let own = || async { (axum::http::StatusCode::BAD_REQUEST, "") };
        let router = Router::new()
            .route("/", get(|| async { "bonjour" }))
            .route(
                "/faux",
                get(|| async { "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n" }),
            )
            .route("/propre", get(own));
        let stop = CancellationToken::new();
        let redige: Redige = Arc::new(|status| {
            Some(("x: y\r\n".to_owned(), format!("refus {status}").into_bytes()))
        });
        let serving =
            tokio::spawn(serve(listener, (router, redige), Limits::default(), stop.clone()));
        let long = "a".repeat(70_000);
        let ended = "Connection: close\r\n\r\n";
        let hosted = format!("Host: x\r\n{ended}");
        // A head of so many bytes.
        let sized = |length: usize| {
            let (first, last) = ("GET / HTTP/1.1\r\nX: ", format!("\r\n{hosted}"));
            let filling = length - first.len() - last.len();
            format!("{first}{}{last}", "a".repeat(filling))
        };
        let asked = [
            ("GET / HTTP/1.1\r\nX: a\u{1}b\r\n\r\n".to_owned(), "400", "refus 400"),
            ("G\u{7f}T / HTTP/1.1\r\n\r\n".to_owned(), "400", "refus 400"),
            (format!("GET /{long} HTTP/1.1\r\n\r\n"), "431", "refus 431"),
            (format!("GET / HTTP/1.1\r\nX: {long}\r\n\r\n"), "431", "refus 431"),
            (format!("GET / HTTP/1.1\r\nHost: x\r\n{ended}"), "200", "bonjour"),
            (format!("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n{ended}"), "200", "bonjour"),
            (format!("GET / HTTP/1.1\r\nHost:\r\n{ended}"), "200", "bonjour"),
            (format!("GET / HTTP/1.0\r\n{ended}"), "200", "bonjour"),
            (format!("GET / HTTP/1.1\r\n{ended}"), "400", "refus 400"),
            (format!("GET / HTTP/1.1\r\nHost: x\r\n{hosted}"), "400", "refus 400"),
            (format!("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n{ended}"), "400", "refus 400"),
            (format!("GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n{ended}"), "400", "refus 400"),
            (format!("GET / HTTP/1.1\r\nHost: x, y\r\n{ended}"), "400", "refus 400"),
            (format!("GET / HTTP/1.1\r\nHost: moi@x\r\n{ended}"), "400", "refus 400"),
            (sized(BUFFER), "200", "bonjour"),
            (sized(BUFFER + 1), "431", "refus 431"),
            (sized(40_000), "431", "refus 431"),
            (format!("GET /propre HTTP/1.1\r\nHost: x\r\n{ended}"), "400", "\r\n\r\n"),
            (
                format!("GET /faux HTTP/1.1\r\nHost: x\r\n{ended}"),
                "200",
                "content-length: 0\r\n\r\n",
            ),
        ];
        for (request, status, end) in asked {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut said = Vec::new();
            stream.read_to_end(&mut said).await.unwrap();
            let said = String::from_utf8(said).unwrap();
            // Whoever speaks HTTP/1.0 is answered in it.
            assert!(said.starts_with("HTTP/1."), "{said}");
            assert_eq!(said.split(' ').nth(1), Some(status), "{said}");
            assert!(said.ends_with(end), "{said}");
            if let Some((head, body)) = said.split_once("\r\n\r\n")
                && body.starts_with("refus")
            {
                assert!(
                    head.contains(&format!("\r\nx: y\r\ncontent-length: {}", body.len())),
                    "{said}"
                );
            }
        }
        stop.cancel();
        serving.await.unwrap();
    }
}
