//! Numbers as people write and paste them: in groups, with blanks between.

use std::borrow::Cow;

/// Whether a character is a blank between groups: those of keyboards, tables, web pages and typography
/// (no-break, narrow, thin, figure spaces…). The end of a line is none: two lines are two values.
pub(super) const fn est_un_blanc(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// The characters of a number, without blanks and in upper case: what the checks of every number read.
///
/// Dots, hyphens and slashes stay, and are then refused: nobody publishes these numbers with them, and they are what
/// tells an OID, a date or two numbers side by side from one.
pub(super) fn compact(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_lowercase()) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter(|c| !est_un_blanc(*c));
    Cow::Owned(kept.map(|c| c.to_ascii_uppercase()).collect())
}
