//! The codes of exemption: what is read is what the contract says.

use serde_json::Value;
use traitant::domain::feuille_de_soins::Exoneration;
use utoipa::PartialSchema;

fn contrat() -> Value {
    serde_json::to_value(Exoneration::schema()).unwrap()
}

/// Whether one of the alternatives of the pattern is this text.
fn admet(pattern: &str, text: &str) -> bool {
    let inside = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(")$")).unwrap();
    inside.split('|').any(|known| match known.strip_prefix("0?") {
        Some(digit) => text == digit || text == format!("0{digit}"),
        None => text == known,
    })
}

#[test]
fn the_contract_admits_every_code_that_is_read_and_no_other() {
    let contrat = contrat();
    let pattern = contrat["pattern"].as_str().unwrap();
    let numbers = (0..100).flat_map(|code| [format!("{code}"), format!("{code:02}")]);
    let others = ["", "A", "C", "c", "0C", "100", "042", " 42", "4 2", "-1"].map(str::to_owned);
    for text in numbers.chain(others) {
        assert_eq!(Exoneration::parse(&text).is_ok(), admet(pattern, &text), "{text}");
    }
}

#[test]
fn the_description_names_the_codes_of_the_list() {
    let said = contrat()["description"].as_str().unwrap().to_owned();
    assert!(said.contains(Exoneration::LISTE), "{said}");
    let mut named = Vec::new();
    for part in Exoneration::LISTE.replace(" ou ", ", ").split(", ") {
        match part.split_once(" à ") {
            Some((first, last)) => {
                let (first, last): (u8, u8) = (first.parse().unwrap(), last.parse().unwrap());
                named.extend((first..=last).map(|code| code.to_string()));
            }
            None => named.push(part.to_owned()),
        }
    }
    let mut known: Vec<String> = Exoneration::toutes().map(|code| code.to_string()).collect();
    named.sort_unstable();
    known.sort_unstable();
    assert_eq!(named, known);
}
