//! What a command that goes through the whole register shows meanwhile.

use indicatif::{ProgressBar, ProgressStyle};

/// A count of what was looked at, that names it.
pub(crate) fn compteur(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) =
        ProgressStyle::with_template(&format!("{{spinner}} {{human_pos}} {what}  {{elapsed}}"))
    {
        bar.set_style(style);
    }
    bar
}
