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
