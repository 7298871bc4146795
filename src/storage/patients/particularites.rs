//! What few people have: asked once, so that an act reads none of what is not there.

use sqlx::postgres::PgConnection;

use crate::domain::ids::PatientId;
use crate::storage::StorageError;

/// Of which kinds a person has facts now, of those that most have none of. It is true for as long as the row of the person is locked,
/// and for who writes none of these kinds meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Particularites {
    /// Records merged into theirs.
    pub absorbes: bool,
    /// Links to those who may sign for them, under their own record or one merged into it.
    pub liens: bool,
    pub deces: bool,
    /// Choices that a merge set aside.
    pub ecarts: bool,
    /// Acts that end lines of their timeline, under their own record or one merged into it.
    pub fins: bool,
    pub neutralisations: bool,
    /// Declarations that wait for a signature.
    pub attente: bool,
}

impl Particularites {
    /// Of somebody about whom nobody asked: everything is looked for.
    pub const INCONNUES: Self = Self {
        absorbes: true,
        liens: true,
        deces: true,
        ecarts: true,
        fins: true,
        neutralisations: true,
        attente: true,
    };
}

/// Those of a person whose row is locked.
pub async fn of(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Particularites, StorageError> {
    let found = sqlx::query_as!(
        Particularites,
        r#"/* patient.particularites */
         SELECT EXISTS (SELECT FROM fusion WHERE patient_id = $1 AND remplace_le IS NULL) AS "absorbes!",
                EXISTS (SELECT FROM representation WHERE patient_id = $1 AND remplace_le IS NULL) AS "liens!",
                EXISTS (SELECT FROM deces_patient WHERE patient_id = $1 AND remplace_le IS NULL) AS "deces!",
                EXISTS (SELECT FROM ecart_designation WHERE patient_id = $1 AND remplace_le IS NULL) AS "ecarts!",
                EXISTS (SELECT FROM fin_designation WHERE patient_id = $1 AND remplace_le IS NULL) AS "fins!",
                EXISTS (SELECT FROM neutralisation WHERE patient_id = $1 AND remplace_le IS NULL) AS "neutralisations!",
                EXISTS (SELECT FROM etat_declaration
                        WHERE patient_id = $1 AND remplace_le IS NULL AND etat = 'en_attente') AS "attente!""#,
        patient.uuid()
    )
    .fetch_one(conn)
    .await?;
    let (liens, fins) = (found.liens || found.absorbes, found.fins || found.absorbes);
    Ok(Particularites { liens, fins, ..found })
}
