//! Feuilles of every kind that is told from another, always the same.

use std::fmt::Write as _;

use crate::foule::{MEDECINS, NAISSANCES, melange};
use crate::rpps::rpps;
use crate::support::nir;

/// What chance gives for one feuille, thing after thing.
struct Hasard(usize);

impl Hasard {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = melange(self.0);
        (self.0 >> 7) % limit
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// A member of an object, one time in so many.
    fn seldom(&mut self, times: usize, member: &str) -> String {
        if self.below(times) == 0 { format!(",{member}") } else { String::new() }
    }
}

/// Codes of acts, each with its base in cents.
const ACTES: [(&str, usize); 14] = [
    ("G", 3_000),
    ("G", 2_650),
    ("GS", 3_000),
    ("CS", 2_600),
    ("CS", 2_300),
    ("C", 2_300),
    ("V", 3_000),
    ("VS", 2_300),
    ("APC", 6_000),
    ("APC", 5_650),
    ("COE", 5_400),
    ("CNPSY", 5_150),
    ("TCG", 2_500),
    ("TC", 2_300),
];
const EN_PLUS: [(&str, usize); 6] =
    [("MEG", 500), ("MCG", 500), ("MD", 1_000), ("F", 1_906), ("MCS", 500), ("ID", 350)];
const INDICATEURS: [&str; 12] = ["T", "T", "T", "T", "O", "M", "D", "S", "U", "N", "R", "H"];
const NATURES: [&str; 6] = ["maladie", "maladie", "maladie", "maladie", "maternite", "prevention"];
const CONVENTIONS: [&str; 6] =
    ["secteur_1", "secteur_1", "secteur_2", "secteur_1_dp", "salarie", "non_conventionne"];
const COMPLEMENTAIRES: [&str; 6] =
    ["aucune", "amc", "c2s_sans_participation", "c2s_avec_participation", "ame", "acs_ancienne"];
const JOURS: [&str; 16] = [
    "2023-01-15",
    "2023-10-31",
    "2023-11-01",
    "2024-03-31",
    "2024-04-01",
    "2024-05-15",
    "2024-05-16",
    "2024-12-21",
    "2024-12-22",
    "2025-02-28",
    "2025-05-31",
    "2025-06-30",
    "2025-07-01",
    "2025-12-31",
    "2026-01-01",
    "2026-02-28",
];

/// One feuille on one line.
pub fn feuille(number: usize, persons: usize, to: &mut String) {
    let mut hasard = Hasard(number);
    let person = hasard.below(persons);
    let general = person % 12_000;
    let own = hasard.below(2) == 0;
    let doctor = if own { general } else { hasard.below(MEDECINS) };
    let specialty = if doctor < 12_000 { "01" } else { ["03", "15", "05", "04"][doctor % 4] };
    let date = hasard.of(&JOURS);
    let indicator = hasard.of(&INDICATEURS);
    let (code, base) = hasard.of(&ACTES);
    let more = hasard.of(&[0, 0, 0, 0, 100, 1_000, 2_000, 4_500]);
    let sent = format!(
        r#","orienteur":{{"rpps":"{}","nom":"ESSAI-MEDECIN","prenom":"CAMILLE"}},"date_orientation":"{date}""#,
        rpps(if hasard.below(4) == 0 { hasard.below(MEDECINS) } else { general })
    );
    let sent = if matches!(indicator, "O" | "M") { sent.as_str() } else { "" };
    let away = hasard.seldom(9, r#""adresse_habituelle_hors":true"#);
    let declared = hasard.of(&["oui", "non", "inconnu"]);
    let nature = hasard.of(&NATURES);
    let since = if nature == "maternite" {
        format!(r#","date_reference_nature":"{date}""#)
    } else {
        String::new()
    };
    let convention = hasard.of(&CONVENTIONS);
    let option = hasard.seldom(4, r#""option_tarifaire":"optam""#);
    let locum = hasard.seldom(12, &format!(r#""remplacant_de":{{"rpps":"{}"}}"#, rpps(general)));
    let complementaire = hasard.of(&COMPLEMENTAIRES);
    let justified = hasard.of(&["3", "4", "5", "7"]);
    let exoneration = hasard.seldom(8, &format!(r#""exoneration_acte":"{justified}""#));
    let overrun = hasard.seldom(10, r#""qualificatif_depense":"de""#);
    let count = hasard.seldom(15, r#""quantite":2"#);
    let second = if hasard.below(4) == 0 {
        let (code, base) = hasard.of(&EN_PLUS);
        format!(
            r#",{{"numero_ligne":2,"date_execution":"{date}","nomenclature":"ngap","code":"{code}","honoraires_centimes":{base},"base_remboursement_centimes":{base}}}"#
        )
    } else {
        String::new()
    };
    let third = hasard.below(2) == 0;
    let (nir, born) = (nir(person), NAISSANCES[person % NAISSANCES.len()]);
    let quality = if person % 8 >= 6 { "6" } else { "0" };
    writeln!(
        to,
        r#"{{"numero_facture":"{:09}","support":"electronique","mode_securisation":"securise","date_etablissement":"{date}","beneficiaire":{{"identifiant_individuel":{{"type":"nir","valeur":"{nir}"}},"identifiant_ouvrant_droit":{{"type":"nir","valeur":"{nir}"}},"qualite":"{quality}","rang":1,"date_naissance":"{born}","organisme":{{"regime":"01","caisse":"011","centre":"0000"}},"complementaire":"{complementaire}"}},"executant":{{"rpps":"{}","numero_facturation":{{"type":"num_am","valeur":"991999905"}},"specialite":"{specialty}","convention":"{convention}"{option}{locum}}},"parcours":{{"indicateur":"{indicator}","declaration_mt":"{declared}"{sent}{away}}},"assurance":{{"nature":"{nature}"{since}}},"actes":[{{"numero_ligne":1,"date_execution":"{date}","nomenclature":"ngap","code":"{code}","honoraires_centimes":{},"base_remboursement_centimes":{base}{exoneration}{overrun}{count}}}{second}],"paiement":{{"tiers_payant_amo":{third},"tiers_payant_amc":false}}}}"#,
        number % 1_000_000_000,
        rpps(doctor),
        base + more,
    )
    .unwrap();
}
