//! Evaluations: written once, never changed. The first of a feuille is in its row; the others have a
//! row each, whose key is that of the feuille and a number.

mod codec;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::coffre::{Attache, Genre};
use super::{Coffre, StorageError, Tx, cles, copie, feuilles_de_soins};
use crate::domain::calendar::plus_mois;
use crate::domain::evaluation::{Evaluation, FaitsConnus};
use crate::domain::ids::{DeclarationId, FeuilleId, PatientId};

/// An evaluation as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationEnregistree {
    pub feuille_id: FeuilleId,
    pub patient_id: PatientId,
    /// 1 for the first.
    pub numero: i16,
    /// What was known: everything recorded up to then.
    pub connu_le: DateTime<Utc>,
    /// Number of the law.
    pub loi_id: i16,
    /// The declaration in force on the day of care, when there was one.
    pub declaration_id: Option<DeclarationId>,
    /// Facts that the register gave.
    pub faits: FaitsConnus,
    pub evaluation: Evaluation,
}

/// What the detail of an evaluation says.
pub(super) struct Lue {
    pub(super) declaration_id: Option<DeclarationId>,
    pub(super) faits: FaitsConnus,
    pub(super) evaluation: Evaluation,
}

/// Reads the detail of an evaluation.
pub(super) fn decode(table: &'static str, detail: &[u8]) -> Result<Lue, StorageError> {
    let (declaration_id, faits, evaluation) = codec::decode(detail)
        .map_err(|error| StorageError::inconsistent(table, "evaluation", error))?;
    Ok(Lue { declaration_id, faits, evaluation })
}

/// The columns in the order in which [`insert_all`] writes them.
const COPY: &str = "/* evaluation.copy */
    COPY evaluation (feuille_id, patient_id, connu_le, date_soins, numero, loi_id, detail_chiffre)
    FROM STDIN (FORMAT binary)";

/// Bytes that an evaluation takes in a copy, more or less.
const LIGNE: usize = 320;

/// Writes evaluations that are not the first of their feuilles, each with its day of care: the first is in the row of the feuille.
pub async fn insert_all<'a>(
    tx: &mut Tx,
    coffre: &Coffre,
    kept: impl ExactSizeIterator<Item = (&'a EvaluationEnregistree, NaiveDate)>,
) -> Result<(), StorageError> {
    let mut rows = copie::Lignes::new(kept.len().saturating_mul(LIGNE));
    let mut codes = Vec::with_capacity(kept.len());
    for (one, date_soins) in kept {
        let place = attache(one.feuille_id, one.numero);
        let scelle = coffre.sceller_donnee(place, encode_after(vec![0], one))?;
        rows.ligne(7);
        rows.octets(one.feuille_id.uuid().as_bytes());
        rows.octets(one.patient_id.uuid().as_bytes());
        rows.instant(one.connu_le);
        rows.jour(date_soins);
        rows.octets(&one.numero.to_be_bytes());
        rows.octets(&one.loi_id.to_be_bytes());
        rows.octets(&scelle);
        codes.extend(one.evaluation.synthese().map(|decided| decided.code));
    }
    rows.send(tx, COPY).await?;
    for code in codes {
        tx.ecrit.evaluate(code);
    }
    Ok(())
}

/// The last evaluation of each of some feuilles that has others than its first.
pub async fn latest(
    conn: &mut PgConnection,
    coffre: &Coffre,
    feuilles: &[FeuilleId],
) -> Result<BTreeMap<FeuilleId, EvaluationEnregistree>, StorageError> {
    let later = later(conn, coffre, feuilles).await?;
    Ok(later.into_iter().map(|one| (one.feuille_id, one)).collect())
}

/// The evaluations of some feuilles after their first, feuille by feuille, in their order.
pub async fn later(
    conn: &mut PgConnection,
    coffre: &Coffre,
    feuilles: &[FeuilleId],
) -> Result<Vec<EvaluationEnregistree>, StorageError> {
    later_rows(conn, coffre, feuilles).await?.into_iter().map(|row| row.build(coffre)).collect()
}

/// The same, for whoever looks for what somebody touched: what does not open is named, and stops nothing.
pub async fn later_vues(
    conn: &mut PgConnection,
    coffre: &Coffre,
    feuilles: &[FeuilleId],
) -> Result<Vec<(FeuilleId, i16, Option<EvaluationEnregistree>)>, StorageError> {
    let rows = later_rows(conn, coffre, feuilles).await?;
    rows.into_iter()
        .map(|row| match (row.feuille_id, row.numero, row.build(coffre)) {
            (id, numero, Ok(read)) => Ok((id, numero, Some(read))),
            (id, numero, Err(StorageError::Sealed { .. })) => Ok((id, numero, None)),
            (.., Err(error)) => Err(error),
        })
        .collect()
}

/// An evaluation after the first of its feuille, as it is kept.
struct Row {
    feuille_id: FeuilleId,
    patient_id: PatientId,
    numero: i16,
    connu_le: DateTime<Utc>,
    loi_id: i16,
    detail_chiffre: Vec<u8>,
}

