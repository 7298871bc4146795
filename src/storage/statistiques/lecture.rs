//! Reading counts: of some natures, between two months, as known now or at an instant.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::conciliation::EtatConciliation;
use crate::domain::statistiques::{Cellule, ClasseAge, CodeCaisse, Comptes, Mesures, Nature};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::StorageError;
use crate::storage::connaissance::{Connaissance, instant};

/// Which months are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fenetre {
    /// First day of the first year, of which years before `an` are added whole.
    pub du: NaiveDate,
    /// First of January from which months are added one by one.
    pub an: NaiveDate,
    /// First day of the last month.
    pub mois: NaiveDate,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub natures: &'a [Nature],
    pub fenetre: Fenetre,
    /// Of this caisse alone.
    pub caisse: Option<CodeCaisse>,
    /// Whether caisses are told apart.
    pub par_caisse: bool,
    pub connu_le: Connaissance,
}

impl Question<'_> {
    fn natures(&self) -> Vec<i16> {
        self.natures.iter().map(|one| i16::from(one.code())).collect()
    }
}

struct Row {
    nature: i16,
    caisse: i32,
    age: i16,
    code_1: i16,
    code_2: i16,
    code_3: i16,
    nombre: i64,
    honoraires: i64,
    base: i64,
    ticket: i64,
    amo: i64,
    amc: i64,
    reste: i64,
    majoration: i64,
    depassement: i64,
    reference: i64,
    /// First day of the month that it is of.
    debut: NaiveDate,
}

impl Row {
    fn build(self) -> Result<(Cellule, Mesures), StorageError> {
        let unknown = |column| StorageError::inconsistent("statistique", column, "unknown number");
        let code = |number: i16| u8::try_from(number).ok();
        let cellule = Cellule {
            nature: code(self.nature).and_then(Nature::du_code).ok_or_else(|| unknown("nature"))?,
            mois: self.debut,
            caisse: CodeCaisse::du_nombre(self.caisse),
            age: code(self.age).and_then(ClasseAge::du_code).ok_or_else(|| unknown("age"))?,
            codes: [self.code_1, self.code_2, self.code_3],
        };
        Ok((
            cellule,
            Mesures([
                self.nombre,
                self.honoraires,
                self.base,
                self.ticket,
                self.amo,
                self.amc,
                self.reste,
                self.majoration,
                self.depassement,
                self.reference,
            ]),
        ))
    }
}

/// The counts of some months, added up.
pub async fn sums(
    conn: &mut PgConnection,
    question: Question<'_>,
) -> Result<Vec<(Cellule, Mesures)>, StorageError> {
    let (Fenetre { du, an, mois }, caisse) = (question.fenetre, question.caisse);
    let rows = sqlx::query_as!(
        Row,
        r#"/* statistique.sums */
         SELECT nature, CASE WHEN $6 THEN caisse ELSE 0 END AS "caisse!", age, code_1, code_2, code_3,
                sum(nombre)::bigint AS "nombre!", sum(honoraires)::bigint AS "honoraires!",
                sum(base)::bigint AS "base!", sum(ticket)::bigint AS "ticket!", sum(amo)::bigint AS "amo!",
                sum(amc)::bigint AS "amc!", sum(reste)::bigint AS "reste!",
                sum(majoration)::bigint AS "majoration!", sum(depassement)::bigint AS "depassement!",
                sum(reference)::bigint AS "reference!", $4::date AS "debut!"
         FROM statistique
         WHERE nature = ANY ($1) AND (pas = 1 AND debut >= $2 AND debut < $3 OR pas = 2 AND debut >= $3 AND debut <= $4)
           AND ($5::integer IS NULL OR caisse = $5)
         GROUP BY 1, 2, 3, 4, 5, 6"#,
        &question.natures(),
        du,
        an,
        mois,
        caisse.map(CodeCaisse::nombre),
        question.par_caisse
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut comptes = gather(rows)?;
    if let Some(instant) = question.connu_le {
        comptes.moins(&learnt(conn, question, instant).await?);
    }
    Ok(comptes.iter().map(|(cellule, mesures)| (*cellule, *mesures)).collect())
}

fn gather(rows: Vec<Row>) -> Result<Comptes, StorageError> {
    rows.into_iter().map(Row::build).collect()
}

/// What became known of these months after an instant.
async fn learnt(
    conn: &mut PgConnection,
    question: Question<'_>,
    instant: DateTime<Utc>,
) -> Result<Comptes, StorageError> {
    let Fenetre { du, mois, .. } = question.fenetre;
    let rows = sqlx::query_as!(
        Row,
        r#"/* statistique_mouvement.learnt */
         SELECT nature, CASE WHEN $5 THEN caisse ELSE 0 END AS "caisse!", age, code_1, code_2, code_3,
                sum(nombre)::bigint AS "nombre!", sum(honoraires)::bigint AS "honoraires!",
                sum(base)::bigint AS "base!", sum(ticket)::bigint AS "ticket!", sum(amo)::bigint AS "amo!",
                sum(amc)::bigint AS "amc!", sum(reste)::bigint AS "reste!",
                sum(majoration)::bigint AS "majoration!", sum(depassement)::bigint AS "depassement!",
                sum(reference)::bigint AS "reference!", $3::date AS "debut!"
         FROM statistique_mouvement
         WHERE connu_le > $6 AND nature = ANY ($1) AND mois >= $2 AND mois <= $3
           AND ($4::integer IS NULL OR caisse = $4)
         GROUP BY 1, 2, 3, 4, 5, 6"#,
        &question.natures(),
        du,
        mois,
        question.caisse.map(CodeCaisse::nombre),
        question.par_caisse,
        instant
    )
    .fetch_all(conn)
    .await?;
    gather(rows)
}

/// Every sum of the months, cell by cell.
pub async fn everything(conn: &mut PgConnection) -> Result<Comptes, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "/* statistique.everything */
         SELECT debut, nature, caisse, age, code_1, code_2, code_3, nombre, honoraires, base, ticket, amo, amc, reste,
                majoration, depassement, reference
         FROM statistique WHERE pas = 2"
    )
    .fetch_all(conn)
    .await?;
    gather(rows)
}

