//! Numbers of persons, tokens and what nobody sees, in a text.

use traitant::domain::identifiers::texte_libre::{
    contient_un_jeton, contient_un_numero, est_invisible, est_un_pseudonyme,
    reference_contient_un_numero,
};

#[test]
fn what_people_write_holds_a_nir_in_groups_or_not_with_its_key_or_without() {
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
        "1 720 801 001 995",
        "1–72–08–01–001–995",
        // A provisional number and that of a migrant have no key.
        "7 1 131 12345679",
        "nnp 7113112345679",
        "5112312345678",
        // Whatever stands beside it.
        "NIR 1580701001991 14/07/1958",
        "1580701001991 0612345678",
        "14/07/1958 1580701001991",
        "1 58 07 01 001 991, 14/07/1958",
        "nnp 7113112345679 14/07/1958",
        // In the digits of other alphabets.
        "１７２０８０１００１９９５５７",
        "１ ７２ ０８ ０１ ００１ ９９５",
        "١٧٢٠٨٠١٠٠١٩٩٥",
    ] {
        assert!(contient_un_numero(text), "{text}");
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
        "cab-0192f0c4-1720-8010-0199-557aaaaaaaaa",
        "01KB7208010019950000000000",
        // Boxes of medicines, phones, accounts and OIDs.
        "3400930000120",
        "33612345678, 06 12 34 56 78",
        "FR76 3000 6000 0112 3456 7890 189",
        "2026-11-29T08:43:12.123456Z",
        "20261129 084312",
        "A7113112345679",
        "71131 12345679",
        "１２ rue du Parc, １３０５５ Marseille, ０６ １２ ３４ ５６ ７８",
        "1720801001995581234 0612345678",
    ] {
        assert!(!contient_un_numero(text), "{text}");
    }
}

#[test]
fn what_machines_make_holds_a_number_with_its_key_or_in_its_groups() {
    for text in [
        "172080100199557",
        "cle-172080100199557",
        "feuille:172080100199557:1",
        "250052A00199269",
        "1.72.08.01.001.995-57",
        "1-72-08-01-001-995",
        "1_72_08_01_001_995_57",
        "1720801001995-57",
        // With a pseudo-month, in its groups only.
        "1-85-42-01-001-991-65",
        "7-1-131-12345679",
        "5.1.123.12345678",
    ] {
        assert!(reference_contient_un_numero(text), "{text}");
    }
    for text in [
        // 12 July 2024 at 16:16:41: a NIR without its key, to the digit.
        "cle-1720801001995",
        "1720801001995",
        "1-720801001995",
        "185420100199165",
        "2026-11-1200123",
        "2-026-112-900123",
        "7113112345679",
        "172080100199558",
        "1720801001995571",
        "1.2.250.1.213.1.4.10",
        "urn:oid:1.2.250.1.213.1.4.11",
        // A clock and a counter: 24 August 2026, and a key that is right by chance.
        "cab-1787599552642-54",
        "cab-1787599552-64254",
        "1720801001-99557",
    ] {
        assert!(!reference_contient_un_numero(text), "{text}");
    }
}

/// A generator of numbers that is the same everywhere: what it gives is what was measured.
struct Hasard(u64);

impl Hasard {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// An instant of 2020 to 2034, in microseconds.
    fn instant(&mut self) -> u64 {
        1_577_836_800_000_000 + self.below(473_385_600_000_000)
    }

    fn uuid(&mut self, version: u128) -> uuid::Uuid {
        let random = u128::from(self.next()) << 64 | u128::from(self.next());
        let clock = u128::from(self.instant() / 1_000) << 80;
        let bits = if version == 7 { clock | random >> 48 } else { random };
        let marked = bits & !(0xf << 76) & !(0x3 << 62) | version << 76 | 0x2 << 62;
        uuid::Uuid::from_u128(marked)
    }

    fn ulid(&mut self) -> String {
        let random = u128::from(self.next()) << 64 | u128::from(self.next());
        let bits = u128::from(self.instant() / 1_000) << 80 | random >> 48;
        let digit = |place: u32| {
            let five = usize::try_from(bits >> (5 * place) & 31).unwrap();
            b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[five]
        };
        (0..26).rev().map(|place| char::from(digit(place))).collect()
    }

    fn iso(&mut self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::from_timestamp_micros(self.instant().cast_signed()).unwrap()
    }
}

/// How many of a hundred thousand texts of one form are taken for numbers of persons.
fn refused(check: fn(&str) -> bool, form: impl Fn(&mut Hasard, u64) -> String) -> usize {
    let mut hasard = Hasard(2026);
    (0..100_000).filter(|place| check(&form(&mut hasard, *place))).count()
}

/// A form of texts, by what makes the one of a place.
type Forme = fn(&mut Hasard, u64) -> String;

