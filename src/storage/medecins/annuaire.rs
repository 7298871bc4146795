//! Doctors found by what people know of them: a name, a commune, a specialty, a place.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;

use crate::domain::identifiers::{CommuneExercice, Rpps, Specialite};
use crate::domain::ids::{LieuId, MedecinId};
use crate::domain::medecin::{Lieu, ModeExercice};
use crate::storage::StorageError;

/// Which doctors are looked for, among those who practise on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionAnnuaire {
    pub jour: NaiveDate,
    /// How the name, or the first name, begins.
    pub nom: Option<String>,
    pub commune: Option<CommuneExercice>,
    pub specialite: Option<Specialite>,
    /// How the name of a place begins.
    pub lieu: Option<String>,
    pub lieu_id: Option<LieuId>,
    /// What they said of new patients.
    pub accepte: Option<bool>,
}

/// A doctor who was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MedecinTrouve {
    pub id: MedecinId,
    pub rpps: Rpps,
    pub nom: String,
    pub prenom: String,
    /// By which the list is sorted.
    pub cle: String,
    pub specialite: Specialite,
    /// Whether he takes new patients, and since which day he says so.
    pub accueil: Option<(bool, NaiveDate)>,
    /// Where he practises that day, the principal practice first.
    pub lieux: Vec<(ModeExercice, bool, Lieu)>,
}

/// The doctors of a question after a place of the list, by the letters of their names.
pub async fn search(
    conn: &mut PgConnection,
    question: &QuestionAnnuaire,
    apres: Option<(&str, &Rpps)>,
    limite: i64,
) -> Result<Vec<MedecinTrouve>, StorageError> {
    let rows = sqlx::query!(
        r#"/* medecin.search */
         SELECT m.medecin_id, m.rpps, i.nom, i.prenom, lettres(i.nom || i.prenom) AS "cle!", s.code AS specialite,
                a.accepte AS "accepte?", lower(a.effet) AS "accueil_du?"
         FROM identite_medecin i
         JOIN medecin m USING (medecin_id)
         JOIN specialite_medecin s ON s.medecin_id = m.medecin_id AND s.remplace_le IS NULL AND s.effet @> $1::date
         LEFT JOIN accueil_medecin a ON a.medecin_id = m.medecin_id AND a.remplace_le IS NULL AND a.effet @> $1::date
         WHERE i.remplace_le IS NULL AND i.effet @> $1::date
           AND ($2::text IS NULL OR lettres(i.nom || i.prenom) COLLATE "C" LIKE lettres($2) || '%'
                OR lettres(i.prenom || i.nom) COLLATE "C" LIKE lettres($2) || '%')
           AND ($3::text IS NULL OR s.code = $3) AND ($4::boolean IS NULL OR a.accepte = $4)
           AND EXISTS (
               SELECT FROM exercice e JOIN lieu l USING (lieu_id)
               WHERE e.medecin_id = m.medecin_id AND e.remplace_le IS NULL AND e.effet @> $1::date
                 AND e.mode <> 'remplacant'
                 AND ($5::text IS NULL OR l.commune = $5) AND ($6::uuid IS NULL OR l.lieu_id = $6)
                 AND ($7::text IS NULL OR lettres(l.nom) COLLATE "C" LIKE lettres($7) || '%'))
           AND ($8::text IS NULL OR (lettres(i.nom || i.prenom) COLLATE "C", m.rpps COLLATE "C") > ($8, $9))
         ORDER BY lettres(i.nom || i.prenom) COLLATE "C", m.rpps COLLATE "C" LIMIT $10"#,
        question.jour,
        question.nom,
        question.specialite.map(|one| one.to_string()),
        question.accepte,
        question.commune.map(|one| one.to_string()),
        question.lieu_id.map(LieuId::uuid),
        question.lieu,
        apres.map(|(cle, _)| cle),
        apres.map(|(_, rpps)| rpps.as_str()),
        limite
    )
    .fetch_all(&mut *conn)
    .await?;
    let found = rows.into_iter().map(|row| MedecinTrouve {
        id: row.medecin_id,
        rpps: row.rpps,
        nom: row.nom,
        prenom: row.prenom,
        cle: row.cle,
        specialite: row.specialite,
        accueil: row.accepte.zip(row.accueil_du),
        lieux: Vec::new(),
    });
    with_places(conn, question.jour, found.collect()).await
}

/// The same, with the places of each.
async fn with_places(
    conn: &mut PgConnection,
    jour: NaiveDate,
    mut found: Vec<MedecinTrouve>,
) -> Result<Vec<MedecinTrouve>, StorageError> {
    let ids: Vec<MedecinId> = found.iter().map(|one| one.id).collect();
    let rows = sqlx::query!(
        "/* exercice.of_doctors */
         SELECT e.medecin_id, e.mode, e.principal, l.lieu_id, l.nature, l.nom, l.commune, l.adresse, l.finess_et
         FROM exercice e JOIN lieu l USING (lieu_id)
         WHERE e.medecin_id = ANY($1) AND e.remplace_le IS NULL AND e.effet @> $2::date AND e.mode <> 'remplacant'
         ORDER BY e.principal DESC, l.nom, l.lieu_id",
        ids as _,
        jour
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let lieu = Lieu {
            id: row.lieu_id,
            nature: row.nature,
            nom: row.nom,
            commune: row.commune,
            adresse: row.adresse,
            finess_et: row.finess_et,
        };
        if let Some(own) = found.iter_mut().find(|one| one.id == row.medecin_id) {
            own.lieux.push((row.mode, row.principal, lieu));
        }
    }
    Ok(found)
}

/// How many there are.
pub async fn count(
    conn: &mut PgConnection,
    question: &QuestionAnnuaire,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* medecin.count */
         SELECT count(*) AS "count!"
         FROM identite_medecin i
         JOIN medecin m USING (medecin_id)
         JOIN specialite_medecin s ON s.medecin_id = m.medecin_id AND s.remplace_le IS NULL AND s.effet @> $1::date
         LEFT JOIN accueil_medecin a ON a.medecin_id = m.medecin_id AND a.remplace_le IS NULL AND a.effet @> $1::date
         WHERE i.remplace_le IS NULL AND i.effet @> $1::date
           AND ($2::text IS NULL OR lettres(i.nom || i.prenom) COLLATE "C" LIKE lettres($2) || '%'
                OR lettres(i.prenom || i.nom) COLLATE "C" LIKE lettres($2) || '%')
           AND ($3::text IS NULL OR s.code = $3) AND ($4::boolean IS NULL OR a.accepte = $4)
           AND EXISTS (
               SELECT FROM exercice e JOIN lieu l USING (lieu_id)
               WHERE e.medecin_id = m.medecin_id AND e.remplace_le IS NULL AND e.effet @> $1::date
                 AND e.mode <> 'remplacant'
                 AND ($5::text IS NULL OR l.commune = $5) AND ($6::uuid IS NULL OR l.lieu_id = $6)
                 AND ($7::text IS NULL OR lettres(l.nom) COLLATE "C" LIKE lettres($7) || '%'))"#,
        question.jour,
        question.nom,
        question.specialite.map(|one| one.to_string()),
        question.accepte,
        question.commune.map(|one| one.to_string()),
        question.lieu_id.map(LieuId::uuid),
        question.lieu
    )
    .fetch_one(conn)
    .await?)
}
