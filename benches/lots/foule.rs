//! A register of many invented people, loaded at once, and the feuilles that they send.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use traitant::domain::identifiers::IdentifiantPersonne;
use traitant::storage::Coffre;

use crate::rpps::rpps;
use crate::support::{client, nir, psql};

/// Doctors of the register.
pub const MEDECINS: usize = 20_000;
/// Those of them who are general practitioners.
const GENERALISTES: usize = 12_000;
/// Birth dates, one of which each person has.
pub const NAISSANCES: [&str; 8] = [
    "1958-07-14",
    "1941-02-03",
    "1972-11-30",
    "1985-05-06",
    "1990-09-17",
    "2001-04-22",
    "2013-08-09",
    "2019-12-25",
];

fn uuid(table: u32, number: usize) -> String {
    format!("0195{table:04x}-0000-7000-8000-{number:012x}")
}

fn specialite(medecin: usize) -> &'static str {
    if medecin < GENERALISTES { "01" } else { ["03", "15", "05", "04"][medecin % 4] }
}

fn naissance(person: usize) -> &'static str {
    NAISSANCES[person % NAISSANCES.len()]
}

/// The keys of the service of a folder.
pub fn coffre(folder: &Path) -> Coffre {
    let text = std::fs::read_to_string(folder.join("cle-maitre")).unwrap();
    let digits = text.trim();
    let byte = |index: usize| u8::from_str_radix(&digits[index * 2..index * 2 + 2], 16).unwrap();
    Coffre::new(&std::array::from_fn(byte))
}

/// The médecin traitant of a person; one in ten has none.
fn traitant(person: usize) -> Option<usize> {
    (!person.is_multiple_of(10)).then_some(person % GENERALISTES)
}

/// A number that looks random and is always the same.
pub fn melange(value: usize) -> usize {
    let mut mixed = (value as u64).wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)) as usize >> 1
}

const INSTANT: &str = "2025-01-01T00:00:00Z";

/// Fills the register. Ciphers are bytes of the right length: nobody reads these names.
pub fn charger(folder: &Path, coffre: &Coffre, persons: usize) {
    script(folder, |out| {
        writeln!(out, "SET session_replication_role = replica; BEGIN;").unwrap();
        copy(out, "medecin (medecin_id, rpps, connu_le, enregistre_le)", MEDECINS, |n, line| {
            write!(line, "{}\t{}\t{INSTANT}\t{INSTANT}", uuid(1, n), rpps(n))
        });
        let columns = "specialite_medecin (medecin_id, specialite_id, code, effet, enregistre_le)";
        copy(out, columns, MEDECINS, |n, line| {
            let code = specialite(n);
            write!(line, "{}\t{}\t{code}\t[2000-01-01,)\t{INSTANT}", uuid(1, n), uuid(2, n))
        });
        copy(out, "patient (patient_id, connu_le, enregistre_le)", persons, |n, line| {
            write!(line, "{}\t{INSTANT}\t{INSTANT}", uuid(3, n))
        });
        let cipher = "ab".repeat(80);
        let columns = "identite_patient (patient_id, identite_id, date_naissance, rang, noms_chiffres, effet, enregistre_le)";
        copy(out, columns, persons, |n, line| {
            let born = naissance(n);
            let (person, own) = (uuid(3, n), uuid(4, n));
            write!(line, "{person}\t{own}\t{born}\t1\t\\\\x{cipher}\t[{born},)\t{INSTANT}")
        });
        let columns = "identifiant_patient (patient_id, identifiant_id, nature, usage, empreinte, valeur_chiffree, conteste, effet, enregistre_le)";
        let cipher = "ab".repeat(56);
        copy(out, columns, persons, |n, line| {
            let number = IdentifiantPersonne::parse("nir", &nir(n)).unwrap();
            write!(line, "{}\t{}\tnir\tindividuel\t\\\\x", uuid(3, n), uuid(5, n))?;
            coffre.empreinte(&number).iter().try_for_each(|byte| write!(line, "{byte:02x}"))?;
            write!(line, "\t\\\\x{cipher}\tf\t[{},)\t{INSTANT}", naissance(n))
        });
        let columns = "affiliation (patient_id, affiliation_id, organisme, effet, enregistre_le)";
        copy(out, columns, persons, |n, line| {
            write!(line, "{}\t{}\t010110000\t[2000-01-01,)\t{INSTANT}", uuid(3, n), uuid(6, n))
        });
        let columns = "designation (patient_id, designation_id, version, declaration_id, effet, enregistre_le)";
        copy(out, columns, persons, |n, line| {
            traitant(n).map_or(Ok(()), |_| {
                let (person, own, declared) = (uuid(3, n), uuid(7, n), uuid(8, n));
                write!(line, "{person}\t{own}\t1\t{declared}\t[2020-03-01,)\t{INSTANT}")
            })
        });
        let columns = "designation_medecin (patient_id, designation_id, medecin_id, version, effet, enregistre_le)";
        copy(out, columns, persons, |n, line| {
            traitant(n).map_or(Ok(()), |doctor| {
                let (person, own, doctor) = (uuid(3, n), uuid(7, n), uuid(1, doctor));
                write!(line, "{person}\t{own}\t{doctor}\t1\t[2020-03-01,)\t{INSTANT}")
            })
        });
        writeln!(out, "COMMIT;").unwrap();
    });
    psql(folder, "VACUUM (ANALYZE, FREEZE)");
    psql(folder, "CHECKPOINT");
}

