//! Files like those that are published, with what surprises their readers, and nobody who exists.

use std::fmt::Write;

/// The heading of the activities, in the order of the published file.
const ACTIVITES: &str = "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Code civilité d'exercice|\
Libellé civilité d'exercice|Code civilité|Libellé civilité|Nom d'exercice|Prénom d'exercice|Code profession|\
Libellé profession|Code catégorie professionnelle|Libellé catégorie professionnelle|Code type savoir-faire|\
Libellé type savoir-faire|Code savoir-faire|Libellé savoir-faire|Code mode exercice|Libellé mode exercice|\
Numéro SIRET site|Numéro SIREN site|Numéro FINESS site|Numéro FINESS établissement juridique|\
Identifiant technique de la structure|Raison sociale site|Enseigne commerciale site|\
Complément destinataire (coord. structure)|Complément point géographique (coord. structure)|\
Numéro Voie (coord. structure)|Indice répétition voie (coord. structure)|Code type de voie (coord. structure)|\
Libellé type de voie (coord. structure)|Libellé Voie (coord. structure)|Mention distribution (coord. structure)|\
Bureau cedex (coord. structure)|Code postal (coord. structure)|Code commune (coord. structure)|\
Libellé commune (coord. structure)|Code pays (coord. structure)|Libellé pays (coord. structure)|\
Téléphone (coord. structure)|Téléphone 2 (coord. structure)|Télécopie (coord. structure)|\
Adresse e-mail (coord. structure)|Code Département (structure)|Libellé Département (structure)|\
Ancien identifiant de la structure|Autorité d'enregistrement|Code secteur d'activité|Libellé secteur d'activité|\
Code section tableau pharmaciens|Libellé section tableau pharmaciens|Code rôle|Libellé rôle|Code genre activité|\
Libellé genre activité|";

/// That of the know-hows.
const SAVOIRS: &str = "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|\
Prénom d'exercice|Code profession|Libellé profession|Code catégorie professionnelle|\
Libellé catégorie professionnelle|Code type savoir-faire|Libellé type savoir-faire|Code savoir-faire|\
Libellé savoir-faire|";

const COLONNES: usize = 56;

/// Specialties of the sample, most of them general practice: code and words of the Ordre.
const SPECIALITES: [(&str, &str); 8] = [
    ("SM54", "Médecine générale (SM)"),
    ("SM53", "Spécialiste en Médecine générale (SM)"),
    ("SM26", "Qualifié en Médecine générale (SM)"),
    ("SM54", "Médecine générale (SM)"),
    ("SM04", "Cardiologie et Maladies vasculaires (SM)"),
    ("SM15", "Dermatologie et Vénéréologie (SM)"),
    ("SM54", "Médecine générale (SM)"),
    ("SM40", "Pédiatrie (SM)"),
];

/// Places: code and words of the sector, kind of practice, name, commune, postal code, locality.
const LIEUX: [[&str; 7]; 6] = [
    ["SA07", "Cabinet individuel", "L", "CABINET DU PARC", "01004", "01500", "AMBERIEU EN BUGEY"],
    ["SA08", "Cabinet de groupe", "L", "CABINET DES TILLEULS", "01053", "01000", "BOURG EN BRESSE"],
    ["SA05", "Centre de santé", "S", "CENTRE DE SANTE DU LAC", "01283", "01100", "OYONNAX"],
    [
        "SA01",
        "Etablissement public de santé",
        "S",
        "CENTRE HOSPITALIER D'ESSAI",
        "13055",
        "13005",
        "MARSEILLE",
    ],
    ["SA09", "Exercice en Société", "L", "SELARL D'ESSAI", "2A004", "20000", "AJACCIO"],
    [
        "SA32",
        "Fab. Exploit. Import. Méd. DM",
        "S",
        "LABORATOIRE D'ESSAI",
        "01004",
        "01500",
        "AMBERIEU EN BUGEY",
    ],
];

/// Two files of so many rows of activities, always the same: activities, and know-hows.
pub fn fichiers(lignes: u32) -> (String, String) {
    let mut activites = format!("\u{feff}{ACTIVITES}\n");
    let mut savoirs = format!("{SAVOIRS}\n");
    let (mut row, mut person) = (0_u32, 0_u32);
    while row < lignes {
        // One professional in three has two rows, one in nine three.
        let places = 1_u32
            .saturating_add(u32::from(person % 3 == 0))
            .saturating_add(u32::from(person % 9 == 0));
        for place in 0..places.min(lignes.saturating_sub(row)) {
            activity(&mut activites, person, place);
        }
        row = row.saturating_add(places);
        know_how(&mut savoirs, person);
        person = person.saturating_add(1);
    }
    (activites, savoirs)
}

