//! The file of the table, read row by row: everything that is wrong with it is told at once.

use chrono::NaiveDate;

use super::{Ligne, Marques, Nature, Secteur, Table, bit, packed};
use crate::domain::feuille_de_soins::{CodeActe, Nomenclature};
use crate::domain::identifiers::Specialite;
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::law::references::reference;

const NATURES: [Nature; 6] = [
    Nature::Acte,
    Nature::Supplement,
    Nature::Deplacement,
    Nature::Forfait,
    Nature::Cle,
    Nature::Plafond,
];
const SECTEURS: [Secteur; 3] = [Secteur::Tous, Secteur::Opposable, Secteur::Libre];

/// Specialties behind a word of the column `qui`.
fn specialites(mot: &str) -> Option<u128> {
    const GENERALISTES: [u8; 3] = [1, 22, 23];
    let of = |codes: &[u8]| codes.iter().fold(0, |mask, code| mask | bit(*code));
    let doctors =
        || (1..128).filter(|code| est_medecin(*code)).fold(0, |mask, code| mask | bit(code));
    Some(match mot {
        "tous" => doctors(),
        "generaliste" => of(&GENERALISTES),
        "specialiste" => doctors() & !of(&GENERALISTES),
        "cardiologie" => of(&[3]),
        "dermatologie" => of(&[5]),
        "gynecologie" => of(&[7, 70, 77, 79]),
        "gastro_enterologie" => of(&[8]),
        "medecine_interne" => of(&[9]),
        "pediatrie" => of(&[12]),
        "rhumatologie" => of(&[14]),
        "ophtalmologie" => of(&[15]),
        "psychiatrie" => of(&[17, 33, 75]),
        "sage_femme" => of(&[21]),
        "infirmier" => of(&[24, 86]),
        "readaptation" => of(&[31]),
        "neurologie" => of(&[32]),
        "geriatrie" => of(&[34]),
        "nephrologie" => of(&[35]),
        "endocrinologie" => of(&[42]),
        _ => return None,
    })
}

fn est_medecin(code: u8) -> bool {
    Specialite::parse(&format!("{code:02}")).is_ok_and(Specialite::est_medecin)
}

/// Reads the whole file, or says everything that is wrong with it.
pub(super) fn read(text: &'static str) -> Result<Table, Vec<String>> {
    let mut table = Table::default();
    let mut errors = Vec::new();
    for (index, line) in text.lines().enumerate().skip(1) {
        match ligne(line) {
            Ok(ligne) => table.lignes.push(ligne),
            Err(column) => {
                errors.push(format!("ngap.csv, line {}: {column}", index.saturating_add(1)));
            }
        }
    }
    if !table.lignes.is_sorted_by_key(|ligne| packed(ligne.code)) {
        errors.push("ngap.csv: rows must be sorted by letter".to_owned());
    }
    for (index, ligne) in table.lignes.iter().enumerate() {
        let letters = packed(ligne.code);
        if table.lettres.last().is_none_or(|last| *last != letters) {
            table.lettres.push(letters);
            let own = |row: &Ligne| row.marques.inclus && row.avec_lettres.contains(&letters);
            let rows = table.lignes.iter().enumerate();
            let included = rows.filter(|(_, row)| own(row)).map(|(index, _)| index);
            table.rangees.push((index, included.collect()));
        }
    }
    for (initiale, start) in (b'A'..).zip(&mut table.initiales) {
        let before = packed(char::from(initiale).encode_utf8(&mut [0; 4]));
        *start = table.lettres.partition_point(|lettre| *lettre < before);
    }
    if errors.is_empty() { Ok(table) } else { Err(errors) }
}

/// One row, or the name of the column that is wrong.
fn ligne(line: &'static str) -> Result<Ligne, &'static str> {
    let mut cells = line.split(';');
    let mut next = |name: &'static str| cells.next().ok_or(name);
    let code = next("code")?;
    CodeActe::parse(Nomenclature::Ngap, code).map_err(|_malformed| "code")?;
    let nature = next("nature")?;
    let nature = NATURES.into_iter().find(|known| known.mot() == nature).ok_or("nature")?;
    let libelle = next("libelle")?;
    let qui = next("qui")?;
    let mut words = qui.split_ascii_whitespace().map(specialites);
    let masks: Option<u128> = words.try_fold(0, |all, one| Some(all | one?));
    let secteur = next("secteur")?;
    let secteur = SECTEURS.into_iter().find(|known| known.mot() == secteur).ok_or("secteur")?;
    let centimes = optional::<i64>(next("centimes")?).map_err(|()| "centimes")?;
    let du = optional(next("du")?).map_err(|()| "du")?;
    let dernier = optional(next("au")?).map_err(|()| "au")?;
    let first = optional(next("age_min")?).map_err(|()| "age_min")?.unwrap_or(u8::MIN);
    let last = optional(next("age_max")?).map_err(|()| "age_max")?.unwrap_or(u8::MAX);
    let avec = next("avec")?;
    let avec_lettres = avec.split_ascii_whitespace().map(packed).collect();
    let marques = marques(next("marques")?).ok_or("marques")?;
    let named = next("parametre")?;
    let parametre = Parametre::du_mot(named);
    let keys = next("bases")?.split_ascii_whitespace();
    let bases: Option<Vec<_>> =
        keys.map(|key| reference(key).map(|known| known.cle.as_ref())).collect();
    let bases = bases.ok_or("bases")?;
    let (source1, source2) = (next("source1")?, next("source2")?);
    let verifie_le = optional(next("verifie_le")?).map_err(|()| "verifie_le")?;
    let note = next("note")?;
    if parametre.is_some() == named.is_empty() || parametre.is_some() == bases.is_empty() {
        return Err("parametre");
    }
    if source1.is_empty() {
        return Err("source1");
    }
    if du.zip(dernier).is_some_and(|(du, last): (NaiveDate, NaiveDate)| last < du) {
        return Err("au");
    }
    let specialites = masks.filter(|mask| *mask != 0).ok_or("qui")?;
    Ok(Ligne {
        code,
        nature,
        libelle,
        qui,
        specialites,
        etendue: specialites.count_ones(),
        secteur,
        centimes: centimes.map(Centimes::new),
        du,
        dernier,
        ages: (first, last),
        avec,
        avec_lettres,
        marques,
        parametre,
        bases,
        source1,
        source2,
        verifie_le: verifie_le.ok_or("verifie_le")?,
        note,
        attestee: note.contains("attest") || note.contains("non trouvée"),
    })
}

fn optional<T: std::str::FromStr>(cell: &str) -> Result<Option<T>, ()> {
    if cell.is_empty() { Ok(None) } else { cell.parse().map(Some).map_err(|_malformed| ()) }
}

fn marques(words: &str) -> Option<Marques> {
    let mut marques = Marques::default();
    for word in words.split_ascii_whitespace() {
        match word {
            "inclus" => marques.inclus = true,
            "reserve" => marques.reserve = true,
            "traitant" => marques.traitant = true,
            "ages" => marques.ages = true,
            "exclusif" => marques.exclusif = true,
            "unite" => marques.unite = true,
            _ => return None,
        }
    }
    Some(marques)
}