/// Whether the sums by year are those of the months, and those of what was written.
pub async fn sums_agree(conn: &mut PgConnection) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* statistique.agree */
         WITH annees AS (
             SELECT nature, date_trunc('year', debut)::date AS an, caisse, age, code_1, code_2, code_3,
                    sum(CASE pas WHEN 1 THEN nombre ELSE 0 END) AS par_an,
                    sum(CASE pas WHEN 2 THEN nombre ELSE 0 END) AS par_mois,
                    sum(CASE pas WHEN 1 THEN honoraires + amo + amc + reste + majoration ELSE 0 END) AS an_montants,
                    sum(CASE pas WHEN 2 THEN honoraires + amo + amc + reste + majoration ELSE 0 END) AS mois_montants
             FROM statistique GROUP BY 1, 2, 3, 4, 5, 6, 7),
         totaux AS (
             SELECT coalesce(sum(nombre), 0) AS nombre, coalesce(sum(honoraires), 0) AS honoraires
             FROM statistique WHERE pas = 2),
         ecrits AS (
             SELECT coalesce(sum(nombre), 0) AS nombre, coalesce(sum(honoraires), 0) AS honoraires
             FROM statistique_mouvement)
         SELECT NOT EXISTS (SELECT FROM annees WHERE par_an <> par_mois OR an_montants <> mois_montants)
            AND (SELECT (t.nombre, t.honoraires) = (e.nombre, e.honoraires) FROM totaux t, ecrits e) AS "agree!""#
    )
    .fetch_one(conn)
    .await?)
}

/// How many doctors are the médecin traitant of somebody on a day; of an insured person of a caisse, when one is given.
pub async fn doctors(conn: &mut PgConnection, question: Question<'_>) -> Result<i64, StorageError> {
    let Fenetre { du, an, mois } = question.fenetre;
    Ok(sqlx::query_scalar!(
        r#"/* statistique.doctors */
         WITH patients AS (
             SELECT code_1, code_2, code_3, nombre FROM statistique
             WHERE nature = $1 AND (pas = 1 AND debut >= $2 AND debut < $3 OR pas = 2 AND debut >= $3 AND debut <= $4)
               AND ($5::integer IS NULL OR caisse = $5)
             UNION ALL
             SELECT code_1, code_2, code_3, -nombre FROM statistique_mouvement
             WHERE connu_le > $6 AND nature = $1 AND mois >= $2 AND mois <= $4 AND ($5::integer IS NULL OR caisse = $5)),
         medecins AS (SELECT FROM patients GROUP BY code_1, code_2, code_3 HAVING sum(nombre) > 0)
         SELECT count(*) AS "nombre!" FROM medecins"#,
        i16::from(Nature::Patientele.code()),
        du,
        an,
        mois,
        question.caisse.map(CodeCaisse::nombre),
        question.connu_le
    )
    .fetch_one(conn)
    .await?)
}

/// Searches of a doctor: how they ended since the first of January, after how many days; those that were open at the end
/// of the day have no end.
pub async fn conciliations(
    conn: &mut PgConnection,
    (du, au): (NaiveDate, NaiveDate),
    caisse: Option<&str>,
    connu_le: Connaissance,
) -> Result<Vec<(Option<EtatConciliation>, i64, i64)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* statistique.conciliations */
         SELECT e.etat, (e.terminee_le IS NULL OR e.terminee_le > $2) AS "ouverte!",
                (coalesce(least(e.terminee_le, $2), $2) - c.demandee_le)::bigint AS "jours!", count(*) AS "nombre!"
         FROM conciliation c JOIN etat_conciliation e USING (patient_id, conciliation_id)
         WHERE c.demandee_le <= $2 AND (e.terminee_le IS NULL OR e.terminee_le >= $1)
           AND ($3::text IS NULL OR left(c.organisme, 5) = $3)
           AND e.enregistre_le <= $4 AND (e.remplace_le IS NULL OR e.remplace_le > $4)
         GROUP BY 1, 2, 3"#,
        du,
        au,
        caisse,
        instant(connu_le)
    )
    .fetch_all(conn)
    .await?;
    let ended = |etat, ouverte: bool| Some(etat).filter(|_| !ouverte);
    Ok(rows.into_iter().map(|row| (ended(row.etat, row.ouverte), row.jours, row.nombre)).collect())
}