/// The number of an invented professional: eleven digits, the last of which is Luhn's.
fn rpps(person: u32) -> String {
    let ten = format!("9{:09}", 800_000_000_u32.saturating_add(person));
    let sum = ten.chars().rev().enumerate().fold(0_u32, |sum, (place, digit)| {
        let digit = digit.to_digit(10).unwrap_or_default();
        let double = digit.saturating_mul(2);
        // The sum of the two digits of what is twice a digit.
        let both = double.checked_sub(9).filter(|_| double > 9).unwrap_or(double);
        sum.saturating_add(if place.is_multiple_of(2) { both } else { digit })
    });
    format!("{ten}{}", 10_u32.saturating_sub(sum % 10) % 10)
}

/// What a professional is: kind of number, number, profession, category.
fn identity(person: u32) -> (&'static str, String, [&'static str; 2], [&'static str; 2]) {
    const DOCTOR: [&str; 2] = ["10", "Médecin"];
    const CIVIL: [&str; 2] = ["C", "Civil"];
    match person % 20 {
        // A nurse, an audiologist under an old number, a student.
        17 => ("8", rpps(person), ["60", "Infirmier"], CIVIL),
        18 => ("0", format!("01{:07}", person % 10_000_000), ["26", "Audioprothésiste"], CIVIL),
        19 => ("8", rpps(person), DOCTOR, ["E", "Etudiant"]),
        _ => ("8", rpps(person), DOCTOR, CIVIL),
    }
}

fn pick<T: Copy, const N: usize>(all: [T; N], index: u32) -> Option<T> {
    let place = usize::try_from(index).ok()?.checked_rem(N)?;
    all.get(place).copied()
}

fn activity(out: &mut String, person: u32, place: u32) {
    let (kind, number, profession, category) = identity(person);
    let (skill, words) = pick(SPECIALITES, person).unwrap_or_default();
    let [sector, sector_words, mode, name, commune, postal, town] =
        pick(LIEUX, person.saturating_add(place)).unwrap_or_default();
    let street = (person % 90).saturating_add(1).to_string();
    let national = format!("{kind}{number}");
    let family = format!("ESSAI-{}", person % 977);
    let office = format!("{postal} {town}");
    let mut cells = [""; COLONNES];
    let mut put = |index: usize, text: &'static str| {
        if let Some(cell) = cells.get_mut(index) {
            *cell = text;
        }
    };
    for (index, text) in [(3, "DR"), (4, "Docteur"), (5, "M"), (6, "Monsieur"), (8, "CLAUDE")] {
        put(index, text);
    }
    for (index, text) in
        [(9, profession[0]), (10, profession[1]), (11, category[0]), (12, category[1])]
    {
        put(index, text);
    }
    // Know-hows are in both files for some, in the second only for the others.
    if person.is_multiple_of(2) && profession[0] == "10" {
        for (index, text) in [(13, "S"), (14, "Spécialité ordinale"), (15, skill), (16, words)] {
            put(index, text);
        }
    }
    if person % 23 != 22 {
        for (index, text) in [
            (17, mode),
            (24, name),
            (31, "Rue"),
            (32, "DES ESSAIS"),
            (48, sector),
            (49, sector_words),
        ] {
            put(index, text);
        }
        // Half of the published rows have no code of their commune.
        if person % 7 != 6 {
            put(36, commune);
            put(37, town);
        }
        put(35, postal);
    }
    put(47, "CNOM/CNOM/CNOM");
    let own: [(usize, &str); 5] =
        [(0, kind), (1, &number), (2, &national), (7, &family), (28, &street)];
    let last = [(34, office.as_str())];
    for (index, cell) in cells.iter().enumerate() {
        let said =
            own.iter().chain(&last).find(|(place, _)| *place == index).map(|(_, text)| *text);
        // Writing to memory cannot fail.
        write!(out, "{}|", said.unwrap_or(cell)).unwrap_or_default();
    }
    out.push('\n');
}

fn know_how(out: &mut String, person: u32) {
    let (kind, number, profession, category) = identity(person);
    let (skill, words) = pick(SPECIALITES, person).unwrap_or_default();
    if profession[0] != "10" {
        return;
    }
    let mut row = |kind_of: &str, kind_words: &str, code: &str, said: &str| {
        writeln!(
            out,
            "{kind}|{number}|{kind}{number}|ESSAI-{}|CLAUDE|{}|{}|{}|{}|{kind_of}|{kind_words}|{code}|{said}|",
            person % 977, profession[0], profession[1], category[0], category[1]
        )
        .unwrap_or_default();
    };
    row("S", "Spécialité ordinale", skill, words);
    if person.is_multiple_of(5) {
        row("CAPA", "Capacité", "CAPA01", "Allergologie");
    }
}
