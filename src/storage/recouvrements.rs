//! What caisses recovered of their claims: movements, written once.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::StorageError;
use super::evaluations::int4;
use super::medecins::word;
use crate::domain::creance::{AnnulationRecouvrement, CleCreance, Recouvrement};
use crate::domain::ids::{FeuilleId, PatientId, RecouvrementId};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;

/// How a movement that takes another back is written.
const ANNULATION: &str = "annulation";

/// A feuille, and the record that received it.
pub type Place = (PatientId, FeuilleId);

/// A row to write.
struct Mouvement<'a> {
    id: RecouvrementId,
    mode: &'static str,
    jour: NaiveDate,
    annule: Option<RecouvrementId>,
    motif: Option<&'static str>,
    auteur: &'a str,
    enregistre_le: DateTime<Utc>,
}

/// Records a recovery. The person is locked.
pub async fn insert(
    conn: &mut PgConnection,
    place: Place,
    recouvrement: &Recouvrement,
) -> Result<(), StorageError> {
    let mouvement = Mouvement {
        id: recouvrement.id,
        mode: recouvrement.mode.mot(),
        jour: recouvrement.jour,
        annule: None,
        motif: None,
        auteur: &recouvrement.auteur,
        enregistre_le: recouvrement.enregistre_le,
    };
    write(conn, place, recouvrement, mouvement).await
}

/// Takes a recovery back, by another movement. The person is locked.
pub async fn cancel(
    conn: &mut PgConnection,
    place: Place,
    recouvrement: &Recouvrement,
    (id, annulation): (RecouvrementId, &AnnulationRecouvrement),
) -> Result<(), StorageError> {
    let mouvement = Mouvement {
        id,
        mode: ANNULATION,
        jour: annulation.jour,
        annule: Some(recouvrement.id),
        motif: Some(annulation.motif.mot()),
        auteur: &annulation.auteur,
        enregistre_le: annulation.enregistre_le,
    };
    write(conn, place, recouvrement, mouvement).await
}

async fn write(
    conn: &mut PgConnection,
    (patient, feuille): Place,
    recouvrement: &Recouvrement,
    mouvement: Mouvement<'_>,
) -> Result<(), StorageError> {
    let numero_ligne = i16::try_from(recouvrement.cle.numero_ligne)
        .map_err(|error| StorageError::inconsistent("recouvrement", "numero_ligne", error))?;
    sqlx::query!(
        "/* recouvrement.insert */
         INSERT INTO recouvrement
             (patient_id, feuille_id, recouvrement_id, numero_ligne, nature, mode, montant_centimes, jour,
              annule_id, motif, auteur, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        patient.uuid(),
        feuille.uuid(),
        mouvement.id.uuid(),
        numero_ligne,
        recouvrement.cle.nature.mot(),
        mouvement.mode,
        int4(recouvrement.montant)?,
        mouvement.jour,
        mouvement.annule.map(RecouvrementId::uuid),
        mouvement.motif,
        mouvement.auteur,
        mouvement.enregistre_le
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A recovery, with what took it back.
struct Row {
    feuille_id: Uuid,
    recouvrement_id: Uuid,
    numero_ligne: i16,
    nature: String,
    mode: String,
    montant_centimes: i32,
    jour: NaiveDate,
    auteur: String,
    enregistre_le: DateTime<Utc>,
    motif: Option<String>,
    annule_jour: Option<NaiveDate>,
    annule_par: Option<String>,
    annule_le: Option<DateTime<Utc>>,
}

impl Row {
    fn build(self) -> Result<Recouvrement, StorageError> {
        let taken_back = self.motif.zip(self.annule_jour).zip(self.annule_par.zip(self.annule_le));
        let annulation = taken_back
            .map(|((motif, jour), (auteur, enregistre_le))| {
                let motif = word("recouvrement", "motif", &motif)?;
                Ok::<_, StorageError>(AnnulationRecouvrement { motif, jour, auteur, enregistre_le })
            })
            .transpose()?;
        Ok(Recouvrement {
            id: RecouvrementId::from_uuid(self.recouvrement_id),
            cle: CleCreance {
                numero_ligne: u16::try_from(self.numero_ligne).map_err(|error| {
                    StorageError::inconsistent("recouvrement", "numero_ligne", error)
                })?,
                nature: word("recouvrement", "nature", &self.nature)?,
            },
            montant: Centimes::new(i64::from(self.montant_centimes)),
            jour: self.jour,
            mode: word("recouvrement", "mode", &self.mode)?,
            auteur: self.auteur,
            enregistre_le: self.enregistre_le,
            annulation,
        })
    }
}

/// The recoveries of some feuilles, those of each in the order in which they were recorded.
pub async fn of_feuilles(
    conn: &mut PgConnection,
    places: &[Place],
) -> Result<BTreeMap<FeuilleId, Vec<Recouvrement>>, StorageError> {
    let patients: Vec<Uuid> = places.iter().map(|(patient, _)| patient.uuid()).collect();
    let feuilles: Vec<Uuid> = places.iter().map(|(_, feuille)| feuille.uuid()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"/* recouvrement.of_feuilles */
         SELECT r.feuille_id, r.recouvrement_id, r.numero_ligne, r.nature, r.mode, r.montant_centimes,
                r.jour, r.auteur, r.enregistre_le, a.motif AS "motif?", a.jour AS "annule_jour?",
                a.auteur AS "annule_par?", a.enregistre_le AS "annule_le?"
         FROM recouvrement r
         LEFT JOIN recouvrement a
           ON a.patient_id = r.patient_id AND a.feuille_id = r.feuille_id
          AND a.annule_id = r.recouvrement_id
         WHERE r.patient_id = ANY($1) AND r.feuille_id = ANY($2) AND r.annule_id IS NULL
         ORDER BY r.feuille_id, r.enregistre_le, r.recouvrement_id"#,
        &patients,
        &feuilles
    )
    .fetch_all(conn)
    .await?;
    let mut found: BTreeMap<FeuilleId, Vec<Recouvrement>> = BTreeMap::new();
    for row in rows {
        let feuille = FeuilleId::from_uuid(row.feuille_id);
        found.entry(feuille).or_default().push(row.build()?);
    }
    Ok(found)
}
