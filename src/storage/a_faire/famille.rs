//! What waits for a person and for those for whom they act.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::{A_SAVOIR, Affaire, DECIDEES, Moment, SANS_SUITE};
use crate::domain::a_faire::Rubrique;
use crate::domain::declaration::RoleSignataire;
use crate::domain::evenement::NatureEvenement;
use crate::domain::identifiers::DateNaissanceAmo;
use crate::domain::ids::{DeclarationId, PatientId, RepresentationId};
use crate::domain::representation::NatureRepresentation;
use crate::storage::StorageError;

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
           AND NOT EXISTS (SELECT FROM deces_patient m WHERE m.patient_id = d.patient_id AND m.remplace_le IS NULL)
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
/// What comes is told until it is over, and no more once it was undone, or once the person has no longer that doctor.
/// What the caisse decided of a contest is told whatever became of the choice. The dead are asked nothing.
pub async fn enregistres(
    conn: &mut PgConnection,
    (persons, lecteur): (&[PatientId], PatientId),
    natures: &[NatureEvenement],
    moment: &Moment,
) -> Result<Vec<Affaire>, StorageError> {
    let rows = sqlx::query!(
        r#"/* a_faire.enregistres */
         SELECT e.evenement_id, e.nature, e.enregistre_le, p.kept AS "patient_id!: PatientId", e.declaration_id,
                e.effet_du, (e.donnees->>'effet_au')::date AS effet_au
         FROM evenement e LEFT JOIN auteur a USING (auteur_id)
         CROSS JOIN LATERAL (
             SELECT coalesce(fusionne_dans, patient_id) AS kept FROM patient WHERE patient_id = e.patient_id) AS p
         WHERE e.patient_id = ANY ($1 || ARRAY(
                   SELECT absorbe_id FROM fusion WHERE patient_id = ANY ($1) AND remplace_le IS NULL))
           AND e.nature NOT LIKE 'feuille.%' AND e.nature = ANY ($3)
           AND (e.enregistre_le >= $2
                OR e.nature = ANY ($7) AND coalesce((e.donnees->>'effet_au')::date, e.effet_du) > $6)
           AND (e.nature NOT LIKE 'designation.%'
                OR EXISTS (SELECT FROM designation d JOIN designation_medecin m USING (patient_id, designation_id)
                           WHERE d.patient_id = p.kept AND m.medecin_id = e.medecin_id
                             AND d.remplace_le IS NULL AND m.remplace_le IS NULL AND d.effet * m.effet @> $6::date)
                   AND NOT EXISTS (SELECT FROM operation_medecin o
                                   WHERE o.operation_id = (e.donnees->>'operation_id')::uuid AND o.annulee_le IS NOT NULL))
           AND (e.nature <> 'neutralisation.fin_proche'
                OR EXISTS (SELECT FROM neutralisation n
                           WHERE n.patient_id = p.kept AND n.remplace_le IS NULL AND upper(n.effet) = e.effet_du
                             AND n.effet @> $6::date))
           -- Nothing is left to choose by, or for, somebody who died.
           AND (e.declaration_id IS NULL AND e.nature <> ALL ($7)
                OR NOT EXISTS (SELECT FROM deces_patient x WHERE x.patient_id = p.kept AND x.remplace_le IS NULL))
           -- A merge is told to both records.
           AND (e.patient_id = ANY ($1) OR e.nature <> 'patient.fusionne')
           AND (a.role IS DISTINCT FROM 'patient' OR a.identite <> $4)
           AND (e.declaration_id IS NULL OR e.nature = ANY ($8)
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
        moment.limite,
        moment.jour,
        &A_SAVOIR as _,
        &DECIDEES as _
    )
    .fetch_all(conn)
    .await?;
    let affaire = |nature: NatureEvenement| {
        if nature == NatureEvenement::DeclarationDeposee {
            Rubrique::ChoixEnSonNom
        } else if SANS_SUITE.contains(&nature) {
            Rubrique::ChoixSansSuite
        } else if A_SAVOIR.contains(&nature) || DECIDEES.contains(&nature) {
            Rubrique::ASavoir
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
            effet_du: row.effet_du,
            effet_au: row.effet_au,
        })
        .collect())
}
