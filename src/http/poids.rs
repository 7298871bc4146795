//! Large answers wait for their readers in a room of a fixed size: whoever asks much and reads nothing fills that room, not the memory.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Refus;

/// Answers of at most this size are not counted: a connection holds as much anyway.
const SMALL: usize = 64 * 1024;
/// What is given to a connection at once. It is a copy: a piece of the answer itself would hold all of it.
const PIECE: usize = 16 * 1024;
/// All the large answers that wait for their readers, in units of one piece: 8 MiB.
const ROOM: usize = 512;

/// The room.
#[derive(Debug, Clone)]
pub(super) struct Poids(Arc<Semaphore>);

impl Default for Poids {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOM)))
    }
}

/// Weighs what is answered; one that finds no room is refused at once rather than kept.
pub(super) async fn limit(
    State(Poids(room)): State<Poids>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    let size = response.body().size_hint().exact().and_then(|size| usize::try_from(size).ok());
    let Some(size) = size.filter(|size| *size > SMALL) else { return response };
    let pieces = u32::try_from(size.div_ceil(PIECE).min(ROOM)).unwrap_or(u32::MAX);
    let Ok(permit) = room.try_acquire_many_owned(pieces) else {
        tracing::warn!(size, "no room for a large answer");
        return Refus::surcharge().into_response();
    };
    response.map(|body| Body::new(Pese { body, left: Bytes::new(), permit: Some(permit) }))
}

/// A large answer, given piece by piece, which leaves its room with the last one.
struct Pese {
    body: Body,
    /// What was made and not given yet.
    left: Bytes,
    permit: Option<OwnedSemaphorePermit>,
}

impl HttpBody for Pese {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        if self.left.is_empty() {
            match std::task::ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.left = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                ended => {
                    self.permit = None;
                    return Poll::Ready(ended);
                }
            }
        }
        let size = self.left.len().min(PIECE);
        let piece = Bytes::copy_from_slice(&self.left.split_to(size));
        if self.left.is_empty() && self.body.is_end_stream() {
            self.left = Bytes::new();
            self.permit = None;
        }
        Poll::Ready(Some(Ok(http_body::Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        let left = u64::try_from(self.left.len()).unwrap_or(u64::MAX);
        match self.body.size_hint().exact() {
            Some(rest) => http_body::SizeHint::with_exact(rest.saturating_add(left)),
            None => http_body::SizeHint::default(),
        }
    }
}
