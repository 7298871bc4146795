//! What texts must not hold: numbers of persons, tokens, characters that nobody sees.
//!
//! Two pens write texts. What *people* write holds what looks like a number of a person, with its key or without. What
//! *machines* make, keys and references, holds clocks and counters: thirteen digits of milliseconds have the form of
//! a NIR without its key, so that there a number is one with its right key, or one written in its own groups. See
//! `docs/decisions/0027-numeros-dans-les-textes.md`.

use std::borrow::Cow;

use super::saisie::est_un_blanc;
use super::{Mig, Nir, Nnp, number};

/// Where people put separators in a NIR: sex, year, month, department, commune, order, key.
const GROUPES_NIR: [usize; 6] = [1, 3, 5, 7, 10, 13];
/// The same in a provisional number and in that of a migrant: two digits alone, caisse, order.
const GROUPES_PROVISOIRES: [usize; 3] = [1, 2, 5];

/// Whether what somebody wrote holds a number of a person, in groups or not: a NIR with its key or without, or
/// thirteen digits of the form of a provisional number or of a migrant's. A part of a longer number is none.
pub fn contient_un_numero(text: &str) -> bool {
    let signes = Signes::of(text);
    signes.nir()
        || signes.fenetres(13).any(|window| {
            let coupes = window.coupes();
            let whole = coupes.is_empty() && window.est_seule();
            let apart = coupes == GROUPES_PROVISOIRES && window.est_isolee();
            (whole || apart) && window.est_provisoire()
        })
}

/// Whether a key or a reference that a machine made holds a number of a person: a NIR with its right key, or any in
/// its own groups. Thirteen digits in one piece are a clock as well as a NIR, and pass; so do
/// fifteen with a pseudo-month, which a date followed by a counter resembles, and a clock too.
pub fn reference_contient_un_numero(text: &str) -> bool {
    let signes = Signes::of(text);
    signes.fenetres(15).filter(Fenetre::est_un_nir).any(|window| {
        let coupes = window.coupes();
        // As people write it: in one piece, its key apart, or in three groups at least.
        let written = match coupes.as_slice() {
            [] | [13] => true,
            [_] => false,
            several => several.iter().all(|at| GROUPES_NIR.contains(at)),
        };
        written && (coupes == GROUPES_NIR || window.est_d_un_mois())
    }) || signes.fenetres(13).any(|window| {
        let coupes = window.coupes();
        let form = if coupes == GROUPES_NIR[..5] {
            Fenetre::est_un_nir_sans_cle
        } else if coupes == GROUPES_PROVISOIRES {
            Fenetre::est_provisoire
        } else {
            return false;
        };
        window.est_isolee() && form(&window)
    })
}

/// Whether a text may name somebody or something without saying who or what: 1 to 255 characters, each
/// of which is seen, and no NIR among its words. Unlike [`contient_un_numero`], what looks
/// like one inside a longer word is taken for chance: names made by machines are long.
pub fn est_un_pseudonyme(text: &str) -> bool {
    let nir = |word: &str| matches!(word.len(), 13 | 15) && Signes::of(word).nir();
    (1..=255).contains(&text.chars().count())
        && !text.chars().any(est_invisible)
        && !chiffres_ascii(text).split(|c: char| !c.is_ascii_alphanumeric()).any(nir)
}

/// A character that is no separator, and where it was.
struct Signe {
    c: char,
    at: usize,
}

impl Signe {
    const fn touche(&self, next: &Self) -> bool {
        self.at.saturating_add(1) == next.at
    }
}

/// The characters of a text without what separates groups and without what machines make.
struct Signes(Vec<Signe>);

/// Some characters that follow each other, and those around them.
struct Fenetre<'a> {
    signes: &'a [Signe],
    before: Option<&'a Signe>,
    after: Option<&'a Signe>,
}

impl Signes {
    fn of(text: &str) -> Self {
        let text = &chiffres_ascii(text);
        // Twelve digits and a letter are the least that a number has.
        if text.bytes().filter(u8::is_ascii_digit).count() < 12 {
            return Self(Vec::new());
        }
        let text = without_machine_ids(text);
        let all = text.chars().map(|c| c.to_ascii_uppercase()).enumerate();
        Self(all.filter(|(_, c)| !separe(*c)).map(|(at, c)| Signe { c, at }).collect())
    }

    /// Whether they hold a NIR, with its key or without.
    fn nir(&self) -> bool {
        self.fenetres(15).any(|window| window.est_un_nir())
            || self.fenetres(13).any(|window| window.est_un_mot() && window.est_un_nir_sans_cle())
    }

    fn fenetres(&self, length: usize) -> impl Iterator<Item = Fenetre<'_>> {
        self.0.windows(length).enumerate().map(move |(start, signes)| Fenetre {
            signes,
            before: start.checked_sub(1).and_then(|at| self.0.get(at)),
            after: start.checked_add(length).and_then(|at| self.0.get(at)),
        })
    }
}

