//! What a command that goes through the whole register shows meanwhile.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that fills while something is gone through.
pub(crate) fn barre(what: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template =
        format!("{{bar:30}} {{human_pos}}/{{human_len}} {what}  {{elapsed}}, reste {{eta}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}

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
