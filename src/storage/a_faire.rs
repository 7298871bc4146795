//! What waits for somebody: one statement a role, each heading led by an index.

mod famille;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

pub use self::famille::{Pendante, enregistres, liens, pendantes};
use super::StorageError;
use crate::domain::a_faire::Rubrique;
use crate::domain::evenement::NatureEvenement;
use crate::domain::fil::Destinataire;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::PatientId;
use crate::domain::vocabulary::Vocabulaire;

/// The kinds that say that a choice came to nothing.
pub const SANS_SUITE: [NatureEvenement; 3] = [
    NatureEvenement::DeclarationRefusee,
    NatureEvenement::DeclarationExpiree,
    NatureEvenement::DeclarationCaduque,
];

/// The kinds that tell a person what nobody recorded about them, as long as it counts.
pub const A_SAVOIR: [NatureEvenement; 5] = [
    NatureEvenement::DesignationMedecinSuspendu,
    NatureEvenement::DesignationSpecialiteChangee,
    NatureEvenement::DesignationLieuChange,
    NatureEvenement::NeutralisationFinProche,
    NatureEvenement::PatientMajorite16Ans,
];

/// The kinds that tell a person what their caisse decided of what they contested.
pub const DECIDEES: [NatureEvenement; 2] = [
    NatureEvenement::DeclarationContestationRetenue,
    NatureEvenement::DeclarationContestationRejetee,
];

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affaire {
    pub rubrique: Rubrique,
    /// Since when.
    pub depuis: DateTime<Utc>,
    /// Until when, when it ends by itself.
    pub echeance: Option<DateTime<Utc>>,
    pub patient_id: Option<PatientId>,
    /// A declaration, a referral, a file, an operation, an event: by the heading.
    pub objet: Uuid,
    /// What was recorded.
    pub nature: Option<NatureEvenement>,
    /// Its first day, and the first day after it.
    pub effet_du: Option<NaiveDate>,
    pub effet_au: Option<NaiveDate>,
}

/// When an inbox is read, and how far back it looks.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub maintenant: DateTime<Utc>,
    /// Today.
    pub jour: NaiveDate,
    /// What happened before is no longer new.
    pub recent: DateTime<Utc>,
    /// The most of each heading.
    pub limite: i64,
}

struct Row {
    rubrique: String,
    depuis: DateTime<Utc>,
    echeance: Option<DateTime<Utc>>,
    patient_id: Option<PatientId>,
    objet: Uuid,
}

impl Row {
    fn build(self) -> Result<Affaire, StorageError> {
        let rubrique = Rubrique::du_mot(&self.rubrique)
            .ok_or_else(|| StorageError::inconsistent("a_faire", "rubrique", self.rubrique))?;
        let Self { depuis, echeance, patient_id, objet, .. } = self;
        let (nature, effet_du, effet_au) = (None, None, None);
        Ok(Affaire { rubrique, depuis, echeance, patient_id, objet, nature, effet_du, effet_au })
    }
}

/// What waits for a doctor.
pub async fn medecin(
    conn: &mut PgConnection,
    rpps: &Rpps,
    moment: &Moment,
) -> Result<Vec<Affaire>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        r#"/* a_faire.medecin */
         WITH moi AS (SELECT medecin_id FROM medecin WHERE rpps = $1),
         mouvements AS (
             SELECT e.*, f.position
             FROM (SELECT position, sequence FROM fil WHERE destinataire = $2 ORDER BY position DESC LIMIT $6) AS f
             JOIN evenement e USING (sequence)
             WHERE e.enregistre_le >= $5)
         SELECT rubrique AS "rubrique!", depuis AS "depuis!", echeance, patient_id AS "patient_id!: PatientId",
                objet AS "objet!"
         FROM (
             (SELECT 'signature_attendue' AS rubrique, d.enregistre_le AS depuis, d.expire_le AS echeance,
                     d.patient_id, d.declaration_id AS objet
              FROM moi JOIN declaration_medecin m USING (medecin_id)
              JOIN etat_declaration s USING (patient_id, declaration_id)
              JOIN declaration d USING (patient_id, declaration_id)
              WHERE s.remplace_le IS NULL AND s.etat = 'en_attente' AND d.expire_le > $3
                AND NOT EXISTS (SELECT FROM signature g
                                WHERE g.patient_id = d.patient_id AND g.declaration_id = d.declaration_id
                                  AND g.medecin_id = m.medecin_id)
                AND NOT EXISTS (SELECT FROM avenant a
                                WHERE a.patient_id = d.patient_id AND a.declaration_id = d.declaration_id
                                  AND m.medecin_id = ANY (a.en_place))
              ORDER BY d.enregistre_le DESC LIMIT $6)
             UNION ALL
             (SELECT 'retour_attendu', a.enregistre_le, NULL, coalesce(p.fusionne_dans, p.patient_id), a.adressage_id
              FROM moi JOIN correspondant_adressage c USING (medecin_id)
              JOIN version_adressage v USING (patient_id, adressage_id, version)
              JOIN adressage a USING (patient_id, adressage_id)
              JOIN patient p USING (patient_id)
              WHERE v.remplace_le IS NULL AND v.etat = 'actif' AND lower(v.effet) <= $4
                AND upper(v.effet) > $4::date - 365
                AND NOT EXISTS (SELECT FROM retour_adressage r
                                WHERE r.patient_id = a.patient_id AND r.adressage_id = a.adressage_id
                                  AND r.medecin_id = c.medecin_id)
              ORDER BY a.enregistre_le DESC LIMIT $6)
             UNION ALL
             -- What was taken back since is no news.
             SELECT CASE m.nature WHEN 'patientele.arrivee' THEN 'patient_arrive' ELSE 'patient_parti' END,
                    m.enregistre_le, NULL, m.patient_id, m.evenement_id
             FROM mouvements m
             WHERE m.nature IN ('patientele.arrivee', 'patientele.depart')
               AND NOT EXISTS (SELECT FROM mouvements n
                               WHERE n.patient_id = m.patient_id AND n.effet_du = m.effet_du
                                 AND n.position > m.position
                                 AND n.nature = m.nature || CASE m.nature WHEN 'patientele.arrivee'
                                                            THEN '_annulee' ELSE '_annule' END)
         ) AS tout"#,
        rpps.as_str(),
        Destinataire::Patientele(*rpps).to_string(),
        moment.maintenant,
        moment.jour,
        moment.recent,
        moment.limite
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::build).collect()
}

