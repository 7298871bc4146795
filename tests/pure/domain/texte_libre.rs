//! Numbers of persons, tokens and what nobody sees, in a text.

use traitant::domain::identifiers::texte_libre::{
    contient_un_jeton, contient_un_nir, est_invisible, est_un_pseudonyme,
};

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
