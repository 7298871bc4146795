//! An invented population in the proportions that the Cour des comptes published in 2013, as the files that a caisse would
//! send: affiliates and choices to take over, feuilles of the years 2008 to 2011. Nothing is drawn: the same size gives
//! the same files.
//!
//! A share of a size is rounded to whole persons and consultations, so that a figure is found again within the rounding
//! that is printed from a thousand persons on.

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value, json};

/// The caisse that has them: none of the other people of the sandbox is its own.
pub const CAISSE: &str = "016910000";

/// Shares of the insured persons of sixteen and over who have a médecin traitant at the end of a year, in thousandths
/// (table 1).
pub const DESIGNES: [(i32, usize); 5] =
    [(2007, 815), (2008, 855), (2009, 883), (2010, 890), (2011, 897)];
/// Of those who have one, shares who changed in a year, in thousandths.
pub const CHANGEMENTS: [(i32, usize); 2] = [(2007, 53), (2011, 85)];
/// Consultations of a year inside, outside and excluded (table 2).
pub const CONSULTATIONS: [(i32, [u64; 3]); 4] = [
    (2008, [182_049_874, 26_703_835, 61_439_163]),
    (2009, [186_176_955, 22_250_373, 64_096_193]),
    (2010, [186_459_831, 19_446_103, 61_818_516]),
    (2011, [188_180_616, 18_729_804, 64_539_695]),
];
/// Of those who have one at the end, share whose doctor is no general practitioner, in thousandths.
const AUTRES: usize = 50;
/// Children beside the adults, whose consultations are excluded, for a hundred adults.
const ENFANTS: usize = 20;
/// Consultations of a year for one adult.
const PAR_AN: usize = 2;

/// General practitioners of the sandbox, each with a billing number; and a cardiologist.
const GENERALISTES: [(&str, &str); 2] =
    [("99900001233", "991999905"), ("99900007016", "991999954")];
const CARDIOLOGUE: (&str, &str) = ("99900002017", "991999913");
/// A general practitioner whom nobody of the population chose.
const TIERS: (&str, &str) = ("99900004039", "991999939");

/// The files.
#[derive(Debug, Clone, Default)]
pub struct Population {
    pub affilies: Vec<Value>,
    pub choix: Vec<Value>,
    pub feuilles: Vec<Value>,
}

/// Somebody of the population.
struct Personne {
    nir: String,
    naissance: NaiveDate,
}

/// A population of so many persons of sixteen and over, and their children.
pub fn population(adultes: usize) -> Population {
    let mut made = Population::default();
    let enfants = adultes.saturating_mul(ENFANTS) / 100;
    let adults: Vec<Personne> = (0..adultes).map(|number| personne(number, false)).collect();
    let children: Vec<Personne> =
        (0..enfants).map(|number| personne(adultes.saturating_add(number), true)).collect();
    for (number, one) in adults.iter().chain(&children).enumerate() {
        made.affilies.push(json!({
            "identifiant": { "type": "nir", "valeur": one.nir },
            "nom": "ESSAI-STATISTIQUE",
            "prenom": if number.is_multiple_of(2) { "ANGE" } else { "LINA" },
            "date_naissance": one.naissance,
            "organisme": organisme(),
            "affilie_du": "2005-01-01",
        }));
    }
    for (number, one) in adults.iter().enumerate() {
        made.choix.extend(choix(number, adultes, one));
    }
    for (annee, counts) in CONSULTATIONS {
        consultations(&mut made.feuilles, (annee, counts), &adults, &children);
    }
    made
}

fn organisme() -> Value {
    let (regime, rest) = CAISSE.split_at(2);
    let (caisse, centre) = rest.split_at(3);
    json!({ "regime": regime, "caisse": caisse, "centre": centre })
}

/// A number with its key, in a commune that no register has: 999 a month of birth and a commune.
fn personne(number: usize, enfant: bool) -> Personne {
    let year = if enfant {
        2003
    } else {
        1930_i32.saturating_add(i32::try_from(number % 50).unwrap_or_default())
    };
    let month = u32::try_from(1 + number % 12).unwrap_or(1);
    let naissance = NaiveDate::from_ymd_opt(year, month, 15).unwrap_or_default();
    let order = number % 999 + 1;
    let commune = 500 + (number / 999) % 400;
    let sex = 1 + number % 2;
    let base = format!("{sex}{:02}{month:02}69{commune:03}{order:03}", year.rem_euclid(100));
    let key = 97 - base.parse::<u64>().unwrap_or_default() % 97;
    Personne { nir: format!("{base}{key:02}"), naissance }
}

/// Who sends to another doctor, as the feuille names him.
fn orienteur(number: usize) -> Value {
    let (rpps, _) = generaliste(number);
    let (nom, prenom) = if number.is_multiple_of(2) {
        ("ESSAI-MARTIN", "CAMILLE")
    } else {
        ("ESSAI-PONS", "JEANNE")
    };
    json!({ "rpps": rpps, "nom": nom, "prenom": prenom })
}

/// One general practitioner or the other.
fn generaliste(number: usize) -> (&'static str, &'static str) {
    let [one, other] = GENERALISTES;
    if number.is_multiple_of(2) { one } else { other }
}

