//! What is known now of a person and is asked each time a doctor looks at them: by one statement.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::etat::Ligne;
use crate::domain::calendar::Periode;
use crate::domain::designation::{Designation, MotifFin};
use crate::domain::fin::MotifDepart;
use crate::domain::identifiers::{Organisme, Rpps};
use crate::domain::ids::{DeclarationId, DesignationId, MedecinId, PatientId};
use crate::domain::vie::sommeil::{MotifSommeil, StatutPatient, motif_de};
use crate::storage::{StorageError, designations};

/// What the register says now of a person to whom a doctor may be something.
#[derive(Debug, Default)]
pub struct Presents {
    pub ligne: Ligne,
    /// Whether a declaration that waits, and that the patient's side lodged or signed, names the doctor.
    pub attendu: bool,
    /// Whether the doctor practises on the day that was asked about; `false` when nobody asked.
    pub exerce: bool,
    /// By first day.
    pub designations: Vec<Designation>,
    /// Where the row holds nothing current that says it.
    pub couverture: Option<Couverture>,
}

/// Their own caisses, and the statuses that are not the ordinary one.
#[derive(Debug)]
pub struct Couverture {
    caisses: Vec<(Periode, Organisme)>,
    statuts: Vec<(Periode, StatutPatient)>,
}

impl Presents {
    /// Whether the doctor is in force on a day, then whether he is named at all.
    pub fn nomme(&self, rpps: Rpps, jour: NaiveDate) -> (bool, bool) {
        let mut all = self.designations.iter();
        let of_day = all.clone().any(|one| one.membres_le(jour).any(|own| own.rpps == rpps));
        (of_day, all.any(|one| one.membres.iter().any(|own| own.rpps == rpps)))
    }

    /// The designation in force on a day.
    pub fn designation_le(&self, jour: NaiveDate) -> Option<&Designation> {
        self.designations.iter().find(|one| one.effet.contient(jour))
    }
}

impl Couverture {
    /// Why their designation sleeps on a day.
    pub fn sommeil_le(&self, jour: NaiveDate) -> Option<MotifSommeil> {
        let caisse = self.caisses.iter().find(|(effet, _)| effet.contient(jour));
        let statut = self.statuts.iter().find(|(effet, _)| effet.contient(jour));
        motif_de(statut.map(|(_, own)| *own), caisse.map(|(_, own)| own), jour)
    }
}

/// One row a doctor of a designation; without any, one row alone.
struct Row {
    fusionne_dans: Option<PatientId>,
    etat: Option<Vec<u8>>,
    limite: bool,
    attendu: bool,
    exerce: bool,
    caisses_du: Option<Vec<Periode>>,
    caisses: Option<Vec<Organisme>>,
    statuts_du: Option<Vec<Periode>>,
    statuts: Option<Vec<StatutPatient>>,
    designation_id: Option<DesignationId>,
    version: Option<i32>,
    declaration_id: Option<DeclarationId>,
    effet: Option<Periode>,
    motif_fin: Option<MotifFin>,
    enregistre_le: Option<DateTime<Utc>>,
    medecin_id: Option<MedecinId>,
    rpps: Option<Rpps>,
    membre_effet: Option<Periode>,
    membre_motif_fin: Option<MotifDepart>,
    membre_version: Option<i32>,
}

impl Row {
    /// The doctor of a designation, if there is one.
    fn membre(&self) -> Option<designations::Row> {
        Some(designations::Row {
            designation_id: self.designation_id?,
            version: self.version?,
            declaration_id: self.declaration_id?,
            effet: self.effet?,
            motif_fin: self.motif_fin,
            enregistre_le: self.enregistre_le?,
            remplace_le: None,
            medecin_id: self.medecin_id?,
            rpps: self.rpps?,
            membre_effet: self.membre_effet?,
            membre_motif_fin: self.membre_motif_fin,
            membre_version: self.membre_version?,
        })
    }
}

