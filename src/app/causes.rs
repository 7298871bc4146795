//! Why something failed, as an operator is told.

use std::io::ErrorKind;

/// Why something failed, each cause once: some repeat in their own words the one below.
pub fn reason(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain().map(cause) {
        if said.contains(&cause) {
            continue;
        }
        if !said.is_empty() {
            said.push_str(" : ");
        }
        said.push_str(&cause);
    }
    said
}

/// A cause, in French where the system says it in another language.
#[expect(clippy::wildcard_enum_match_arm, reason = "the system has many other things to say")]
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let Some(error) = error.downcast_ref::<std::io::Error>() else { return error.to_string() };
    let said = match error.kind() {
        ErrorKind::NotFound => "ce fichier n'existe pas",
        ErrorKind::PermissionDenied => "le système en refuse l'accès",
        ErrorKind::IsADirectory => "c'est un dossier",
        ErrorKind::NotADirectory => "une partie de ce chemin n'est pas un dossier",
        ErrorKind::StorageFull => "le disque est plein",
        ErrorKind::ReadOnlyFilesystem => "ce disque ne s'écrit pas",
        // Another cause has an error of its own within: a certificate that nobody certified, for one.
        ErrorKind::InvalidData if error.get_ref().is_none() => "ce n'est pas du texte en UTF-8",
        _ => return error.to_string(),
    };
    said.to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::{Error, Read};

    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_told_and_nothing_else_is_taken_for_them() {
        let mut text = String::new();
        let wrong = [0xff_u8].as_slice().read_to_string(&mut text).unwrap_err();
        assert_eq!(reason(&wrong.into()), "ce n'est pas du texte en UTF-8");
        let certificate = Error::new(ErrorKind::InvalidData, "invalid peer certificate");
        assert_eq!(reason(&certificate.into()), "invalid peer certificate");
    }
}
