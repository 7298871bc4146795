//! Referrals, in every version, and what correspondents reported.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use super::coffre::{Attache, Genre};
use super::connaissance::{Connaissance, instant};
use super::types::word;
use super::{Coffre, StorageError, Tx, cles, faits};
use crate::domain::adressage::{
    ActePrevu, Adressage, Correspondant, Periodicite, Retour, SoinsPrevus,
};
use crate::domain::ids::{AdressageId, PatientId, RetourId};
use crate::domain::vocabulary::Vocabulaire;

/// Content of a referral as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Contenu {
    actes: Vec<Acte>,
    #[serde(skip_serializing_if = "Option::is_none")]
    periodicite: Option<Rythme>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Acte {
    nomenclature: String,
    code: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Rythme {
    tous_les: u16,
    unite: String,
}

impl Contenu {
    fn of(soins: &SoinsPrevus) -> Self {
        let acte = |acte: &ActePrevu| Acte {
            nomenclature: acte.nomenclature().mot().to_owned(),
            code: acte.as_str().to_owned(),
        };
        let rythme =
            |one: Periodicite| Rythme { tous_les: one.tous_les, unite: one.unite.mot().to_owned() };
        Self {
            actes: soins.actes.iter().map(acte).collect(),
            periodicite: soins.periodicite.map(rythme),
        }
    }

    fn build(self) -> Result<SoinsPrevus, String> {
        let acte = |acte: Acte| {
            let code = ActePrevu::parse(word(&acte.nomenclature)?, &acte.code);
            code.map_err(|error| error.code.to_owned())
        };
        let rythme = |one: Rythme| -> Result<Periodicite, String> {
            Ok(Periodicite { tous_les: one.tous_les, unite: word(&one.unite)? })
        };
        Ok(SoinsPrevus {
            actes: self.actes.into_iter().map(acte).collect::<Result<_, _>>()?,
            periodicite: self.periodicite.map(rythme).transpose()?,
        })
    }
}

/// Writes a new referral and its first version.
pub async fn insert(tx: &mut Tx, adressage: &Adressage) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* adressage.insert */
         INSERT INTO adressage (patient_id, adressage_id, medecin_id, nature, etabli_le, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6)",
        adressage.patient_id.uuid(),
        adressage.id.uuid(),
        adressage.medecin_id.uuid(),
        adressage.nature.mot(),
        adressage.etabli_le,
        adressage.enregistre_le
    ))
    .await?;
    insert_version(tx, adressage).await
}

/// Replaces the version known until now by the next one.
pub async fn advance(
    tx: &mut Tx,
    adressage: &mut Adressage,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* version_adressage.replace */
         UPDATE version_adressage SET remplace_le = $4
         WHERE patient_id = $1 AND adressage_id = $2 AND version = $3 AND remplace_le IS NULL",
        adressage.patient_id.uuid(),
        adressage.id.uuid(),
        adressage.version,
        instant
    ))
    .await?;
    adressage.version += 1;
    adressage.enregistre_le = instant;
    insert_version(tx, adressage).await
}

