//! The lines of a lot, taken as they come: a batch is what has arrived, up to a limit.

use std::error::Error;
use std::io::BufRead;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use tokio::sync::Notify;

use crate::http::extract::corps_rompu;
use crate::http::problem::{Code, Refus};
use crate::http::transport;

/// Longest line, in bytes.
const LIGNE_MAX: usize = 64 * 1024;
/// The mark of order of bytes with which a file may begin.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";
/// Most lines of a batch.
pub(super) const LIGNES: usize = 2_000;
/// Bytes after which a batch takes no other line.
const OCTETS: usize = 2 * 1024 * 1024;

/// Lines that arrived together. The text of each is a part of what was received.
#[derive(Debug, Default)]
pub(super) struct Arrivage {
    texte: Vec<u8>,
    lignes: Vec<(u64, Result<Range<usize>, Rompue>)>,
}

/// Why a line could not be taken.
#[derive(Debug, Clone, Copy)]
enum Rompue {
    TropLongue,
    /// The body is not what its compression says, from there on.
    Illisible,
}

impl From<Rompue> for Refus {
    fn from(why: Rompue) -> Self {
        match why {
            Rompue::TropLongue => too_long(),
            Rompue::Illisible => corps_rompu(),
        }
    }
}

impl Arrivage {
    /// How many lines say something.
    pub(super) fn len(&self) -> usize {
        self.lignes.len()
    }

    /// How many bytes arrived.
    pub(super) fn octets(&self) -> usize {
        self.texte.len()
    }

    /// The lines, each with its number from 1.
    pub(super) fn lignes(&self) -> impl Iterator<Item = (u64, Result<&[u8], Refus>)> {
        self.lignes.iter().map(|(numero, place)| {
            let text = place.clone().map(|place| self.texte.get(place).unwrap_or_default());
            (*numero, text.map_err(Refus::from))
        })
    }
}

/// The lines of a body, one after the other, each with its number from 1.
pub(crate) fn une_a_une<S, E>(entree: S) -> BoxStream<'static, (u64, Result<Vec<u8>, Refus>)>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin + Send + 'static,
    E: Error + 'static,
{
    stream::unfold(Lecteur::new(entree, EnCours::default()), async |mut lecteur| {
        let arrivage = lecteur.arrivage().await?;
        let lignes: Vec<_> =
            arrivage.lignes().map(|(numero, text)| (numero, text.map(<[u8]>::to_vec))).collect();
        Some((stream::iter(lignes), lecteur))
    })
    .flatten()
    .boxed()
}

fn too_long() -> Refus {
    Refus::new(Code::CorpsTropGrand, format!("Une ligne a au plus {LIGNE_MAX} octets."))
}

/// How many batches are under way.
#[derive(Debug, Clone, Default)]
pub(super) struct EnCours(Arc<(AtomicUsize, Notify)>);

impl EnCours {
    /// One more, until what is given back is dropped.
    pub(super) fn un_de_plus(&self) -> Passage {
        self.0.0.fetch_add(1, Ordering::AcqRel);
        Passage(self.clone())
    }

    fn aucun(&self) -> bool {
        self.0.0.load(Ordering::Acquire) == 0
    }
}

/// A batch under way.
#[derive(Debug)]
pub(super) struct Passage(EnCours);

impl Drop for Passage {
    fn drop(&mut self) {
        self.0.0.0.fetch_sub(1, Ordering::AcqRel);
        self.0.0.1.notify_one();
    }
}

/// Takes lines from what is received.
#[derive(Debug)]
pub(super) struct Lecteur<S> {
    entree: S,
    en_cours: EnCours,
    /// What was received and belongs to no batch yet.
    garde: Vec<u8>,
    numero: u64,
    /// The line under way is too long: its end is waited for, nothing is kept of it.
    trop_longue: bool,
    fini: bool,
}

impl<S, E> Lecteur<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Error + 'static,
{
    pub(super) const fn new(entree: S, en_cours: EnCours) -> Self {
        Self { entree, en_cours, garde: Vec::new(), numero: 0, trop_longue: false, fini: false }
    }

