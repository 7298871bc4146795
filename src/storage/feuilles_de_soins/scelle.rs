//! The row of a feuille, whose content and first evaluation are one sealed value.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::{FeuilleEnregistree, FeuilleRecue, codec, numeros};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::storage::coffre::{Attache, Genre};
use crate::storage::evaluations::{self, EvaluationEnregistree, Lue, decode};
use crate::storage::{Coffre, StorageError, cbor, cles};

/// The columns of a feuille and of its first evaluation.
pub(super) struct Row {
    pub(super) feuille_id: FeuilleId,
    pub(super) patient_id: PatientId,
    pub(super) enregistre_le: DateTime<Utc>,
    pub(super) executant_rpps: i64,
    pub(super) facturation: i64,
    pub(super) numero_facture: i32,
    pub(super) date_etablissement: NaiveDate,
    pub(super) loi_id: i16,
    pub(super) contenu_chiffre: Vec<u8>,
}

/// The columns of a feuille, of what a statement gives beside others.
macro_rules! colonnes {
    ($row:expr) => {
        $crate::storage::feuilles_de_soins::scelle::Row {
            feuille_id: $row.feuille_id,
            patient_id: $row.patient_id,
            enregistre_le: $row.enregistre_le,
            executant_rpps: $row.executant_rpps,
            facturation: $row.facturation,
            numero_facture: $row.numero_facture,
            date_etablissement: $row.date_etablissement,
            loi_id: $row.loi_id,
            contenu_chiffre: $row.contenu_chiffre,
        }
    };
}
pub(super) use colonnes;

/// A feuille and its first evaluation are sealed together: both are written once, and read together.
pub(super) fn sceller(coffre: &Coffre, recue: &FeuilleRecue) -> Result<Vec<u8>, StorageError> {
    let mut octets = Vec::with_capacity(PLACE);
    octets.push(0);
    let octets = codec::encode_after(octets, &recue.feuille.feuille);
    let octets = evaluations::encode_after(octets, &recue.evaluation);
    Ok(coffre.sceller_donnee(attache(recue.feuille.id), octets)?)
}

/// Bytes that a feuille takes once it is sealed, more or less.
const PLACE: usize = 320;

/// What opens a feuille.
pub(in crate::storage) const fn attache(id: FeuilleId) -> Attache {
    Attache { genre: Genre::Feuille, ligne: id.uuid(), numero: 1 }
}

/// What the first evaluation says, beside the feuille of a value that was opened.
pub(in crate::storage) fn detail(clair: &[u8]) -> Result<&[u8], StorageError> {
    cbor::after(clair)
        .map_err(|error| StorageError::inconsistent("feuille_de_soins", "contenu_chiffre", error))
}

impl Row {
    pub(super) fn build(self, coffre: &Coffre) -> Result<FeuilleRecue, StorageError> {
        let (id, patient_id) = (self.feuille_id, self.patient_id);
        let entete = codec::Entete {
            date_etablissement: self.date_etablissement,
            executant_rpps: numeros::to_rpps(self.executant_rpps)?,
            numero_facturation: numeros::to_facturation(self.facturation)?,
            numero_facture: numeros::to_facture(self.numero_facture)?,
        };
        let clair = coffre.ouvrir_donnee(attache(id), self.contenu_chiffre)?;
        let feuille = codec::decode(entete, clair.octets()).map_err(|error| {
            StorageError::inconsistent("feuille_de_soins", "contenu_chiffre", error)
        })?;
        let detail = detail(clair.octets())?;
        let Lue { declaration_id, faits, evaluation } = decode("feuille_de_soins", detail)?;
        Ok(FeuilleRecue {
            feuille: FeuilleEnregistree {
                id,
                patient_id,
                enregistre_le: self.enregistre_le,
                feuille: Arc::new(feuille),
            },
            evaluation: EvaluationEnregistree {
                feuille_id: id,
                patient_id,
                numero: 1,
                connu_le: self.enregistre_le,
                loi_id: self.loi_id,
                declaration_id,
                faits,
                evaluation,
            },
        })
    }
}

/// Opens rows, in their order.
pub(super) async fn build_all(
    conn: &mut PgConnection,
    coffre: &Coffre,
    rows: Vec<Row>,
) -> Result<Vec<FeuilleRecue>, StorageError> {
    cles::connaitre(conn, coffre, rows.iter().map(|row| &row.contenu_chiffre)).await?;
    rows.into_iter().map(|row| row.build(coffre)).collect()
}
