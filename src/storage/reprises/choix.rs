//! Choices of a file, many at once: what is known of their persons and doctors, and what they make.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use crate::domain::calendar::Periode;
use crate::domain::declaration::{Declaration, OrigineSaisie};
use crate::domain::designation::Segment;
use crate::domain::evenement::Fact;
use crate::domain::fin::{Fin, MotifDepart};
use crate::domain::identifiers::{DateNaissanceAmo, RangGemellaire, Rpps};
use crate::domain::ids::{
    DeclarationId, DesignationId, EvenementId, MedecinId, PatientId, RepriseId,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::{Coffre, StorageError, Tx, declarations};

/// What is known of a person whose choices are taken over. One of several identities is a situation of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    pub patient_id: PatientId,
    pub date_naissance: DateNaissanceAmo,
    pub rang: RangGemellaire,
    /// Régime and caisse on which they depend on a day.
    pub caisse: Option<String>,
    /// Nothing was ever chosen, nor ended, nor merged, and the person lives: their timeline is that of their new choices.
    pub vierge: bool,
    pub deces: Option<Periode>,
}

/// What is known of some persons.
pub async fn situations(
    conn: &mut PgConnection,
    persons: &[PatientId],
    jour: NaiveDate,
) -> Result<Vec<Situation>, StorageError> {
    Ok(sqlx::query_as!(
        Situation,
        r#"/* reprise.situations */
         SELECT p.patient_id AS "patient_id!: PatientId", i.date_naissance, i.rang, caisse_le(p.patient_id, $2) AS caisse,
                d.effet AS "deces?",
                d.deces_id IS NULL
                AND NOT EXISTS (SELECT FROM declaration x WHERE x.patient_id = p.patient_id)
                AND NOT EXISTS (SELECT FROM fin_designation x WHERE x.patient_id = p.patient_id)
                AND NOT EXISTS (SELECT FROM fusion x WHERE x.patient_id = p.patient_id) AS "vierge!"
         FROM unnest($1::uuid[]) AS p (patient_id)
         JOIN identite_patient i ON i.patient_id = p.patient_id AND i.remplace_le IS NULL
         LEFT JOIN deces_patient d ON d.patient_id = p.patient_id AND d.remplace_le IS NULL"#,
        persons as _,
        jour
    )
    .fetch_all(conn)
    .await?)
}

/// A doctor whom a choice may name, kept from being swept by an operation that this transaction does not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nommable {
    pub medecin_id: MedecinId,
    pub rpps: Rpps,
    /// Whether an operation on him stands, or is under way.
    pub opere: bool,
}

/// Those who have one of these RPPS.
pub async fn doctors(tx: &mut Tx, rpps: &[Rpps]) -> Result<Vec<Nommable>, StorageError> {
    Ok(sqlx::query_as!(
        Nommable,
        r#"/* reprise.doctors */
         SELECT m.medecin_id, m.rpps,
                EXISTS (SELECT FROM operation_medecin o
                        WHERE o.medecin_id = m.medecin_id AND o.annulee_le IS NULL AND o.etat <> 'a_confirmer')
                    AS "opere!"
         FROM medecin m WHERE m.rpps = ANY($1) ORDER BY m.medecin_id FOR KEY SHARE"#,
        rpps as _
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// The declarations of a person that a takeover brought.
pub async fn brought_by(
    conn: &mut PgConnection,
    patient: PatientId,
    reprise: RepriseId,
) -> Result<Vec<DeclarationId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* declaration.of_reprise */ SELECT declaration_id FROM declaration WHERE patient_id = $1 AND reprise_id = $2",
        patient.uuid(),
        reprise.uuid()
    )
    .fetch_all(conn)
    .await?)
}

/// Begins what may be undone alone.
pub async fn save(tx: &mut Tx) -> Result<(), StorageError> {
    tx.write(sqlx::query!("/* reprise.save */ SAVEPOINT ligne")).await
}

/// Keeps it.
pub async fn release(tx: &mut Tx) -> Result<(), StorageError> {
    tx.write(sqlx::query!("/* reprise.release */ RELEASE SAVEPOINT ligne")).await
}

/// Undoes it.
pub async fn undo(tx: &mut Tx) -> Result<(), StorageError> {
    tx.write(sqlx::query!("/* reprise.undo */ ROLLBACK TO SAVEPOINT ligne")).await?;
    release(tx).await
}

/// What the choices of persons about whom nothing was chosen make.
#[derive(Debug, Default)]
pub struct Lot {
    pub declarations: Vec<Declaration>,
    pub fins: Vec<(PatientId, Fin)>,
    pub designations: Vec<(PatientId, DesignationId, Segment)>,
    pub faits: Vec<(PatientId, EvenementId, Fact)>,
    /// When each of them becomes known: that of its person.
    pub instants: std::collections::BTreeMap<PatientId, DateTime<Utc>>,
}

impl Lot {
    fn instant(&self, patient: PatientId) -> DateTime<Utc> {
        self.instants.get(&patient).copied().unwrap_or_default()
    }
}

