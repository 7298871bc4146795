//! Holders of parental authority and representatives: dated links, in every version.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;

use super::coffre::{Attache, Genre, Place};
use super::connaissance::{Connaissance, instant};
use super::{Coffre, StorageError, Tx, cles};
use crate::domain::calendar::Periode;
use crate::domain::ids::{PatientId, RepresentationId};
use crate::domain::representation::{
    IdentiteRepresentant, NatureRepresentation, Representant, Representation,
};
use crate::domain::vocabulary::Vocabulaire;

/// Names as they are encrypted.
#[derive(Serialize, Deserialize)]
struct Noms {
    nom: String,
    prenom: String,
}

/// Writes a version of a link.
pub async fn insert(
    tx: &mut Tx,
    coffre: &Coffre,
    lien: &Representation,
) -> Result<(), StorageError> {
    let (representant, sealed) = match &lien.representant {
        Representant::Patient(id) => (Some(id), None),
        Representant::Autre(identite) => {
            let noms = Noms { nom: identite.nom.clone(), prenom: identite.prenom.clone() };
            (None, Some(coffre.seal_json(place(lien.id), &noms)?))
        }
        Representant::PersonneMorale(nom) => {
            let noms = Noms { nom: nom.clone(), prenom: String::new() };
            (None, Some(coffre.seal_json(place(lien.id), &noms)?))
        }
    };
    let reference = lien.reference_preuve.as_deref();
    let seal = |texte| coffre.sceller_texte(place_reference(lien.id), texte);
    let reference = reference.map(seal).transpose()?;
    tx.write(sqlx::query!(
        "/* representation.insert */
         INSERT INTO representation
             (patient_id, representation_id, version, representant_id, identite_chiffree, nature, preuve,
              reference_preuve_chiffree, motif_fin, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        lien.patient_id.uuid(),
        lien.id.uuid(),
        lien.version,
        representant as _,
        sealed,
        lien.nature.mot(),
        lien.preuve.mot(),
        reference,
        lien.motif_fin as _,
        lien.effet,
        lien.enregistre_le
    ))
    .await
}

/// Replaces a version, by another or by nothing.
pub async fn replace(
    tx: &mut Tx,
    lien: &Representation,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* representation.replace */
         UPDATE representation SET remplace_le = $4
         WHERE patient_id = $1 AND representation_id = $2 AND version = $3 AND remplace_le IS NULL",
        lien.patient_id.uuid(),
        lien.id.uuid(),
        lien.version,
        instant
    ))
    .await
}

const fn place_reference(id: RepresentationId) -> Attache {
    Attache::seule(Genre::Representation, id.uuid())
}

/// Who represents: a person of the register, or names.
fn representant(
    coffre: &Coffre,
    id: RepresentationId,
    person: Option<PatientId>,
    sealed: Option<Vec<u8>>,
) -> Result<Representant, StorageError> {
    match (person, sealed) {
        (Some(person), _) => Ok(Representant::Patient(person)),
        (None, Some(sealed)) => {
            let Noms { nom, prenom } = coffre.open_json(place(id), &sealed)?;
            // A body has one name.
            if prenom.is_empty() {
                return Ok(Representant::PersonneMorale(nom));
            }
            Ok(Representant::Autre(IdentiteRepresentant { nom, prenom }))
        }
        (None, None) => Err(place(id).wrong("nobody")),
    }
}

/// The links of a person as known at an instant, by first day. The death of who represents ends them, as known then; whose
/// record was merged represents as the one that was kept.
pub async fn list(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    connu_le: impl Into<Connaissance>,
) -> Result<Vec<Representation>, StorageError> {
    let all = recorded(conn, coffre, patient, connu_le).await?;
    Ok(all.into_iter().filter_map(Enregistree::lue).collect())
}

/// The days of every link of a person, as known now: what is signed under one counts on these.
pub async fn jours(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
) -> Result<Vec<(RepresentationId, Periode)>, StorageError> {
    let all = list(conn, coffre, patient, None).await?;
    Ok(all.into_iter().map(|lien| (lien.id, lien.effet)).collect())
}