/// What is known now of a person, for a doctor; whether he practises on a day, if it is asked. A person who does not exist has
/// nothing.
pub async fn pour_un_medecin(
    conn: &mut PgConnection,
    patient: PatientId,
    rpps: &Rpps,
    exerce_le: Option<NaiveDate>,
) -> Result<Presents, StorageError> {
    let mut rows = sqlx::query_as!(
        Row,
        r#"/* patient.presents */
         SELECT p.fusionne_dans, CASE WHEN p.etat_le = p.connu_le THEN p.etat_chiffre END AS etat,
                p.limite_le IS NOT NULL AS "limite!",
                EXISTS (
                    SELECT FROM declaration_medecin c JOIN medecin cm USING (medecin_id)
                    JOIN etat_declaration e USING (patient_id, declaration_id)
                    JOIN declaration de USING (patient_id, declaration_id)
                    WHERE c.patient_id = $1 AND cm.rpps = $2 AND e.remplace_le IS NULL AND e.etat = 'en_attente'
                      AND (de.canal <> 'teleservice' OR EXISTS (
                          SELECT FROM signature s
                          WHERE s.patient_id = c.patient_id AND s.declaration_id = c.declaration_id
                            AND s.role <> 'medecin' AND lien_vaut(s.patient_id, s.representation_id, s.signe_le)))
                ) AS "attendu!",
                $3::date IS NOT NULL AND EXISTS (
                    SELECT FROM medecin me JOIN exercice x ON x.medecin_id = me.medecin_id
                    WHERE me.rpps = $2 AND x.remplace_le IS NULL AND x.effet @> $3::date
                ) AS "exerce!",
                CASE WHEN p.etat_le IS DISTINCT FROM p.connu_le THEN ARRAY(
                    SELECT a.effet FROM affiliation a WHERE a.patient_id = $1 AND a.remplace_le IS NULL
                    ORDER BY lower(a.effet)) END AS "caisses_du: Vec<Periode>",
                CASE WHEN p.etat_le IS DISTINCT FROM p.connu_le THEN ARRAY(
                    SELECT a.organisme FROM affiliation a WHERE a.patient_id = $1 AND a.remplace_le IS NULL
                    ORDER BY lower(a.effet)) END AS "caisses: Vec<Organisme>",
                CASE WHEN p.etat_le IS DISTINCT FROM p.connu_le THEN ARRAY(
                    SELECT t.effet FROM statut_patient t WHERE t.patient_id = $1 AND t.remplace_le IS NULL
                    ORDER BY lower(t.effet)) END AS "statuts_du: Vec<Periode>",
                CASE WHEN p.etat_le IS DISTINCT FROM p.connu_le THEN ARRAY(
                    SELECT t.statut FROM statut_patient t WHERE t.patient_id = $1 AND t.remplace_le IS NULL
                    ORDER BY lower(t.effet)) END AS "statuts: Vec<StatutPatient>",
                d.designation_id AS "designation_id?", d.version AS "version?", d.declaration_id AS "declaration_id?",
                d.effet AS "effet?", d.motif_fin AS "motif_fin?", d.enregistre_le AS "enregistre_le?",
                dm.medecin_id AS "medecin_id?", m.rpps AS "rpps?", dm.effet AS "membre_effet?",
                dm.motif_fin AS "membre_motif_fin?", dm.version AS "membre_version?"
         FROM patient p
         LEFT JOIN (designation d
                    JOIN designation_medecin dm
                      ON dm.patient_id = d.patient_id AND dm.designation_id = d.designation_id AND dm.remplace_le IS NULL
                    JOIN medecin m ON m.medecin_id = dm.medecin_id)
             ON d.patient_id = p.patient_id AND d.remplace_le IS NULL
         WHERE p.patient_id = $1
         ORDER BY lower(d.effet), d.designation_id, m.rpps, lower(dm.effet)"#,
        patient.uuid(),
        rpps.as_str(),
        exerce_le
    )
    .fetch_all(conn)
    .await?;
    let membres = rows.iter().filter_map(Row::membre).collect();
    let designations = designations::gather(patient, membres);
    let Some(first) = rows.first_mut() else { return Ok(Presents::default()) };
    let caisses = first.caisses_du.take().zip(first.caisses.take());
    let statuts = first.statuts_du.take().zip(first.statuts.take());
    let couverture =
        caisses.zip(statuts).map(|((caisses_du, caisses), (statuts_du, statuts))| Couverture {
            caisses: caisses_du.into_iter().zip(caisses).collect(),
            statuts: statuts_du.into_iter().zip(statuts).collect(),
        });
    Ok(Presents {
        ligne: Ligne {
            fusionne_dans: first.fusionne_dans,
            etat: first.etat.take(),
            limite: first.limite,
        },
        attendu: first.attendu,
        exerce: first.exerce,
        designations,
        couverture,
    })
}