/// Writes all of it: one statement a table.
pub async fn insert_all(
    tx: &mut Tx,
    coffre: &Coffre,
    lot: &Lot,
    auteur_id: i32,
) -> Result<(), StorageError> {
    insert_declarations(tx, coffre, lot).await?;
    insert_fins(tx, lot).await?;
    insert_designations(tx, lot).await?;
    insert_told(tx, lot, auteur_id).await
}

async fn insert_declarations(tx: &mut Tx, coffre: &Coffre, lot: &Lot) -> Result<(), StorageError> {
    let all = &lot.declarations;
    let sealed = all
        .iter()
        .map(|one| Ok(coffre.seal(declarations::place(one.id), one.contenu.as_bytes())?))
        .collect::<Result<Vec<_>, StorageError>>()?;
    let references = all
        .iter()
        .filter_map(|one| Some((one.id, one.reprise.as_ref()?.reference.as_deref())))
        .map(|(id, reference)| declarations::seal_reference(coffre, id, reference))
        .collect::<Result<Vec<_>, StorageError>>()?;
    let patients: Vec<PatientId> = all.iter().map(|one| one.patient_id).collect();
    let ids: Vec<DeclarationId> = all.iter().map(|one| one.id).collect();
    let known: Vec<DateTime<Utc>> = all.iter().map(|one| one.enregistre_le).collect();
    let repris = || all.iter().filter_map(|one| one.reprise.as_ref());
    tx.write(sqlx::query!(
        "/* declaration.insert_all */
         INSERT INTO declaration
             (patient_id, declaration_id, numero, canal, contenu_chiffre, contenu_sha256, expire_le, enregistre_le,
              reprise_id, effet_du, signe_le, origine, reference_preuve_chiffree)
         SELECT t.patient_id, t.declaration_id, t.numero, 'reprise', t.contenu, t.sha256, t.connu_le, t.connu_le,
                t.reprise_id, t.effet_du, t.signe_le, t.origine, t.reference
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::timestamptz[], $7::uuid[],
                     $8::date[], $9::date[], $10::text[], $11::bytea[])
              AS t (patient_id, declaration_id, numero, contenu, sha256, connu_le, reprise_id, effet_du, signe_le,
                    origine, reference)",
        &patients as _,
        &ids as _,
        &all.iter().map(|one| one.numero).collect::<Vec<_>>() as _,
        &sealed,
        &all.iter().map(|one| one.contenu_sha256).collect::<Vec<_>>() as _,
        &known,
        &repris().map(|one| one.reprise_id).collect::<Vec<_>>() as _,
        &repris().map(|one| one.effet_du).collect::<Vec<_>>(),
        &repris().map(|one| one.signe_le).collect::<Vec<_>>() as _,
        &repris().map(|one| one.origine).collect::<Vec<OrigineSaisie>>() as _,
        &references as _
    ))
    .await?;
    let named: Vec<_> = all
        .iter()
        .flat_map(|one| one.medecins.iter().map(move |doctor| (one.patient_id, one.id, doctor)))
        .collect();
    tx.write(sqlx::query!(
        "/* declaration_medecin.insert_all */
         INSERT INTO declaration_medecin (patient_id, declaration_id, medecin_id, lieu_id)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[])",
        &named.iter().map(|(patient, ..)| *patient).collect::<Vec<_>>() as _,
        &named.iter().map(|(_, id, _)| *id).collect::<Vec<_>>() as _,
        &named.iter().map(|(_, _, doctor)| doctor.medecin_id).collect::<Vec<_>>() as _,
        &named.iter().map(|(_, _, doctor)| doctor.lieu_id).collect::<Vec<_>>() as _
    ))
    .await?;
    tx.write(sqlx::query!(
        "/* etat_declaration.insert_all */
         INSERT INTO etat_declaration (patient_id, declaration_id, version, etat, enregistre_le)
         SELECT t.patient_id, t.declaration_id, 1, 'active', t.connu_le
         FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS t (patient_id, declaration_id, connu_le)",
        &patients as _,
        &ids as _,
        &known
    ))
    .await
}

async fn insert_fins(tx: &mut Tx, lot: &Lot) -> Result<(), StorageError> {
    let all = &lot.fins;
    if all.is_empty() {
        return Ok(());
    }
    tx.write(sqlx::query!(
        "/* fin_designation.insert_all */
         INSERT INTO fin_designation
             (patient_id, fin_id, medecin_id, motif, effet_du, decidee_le, enregistre_le, par)
         SELECT t.*, 'caisse' FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::date[],
                                          $6::timestamptz[], $7::timestamptz[]) AS t",
        &all.iter().map(|(patient, _)| *patient).collect::<Vec<_>>() as _,
        &all.iter().map(|(_, fin)| fin.id).collect::<Vec<_>>() as _,
        &all.iter().map(|(_, fin)| fin.medecin_id).collect::<Vec<_>>() as _,
        &all.iter().map(|(_, fin)| fin.motif).collect::<Vec<MotifDepart>>() as _,
        &all.iter().map(|(_, fin)| fin.effet_du).collect::<Vec<_>>(),
        &all.iter().map(|(_, fin)| fin.decidee_le).collect::<Vec<_>>(),
        &all.iter().map(|(patient, _)| lot.instant(*patient)).collect::<Vec<_>>()
    ))
    .await
}

