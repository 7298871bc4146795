//! What the CCAM says of the acts of some feuilles.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ccam::{ActeCcam, ActeConnu, Grilles};
use crate::domain::feuille_de_soins::{CodeActe, Nomenclature, Soins};
use crate::services::ServiceError;
use crate::storage::Connection;
use crate::storage::ccam;
use crate::storage::connaissance::Connaissance;

/// The acts of the CCAM that some feuilles bill, as far as they are known.
#[derive(Debug, Default)]
pub(in crate::services) struct Ccam {
    actes: BTreeMap<CodeActe, ActeCcam>,
    grilles: Grilles,
}

impl Ccam {
    /// Reads the acts of some feuilles, by one statement; by none when they have no act of the CCAM.
    pub(in crate::services) async fn read(
        conn: &mut Connection,
        all: impl Iterator<Item = &Soins>,
        connu_le: Connaissance,
    ) -> Result<Self, ServiceError> {
        let billed: BTreeSet<CodeActe> = all
            .flat_map(|soins| &soins.actes)
            .map(|acte| acte.code)
            .filter(|code| code.nomenclature() == Nomenclature::Ccam)
            .collect();
        if billed.is_empty() {
            return Ok(Self::default());
        }
        let codes: Vec<&str> = billed.iter().map(CodeActe::as_str).collect();
        let (actes, grilles) = ccam::actes(conn, &codes, connu_le).await?;
        Ok(Self { actes, grilles })
    }

    /// What is known of the lines of a feuille, each on its own day.
    pub(in crate::services) fn of(&self, soins: &Soins) -> Vec<(u16, ActeConnu)> {
        let known = soins.actes.iter().filter_map(|ligne| {
            let acte = self.actes.get(&ligne.code)?;
            let jour = ligne.date_execution;
            let grilles = self.grilles.de(&soins.executant, jour);
            let connu = acte.le(jour, ligne.ccam.as_ref(), grilles.as_ref())?;
            Some((ligne.numero_ligne, connu))
        });
        known.collect()
    }
}
