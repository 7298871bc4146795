//! What is known now, and what was known at an instant: one text for both.

use chrono::{DateTime, Utc};

/// As known at which instant; now when there is none. Functions that look back take what turns into it: an instant, an
/// optional one or `None`.
pub type Connaissance = Option<DateTime<Utc>>;

/// The instant to look back from: after everything recorded, when it is now.
pub(super) fn instant(connu_le: impl Into<Connaissance>) -> DateTime<Utc> {
    connu_le.into().unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Reads the rows of a statement, as known now or at an instant.
///
/// After its two names comes its text, cut where something is asked about knowledge. `["d."]` stands for *the version of
/// `d` that is known*: now, the one that nothing replaced, which partial indexes lead to. `("s.")` stands for *`s` is
/// known*, of what is never replaced. At an instant, this one is the last parameter, whose number is given.
macro_rules! connu {
    (
        $conn:expr, $connu_le:expr => $last:literal, $out:ty, $now:literal, $then:literal,
        $($text:literal $([$version:literal])? $(($row:literal))?)+ ; $($argument:expr),+
    ) => {
        match $connu_le {
            None => {
                sqlx::query_as!(
                    $out,
                    "/* " + $now + " */ " $(
                        + $text $(+ $version + "remplace_le IS NULL")? $(+ $row + "enregistre_le IS NOT NULL")?
                    )+,
                    $($argument),+
                )
                .fetch_all($conn)
                .await
            }
            Some(instant) => {
                sqlx::query_as!(
                    $out,
                    "/* " + $then + " */ " $(
                        + $text
                        $(+ $version + "enregistre_le <= " + $last + " AND (" + $version
                          + "remplace_le IS NULL OR " + $version + "remplace_le > " + $last + ")")?
                        $(+ $row + "enregistre_le <= " + $last)?
                    )+,
                    $($argument),+,
                    instant
                )
                .fetch_all($conn)
                .await
            }
        }
    };
}
pub(super) use connu;