async fn insert_designations(tx: &mut Tx, lot: &Lot) -> Result<(), StorageError> {
    let all = &lot.designations;
    tx.write(sqlx::query!(
        "/* designation.insert_all */
         INSERT INTO designation
             (patient_id, designation_id, version, declaration_id, effet, motif_fin, enregistre_le)
         SELECT t.patient_id, t.designation_id, 1, t.declaration_id, t.effet, t.motif_fin, t.connu_le
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::daterange[], $5::text[], $6::timestamptz[])
              AS t (patient_id, designation_id, declaration_id, effet, motif_fin, connu_le)",
        &all.iter().map(|(patient, ..)| *patient).collect::<Vec<_>>() as _,
        &all.iter().map(|(_, id, _)| *id).collect::<Vec<_>>() as _,
        &all.iter().map(|(_, _, segment)| segment.declaration_id).collect::<Vec<_>>() as _,
        &all.iter().map(|(_, _, segment)| segment.effet).collect::<Vec<_>>() as _,
        &all.iter().map(|(_, _, segment)| segment.motif_fin).collect::<Vec<_>>() as _,
        &all.iter().map(|(patient, ..)| lot.instant(*patient)).collect::<Vec<_>>()
    ))
    .await?;
    let lines: Vec<_> = all
        .iter()
        .flat_map(|(patient, id, segment)| {
            segment.lignes.iter().map(move |ligne| (*patient, *id, ligne))
        })
        .collect();
    // A doctor who came back to a designation has a line a stay: they are numbered in their order.
    tx.write(sqlx::query!(
        "/* designation_medecin.insert_all */
         INSERT INTO designation_medecin
             (patient_id, designation_id, medecin_id, version, effet, motif_fin, enregistre_le)
         SELECT t.patient_id, t.designation_id, t.medecin_id,
                row_number() OVER (PARTITION BY t.patient_id, t.designation_id, t.medecin_id ORDER BY t.effet),
                t.effet, t.motif_fin, t.connu_le
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::daterange[], $5::text[], $6::timestamptz[])
              AS t (patient_id, designation_id, medecin_id, effet, motif_fin, connu_le)",
        &lines.iter().map(|(patient, ..)| *patient).collect::<Vec<_>>() as _,
        &lines.iter().map(|(_, id, _)| *id).collect::<Vec<_>>() as _,
        &lines.iter().map(|(_, _, ligne)| ligne.medecin_id).collect::<Vec<_>>() as _,
        &lines.iter().map(|(_, _, ligne)| ligne.effet).collect::<Vec<_>>() as _,
        &lines.iter().map(|(_, _, ligne)| ligne.motif_fin).collect::<Vec<_>>() as _,
        &lines.iter().map(|(patient, ..)| lot.instant(*patient)).collect::<Vec<_>>()
    ))
    .await
}

async fn insert_told(tx: &mut Tx, lot: &Lot, auteur_id: i32) -> Result<(), StorageError> {
    let told = &lot.faits;
    tx.write(sqlx::query!(
        "/* evenement.insert_all */
         WITH ecrits AS (
             INSERT INTO evenement
                 (evenement_id, nature, enregistre_le, effet_du, patient_id, medecin_id, declaration_id, auteur_id,
                  donnees)
             SELECT t.evenement_id, t.nature, t.connu_le, t.effet_du, t.patient_id, t.medecin_id, t.declaration_id,
                    $8, t.donnees
             FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::date[], $5::uuid[], $6::uuid[], $7::uuid[],
                         $9::jsonb[])
                  AS t (evenement_id, nature, connu_le, effet_du, patient_id, medecin_id, declaration_id, donnees)
             RETURNING sequence)
         INSERT INTO evenement_a_publier (sequence) SELECT sequence FROM ecrits",
        &told.iter().map(|(_, id, _)| *id).collect::<Vec<_>>() as _,
        &told.iter().map(|(_, _, fact)| fact.nature.mot().to_owned()).collect::<Vec<_>>(),
        &told.iter().map(|(patient, ..)| lot.instant(*patient)).collect::<Vec<_>>(),
        &told.iter().map(|(_, _, fact)| fact.effet_du).collect::<Vec<_>>() as _,
        &told.iter().map(|(patient, ..)| *patient).collect::<Vec<_>>() as _,
        &told.iter().map(|(_, _, fact)| fact.medecin_id).collect::<Vec<_>>() as _,
        &told.iter().map(|(_, _, fact)| fact.declaration_id).collect::<Vec<_>>() as _,
        auteur_id,
        &told.iter().map(|(_, _, fact)| Json(&fact.donnees)).collect::<Vec<_>>() as _
    ))
    .await
}
