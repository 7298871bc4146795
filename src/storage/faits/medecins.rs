//! What the register knows about many doctors at once, now or at an instant.

use sqlx::postgres::PgConnection;

use crate::domain::calendar::Periode;
use crate::domain::feuille_de_soins::{Convention, OptionTarifaire};
use crate::domain::identifiers::{NumeroFacturation, Rpps, Specialite};
use crate::domain::ids::LieuId;
use crate::storage::StorageError;
use crate::storage::connaissance::{Connaissance, connu};

/// The specialties of some doctors; a doctor without any is there too, an unknown one is not.
pub async fn specialites(
    conn: &mut PgConnection,
    medecins: &[Rpps],
    connu_le: Connaissance,
) -> Result<Vec<(Rpps, Option<(Periode, Specialite)>)>, StorageError> {
    struct Row {
        rpps: Rpps,
        code: Option<Specialite>,
        effet: Option<Periode>,
    }
    let rows = connu!(
        conn, connu_le => "$2", Row, "specialite_medecin.of_doctors", "specialite_medecin.known_at",
        r#"SELECT m.rpps AS "rpps!", s.code AS "code?", s.effet AS "effet?"
           FROM medecin m
           LEFT JOIN specialite_medecin s ON s.medecin_id = ANY (ARRAY[m.medecin_id]) AND "# ["s."]
        " WHERE m.rpps = ANY($1) AND " ("m.");
        medecins as _
    )?;
    Ok(rows.into_iter().map(|row| (row.rpps, row.effet.zip(row.code))).collect())
}

/// A practice of a doctor, with what a feuille says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExerciceConnu {
    pub rpps: Rpps,
    pub effet: Periode,
    /// Principal practice, or secondary cabinet.
    pub principal: bool,
    pub convention: Convention,
    /// Contract limiting overruns.
    pub option_tarifaire: OptionTarifaire,
    /// The number that bills there, when one does.
    pub facturation: Option<NumeroFacturation>,
    pub lieu: LieuId,
}

/// The practices of some doctors; those of a locum are not among them.
pub async fn exercices(
    conn: &mut PgConnection,
    medecins: &[Rpps],
    connu_le: Connaissance,
) -> Result<Vec<ExerciceConnu>, StorageError> {
    Ok(connu!(
        conn, connu_le => "$2", ExerciceConnu, "exercice.of_doctors", "exercice.known_at",
        r#"SELECT m.rpps, e.effet, e.principal, e.convention, e.option_tarifaire, e.lieu_id AS lieu,
                  e.facturation_nature || ':' || e.facturation_numero AS "facturation: NumeroFacturation"
           FROM medecin m JOIN exercice e ON e.medecin_id = ANY (ARRAY[m.medecin_id])
           WHERE m.rpps = ANY($1) AND e.mode <> 'remplacant' AND "# ["e."];
        medecins as _
    )?)
}
