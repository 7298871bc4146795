//! What is not HTTP is refused by hyper itself, with a status and an empty body: whoever wrote it learns nothing. On its
//! way out, such an answer is given the document that every other refusal has.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The head lines and the body that go with a status, for those that are told.
pub(crate) type Redige = Arc<dyn Fn(u16) -> Option<(String, Vec<u8>)> + Send + Sync>;

/// What hyper writes of its own: nothing of ours is refused without a body.
const STATUTS: [(&str, u16); 2] = [
    ("HTTP/1.1 400 Bad Request\r\n", 400),
    ("HTTP/1.1 431 Request Header Fields Too Large\r\n", 431),
];
const VIDE: &str = "content-length: 0\r\n";

/// A connection whose bare refusals get their document.
pub(super) struct Parlante<S> {
    inner: S,
    redige: Redige,
    /// What still goes out in place of a refusal, from a place on.
    reste: Vec<u8>,
    ecrits: usize,
}

impl<S> Parlante<S> {
    pub(super) const fn new(inner: S, redige: Redige) -> Self {
        Self { inner, redige, reste: Vec::new(), ecrits: 0 }
    }

    /// What to write in place of these bytes, if they are a bare refusal.
    fn remplace(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let bare = STATUTS.iter().find(|(line, _)| bytes.starts_with(line.as_bytes()));
        let (_, status) = bare?;
        let head = std::str::from_utf8(bytes).ok()?;
        if !head.ends_with("\r\n\r\n") || head.contains("content-type") {
            return None;
        }
        let (before, after) = head.split_once(VIDE)?;
        let (lines, body) = (self.redige)(*status)?;
        let length = body.len();
        let mut whole = format!("{before}{lines}content-length: {length}\r\n{after}").into_bytes();
        whole.extend(body);
        Some(whole)
    }
}

impl<S: AsyncWrite + Unpin> Parlante<S> {
    /// Writes what is left of a document.
    fn poll_reste(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(left) = self.reste.get(self.ecrits..).filter(|left| !left.is_empty()) {
            match ready!(Pin::new(&mut self.inner).poll_write(context, left))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.ecrits = self.ecrits.saturating_add(written),
            }
        }
        self.reste.clear();
        self.ecrits = 0;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Parlante<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Parlante<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.as_mut().poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_reste(context))?;
        if let [first] = bytes
            && let Some(whole) = self.remplace(first)
        {
            // Taken in whole; it goes out with the flush that follows.
            self.reste = whole;
            return Poll::Ready(Ok(first.len()));
        }
        Pin::new(&mut self.inner).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_reste(context))?;
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_reste(context))?;
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