/// Nobody's number: never refused, whoever writes it. Each form comes bare and as software dresses it.
const UNIQUE: [(&str, Forme); 4] = [
    ("UUID 4", |hasard, place| match place % 3 {
        0 => hasard.uuid(4).to_string(),
        1 => format!("cab-{}", hasard.uuid(4)),
        _ => hasard.uuid(4).simple().to_string(),
    }),
    ("UUID 7", |hasard, place| match place % 2 {
        0 => hasard.uuid(7).to_string(),
        _ => hasard.uuid(7).urn().to_string(),
    }),
    ("ULID", |hasard, place| match place % 2 {
        0 => hasard.ulid(),
        _ => format!("feuille_{}", hasard.ulid().to_lowercase()),
    }),
    ("instant", |hasard, place| match place % 3 {
        0 => hasard.iso().to_rfc3339(),
        1 => hasard.iso().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        _ => hasard.iso().format("%Y%m%dT%H%M%SZ").to_string(),
    }),
];

/// What software makes of a clock or of a counter: never refused in a reference.
const CLOCKS: [(&str, Forme); 8] = [
    ("seconds", |hasard, _| format!("key-{}", hasard.instant() / 1_000_000)),
    ("milliseconds", |hasard, place| {
        let (micros, other) = (hasard.instant(), hasard.below(1_000_000));
        let millis = micros / 1_000;
        match place % 6 {
            0 => millis.to_string(),
            1 => format!("key-{millis}"),
            2 => format!("cab-{millis}-1"),
            3 => format!("feuille{millis}"),
            4 => format!("req_{millis}.{:03}", micros % 1_000),
            _ => format!("{millis}-{other:06}"),
        }
    }),
    ("a clock and a counter", |hasard, place| {
        let (seconds, other) = (hasard.instant() / 1_000_000, hasard.below(100_000));
        let millis = hasard.instant() / 1_000;
        match place % 5 {
            0 => format!("cab-{seconds}-{other:05}"),
            1 => format!("{seconds}_{other:03}"),
            2 => format!("cab-{millis}-{:03}", other % 1_000),
            3 => format!("poste{:02}-{millis}-{:04}", other % 100, other % 10_000),
            _ => format!("{}-{seconds}", hasard.uuid(4)),
        }
    }),
    ("microseconds and nanoseconds", |hasard, place| match place % 2 {
        0 => format!("ref:{}", hasard.instant()),
        _ => format!("{}{:03}", hasard.instant(), hasard.below(1_000)),
    }),
    ("counter", |_, place| match place % 3 {
        0 => format!("feuille-{place}"),
        1 => format!("{:013}", 1_850_100_000_000 + place * 7_919),
        _ => format!("2026-{place:09}"),
    }),
    ("second of the calendar", |hasard, place| match place % 2 {
        0 => hasard.iso().format("%Y%m%d%H%M%S").to_string(),
        _ => format!("{}-{place:05}", hasard.iso().format("%Y%m%d-%H%M%S")),
    }),
    ("thirteen digits", |hasard, _| format!("FAC{:013}", hasard.below(10_u64.pow(13)))),
    ("day of 2026 and counter", |hasard, place| {
        format!("2026{:02}{:02}{place:07}", 1 + hasard.below(12), 1 + hasard.below(28))
    }),
];

#[test]
fn what_is_made_to_be_unique_is_not_taken_for_a_number_of_a_person() {
    let either = |text: &str| contient_un_numero(text) || reference_contient_un_numero(text);
    for (name, form) in UNIQUE {
        assert_eq!(refused(either, form), 0, "{name}");
    }
}

#[test]
fn clocks_and_counters_of_machines_are_not_taken_for_numbers_of_persons() {
    for (name, form) in CLOCKS {
        assert_eq!(refused(reference_contient_un_numero, form), 0, "{name}");
    }
    // Two digits after the milliseconds of a month that the calendar has are the key of a NIR once in ninety-seven
    // times: nothing tells such a reference from a number.
    let numbered: Forme = |hasard, _| {
        let millis = hasard.instant() / 1_000;
        format!("cab-{millis}-{:02}", hasard.below(100))
    };
    let taken = refused(reference_contient_un_numero, numbered);
    assert!(taken <= 150, "{taken} of 100000");
    // Fifteen random digits have the form of a NIR of a month of the calendar in two of a hundred, and
    // one key in ninety-seven is right.
    let random: Forme = |hasard, _| format!("{:015}", hasard.below(10_u64.pow(15)));
    let taken = refused(reference_contient_un_numero, random);
    assert!(taken <= 40, "{taken} of 100000");
}

#[test]
fn a_pseudonym_is_no_number_of_a_person() {
    let long = "é".repeat(255);
    let machine = "b6048e1720801001995571e1fa69f287172e91722b9354d637a1bcf2ebb0fd2ef5v1";
    for text in ["a", "medecin:99900001233", "0192f0c4-7a0e-7c55-9d0f", &long, machine] {
        assert!(est_un_pseudonyme(text), "{text}");
    }
    let longer = format!("{long}a");
    for text in ["", "a\n", &longer, "172080100199557", "nir:1720801001995", "250052A00199269"] {
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
    for text in ["dossier-7", "eyJ", "BOITE-7/42", "www.exemple.invalid", "0192f0c4-7a0e-7c55"] {
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
