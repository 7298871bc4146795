//! What free text must not hold: numbers of persons, tokens, characters that nobody sees.

use super::Nir;

/// Characters that people put between the parts of a number.
const SEPARATORS: [char; 7] = [' ', '\u{a0}', '\u{202f}', '.', '-', '/', '_'];

/// Whether a text holds what looks like a NIR: fifteen characters with their key, or thirteen, that
/// are no part of a longer number, in groups or not. Identifiers of machines are set aside: long
/// hexadecimal words hold numbers by chance.
pub fn contient_un_nir(text: &str) -> bool {
    let text = without_machine_ids(text);
    let original: Vec<char> = text.chars().map(|c| c.to_ascii_uppercase()).collect();
    let compact: Vec<(usize, char)> =
        original.iter().copied().enumerate().filter(|(_, c)| !SEPARATORS.contains(c)).collect();
    let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
    (0..compact.len()).any(|start| {
        let window = |length: usize| compact.get(start..start.checked_add(length)?);
        let letters = |window: &[(usize, char)]| window.iter().map(|(_, c)| c).collect::<String>();
        let with_key = window(15).is_some_and(|window| {
            let before = window.first().and_then(|(at, _)| original.get(at.checked_sub(1)?));
            let after = window.last().and_then(|(at, _)| original.get(at.checked_add(1)?));
            !digit(before) && !digit(after) && Nir::parse(&letters(window)).is_ok()
        });
        let near = |at: Option<usize>| digit(at.and_then(|at| compact.get(at)).map(|(_, c)| c));
        let alone = !near(start.checked_sub(1)) && !near(start.checked_add(13));
        // No number has the key 00: a form that is right is refused for its key, and for nothing else.
        let without_key = alone
            && window(13).is_some_and(|window| {
                let refused = Nir::parse(&format!("{}00", letters(window))).err();
                refused.is_some_and(|invalide| invalide.code == "cle_incorrecte")
            });
        with_key || without_key
    })
}

/// Whether a text may name somebody or something without saying who or what: 1 to 255 characters, each
/// of which is seen, and no number of a person among its words. Unlike [`contient_un_nir`], what looks
/// like one inside a longer word is taken for chance: names made by machines are long.
pub fn est_un_pseudonyme(text: &str) -> bool {
    let number = |word: &str| matches!(word.len(), 13 | 15) && contient_un_nir(word);
    (1..=255).contains(&text.chars().count())
        && !text.chars().any(est_invisible)
        && !text.split(|c: char| !c.is_ascii_alphanumeric()).any(number)
}

/// The words of a text but those that machines make: UUIDs and digests.
fn without_machine_ids(text: &str) -> String {
    let machine = |word: &str| {
        let digits: Vec<char> = word.chars().filter(|c| *c != '-').collect();
        digits.len() >= 20
            && digits.iter().all(char::is_ascii_hexdigit)
            && digits.iter().any(char::is_ascii_alphabetic)
    };
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.filter(|word| !machine(word.trim_end())).collect()
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
            "12 172080100199557 34",
            "reference:172080100199557;",
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
            // By chance, inside longer numbers and words of machines.
            "99172080100199557",
            "0192f0c4-1720-8010-0199-557aaaaaaaaa",
            "a1720801001995b7816bf8f01cfea4141",
        ] {
            assert!(!contient_un_nir(text), "{text}");
        }
    }

    #[test]
    fn a_pseudonym_is_no_number_of_a_person() {
        let long = "é".repeat(255);
        let machine = "b6048e1720801001995571e1fa69f287172e91722b9354d637a1bcf2ebb0fd2ef5v1";
        for text in ["a", "medecin:99900001233", "0192f0c4-7a0e-7c55-9d0f", &long, machine] {
            assert!(est_un_pseudonyme(text), "{text}");
        }
        let longer = format!("{long}a");
        for text in ["", "a\n", &longer, "172080100199557", "nir:1720801001995", "250052A00199269"]
        {
            assert!(!est_un_pseudonyme(text), "{text}");
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