/// How many of a size a share in thousandths is, rounded.
fn part(size: usize, milliemes: usize) -> usize {
    size.saturating_mul(milliemes).saturating_add(500) / 1_000
}

/// Those who have one: who comes first chose first.
fn choix(number: usize, size: usize, one: &Personne) -> Vec<Value> {
    let year = DESIGNES.iter().find(|(_, milliemes)| number < part(size, *milliemes));
    let Some((annee, _)) = year else { return Vec::new() };
    let first = if *annee == 2007 { 2006 } else { *annee };
    let first = format!("{first}-03-01");
    let doctor =
        if number < part(part(size, 897), AUTRES) { CARDIOLOGUE } else { generaliste(number) };
    let line = |du: &str, rpps: &str| {
        json!({
            "identifiant": { "type": "nir", "valeur": one.nir },
            "date_naissance": one.naissance,
            "medecins": [rpps],
            "effet_du": du,
        })
    };
    let mut lines = vec![line(&first, doctor.0)];
    // Those of the end of the first rank change, those of one year not being those of another.
    let from = part(size, 400);
    let mut start = from;
    for (annee, milliemes) in CHANGEMENTS {
        let followed = DESIGNES.iter().find(|(own, _)| *own == annee).map_or(0, |own| own.1);
        let end = start.saturating_add(part(part(size, followed), milliemes));
        if (start..end).contains(&number) {
            let other =
                GENERALISTES.iter().find(|(rpps, _)| *rpps != doctor.0).unwrap_or(&CARDIOLOGUE);
            let next = format!("{annee}-06-15");
            let last = lines.last_mut().and_then(Value::as_object_mut);
            if let Some(last) = last {
                last.insert("effet_au".to_owned(), json!(format!("{annee}-06-14")));
                last.insert("motif_fin".to_owned(), json!("remplacement"));
            }
            lines.push(line(&next, other.0));
        }
        start = end;
    }
    lines
}

/// The consultations of a year: those inside by a médecin traitant, those outside by another doctor, those excluded of
/// children and of emergencies, two for one.
fn consultations(
    feuilles: &mut Vec<Value>,
    (annee, counts): (i32, [u64; 3]),
    adults: &[Personne],
    children: &[Personne],
) {
    let wanted = adults.len().saturating_mul(PAR_AN);
    let all: u64 = counts.iter().sum();
    let of = |count: u64| {
        // Rounded half up.
        let twice =
            count.saturating_mul(u64::try_from(wanted).unwrap_or(u64::MAX)).saturating_mul(2);
        let share = twice.saturating_add(all).checked_div(all.saturating_mul(2));
        share.and_then(|share| usize::try_from(share).ok()).unwrap_or_default()
    };
    let [inside, outside, excluded] = counts.map(of);
    let designes = DESIGNES.iter().rfind(|(own, _)| *own < annee).map_or(0, |own| own.1);
    let followed = part(adults.len(), designes).max(1);
    let days = u64::try_from(wanted.max(1)).unwrap_or(1);
    for number in 0..inside.saturating_add(outside).saturating_add(excluded) {
        let jour = NaiveDate::from_ymd_opt(annee, 7, 1).unwrap_or_default();
        let after = u64::try_from(number).unwrap_or_default().saturating_mul(180) / days;
        let jour = jour.checked_add_days(Days::new(after)).unwrap_or(jour);
        let rank = number % followed;
        let adult = adults.get(rank);
        let child = children.get(number % children.len().max(1));
        let (who, doctor, parcours) = if number < inside {
            (adult, TIERS, json!({ "indicateur": "O", "orienteur": orienteur(rank) }))
        } else if number < inside.saturating_add(outside) {
            (adult, TIERS, json!({ "indicateur": "S" }))
        } else if number.is_multiple_of(3) {
            (adult, TIERS, json!({ "indicateur": "U" }))
        } else {
            (child.or(adult), TIERS, json!({ "indicateur": "U" }))
        };
        let serial = feuilles.len().saturating_add(1);
        feuilles.extend(who.map(|who| feuille(who, doctor, (serial, jour), &parcours)));
    }
}

fn feuille(
    who: &Personne,
    doctor: (&str, &str),
    (serial, jour): (usize, NaiveDate),
    parcours: &Value,
) -> Value {
    let number = json!({ "type": "nir", "valeur": who.nir });
    let price = if jour.year() < 2011 { 2_200 } else { 2_300 };
    json!({
        "numero_facture": serial.to_string(),
        "support": "electronique",
        "mode_securisation": "securise",
        "date_etablissement": jour,
        "beneficiaire": {
            "identifiant_individuel": number,
            "identifiant_ouvrant_droit": number,
            "qualite": "0",
            "date_naissance": who.naissance,
            "organisme": organisme(),
        },
        "executant": {
            "rpps": doctor.0,
            "numero_facturation": { "type": "num_am", "valeur": doctor.1 },
            "specialite": if doctor == TIERS { "22" } else { "01" },
            "convention": "secteur_1",
        },
        "parcours": parcours,
        "assurance": { "nature": "maladie" },
        "actes": [{
            "numero_ligne": 1,
            "date_execution": jour,
            "nomenclature": "ngap",
            "code": "C",
            "honoraires_centimes": price,
            "base_remboursement_centimes": price,
        }],
    })
}
