//! Dated facts of a person that change during life: address, status, death; and the replacement of
//! the versions that a change puts aside.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;

use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::CommuneExercice;
use crate::domain::ids::{FaitId, PatientId};
use crate::domain::vie::sommeil::StatutPatient;
use crate::domain::vie::{Adresse, SourceDeces};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::coffre::Place;
use crate::storage::connaissance::{Connaissance, instant};
use crate::storage::{Coffre, StorageError, Tx};

/// An address as it is encrypted.
#[derive(Serialize, Deserialize)]
struct Clair {
    voie: String,
    complement: Option<String>,
    code_postal: String,
    localite: String,
    commune: Option<String>,
}

/// What a fact is about: each kind has its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Genre {
    Identite,
    Identifiant,
    Affiliation,
    Adresse,
    Statut,
    Deces,
    Fin,
    Neutralisation,
}

/// Replaces a version of a fact; what says better is inserted apart.
pub async fn replace(
    tx: &mut Tx,
    genre: Genre,
    patient: PatientId,
    fait: FaitId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    macro_rules! statement {
        ($table:literal, $id:literal) => {
            sqlx::query!(
                "/* "
                    + $table
                    + ".replace */ UPDATE "
                    + $table
                    + " SET remplace_le = $3 "
                    + "WHERE patient_id = $1 AND "
                    + $id
                    + " = $2 AND remplace_le IS NULL",
                patient.uuid(),
                fait.uuid(),
                instant
            )
        };
    }
    let statement = match genre {
        Genre::Identite => statement!("identite_patient", "identite_id"),
        Genre::Identifiant => statement!("identifiant_patient", "identifiant_id"),
        Genre::Affiliation => statement!("affiliation", "affiliation_id"),
        Genre::Adresse => statement!("adresse_patient", "adresse_id"),
        Genre::Statut => statement!("statut_patient", "statut_id"),
        Genre::Deces => statement!("deces_patient", "deces_id"),
        Genre::Fin => statement!("fin_designation", "fin_id"),
        Genre::Neutralisation => statement!("neutralisation", "neutralisation_id"),
    };
    tx.write_one(statement).await
}

/// Records an address.
pub async fn insert_adresse(
    tx: &mut Tx,
    coffre: &Coffre,
    patient: PatientId,
    fait: &FaitDate<Adresse>,
) -> Result<(), StorageError> {
    let adresse = fait.valeur.clone();
    let clear = Clair {
        voie: adresse.voie,
        complement: adresse.complement,
        code_postal: adresse.code_postal,
        localite: adresse.localite,
        commune: adresse.commune.map(|commune| commune.to_string()),
    };
    tx.write(sqlx::query!(
        "/* adresse_patient.insert */
         INSERT INTO adresse_patient (patient_id, adresse_id, adresse_chiffree, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5)",
        patient.uuid(),
        fait.id.uuid(),
        coffre.seal_json(place(fait.id), &clear)?,
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// An address, as its row holds it.
pub(super) fn open_adresse(
    coffre: &Coffre,
    id: FaitId,
    sealed: &[u8],
) -> Result<Adresse, StorageError> {
    let place = place(id);
    let clear: Clair = coffre.open_json(place, sealed)?;
    let commune = clear.commune.as_deref().map(CommuneExercice::parse).transpose();
    Ok(Adresse {
        voie: clear.voie,
        complement: clear.complement,
        code_postal: clear.code_postal,
        localite: clear.localite,
        commune: commune.map_err(|error| place.wrong(error))?,
    })
}

/// Addresses known now, by first day.
pub async fn adresses(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
) -> Result<Vec<FaitDate<Adresse>>, StorageError> {
    adresses_connues(conn, coffre, patient, None).await
}

/// The same, as known at an instant.
pub async fn adresses_connues(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    connu_le: impl Into<Connaissance>,
) -> Result<Vec<FaitDate<Adresse>>, StorageError> {
    let rows = sqlx::query!(
        "/* adresse_patient.list */
         SELECT adresse_id, adresse_chiffree, effet, enregistre_le, remplace_le FROM adresse_patient
         WHERE patient_id = $1 AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)
         ORDER BY lower(effet)",
        patient.uuid(),
        instant(connu_le)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(FaitDate {
                id: row.adresse_id,
                valeur: open_adresse(coffre, row.adresse_id, &row.adresse_chiffree)?,
                effet: row.effet,
                enregistre_le: row.enregistre_le,
                remplace_le: row.remplace_le,
            })
        })
        .collect()
}

/// Records a status.
pub async fn insert_statut(
    tx: &mut Tx,
    patient: PatientId,
    fait: &FaitDate<StatutPatient>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* statut_patient.insert */
         INSERT INTO statut_patient (patient_id, statut_id, statut, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5)",
        patient.uuid(),
        fait.id.uuid(),
        fait.valeur.mot(),
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// Statuses as known at an instant, by first day.
pub async fn statuts(
    conn: &mut PgConnection,
    patient: PatientId,
    connu_le: impl Into<Connaissance>,
) -> Result<Vec<FaitDate<StatutPatient>>, StorageError> {
    Ok(sqlx::query_as!(
        FaitDate::<StatutPatient>,
        "/* statut_patient.list */
         SELECT statut_id AS id, statut AS valeur, effet, enregistre_le, remplace_le FROM statut_patient
         WHERE patient_id = $1 AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)
         ORDER BY lower(effet)",
        patient.uuid(),
        instant(connu_le)
    )
    .fetch_all(conn)
    .await?)
}

/// Records the death.
pub async fn insert_deces(
    tx: &mut Tx,
    patient: PatientId,
    fait: &FaitDate<SourceDeces>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* deces_patient.insert */
         INSERT INTO deces_patient (patient_id, deces_id, source, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5)",
        patient.uuid(),
        fait.id.uuid(),
        fait.valeur.mot(),
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// The death known now.
pub async fn deces(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Option<FaitDate<SourceDeces>>, StorageError> {
    deces_connu(conn, patient, None).await
}

/// The same, as known at an instant.
pub async fn deces_connu(
    conn: &mut PgConnection,
    patient: PatientId,
    connu_le: impl Into<Connaissance>,
) -> Result<Option<FaitDate<SourceDeces>>, StorageError> {
    Ok(sqlx::query_as!(
        FaitDate::<SourceDeces>,
        "/* deces_patient.get */
         SELECT deces_id AS id, source AS valeur, effet, enregistre_le, remplace_le FROM deces_patient
         WHERE patient_id = $1 AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)",
        patient.uuid(),
        instant(connu_le)
    )
    .fetch_optional(conn)
    .await?)
}

const fn place(fait: FaitId) -> Place {
    Place { colonne: "adresse_patient.adresse_chiffree", ligne: fait.uuid() }
}
