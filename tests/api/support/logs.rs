//! Everything that the service logged in this process, to look for what must never be there.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[derive(Clone, Copy)]
struct Memory;

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Memory {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

/// Captures every log of the process, at every level of ours.
pub fn capture() {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(|| {
        let filter = tracing_subscriber::EnvFilter::new("info,traitant=trace,sqlx=debug");
        let subscriber =
            tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(Memory).finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

/// What was logged since it was last taken, in whole lines: each line is looked at once.
pub fn take() -> String {
    let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    let end = lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    let whole: Vec<u8> = lines.drain(..end).collect();
    String::from_utf8_lossy(&whole).into_owned()
}

/// Counts the statements that are written to it, but what each connection asks once: the types of columns that are not of this program.
#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().filter(|line| !line.contains("pg_type.oid")).count();
        self.0.fetch_add(lines, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// How many statements a piece of work sends, and what it gives. It stays on the thread of its test, and
/// so do its logs.
pub async fn statements<T>(work: impl Future<Output = T>) -> (usize, T) {
    let count = Count::default();
    let writer = count.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter("sqlx::query=debug")
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let given = work.await;
    drop(guard);
    (count.0.load(Ordering::Relaxed), given)
}

/// The first string of a text that looks like a number of a person: thirteen to fifteen digits that
/// begin with 1 or 2, Corsica included, without being a part of a longer run, nor the decimals of a number, as those of how
/// long a slow statement took.
pub fn number_of_a_person(text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, 'A' | 'B');
    let decimals = |run: &str| {
        let start = run.as_ptr().addr() - text.as_ptr().addr();
        let before = text.get(..start).and_then(|before| before.strip_suffix('.'));
        before.is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
    };
    text.split(|c: char| !is_part(c))
        .find(|run| {
            (13..=15).contains(&run.len())
                && run.starts_with(['1', '2', '5', '6', '7', '8'])
                && run.chars().filter(char::is_ascii_digit).count() >= run.len() - 1
                // Instants in microseconds and milliseconds are numbers too.
                && !run.starts_with("17")
                && !decimals(run)
        })
        .map(str::to_owned)
}