/// A link as it was recorded, and what became of who represents.
#[derive(Debug, Clone)]
pub struct Enregistree {
    pub lien: Representation,
    /// Day of the death.
    pub mort: Option<NaiveDate>,
    /// The record into which theirs was merged.
    pub fusionne_dans: Option<PatientId>,
}

impl Enregistree {
    /// Who represents: whose record was merged does as the one that was kept.
    pub fn representant(&self) -> Representant {
        let kept = self.fusionne_dans.map(Representant::Patient);
        kept.unwrap_or_else(|| self.lien.representant.clone())
    }

    /// The link as it is read; `None` when no day of it is left.
    pub fn lue(self) -> Option<Representation> {
        let representant = self.representant();
        Representation { representant, ..self.lien }.jusqu_au_deces(self.mort)
    }
}

/// The same as they were recorded.
pub async fn recorded(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    connu_le: impl Into<Connaissance>,
) -> Result<Vec<Enregistree>, StorageError> {
    let rows = sqlx::query!(
        r#"/* representation.list */
         SELECT patient_id, representation_id, version, representant_id, identite_chiffree, nature, preuve,
                reference_preuve_chiffree, motif_fin, effet, enregistre_le, remplace_le,
                (SELECT max(lower(m.effet)) FROM patient p
                 JOIN deces_patient m ON m.patient_id = coalesce(p.fusionne_dans, p.patient_id)
                 WHERE p.patient_id = r.representant_id
                   AND m.enregistre_le <= $2 AND (m.remplace_le IS NULL OR m.remplace_le > $2)) AS mort,
                (SELECT p.fusionne_dans FROM patient p WHERE p.patient_id = r.representant_id)
                    AS "fusionne_dans: PatientId"
         FROM representation r
         WHERE (patient_id = $1 OR patient_id = ANY (ARRAY(
                 SELECT absorbe_id FROM fusion WHERE patient_id = $1 AND remplace_le IS NULL)))
           AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)
         ORDER BY lower(effet), representation_id"#,
        patient.uuid(),
        instant(connu_le)
    )
    .fetch_all(&mut *conn)
    .await?;
    let references = rows.iter().filter_map(|row| row.reference_preuve_chiffree.as_ref());
    cles::connaitre(conn, coffre, references).await?;
    rows.into_iter()
        .map(|row| {
            let (id, sealed) = (row.representation_id, row.identite_chiffree);
            let open = |sealed| coffre.ouvrir_texte(place_reference(id), sealed);
            let reference = row.reference_preuve_chiffree.map(open).transpose()?;
            let lien = Representation {
                id,
                patient_id: row.patient_id,
                version: row.version,
                representant: representant(coffre, id, row.representant_id, sealed)?,
                nature: row.nature,
                preuve: row.preuve,
                reference_preuve: reference,
                effet: row.effet,
                motif_fin: row.motif_fin,
                enregistre_le: row.enregistre_le,
                remplace_le: row.remplace_le,
            };
            Ok(Enregistree { lien, mort: row.mort, fusionne_dans: row.fusionne_dans })
        })
        .collect()
}

/// Whose link this is; `None` when there is no such link.
pub async fn place_of(
    conn: &mut PgConnection,
    id: RepresentationId,
) -> Result<Option<(PatientId, Periode)>, StorageError> {
    let found = sqlx::query!(
        "/* representation.place_of */
         SELECT patient_id, effet FROM representation WHERE representation_id = $1
         ORDER BY version DESC LIMIT 1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| (row.patient_id, row.effet)))
}

/// In which qualities a person of the register represents a patient on a day.
pub async fn qualites(
    conn: &mut PgConnection,
    patient: PatientId,
    representant: PatientId,
    jour: NaiveDate,
) -> Result<Vec<NatureRepresentation>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* representation.qualites */
         SELECT DISTINCT nature FROM representation
         WHERE (patient_id = $1 OR patient_id = ANY (ARRAY(
                 SELECT absorbe_id FROM fusion WHERE patient_id = $1 AND remplace_le IS NULL)))
           AND (representant_id = $2 OR representant_id = ANY (ARRAY(
                 SELECT absorbe_id FROM fusion WHERE patient_id = $2 AND remplace_le IS NULL)))
           AND remplace_le IS NULL AND effet @> $3::date AND NOT mort_avant(representant_id, $3)"#,
        patient.uuid(),
        representant.uuid(),
        jour
    )
    .fetch_all(conn)
    .await?)
}