async fn insert_version(tx: &mut Tx, adressage: &Adressage) -> Result<(), StorageError> {
    let (patient, id) = (adressage.patient_id.uuid(), adressage.id.uuid());
    tx.write(sqlx::query!(
        "/* version_adressage.insert */
         INSERT INTO version_adressage
             (patient_id, adressage_id, version, etat, motif_cloture, contenu, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        patient,
        id,
        adressage.version,
        adressage.etat.mot(),
        adressage.motif_cloture as _,
        Json(Contenu::of(&adressage.soins)) as _,
        adressage.effet,
        adressage.enregistre_le
    ))
    .await?;
    for (rang, correspondant) in (0_i32..).zip(&adressage.correspondants) {
        let (medecin, specialite) = match correspondant {
            Correspondant::Medecin { id, .. } => (Some(id), None),
            Correspondant::Specialite(code) => (None, Some(code)),
        };
        tx.write(sqlx::query!(
            "/* correspondant_adressage.insert */
             INSERT INTO correspondant_adressage
                 (patient_id, adressage_id, version, rang, medecin_id, specialite)
             VALUES ($1, $2, $3, $4, $5, $6)",
            patient,
            id,
            adressage.version,
            rang,
            medecin as _,
            specialite as _
        ))
        .await?;
    }
    Ok(())
}

/// Writes what a correspondent reported.
pub async fn insert_retour(
    tx: &mut Tx,
    coffre: &Coffre,
    adressage: &Adressage,
    retour: &Retour,
) -> Result<(), StorageError> {
    let seal = |texte| coffre.sceller_texte(place_retour(retour.id), texte);
    let reference = retour.reference.as_deref().map(seal).transpose()?;
    tx.write(sqlx::query!(
        "/* retour_adressage.insert */
         INSERT INTO retour_adressage
             (patient_id, adressage_id, retour_id, medecin_id, nature, soins_le, reference_chiffree, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        adressage.patient_id.uuid(),
        adressage.id.uuid(),
        retour.id.uuid(),
        retour.medecin_id.uuid(),
        retour.nature.mot(),
        retour.soins_le,
        reference,
        retour.enregistre_le
    ))
    .await
}

/// The record in which a referral was made; `None` when there is no such referral.
pub async fn patient_of(
    conn: &mut PgConnection,
    id: AdressageId,
) -> Result<Option<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* adressage.patient_of */ SELECT patient_id FROM adressage WHERE adressage_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// A referral of a record, as known at an instant.
pub async fn get(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    id: AdressageId,
    connu_le: impl Into<Connaissance>,
) -> Result<Option<Adressage>, StorageError> {
    Ok(select(conn, coffre, &[patient], instant(connu_le), Some(id), None).await?.pop())
}

/// The referrals of a person as known at an instant, by first day: those of the records merged into theirs too, each
/// under the record in which it was made.
pub async fn list(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    connu_le: impl Into<Connaissance>,
) -> Result<Vec<Adressage>, StorageError> {
    let connu_le = connu_le.into();
    let records = faits::records_of(conn, patient, connu_le).await?;
    select(conn, coffre, &records, instant(connu_le), None, None).await
}

/// The referrals of some persons as known at an instant, for the evaluation of many feuilles.
pub async fn of_persons(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patients: &[PatientId],
    connu_le: impl Into<Connaissance>,
) -> Result<Vec<Adressage>, StorageError> {
    select(conn, coffre, patients, instant(connu_le), None, None).await
}

/// The referrals of a person that hold on a day, as known at an instant: what the evaluation of an
/// act asks. [`Adressage::couvre`] then says whether one of them is for the doctor who acted.
pub async fn en_vigueur(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    jour: NaiveDate,
    connu_le: impl Into<Connaissance>,
) -> Result<Vec<Adressage>, StorageError> {
    let connu_le = connu_le.into();
    let records = faits::records_of(conn, patient, connu_le).await?;
    let mut found = select(conn, coffre, &records, instant(connu_le), None, Some(jour)).await?;
    found.retain(|adressage| adressage.en_vigueur(jour));
    Ok(found)
}

async fn select(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patients: &[PatientId],
    connu_le: DateTime<Utc>,
    id: Option<AdressageId>,
    jour: Option<NaiveDate>,
) -> Result<Vec<Adressage>, StorageError> {
    let rows = sqlx::query!(
        r#"/* adressage.list */
         SELECT a.patient_id, a.adressage_id, a.medecin_id, m.rpps, a.nature, a.etabli_le, v.version, v.etat,
                v.motif_cloture, v.contenu AS "contenu: Json<Contenu>", v.effet, v.enregistre_le,
                v.remplace_le
         FROM adressage a
         JOIN version_adressage v
           ON v.patient_id = a.patient_id AND v.adressage_id = a.adressage_id
          AND v.enregistre_le <= $2 AND (v.remplace_le IS NULL OR v.remplace_le > $2)
         JOIN medecin m ON m.medecin_id = a.medecin_id
         WHERE a.patient_id = ANY($1) AND ($3::uuid IS NULL OR a.adressage_id = $3)
           AND ($4::date IS NULL OR (v.effet @> $4 AND v.etat <> 'annule'))
         ORDER BY lower(v.effet), a.enregistre_le, a.adressage_id"#,
        patients as _,
        connu_le,
        id as _,
        jour
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(Adressage {
            id: row.adressage_id,
            patient_id: row.patient_id,
            medecin_id: row.medecin_id,
            rpps: row.rpps,
            nature: row.nature,
            etabli_le: row.etabli_le,
            version: row.version,
            etat: row.etat,
            motif_cloture: row.motif_cloture,
            effet: row.effet,
            correspondants: Vec::new(),
            soins: row.contenu.0.build().map_err(|error| {
                StorageError::inconsistent("version_adressage", "contenu", error)
            })?,
            retours: Vec::new(),
            enregistre_le: row.enregistre_le,
            remplace_le: row.remplace_le,
        });
    }
    if !found.is_empty() {
        add_correspondants(&mut *conn, patients, &mut found).await?;
        add_retours(conn, coffre, patients, connu_le, &mut found).await?;
    }
    Ok(found)
}

async fn add_correspondants(
    conn: &mut PgConnection,
    patients: &[PatientId],
    found: &mut [Adressage],
) -> Result<(), StorageError> {
    let ids: Vec<AdressageId> = found.iter().map(|one| one.id).collect();
    let versions: Vec<i32> = found.iter().map(|one| one.version).collect();
    let rows = sqlx::query!(
        r#"/* correspondant_adressage.list */
         SELECT c.adressage_id, c.medecin_id, m.rpps AS "rpps?", c.specialite
         FROM UNNEST($2::uuid[], $3::integer[]) AS w (adressage_id, version)
         JOIN correspondant_adressage c
           ON c.patient_id = ANY($1) AND c.adressage_id = w.adressage_id AND c.version = w.version
         LEFT JOIN medecin m ON m.medecin_id = c.medecin_id
         ORDER BY c.adressage_id, c.rang"#,
        patients as _,
        &ids as _,
        &versions
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let correspondant = match (row.medecin_id, row.rpps, row.specialite) {
            (Some(id), Some(rpps), _) => Correspondant::Medecin { id, rpps },
            (_, _, Some(code)) => Correspondant::Specialite(code),
            _ => {
                let (table, column) = ("correspondant_adressage", "specialite");
                return Err(StorageError::inconsistent(table, column, "nobody"));
            }
        };
        if let Some(own) = found.iter_mut().find(|one| one.id == row.adressage_id) {
            own.correspondants.push(correspondant);
        }
    }
    Ok(())
}

async fn add_retours(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patients: &[PatientId],
    connu_le: DateTime<Utc>,
    found: &mut [Adressage],
) -> Result<(), StorageError> {
    let ids: Vec<AdressageId> = found.iter().map(|one| one.id).collect();
    let rows = sqlx::query!(
        "/* retour_adressage.list */
         SELECT r.adressage_id, r.retour_id, r.medecin_id, m.rpps, r.nature, r.soins_le, r.reference_chiffree,
                r.enregistre_le
         FROM retour_adressage r JOIN medecin m ON m.medecin_id = r.medecin_id
         WHERE r.patient_id = ANY($1) AND r.adressage_id = ANY($2) AND r.enregistre_le <= $3
         ORDER BY r.enregistre_le, r.retour_id",
        patients as _,
        &ids as _,
        connu_le
    )
    .fetch_all(&mut *conn)
    .await?;
    let references = rows.iter().filter_map(|row| row.reference_chiffree.as_ref());
    cles::connaitre(conn, coffre, references).await?;
    for row in rows {
        let open = |sealed| coffre.ouvrir_texte(place_retour(row.retour_id), sealed);
        let reference = row.reference_chiffree.map(open).transpose()?;
        let retour = Retour {
            id: row.retour_id,
            medecin_id: row.medecin_id,
            rpps: row.rpps,
            nature: row.nature,
            soins_le: row.soins_le,
            reference,
            enregistre_le: row.enregistre_le,
        };
        if let Some(own) = found.iter_mut().find(|one| one.id == row.adressage_id) {
            own.retours.push(retour);
        }
    }
    Ok(())
}

const fn place_retour(id: RetourId) -> Attache {
    Attache::seule(Genre::Retour, id.uuid())
}