/// Runs a script that is written as it goes.
fn script(folder: &Path, write: impl FnOnce(&mut dyn Write)) {
    let mut command = client("psql", folder);
    command.args(["-q", "-v", "ON_ERROR_STOP=1"]).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = std::io::BufWriter::with_capacity(1 << 20, child.stdin.take().unwrap());
    write(&mut input);
    input.flush().unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
}

/// Copies lines into a table; empty ones are nobody's.
fn copy(
    out: &mut dyn Write,
    columns: &str,
    count: usize,
    line: impl Fn(usize, &mut String) -> std::fmt::Result,
) {
    writeln!(out, "COPY {columns} FROM STDIN;").unwrap();
    let mut text = String::new();
    for number in 0..count {
        text.clear();
        line(number, &mut text).unwrap();
        if !text.is_empty() {
            text.push('\n');
            out.write_all(text.as_bytes()).unwrap();
        }
    }
    writeln!(out, "\\.").unwrap();
}

/// One feuille of a lot, on one line: who, with whom and why depend on its number.
pub fn feuille(number: usize, persons: usize, line: &mut String) {
    let chance = melange(number);
    let person = chance % persons;
    let kind = (chance / 7) % 100;
    let day = 1 + (chance / 1_009) % 28;
    let month = 1 + (chance / 100_003) % 3;
    let date = format!("2025-{month:02}-{day:02}");
    let general = traitant(person).unwrap_or(person % GENERALISTES);
    let sent = format!(
        r#","orienteur":{{"rpps":"{}","nom":"ESSAI-MEDECIN","prenom":"CAMILLE"}},"date_orientation":"2025-01-01""#,
        rpps(general)
    );
    let (doctor, indicator, more, act, cents) = match kind {
        0..62 => (general, "T", "", "G", 3_000),
        62..77 => (GENERALISTES + chance % 8_000, "O", sent.as_str(), "CS", 2_600),
        77..85 => (GENERALISTES + chance % 8_000 / 4 * 4 + 1, "D", "", "CS", 2_600),
        85..93 => ((general + 1) % GENERALISTES, "S", "", "G", 3_000),
        _ => ((general + 2) % GENERALISTES, "U", "", "G", 3_000),
    };
    let second = if kind == 10 {
        format!(
            r#",{{"numero_ligne":2,"date_execution":"{date}","nomenclature":"ngap","code":"MEG","honoraires_centimes":500,"base_remboursement_centimes":500}}"#
        )
    } else {
        String::new()
    };
    let (nir, born) = (nir(person), naissance(person));
    let (rpps, specialty) = (rpps(doctor), specialite(doctor));
    let quality = if person % 8 >= 6 { "6" } else { "0" };
    writeln!(
        line,
        r#"{{"numero_facture":"{:09}","support":"electronique","mode_securisation":"securise","date_etablissement":"{date}","recue_le":"2025-04-02T06:{:02}:{:02}Z","reference_externe":"R{:07}","beneficiaire":{{"identifiant_individuel":{{"type":"nir","valeur":"{nir}"}},"identifiant_ouvrant_droit":{{"type":"nir","valeur":"{nir}"}},"qualite":"{quality}","rang":1,"date_naissance":"{born}","organisme":{{"regime":"01","caisse":"011","centre":"0000"}},"complementaire":"amc"}},"executant":{{"rpps":"{rpps}","numero_facturation":{{"type":"num_am","valeur":"991999905"}},"specialite":"{specialty}","convention":"secteur_1"}},"parcours":{{"indicateur":"{indicator}","declaration_mt":"oui"{more}}},"assurance":{{"nature":"maladie"}},"actes":[{{"numero_ligne":1,"date_execution":"{date}","nomenclature":"ngap","code":"{act}","honoraires_centimes":{cents},"base_remboursement_centimes":{cents}}}{second}],"paiement":{{"tiers_payant_amo":true,"tiers_payant_amc":false}}}}"#,
        number % 1_000_000_000,
        number / 60 % 60,
        number % 60,
        number % 10_000_000,
    )
    .unwrap();
}
