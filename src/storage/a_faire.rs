//! What waits for somebody: one statement a role, each heading led by an index.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::StorageError;
use crate::domain::a_faire::Rubrique;
use crate::domain::declaration::RoleSignataire;
use crate::domain::evenement::NatureEvenement;
use crate::domain::fil::Destinataire;
use crate::domain::identifiers::{DateNaissanceAmo, Rpps};
use crate::domain::ids::{DeclarationId, PatientId, RepresentationId};
use crate::domain::representation::NatureRepresentation;
use crate::domain::vocabulary::Vocabulaire;

/// The kinds that say that a choice came to nothing.
pub const SANS_SUITE: [NatureEvenement; 3] = [
    NatureEvenement::DeclarationRefusee,
    NatureEvenement::DeclarationExpiree,
    NatureEvenement::DeclarationCaduque,
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
        Ok(Affaire { rubrique, depuis, echeance, patient_id, objet, nature: None })
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

/// A declaration that waits for somebody of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pendante {
    pub patient_id: PatientId,
    pub declaration_id: DeclarationId,
    pub depuis: DateTime<Utc>,
    pub echeance: DateTime<Utc>,
    pub naissance: DateNaissanceAmo,
    /// The qualities in which the patient's side signed already, each with its day.
    pub signees: Vec<(RoleSignataire, NaiveDate)>,
}

/// The declarations of some persons that wait.
pub async fn pendantes(
    conn: &mut PgConnection,
    persons: &[PatientId],
    moment: &Moment,
) -> Result<Vec<Pendante>, StorageError> {
    Ok(sqlx::query!(
        r#"/* a_faire.pendantes */
         SELECT d.patient_id, d.declaration_id, d.enregistre_le, d.expire_le, i.date_naissance,
                ARRAY(SELECT g.role FROM signature g
                      WHERE g.patient_id = d.patient_id AND g.declaration_id = d.declaration_id
                        AND g.role <> 'medecin' AND lien_vaut(g.patient_id, g.representation_id, g.signe_le)
                      ORDER BY g.signature_id) AS "roles!: Vec<RoleSignataire>",
                ARRAY(SELECT g.signe_le FROM signature g
                      WHERE g.patient_id = d.patient_id AND g.declaration_id = d.declaration_id
                        AND g.role <> 'medecin' AND lien_vaut(g.patient_id, g.representation_id, g.signe_le)
                      ORDER BY g.signature_id) AS "jours!"
         FROM declaration d JOIN etat_declaration s USING (patient_id, declaration_id)
         JOIN identite_patient i ON i.patient_id = d.patient_id AND i.remplace_le IS NULL AND i.effet @> $3::date
         WHERE d.patient_id = ANY ($1) AND s.remplace_le IS NULL AND s.etat = 'en_attente' AND d.expire_le > $2
         ORDER BY d.enregistre_le DESC LIMIT $4"#,
        persons as _,
        moment.maintenant,
        moment.jour,
        moment.limite
    )
    .map(|row| Pendante {
        patient_id: row.patient_id,
        declaration_id: row.declaration_id,
        depuis: row.enregistre_le,
        echeance: row.expire_le,
        naissance: row.date_naissance,
        signees: row.roles.into_iter().zip(row.jours).collect(),
    })
    .fetch_all(conn)
    .await?)
}

/// Who acts for some persons today.
pub async fn liens(
    conn: &mut PgConnection,
    persons: &[PatientId],
    jour: NaiveDate,
) -> Result<Vec<(PatientId, RepresentationId, Option<PatientId>, NatureRepresentation)>, StorageError>
{
    Ok(sqlx::query!(
        r#"/* a_faire.liens */
         SELECT coalesce(p.fusionne_dans, p.patient_id) AS "patient_id!: PatientId", r.representation_id,
                coalesce(q.fusionne_dans, q.patient_id) AS "representant_id: PatientId", r.nature
         FROM representation r JOIN patient p ON p.patient_id = r.patient_id
         LEFT JOIN patient q ON q.patient_id = r.representant_id
         WHERE r.patient_id = ANY ($1 || ARRAY(
                   SELECT absorbe_id FROM fusion WHERE patient_id = ANY ($1) AND remplace_le IS NULL))
           AND r.remplace_le IS NULL AND r.effet @> $2::date AND NOT mort_avant(r.representant_id, $2)"#,
        persons as _,
        jour
    )
    .map(|row| (row.patient_id, row.representation_id, row.representant_id, row.nature))
    .fetch_all(conn)
    .await?)
}

/// What was recorded lately about some persons by somebody who is none of them, of some kinds; a choice that is
/// contested already, or that counts no more, is not told again; nor is one that came to nothing, once another was made.
pub async fn enregistres(
    conn: &mut PgConnection,
    (persons, lecteur): (&[PatientId], PatientId),
    natures: &[NatureEvenement],
    moment: &Moment,
) -> Result<Vec<Affaire>, StorageError> {
    let rows = sqlx::query!(
        r#"/* a_faire.enregistres */
         SELECT e.evenement_id, e.nature, e.enregistre_le, p.kept AS "patient_id!: PatientId", e.declaration_id
         FROM evenement e LEFT JOIN auteur a USING (auteur_id)
         CROSS JOIN LATERAL (
             SELECT coalesce(fusionne_dans, patient_id) AS kept FROM patient WHERE patient_id = e.patient_id) AS p
         WHERE e.patient_id = ANY ($1 || ARRAY(
                   SELECT absorbe_id FROM fusion WHERE patient_id = ANY ($1) AND remplace_le IS NULL))
           AND e.nature NOT LIKE 'feuille.%' AND e.enregistre_le >= $2 AND e.nature = ANY ($3)
           -- A merge is told to both records.
           AND (e.patient_id = ANY ($1) OR e.nature <> 'patient.fusionne')
           AND (a.role IS DISTINCT FROM 'patient' OR a.identite <> $4)
           AND (e.declaration_id IS NULL
                OR EXISTS (SELECT FROM etat_declaration s
                           WHERE s.patient_id = p.kept AND s.declaration_id = e.declaration_id
                             AND s.remplace_le IS NULL
                             AND CASE WHEN e.nature = 'declaration.deposee'
                                      THEN s.etat = 'active' AND s.contestation IS NULL
                                      WHEN s.etat = 'caduque' THEN s.motif IS NOT NULL
                                      ELSE s.etat IN ('refusee', 'expiree') END
                             AND NOT EXISTS (SELECT FROM etat_declaration t
                                             WHERE e.nature <> 'declaration.deposee'
                                               AND t.patient_id = p.kept AND t.remplace_le IS NULL
                                               AND t.etat = 'active' AND t.enregistre_le > e.enregistre_le)))
         ORDER BY e.enregistre_le DESC, e.sequence DESC LIMIT $5"#,
        persons as _,
        moment.recent,
        natures as _,
        lecteur.to_string(),
        moment.limite
    )
    .fetch_all(conn)
    .await?;
    let affaire = |nature: NatureEvenement| {
        if nature == NatureEvenement::DeclarationDeposee {
            Rubrique::ChoixEnSonNom
        } else if SANS_SUITE.contains(&nature) {
            Rubrique::ChoixSansSuite
        } else {
            Rubrique::Enregistre
        }
    };
    Ok(rows
        .into_iter()
        .map(|row| Affaire {
            rubrique: affaire(row.nature),
            depuis: row.enregistre_le,
            echeance: None,
            patient_id: Some(row.patient_id),
            objet: row.declaration_id.map_or(row.evenement_id.uuid(), DeclarationId::uuid),
            nature: Some(row.nature),
        })
        .collect())
}