/// Whom a person of the register represents on a day: each in one quality and by one link.
pub async fn represented_by(
    conn: &mut PgConnection,
    representants: &[PatientId],
    jour: NaiveDate,
) -> Result<Vec<(PatientId, RepresentationId, NatureRepresentation)>, StorageError> {
    Ok(sqlx::query!(
        r#"/* representation.represented_by */
         SELECT DISTINCT ON (1, r.nature)
                coalesce(p.fusionne_dans, r.patient_id) AS "patient_id!: PatientId", r.representation_id, r.nature
         FROM representation r JOIN patient p USING (patient_id)
         WHERE r.representant_id = ANY($1 || ARRAY(
                   SELECT absorbe_id FROM fusion WHERE patient_id = ANY($1) AND remplace_le IS NULL))
           AND r.remplace_le IS NULL AND r.effet @> $2::date AND NOT mort_avant(r.representant_id, $2)
         ORDER BY 1, r.nature, r.representation_id"#,
        representants as _,
        jour
    )
    .map(|row| (row.patient_id, row.representation_id, row.nature))
    .fetch_all(conn)
    .await?)
}

/// Whom a person of the register represents on some day, or did.
pub async fn ever_represented_by(
    conn: &mut PgConnection,
    representant: PatientId,
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* representation.ever_represented_by */
         SELECT DISTINCT coalesce(p.fusionne_dans, r.patient_id) AS "patient_id!: PatientId"
         FROM representation r JOIN patient p USING (patient_id) JOIN patient q ON q.patient_id = r.representant_id
         WHERE (q.patient_id = $1 OR q.fusionne_dans = $1) AND r.remplace_le IS NULL
         ORDER BY 1"#,
        representant.uuid()
    )
    .fetch_all(conn)
    .await?)
}

/// Persons whose birth date lies between two, or in a year but outside the calendar, and who were
/// not told yet about a birthday between two days.
pub async fn born_between(
    conn: &mut PgConnection,
    naissance: (&str, &str),
    annee: Option<&str>,
    anniversaire: (NaiveDate, NaiveDate),
    limit: i64,
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* representation.born_between */
         SELECT i.patient_id FROM identite_patient i
         WHERE i.remplace_le IS NULL
           AND ((i.date_naissance BETWEEN $1 AND $2
                 AND substr(i.date_naissance, 6, 2) BETWEEN '01' AND '12'
                 AND substr(i.date_naissance, 9, 2) BETWEEN '01' AND '31')
                OR (i.date_naissance BETWEEN $3 || '-00-00' AND $3 || '-99-99'
                    AND (substr(i.date_naissance, 6, 2) NOT BETWEEN '01' AND '12'
                         OR substr(i.date_naissance, 9, 2) NOT BETWEEN '01' AND '31')))
           AND NOT EXISTS (SELECT 1 FROM avis_majorite a
                           WHERE a.patient_id = i.patient_id AND a.anniversaire BETWEEN $4 AND $5)
         ORDER BY i.date_naissance, i.patient_id LIMIT $6",
        naissance.0,
        naissance.1,
        annee.unwrap_or_default(),
        anniversaire.0,
        anniversaire.1,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// Writes that a person was told about a birthday; `false` when they were already.
pub async fn insert_avis(
    tx: &mut Tx,
    patient: PatientId,
    anniversaire: NaiveDate,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* avis_majorite.insert */
         INSERT INTO avis_majorite (patient_id, anniversaire, enregistre_le) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        patient.uuid(),
        anniversaire,
        instant
    ))
    .await
}

const fn place(id: RepresentationId) -> Place {
    Place { colonne: "representation.identite_chiffree", ligne: id.uuid() }
}