/// What waits for a caisse.
#[expect(clippy::too_many_lines, reason = "it is one statement")]
pub async fn caisse(
    conn: &mut PgConnection,
    code: &str,
    moment: &Moment,
) -> Result<Vec<Affaire>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        r#"/* a_faire.caisse */
         SELECT rubrique AS "rubrique!", depuis AS "depuis!", echeance, patient_id AS "patient_id: PatientId",
                objet AS "objet!"
         FROM (
             (SELECT 'declaration_en_attente' AS rubrique, d.enregistre_le AS depuis, d.expire_le AS echeance,
                     d.patient_id, d.declaration_id AS objet
              FROM etat_declaration s JOIN declaration d USING (patient_id, declaration_id)
              WHERE s.remplace_le IS NULL AND s.etat = 'en_attente' AND d.expire_le > $2
                AND caisse_le(d.patient_id, $3) = $1
              ORDER BY d.enregistre_le DESC LIMIT $5)
             UNION ALL
             (SELECT 'contestation_ouverte', s.enregistre_le, NULL, s.patient_id, s.declaration_id
              FROM etat_declaration s
              WHERE s.contestation = 'ouverte' AND s.remplace_le IS NULL AND caisse_le(s.patient_id, $3) = $1
              ORDER BY s.enregistre_le DESC LIMIT $5)
             UNION ALL
             -- Signed for the person by somebody who turned out not to represent them; until it is rectified or decided, or
             -- the same doctors are chosen again by whoever may.
             (SELECT 'choix_a_verifier', a.depuis, NULL, s.patient_id, s.declaration_id
              FROM (SELECT coalesce(p.fusionne_dans, p.patient_id) AS patient_id, e.declaration_id,
                           max(e.enregistre_le) AS depuis
                    FROM evenement e JOIN patient p USING (patient_id)
                    WHERE e.nature = 'declaration.a_verifier'
                    GROUP BY 1, 2) AS a
              JOIN etat_declaration s USING (patient_id, declaration_id)
              JOIN declaration d USING (patient_id, declaration_id)
              WHERE s.remplace_le IS NULL AND s.etat = 'active' AND s.contestation IS NULL
                AND caisse_le(s.patient_id, $3) = $1
                AND signature_perdue(s.patient_id, s.declaration_id)
                AND NOT EXISTS (
                    SELECT FROM declaration n JOIN etat_declaration t USING (patient_id, declaration_id)
                    WHERE n.patient_id = d.patient_id AND n.enregistre_le > d.enregistre_le
                      AND t.remplace_le IS NULL AND t.etat = 'active'
                      AND NOT signature_perdue(n.patient_id, n.declaration_id)
                      AND ARRAY(SELECT m.medecin_id FROM declaration_medecin m
                                WHERE m.patient_id = n.patient_id AND m.declaration_id = n.declaration_id
                                ORDER BY 1)
                        = ARRAY(SELECT m.medecin_id FROM declaration_medecin m
                                WHERE m.patient_id = d.patient_id AND m.declaration_id = d.declaration_id
                                ORDER BY 1))
              ORDER BY a.depuis DESC LIMIT $5)
             UNION ALL
             (SELECT 'conflit_ouvert', c.enregistre_le, NULL, c.patient_id, c.conflit_id
              FROM conflit_designation c
              WHERE c.remplace_le IS NULL AND c.etat = 'ouvert' AND caisse_le(c.patient_id, $3) = $1
              ORDER BY c.enregistre_le DESC LIMIT $5)
             UNION ALL
             (SELECT 'conciliation_ouverte', c.enregistre_le, NULL, p.kept, c.conciliation_id
              FROM etat_conciliation s JOIN conciliation c USING (patient_id, conciliation_id)
              CROSS JOIN LATERAL (
                  SELECT coalesce(fusionne_dans, patient_id) AS kept FROM patient WHERE patient_id = c.patient_id) AS p
              WHERE s.remplace_le IS NULL AND s.etat = 'ouverte' AND caisse_le(p.kept, $3) = $1
              ORDER BY c.enregistre_le DESC LIMIT $5)
             UNION ALL
             (SELECT CASE o.etat WHEN 'a_confirmer' THEN 'operation_a_confirmer' ELSE 'operation_en_cours' END,
                     o.enregistre_le, o.expire_le, NULL, o.operation_id
              FROM operation_medecin o
              WHERE o.etat IN ('a_confirmer', 'en_attente', 'en_cours', 'annulation')
                AND (o.caisse = $1 OR EXISTS (SELECT FROM operation_caisse c
                                              WHERE c.operation_id = o.operation_id AND c.caisse = $1))
              ORDER BY o.enregistre_le DESC LIMIT $5)
             UNION ALL
             (SELECT 'mutation', a.enregistre_le, NULL, a.patient_id, a.affiliation_id
              FROM affiliation a
              WHERE left(a.organisme, 5) = $1 AND a.enregistre_le >= $4 AND a.remplace_le IS NULL
                AND EXISTS (SELECT FROM affiliation b
                            WHERE b.patient_id = a.patient_id AND b.remplace_le IS NULL
                              AND left(b.organisme, 5) <> $1
                              AND (upper(b.effet) = lower(a.effet) OR lower(b.effet) = upper(a.effet)))
                AND NOT EXISTS (SELECT FROM acte_patient x
                                WHERE x.patient_id = a.patient_id AND x.enregistre_le = a.enregistre_le
                                  AND x.auteur = $1)
                AND NOT EXISTS (SELECT FROM patient p WHERE p.patient_id = a.patient_id AND p.fusionne_dans IS NOT NULL)
              ORDER BY a.enregistre_le DESC LIMIT $5)
             UNION ALL
             (SELECT 'doublon_possible', i.enregistre_le, NULL, i.patient_id, i.identifiant_id
              FROM identifiant_patient i
              WHERE i.conteste AND i.remplace_le IS NULL AND caisse_le(i.patient_id, $3) = $1
                AND NOT EXISTS (SELECT FROM patient p WHERE p.patient_id = i.patient_id AND p.fusionne_dans IS NOT NULL)
              ORDER BY i.enregistre_le DESC LIMIT $5)
             UNION ALL
             (SELECT 'limitation_en_cours', l.enregistre_le, NULL, l.patient_id, l.limitation_id
              FROM limitation l
              WHERE l.remplace_le IS NULL AND caisse_le(l.patient_id, $3) = $1
              ORDER BY l.enregistre_le DESC LIMIT $5)
             UNION ALL
             (SELECT 'rectification_demandee', r.enregistre_le, (r.terme + 1)::timestamp AT TIME ZONE 'Europe/Paris',
                     p.kept, r.demande_id
              FROM demande_rectification r CROSS JOIN LATERAL (
                  SELECT coalesce(fusionne_dans, patient_id) AS kept FROM patient WHERE patient_id = r.patient_id) AS p
              WHERE r.remplace_le IS NULL AND caisse_le(p.kept, $3) = $1
              ORDER BY r.enregistre_le DESC LIMIT $5)
             UNION ALL
             (SELECT 'feuilles_a_revoir', e.enregistre_le, NULL, NULL, e.evenement_id
              FROM (SELECT sequence, position FROM fil
                    WHERE destinataire = 'caisse:' || $1 AND nature = ANY ($6)
                      AND position > (SELECT position FROM fil_tete) - 100000
                    ORDER BY position DESC LIMIT 500) AS f
              JOIN evenement e USING (sequence)
              WHERE e.enregistre_le >= $4
                AND (e.effet_du IS NULL OR e.effet_du < (e.enregistre_le AT TIME ZONE 'Europe/Paris')::date)
              ORDER BY f.position DESC LIMIT 1)
         ) AS tout"#,
        code,
        moment.maintenant,
        moment.jour,
        moment.recent,
        moment.limite,
        &tardives()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::build).collect()
}

/// The numbers of the kinds after which a feuille may have to be looked at again.
fn tardives() -> Vec<i16> {
    let all = NatureEvenement::tardives().into_iter().chain([NatureEvenement::FeuilleAReexaminer]);
    all.map(|one| i16::from(one.code())).collect()
}

/// The national acts that wait for a second agent.
pub async fn referentiel(
    conn: &mut PgConnection,
    moment: &Moment,
) -> Result<Vec<Affaire>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        r#"/* a_faire.referentiel */
         SELECT 'operation_a_confirmer' AS "rubrique!", enregistre_le AS depuis, expire_le AS echeance,
                NULL::uuid AS "patient_id: PatientId", operation_id AS "objet!: Uuid"
         FROM operation_medecin WHERE etat = 'a_confirmer' AND expire_le > $1
         ORDER BY enregistre_le DESC LIMIT $2"#,
        moment.maintenant,
        moment.limite
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::build).collect()
}