impl Fenetre<'_> {
    fn texte(&self) -> String {
        self.signes.iter().map(|signe| signe.c).collect()
    }

    /// Whether they may be a number at all: digits, but for a letter of Corsica.
    fn compte(&self) -> bool {
        self.signes.first().is_some_and(|first| first.c.is_ascii_digit())
            && self.signes.iter().filter(|signe| !signe.c.is_ascii_digit()).count() <= 1
    }

    /// The places, from the first character, before which something separates.
    fn coupes(&self) -> Vec<usize> {
        let pairs = self.signes.iter().zip(self.signes.iter().skip(1)).zip(1..);
        pairs.filter(|((one, two), _)| !one.touche(two)).map(|(_, place)| place).collect()
    }

    /// The characters that touch it on either side.
    fn voisins(&self) -> impl Iterator<Item = char> {
        let pair = |one: Option<&Signe>, two: Option<&Signe>| {
            one.zip(two).is_some_and(|(one, two)| one.touche(two))
        };
        let before = self.before.filter(|before| pair(Some(before), self.signes.first()));
        let after = self.after.filter(|after| pair(self.signes.last(), Some(after)));
        before.into_iter().chain(after).map(|signe| signe.c)
    }

    /// Whether no letter or digit touches it.
    fn est_seule(&self) -> bool {
        !self.voisins().any(char::is_alphanumeric)
    }

    /// Whether no digit is next to it, even behind separators.
    fn est_isolee(&self) -> bool {
        let around = self.before.into_iter().chain(self.after);
        !around.into_iter().any(|signe| signe.c.is_ascii_digit())
    }

    /// Whether what stands beside it is of something else: nothing cuts it, or only what cuts a number; or no digit is
    /// near, when it is cut elsewhere.
    fn est_un_mot(&self) -> bool {
        let coupes = self.coupes();
        let whole = coupes.is_empty() || coupes == GROUPES_NIR[..5];
        whole && !self.touche_un_chiffre() || self.est_isolee()
    }

    fn touche_un_chiffre(&self) -> bool {
        self.voisins().any(|c| c.is_ascii_digit())
    }

    /// Whether a month of the calendar stands where that of a NIR does.
    fn est_d_un_mois(&self) -> bool {
        self.texte().get(3..5).is_some_and(|month| number(month.as_bytes()) <= 12)
    }

    /// Fifteen characters with their right key, that touch no digit.
    fn est_un_nir(&self) -> bool {
        self.compte() && !self.touche_un_chiffre() && Nir::parse(&self.texte()).is_ok()
    }

    /// Thirteen characters whose form is right. No number has the key 00: it is refused for its key, and for nothing
    /// else.
    fn est_un_nir_sans_cle(&self) -> bool {
        let keyless = |text: &str| {
            let refused = Nir::parse(&format!("{text}00")).err();
            refused.is_some_and(|invalide| invalide.code == "cle_incorrecte")
        };
        self.compte() && keyless(&self.texte())
    }

    fn est_provisoire(&self) -> bool {
        let known = |text: &str| Nnp::parse(text).is_ok() || Mig::parse(text).is_ok();
        self.compte() && known(&self.texte())
    }
}

/// The zeros of the alphabets of Unicode whose ten digits follow each other.
const ZEROS: [u32; 25] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50,
    0xed0, 0xf20, 0x1040, 0x17e0, 0x1810, 0xff10, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
    0x1fbf0,
];

/// A text in which every digit is one of ASCII, and what is written wide is not.
fn chiffres_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let plain = |c: char| {
        let code = u32::from(c);
        let digit =
            ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|value| *value < 10));
        let wide = (0xff01..=0xff5e).contains(&code).then(|| code.saturating_sub(0xfee0));
        let known = digit.and_then(|value| char::from_digit(value, 10));
        known.or_else(|| char::from_u32(wide?)).unwrap_or(c)
    };
    Cow::Owned(text.chars().map(plain).collect())
}

/// What people put between the groups of a number.
const fn separe(c: char) -> bool {
    est_un_blanc(c) || matches!(c, '.' | '-' | '/' | '_' | '\u{b7}' | '\u{2010}'..='\u{2015}')
}

/// A text in which the words that machines make, UUIDs, ULIDs and digests, are one character each: they hold numbers by chance.
fn without_machine_ids(text: &str) -> String {
    const MARK: &str = "*";
    let mut kept = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        let parts: Vec<&str> = word.split('-').collect();
        let mut rest = parts.as_slice();
        while let Some((part, others)) = rest.split_first() {
            if rest.len() < parts.len() {
                kept.push('-');
            }
            if let Some((uuid, others)) = rest.split_first_chunk::<5>()
                && est_un_uuid(uuid)
            {
                kept.push_str(MARK);
                rest = others;
                continue;
            }
            let bare = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            let machine = est_une_empreinte(bare) || est_un_ulid(bare);
            kept.push_str(if machine { MARK } else { part });
            rest = others;
        }
    }
    kept
}

/// The parts of a UUID: 8, 4, 4, 4 and 12 hexadecimal digits, perhaps with what ends the word.
fn est_un_uuid(parts: &[&str; 5]) -> bool {
    let [head @ .., last] = parts;
    let last = last.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths = head.iter().map(|part| part.len()).eq([8, 4, 4, 4]) && last.len() == 12;
    lengths && head.iter().all(|part| hex(part)) && hex(last)
}

/// A long hexadecimal word with a letter.
fn est_une_empreinte(word: &str) -> bool {
    word.len() >= 20
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Twenty-six characters of Crockford's alphabet, of an instant after 2004.
fn est_un_ulid(word: &str) -> bool {
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() && !b"ILOUilou".contains(&byte);
    word.len() == 26
        && word.bytes().all(alphabet)
        && word.starts_with("01")
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether a text holds what looks like a JWT: base64url parts between dots, of which the first is a
/// JSON object.
pub fn contient_un_jeton(text: &str) -> bool {
    if !text.contains("eyJ") {
        return false;
    }
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
