//! What the register knows about many doctors at once, now or at an instant.

use sqlx::postgres::PgConnection;

use crate::domain::calendar::Periode;
use crate::domain::feuille_de_soins::{Convention, OptionTarifaire};
use crate::domain::identifiers::{CommuneExercice, NumAm, NumeroFacturation, Rpps, Specialite};
use crate::domain::ids::LieuId;
use crate::domain::medecin::ModeExercice;
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
           LEFT JOIN specialite_medecin s ON s.medecin_id = m.medecin_id AND "# ["s."]
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
    pub mode: ModeExercice,
    /// Principal practice, or secondary cabinet.
    pub principal: bool,
    /// None when nobody said it: the feuille is believed.
    pub convention: Option<Convention>,
    /// Contract limiting overruns.
    pub option_tarifaire: OptionTarifaire,
    /// The number that bills there, when one does.
    pub facturation: Option<NumeroFacturation>,
    pub lieu: LieuId,
    pub commune: CommuneExercice,
}

impl ExerciceConnu {
    /// Whether he practises there on his own account, not in somebody's place.
    pub fn est_propre(&self) -> bool {
        self.mode != ModeExercice::Remplacant
    }
}

/// The practices of some doctors, those of locums too.
pub async fn exercices(
    conn: &mut PgConnection,
    medecins: &[Rpps],
    connu_le: Connaissance,
) -> Result<Vec<ExerciceConnu>, StorageError> {
    Ok(connu!(
        conn, connu_le => "$2", ExerciceConnu, "exercice.of_doctors", "exercice.known_at",
        r#"SELECT m.rpps, e.effet, e.mode, e.principal, e.convention, e.option_tarifaire, e.lieu_id AS lieu, l.commune,
                  e.facturation_nature || ':' || e.facturation_numero AS "facturation: NumeroFacturation"
           FROM medecin m JOIN exercice e ON e.medecin_id = m.medecin_id
           JOIN lieu l ON l.lieu_id = e.lieu_id
           WHERE m.rpps = ANY($1) AND "# ["e."];
        medecins as _
    )?)
}

/// Whose a billing number is, in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Titulaire {
    pub numero: NumAm,
    pub rpps: Rpps,
    pub effet: Periode,
}

/// The doctors who bill under some numbers. A locum bills under the number of the doctor replaced, whose it is.
pub async fn titulaires(
    conn: &mut PgConnection,
    numeros: &[NumAm],
    connu_le: Connaissance,
) -> Result<Vec<Titulaire>, StorageError> {
    Ok(connu!(
        conn, connu_le => "$2", Titulaire, "exercice.holders", "exercice.holders_known_at",
        r#"SELECT e.facturation_numero AS "numero!: NumAm", m.rpps, e.effet
           FROM exercice e JOIN medecin m USING (medecin_id)
           WHERE e.facturation_nature = 'num_am' AND e.facturation_numero = ANY($1) AND e.mode <> 'remplacant' AND "# ["e."];
        numeros as _
    )?)
}
