//! The fingerprint of a law: what an evaluation must remember to be replayed.

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::parameters::Parametres;
use super::rule::{Rang, Regle};
use crate::domain::calendar::Periode;
use crate::domain::vocabulary::Vocabulaire;

/// SHA-256 of the covered period, the values, the sheets of the rules and the version of the
/// reasoning. Notes and comments do not count; the order of the rules does not either.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Empreinte([u8; 32]);

impl Empreinte {
    /// A fingerprint read from the database.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn of(
        couverture: Periode,
        moteur: u32,
        parametres: &Parametres,
        regles: &[&'static Regle],
    ) -> Self {
        let mut lines = vec![format!("moteur {moteur}"), format!("couverture {couverture:?}")];
        for (parametre, historique) in parametres.iter() {
            for valeur in &historique.valeurs {
                lines.push(format!(
                    "parametre {} {} {:?} {:?} {:?}",
                    parametre.mot(),
                    historique.unite.mot(),
                    valeur.periode,
                    valeur.valeur,
                    valeur.bases
                ));
            }
        }
        let mut sheets: Vec<String> = regles
            .iter()
            .map(|regle| {
                let fiche = &regle.fiche;
                let rang = match fiche.rang {
                    Rang::Principe => "principe".to_owned(),
                    Rang::Exception { priorite } => format!("exception {priorite}"),
                    Rang::Montant => "montant".to_owned(),
                };
                format!(
                    "regle {} {rang} {:?} {:?} {}",
                    fiche.code, fiche.periode, fiche.bases, fiche.phrase
                )
            })
            .collect();
        sheets.sort_unstable();
        lines.append(&mut sheets);
        let mut hasher = Sha256::new();
        for line in lines {
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
        }
        Self(hasher.finalize().into())
    }
}

impl fmt::Display for Empreinte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Empreinte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Empreinte({self})")
    }
}

impl Serialize for Empreinte {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