    /// The next lines that say something; none at the end. Waits for one, then takes those that come
    /// as long as other batches are under way: a large batch costs less than several small ones, and
    /// a sender who waits for an answer is not kept waiting.
    pub(super) async fn arrivage(&mut self) -> Option<Arrivage> {
        let mut arrivage = Arrivage::default();
        // How far what is kept was cut into lines.
        let mut vu = 0;
        loop {
            vu = self.couper(vu, &mut arrivage);
            if arrivage.len() >= LIGNES || vu >= OCTETS {
                break;
            }
            if self.fini {
                vu = self.derniere(vu, &mut arrivage);
                break;
            }
            let Some(received) = self.recevoir(arrivage.len() == 0).await else { break };
            match received {
                Some(Ok(bytes)) => self.garde.extend_from_slice(&bytes),
                // The sender went away, or what follows is nothing: what was whole is done, the rest was never a line.
                Some(Err(error)) => {
                    self.garde.truncate(vu);
                    self.trop_longue = false;
                    self.fini = true;
                    if transport::is_broken(&error) {
                        self.numero = self.numero.saturating_add(1);
                        arrivage.lignes.push((self.numero, Err(Rompue::Illisible)));
                        break;
                    }
                }
                None => self.fini = true,
            }
        }
        let reste = self.garde.split_off(vu.min(self.garde.len()));
        arrivage.texte = std::mem::replace(&mut self.garde, reste);
        (arrivage.len() > 0).then_some(arrivage)
    }

    /// What is received next; nothing when it is not there yet and nobody needs to wait for it.
    async fn recevoir(&mut self, attend: bool) -> Option<Option<Result<Bytes, E>>> {
        if attend {
            return Some(self.entree.next().await);
        }
        loop {
            let done = self.en_cours.0.1.notified();
            if let std::task::Poll::Ready(received) = futures_util::poll!(self.entree.next()) {
                return Some(received);
            }
            if self.en_cours.aucun() {
                return None;
            }
            tokio::select! {
                received = self.entree.next() => return Some(received),
                () = done => {}
            }
        }
    }

    /// Cuts whole lines from a place on; gives the place after the last one.
    fn couper(&mut self, mut vu: usize, arrivage: &mut Arrivage) -> usize {
        while arrivage.len() < LIGNES {
            let mut rest = self.garde.get(vu..).unwrap_or_default();
            let Ok(length) = rest.skip_until(b'\n') else { break };
            let next = vu.saturating_add(length);
            let end = next.saturating_sub(1);
            if length == 0 || self.garde.get(end) != Some(&b'\n') {
                break;
            }
            self.ligne(vu..end, arrivage);
            vu = next;
        }
        let rest = self.garde.len().saturating_sub(vu);
        if rest > LIGNE_MAX && arrivage.len() < LIGNES {
            self.trop_longue = true;
            self.garde.truncate(vu);
        }
        vu
    }

    /// What follows the last end of line; gives the place after it.
    fn derniere(&mut self, vu: usize, arrivage: &mut Arrivage) -> usize {
        let end = self.garde.len();
        if end > vu || self.trop_longue {
            self.ligne(vu..end, arrivage);
        }
        end
    }

