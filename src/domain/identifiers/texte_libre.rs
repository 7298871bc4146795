//! What free text must not hold: numbers of persons, tokens, characters that nobody sees.

use super::Nir;

/// Characters that people put between the parts of a number.
const SEPARATORS: [char; 7] = [' ', '\u{a0}', '\u{202f}', '.', '-', '/', '_'];

/// Whether a text holds what looks like a NIR: fifteen characters with their key, or thirteen that
/// are no part of a longer number, in groups or not.
pub fn contient_un_nir(text: &str) -> bool {
    let compact: Vec<char> =
        text.chars().filter(|c| !SEPARATORS.contains(c)).map(|c| c.to_ascii_uppercase()).collect();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| compact.get(at)).is_some_and(|c: &char| c.is_ascii_digit())
    };
    (0..compact.len()).any(|start| {
        let whole = |length: usize| -> Option<String> {
            Some(compact.get(start..start.checked_add(length)?)?.iter().collect())
        };
        let with_key = whole(15).is_some_and(|text| Nir::parse(&text).is_ok());
        // No number has the key 00: a form that is right is refused for its key, and for nothing else.
        let without_key = || {
            whole(13).is_some_and(|text| {
                let refused = Nir::parse(&format!("{text}00")).err();
                refused.is_some_and(|invalide| invalide.code == "cle_incorrecte")
            })
        };
        let alone = || !is_digit(start.checked_sub(1)) && !is_digit(start.checked_add(13));
        with_key || alone() && without_key()
    })
}

/// Whether a text holds what looks like a JWT: base64url parts between dots, of which the first is a
/// JSON object.
pub fn contient_un_jeton(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
    text.split(|c| !is_part(c))
        .filter_map(|word| word.find("eyJ").and_then(|start| word.get(start..)))
        .any(|word| word.split('.').filter(|part| part.len() >= 8).count() >= 2)
}

/// Whether a character cannot be seen, or changes the order in which others are read.
pub const fn est_invisible(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nir_is_recognised_in_groups_with_and_without_its_key() {
        for text in [
            "172080100199557",
            "1 72 08 01 001 995 57",
            "1.72.08.01.001.995-57",
            "dossier 172080100199557 de mars",
            "n°1720801001995",
            "x1720801001995x",
            "250052A00199269",
            "2 50 05 2a 001 992",
            // Inside a longer number, the key tells.
            "99172080100199557",
        ] {
            assert!(contient_un_nir(text), "{text}");
        }
        for text in [
            "",
            "172080100199558",
            "1720801001995581234",
            "99900001233",
            "0192f0c4-7a0e-7c55-9d0f-3a1b2c4d5e6f",
            "du 10/03/2025 au 12/04/2025",
            "3720801001995",
            "1720001001995",
            "12 rue du Parc, 13055 Marseille",
            "01 23 45 67 89",
        ] {
            assert!(!contient_un_nir(text), "{text}");
        }
    }

    #[test]
    fn a_token_is_recognised_by_its_parts() {
        for text in [
            "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJ0cmFp.c2lnbmF0dXJl",
            "jeton: eyJhbGciOiJub25lIn0.eyJzdWIi",
        ] {
            assert!(contient_un_jeton(text), "{text}");
        }
        for text in ["dossier-7", "eyJ", "BOITE-7/42", "www.exemple.invalid", "0192f0c4-7a0e-7c55"]
        {
            assert!(!contient_un_jeton(text), "{text}");
        }
    }

    #[test]
    fn what_nobody_sees_is_recognised_and_letters_of_every_alphabet_are_not() {
        for c in ['\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{ad}', '\u{7}', '\u{e0041}'] {
            assert!(est_invisible(c), "{c:?}");
        }
        for c in "É Œ' ’-ñ\u{a0}\u{301}中ş".chars() {
            assert!(!est_invisible(c), "{c:?}");
        }
    }
}
