//! What a price may be made of: a patient knows the sum, the law reads lines. Every way that would be billed is asked of
//! the law, and the first with which it finds nothing wrong is the answer.

use serde_json::{Value, json};

use crate::domain::money::Centimes;
use crate::services::loi::{Consultation, compositions, explicable, tarif_publie};

/// What is billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facture {
    pub(super) actes: Vec<Ligne>,
    /// Whether an overrun may be a supplement that only a circumstance allows, and nobody asked about.
    pub(super) explicable: bool,
    /// Whether the base is what the patient read somewhere: the law may know another.
    pub(super) base_donnee: bool,
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ligne {
    pub(super) code: &'static str,
    pub(super) honoraires: Centimes,
    pub(super) base: Centimes,
    /// Whether what goes beyond the base is an authorised overrun.
    pub(super) da: bool,
}

/// What is known of a price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demande<'a> {
    pub(super) soin: &'a str,
    pub(super) secteur: &'a str,
    pub(super) qui: Consultation,
    pub(super) prix: Centimes,
    /// The base that the patient read somewhere.
    pub(super) base: Option<Centimes>,
}

/// Warnings with which a way of billing is not the right one.
const REFUS: [&str; 10] = [
    "depassement_non_autorise",
    "depassement_excessif",
    "depassement_sans_motif",
    "depassement_interdit_c2s",
    "majoration_coordination_interdite",
    "base_contredite",
    "acte_non_autorise",
    "supplement_sans_acte",
    "mcg_enfant_sans_medecin_traitant",
    "lettre_hors_dates",
];

/// Whether the law finds nothing wrong with what was billed.
pub(super) fn convient(said: &Value, facture: &Facture) -> bool {
    let warnings = said.get("avertissements").and_then(Value::as_array);
    let mut codes =
        warnings.into_iter().flatten().filter_map(|warning| warning.get("code")?.as_str());
    let given = |code: &str| facture.base_donnee && code == "base_contredite";
    !codes.any(|code| REFUS.contains(&code) && !given(code))
}

impl Ligne {
    /// As a program would send it.
    pub(super) fn json(&self) -> Value {
        let mut line = json!({
            "code": self.code, "honoraires_centimes": self.honoraires,
            "base_remboursement_centimes": self.base,
        });
        if let (true, Some(fields)) = (self.da, line.as_object_mut()) {
            fields.insert("qualificatif_depense".to_owned(), json!("da"));
        }
        line
    }
}

/// The letters of what was done, the most common first.
fn lettres(soin: &str, specialite: u8) -> &'static [&'static str] {
    match (soin, specialite) {
        ("avis", _) => &["APC"],
        ("teleconsultation", 1) => &["TCG"],
        ("teleconsultation", _) => &["TC"],
        ("visite", 1) => &["VG", "V"],
        ("visite", 33) => &["VNPSY", "V"],
        ("visite", _) => &["V", "VS"],
        (_, 1) => &["G"],
        (_, 3) => &["CS", "CSC"],
        (_, 33) => &["CNPSY", "CNP"],
        _ => &["CS"],
    }
}

impl Demande<'_> {
    /// The base of reimbursement of a letter: the published price, of the sector when the price goes beyond the opposable
    /// one; never more than the price.
    fn base_de(&self, code: &str) -> Option<Centimes> {
        let Consultation { specialite, age, jour } = self.qui;
        let published = |libre| tarif_publie(code, specialite, age, jour, libre);
        let opposable = published(false);
        let base = match self.secteur {
            "3" => None,
            "2" if opposable.is_none_or(|opposable| self.prix > opposable) => published(true),
            _ => opposable,
        };
        base.map(|base| base.min(self.prix))
    }

    /// The ways of billing this price, the most likely first; the last is that of a price which nothing explains. None
    /// when no base is known.
    pub(super) fn factures(&self) -> Vec<Facture> {
        let letters = lettres(self.soin, self.qui.specialite.get());
        let alone = |code: &'static str, base, da| Facture {
            actes: vec![Ligne { code, honoraires: self.prix, base, da }],
            explicable: false,
            base_donnee: self.base.is_some(),
        };
        let known: Vec<(&'static str, Centimes)> = match self.base {
            Some(base) => letters.first().map(|code| (*code, base)).into_iter().collect(),
            None => letters.iter().filter_map(|code| Some((*code, self.base_de(code)?))).collect(),
        };
        let Some((first, base)) = known.first().copied() else { return Vec::new() };
        let mut all = Vec::new();
        if base < self.prix {
            if self.base.is_none() && self.secteur != "3" {
                let whole = letters.iter().flat_map(|code| compositions(code, self.qui, self.prix));
                all.extend(whole.map(|lines| {
                    Facture {
                        actes: lines
                            .into_iter()
                            .map(|(code, price)| Ligne {
                                code,
                                honoraires: price,
                                base: price,
                                da: false,
                            })
                            .collect(),
                        explicable: false,
                        base_donnee: false,
                    }
                }));
            }
            if self.secteur == "1" {
                let above = known.iter().filter(|(_, base)| *base < self.prix);
                all.extend(above.map(|(code, base)| alone(code, *base, true)));
            }
        }
        let explicable = base < self.prix
            && self.base.is_none()
            && letters.iter().any(|code| explicable(code, self.qui, self.prix));
        all.push(Facture { explicable, ..alone(first, base, false) });
        all
    }
}