    fn ligne(&mut self, place: Range<usize>, arrivage: &mut Arrivage) {
        self.numero = self.numero.saturating_add(1);
        // What an editor puts before the first line is no part of it.
        let mark = if self.numero == 1 { BOM } else { &[] };
        let text = self.garde.get(place.clone()).unwrap_or_default();
        let text = text.strip_prefix(mark).unwrap_or(text);
        let place = place.end.saturating_sub(text.len())..place.end;
        let too_long = std::mem::take(&mut self.trop_longue) || text.len() > LIGNE_MAX;
        if too_long {
            arrivage.lignes.push((self.numero, Err(Rompue::TropLongue)));
        } else if !text.iter().all(u8::is_ascii_whitespace) {
            arrivage.lignes.push((self.numero, Ok(place)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of what comes in pieces, each with its number, batch by batch.
    async fn batches(pieces: &[&str]) -> Vec<Vec<(u64, Result<String, &'static str>)>> {
        let pieces: Vec<Result<Bytes, std::io::Error>> =
            pieces.iter().map(|piece| Ok(Bytes::from((*piece).to_owned()))).collect();
        let mut reader = Lecteur::new(futures_util::stream::iter(pieces), EnCours::default());
        let mut all = Vec::new();
        while let Some(batch) = reader.arrivage().await {
            let line = |text: &[u8]| String::from_utf8(text.to_vec()).unwrap();
            let lines = batch.lignes().map(|(number, text)| {
                (number, text.map(line).map_err(|refus| refus.code.as_str()))
            });
            all.push(lines.collect());
        }
        all
    }

    fn ok(number: u64, text: &str) -> (u64, Result<String, &'static str>) {
        (number, Ok(text.to_owned()))
    }

    #[tokio::test]
    async fn lines_are_numbered_wherever_they_are_cut_and_empty_ones_say_nothing() {
        let expected = vec![vec![ok(1, "a"), ok(2, "bc"), ok(5, "d\r"), ok(6, "e")]];
        assert_eq!(batches(&["a\nbc\n\n  \nd\r\ne"]).await, expected);
        assert_eq!(batches(&["a", "\nb", "c\n\n", "  \nd\r", "\ne"]).await, expected);
        assert_eq!(batches(&["a\nbc\n\n  \nd\r\ne\n"]).await, expected);
        assert_eq!(batches(&["\n\n", "  "]).await, Vec::<Vec<_>>::new());
    }

    #[tokio::test]
    async fn a_mark_of_order_of_bytes_is_no_part_of_the_first_line_only() {
        let expected = vec![vec![ok(1, "a"), ok(2, "\u{feff}b")]];
        assert_eq!(batches(&["\u{feff}a\n\u{feff}b\n"]).await, expected);
        assert_eq!(batches(&["\u{feff}\n"]).await, Vec::<Vec<_>>::new());
        assert_eq!(batches(&["\u{feff}a"]).await, [[ok(1, "a")]]);
    }

    #[tokio::test]
    async fn a_line_too_long_is_refused_alone_and_not_kept() {
        let long = "x".repeat(LIGNE_MAX + 1);
        let exact = "y".repeat(LIGNE_MAX);
        for pieces in [
            vec![format!("a\n{long}\n{exact}\n")],
            vec!["a\n".to_owned(), long.clone(), long.clone(), format!("\n{exact}")],
        ] {
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let expected = [ok(1, "a"), (2, Err("corps_trop_grand")), ok(3, &exact)];
            assert_eq!(batches(&pieces).await.concat(), expected);
        }
        assert_eq!(batches(&["a\n", &long]).await.concat().len(), 2);
    }

    #[tokio::test]
    async fn a_batch_has_a_limit_and_ends_where_the_input_pauses() {
        let many = "z\n".repeat(LIGNES + 1);
        let sizes: Vec<usize> = batches(&[&many]).await.iter().map(Vec::len).collect();
        assert_eq!(sizes, [LIGNES, 1]);
        let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from("a\nb\nc"))]);
        let mut reader =
            Lecteur::new(pieces.chain(futures_util::stream::pending()), EnCours::default());
        let batch = reader.arrivage().await.unwrap();
        assert_eq!((batch.len(), batch.octets()), (2, 4), "the third line is not whole");
    }

    #[tokio::test]
    async fn a_batch_grows_while_others_are_under_way() {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(4);
        let coming = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
        let under_way = EnCours::default();
        let (first, second) = (under_way.un_de_plus(), under_way.un_de_plus());
        let mut reader = Lecteur::new(coming, under_way.clone());
        sender.send(Ok(Bytes::from("a\n"))).await.unwrap();
        let mut taking = Box::pin(reader.arrivage());
        assert!(futures_util::poll!(&mut taking).is_pending());
        drop(first);
        assert!(futures_util::poll!(&mut taking).is_pending(), "another one is under way");
        sender.send(Ok(Bytes::from("b\n"))).await.unwrap();
        assert!(futures_util::poll!(&mut taking).is_pending());
        drop(second);
        assert_eq!(taking.await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_sender_who_goes_away_leaves_only_whole_lines() {
        let gone = std::io::ErrorKind::ConnectionAborted;
        let pieces = [Ok(Bytes::from("a\nb\nhalf")), Err(std::io::Error::from(gone))];
        let mut reader = Lecteur::new(futures_util::stream::iter(pieces), EnCours::default());
        assert_eq!(reader.arrivage().await.unwrap().len(), 2);
        assert!(reader.arrivage().await.is_none());
    }
}