impl Row {
    fn build(self, coffre: &Coffre) -> Result<EvaluationEnregistree, StorageError> {
        let place = attache(self.feuille_id, self.numero);
        let clair = coffre.ouvrir_donnee(place, self.detail_chiffre)?;
        let Lue { declaration_id, faits, evaluation } = decode("evaluation", clair.octets())?;
        Ok(EvaluationEnregistree {
            feuille_id: self.feuille_id,
            patient_id: self.patient_id,
            numero: self.numero,
            connu_le: self.connu_le,
            loi_id: self.loi_id,
            declaration_id,
            faits,
            evaluation,
        })
    }
}

async fn later_rows(
    conn: &mut PgConnection,
    coffre: &Coffre,
    feuilles: &[FeuilleId],
) -> Result<Vec<Row>, StorageError> {
    let months = || feuilles.iter().filter_map(|id| id.month_of_care());
    let Some((first, next)) = months().min().zip(months().max().and_then(|m| plus_mois(m, 1)))
    else {
        return Ok(Vec::new());
    };
    let rows = sqlx::query_as!(
        Row,
        "/* evaluation.later */
         SELECT feuille_id, patient_id, numero, connu_le, loi_id, detail_chiffre FROM evaluation
         WHERE feuille_id = ANY($1) AND date_soins >= $2 AND date_soins < $3
         ORDER BY feuille_id, numero",
        feuilles as _,
        first,
        next
    )
    .fetch_all(&mut *conn)
    .await?;
    cles::connaitre(conn, coffre, rows.iter().map(|row| &row.detail_chiffre)).await?;
    Ok(rows)
}

/// The last evaluation of each of some feuilles that has more than its first. Each is looked for on its
/// own day of care: a life of feuilles would otherwise be looked for in every month of it.
pub async fn last(
    conn: &mut PgConnection,
    coffre: &Coffre,
    feuilles: &[(FeuilleId, NaiveDate)],
) -> Result<BTreeMap<FeuilleId, Evaluation>, StorageError> {
    let ids: Vec<FeuilleId> = feuilles.iter().map(|(id, _)| *id).collect();
    let days: Vec<NaiveDate> = feuilles.iter().map(|(_, jour)| *jour).collect();
    let rows = sqlx::query!(
        r#"/* evaluation.last */
         SELECT k.feuille_id AS "feuille_id!: FeuilleId", e.numero, e.detail_chiffre
         FROM unnest($1::uuid[], $2::date[]) AS k (feuille_id, date_soins)
         CROSS JOIN LATERAL (
             SELECT numero, detail_chiffre FROM evaluation
             WHERE feuille_id = k.feuille_id AND date_soins = k.date_soins
             ORDER BY numero DESC LIMIT 1) AS e"#,
        &ids as _,
        &days
    )
    .fetch_all(&mut *conn)
    .await?;
    cles::connaitre(conn, coffre, rows.iter().map(|row| &row.detail_chiffre)).await?;
    rows.into_iter()
        .map(|row| {
            let place = attache(row.feuille_id, row.numero);
            let clair = coffre.ouvrir_donnee(place, row.detail_chiffre)?;
            let Lue { evaluation, .. } = decode("evaluation", clair.octets())?;
            Ok((row.feuille_id, evaluation))
        })
        .collect()
}

/// The bytes of an evaluation, before they are sealed.
pub fn bytes(kept: &EvaluationEnregistree) -> Vec<u8> {
    encode_after(Vec::new(), kept)
}

/// The same, after what is there.
pub(super) fn encode_after(octets: Vec<u8>, kept: &EvaluationEnregistree) -> Vec<u8> {
    codec::encode_after(octets, kept)
}

/// What opens an evaluation that is not the first.
const fn attache(feuille: FeuilleId, numero: i16) -> Attache {
    Attache { genre: Genre::Evaluation, ligne: feuille.uuid(), numero }
}

/// The bytes kept of every evaluation of some feuilles of a month, with their numbers: none of what does not open.
pub async fn kept_bytes(
    conn: &mut PgConnection,
    coffre: &Coffre,
    (month, next): (NaiveDate, NaiveDate),
    feuilles: &[FeuilleId],
) -> Result<Vec<(FeuilleId, i16, Vec<u8>)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* evaluation.kept_bytes */
         SELECT feuille_id AS "feuille_id!: FeuilleId", 1::smallint AS "numero!", contenu_chiffre AS "scelle!"
         FROM feuille_de_soins WHERE feuille_id = ANY($1) AND date_soins >= $2 AND date_soins < $3
         UNION ALL
         SELECT feuille_id, numero, detail_chiffre FROM evaluation
         WHERE feuille_id = ANY($1) AND date_soins >= $2 AND date_soins < $3"#,
        feuilles as _,
        month,
        next
    )
    .fetch_all(&mut *conn)
    .await?;
    cles::connaitre(conn, coffre, rows.iter().map(|row| &row.scelle)).await?;
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows {
        let (id, numero) = (row.feuille_id, row.numero);
        let first = numero == 1;
        let place = if first { feuilles_de_soins::attache(id) } else { attache(id, numero) };
        let clair = match coffre.ouvrir_donnee(place, row.scelle) {
            Ok(clair) => clair,
            Err(StorageError::Sealed { .. }) => continue,
            Err(error) => return Err(error),
        };
        let octets = clair.octets();
        let detail = if first { feuilles_de_soins::detail(octets)? } else { octets };
        kept.push((id, numero, detail.to_vec()));
    }
    Ok(kept)
}

/// Reads the detail of an evaluation, from anywhere.
pub(super) fn analyser(octets: &[u8]) {
    codec::decode(octets).ok();
}
