//! What the register knows about many persons at once, now or at an instant: one statement a kind of fact, whatever the
//! number of persons, whose rows the caller has locked when it will write.
//!
//! Participations and opinions keep no instant of their own: they follow from the feuilles received by then
//! ([`super::feuilles_de_soins::received_by`]).

pub mod medecins;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::StorageError;
use super::connaissance::{Connaissance, connu};
use crate::domain::calendar::Periode;
use crate::domain::evaluation::SignaturesConnues;
use crate::domain::identifiers::{DateNaissanceAmo, Organisme, RangGemellaire, Rpps};
use crate::domain::ids::{DeclarationId, DesignationId, PatientId};
use crate::domain::vie::sommeil::StatutPatient;

/// Records merged into those of some persons: whose, then the record that was absorbed.
pub async fn absorbed(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<(PatientId, PatientId)>, StorageError> {
    struct Row {
        patient_id: PatientId,
        absorbe_id: PatientId,
    }
    let rows = connu!(
        conn, connu_le => "$2", Row, "fusion.absorbed_of", "fusion.absorbed_known_at",
        "SELECT patient_id, absorbe_id FROM fusion f WHERE patient_id = ANY($1) AND " ["f."];
        patients as _
    )?;
    Ok(rows.into_iter().map(|row| (row.patient_id, row.absorbe_id)).collect())
}

/// The records of some persons now, their own and those merged into them: whose each is.
pub async fn records(
    conn: &mut PgConnection,
    persons: &[PatientId],
) -> Result<BTreeMap<PatientId, PatientId>, StorageError> {
    let merged = absorbed(conn, persons, None).await?;
    let own = persons.iter().map(|person| (*person, *person));
    Ok(own.chain(merged.into_iter().map(|(kept, old)| (old, kept))).collect())
}

/// The records of a person: their own, then those merged into it, as known at an instant.
pub async fn records_of(
    conn: &mut PgConnection,
    person: PatientId,
    connu_le: Connaissance,
) -> Result<Vec<PatientId>, StorageError> {
    let merged = absorbed(conn, &[person], connu_le).await?;
    Ok(std::iter::once(person).chain(merged.into_iter().map(|(_, old)| old)).collect())
}

/// A birth date, and from which day the identity that bears it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NaissanceConnue {
    pub patient_id: PatientId,
    /// First day of that identity.
    pub du: NaiveDate,
    /// Birth date known to the insurance.
    pub date: DateNaissanceAmo,
    pub rang: RangGemellaire,
}

/// The birth dates and ranks of some persons, one for each identity.
pub async fn births(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<NaissanceConnue>, StorageError> {
    Ok(connu!(
        conn, connu_le => "$2", NaissanceConnue, "identite_patient.births_of", "identite_patient.births_known_at",
        r#"SELECT patient_id, date_naissance AS date, rang, lower(effet) AS "du!" FROM identite_patient i
           WHERE patient_id = ANY($1) AND "# ["i."];
        patients as _
    )?)
}

/// A caisse of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AffiliationConnue {
    pub patient_id: PatientId,
    pub effet: Periode,
    pub organisme: Organisme,
}

/// The caisses of some persons, those of each by first day.
pub async fn affiliations(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<AffiliationConnue>, StorageError> {
    let mut known = connu!(
        conn, connu_le => "$2", AffiliationConnue, "affiliation.of_persons", "affiliation.known_at",
        "SELECT patient_id, organisme, effet FROM affiliation a WHERE patient_id = ANY($1) AND " ["a."];
        patients as _
    )?;
    known.sort_by_key(|one| (one.patient_id, one.effet.du()));
    Ok(known)
}

/// One doctor of one designation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MembreConnu {
    /// Whose médecin traitant.
    pub patient_id: PatientId,
    pub designation_id: DesignationId,
    /// The declaration that opened it.
    pub declaration_id: DeclarationId,
    /// Days of the designation.
    pub effet: Periode,
    pub rpps: Rpps,
    /// Days of the doctor in it.
    pub membre_effet: Periode,
    /// Whether the patient's side contests the choice, and nobody has decided.
    pub contestee: bool,
}

/// The doctors of the designations of some persons; those of one designation follow each other.
pub async fn designations(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<MembreConnu>, StorageError> {
    let mut known = connu!(
        conn, connu_le => "$2", MembreConnu, "designation.of_persons", "designation.known_at",
        r#"SELECT d.patient_id, d.designation_id, d.declaration_id, d.effet, m.rpps, dm.effet AS membre_effet,
                  EXISTS (
                      SELECT 1 FROM etat_declaration e
                      JOIN declaration_medecin c USING (patient_id, declaration_id)
                      LEFT JOIN avenant a USING (patient_id, declaration_id)
                      WHERE e.patient_id = d.patient_id AND e.contestation = 'ouverte' AND c.medecin_id = dm.medecin_id
                        AND (e.declaration_id = d.declaration_id OR a.declaration_id IS NOT NULL) AND "# ["e."]
        r#") AS "contestee!"
         FROM designation d
         JOIN designation_medecin dm
           ON dm.patient_id = d.patient_id AND dm.designation_id = d.designation_id AND "# ["dm."]
        " JOIN medecin m ON m.medecin_id = dm.medecin_id
         WHERE d.patient_id = ANY($1) AND " ["d."];
        patients as _
    )?;
    known.sort_by_key(|one| (one.patient_id, one.effet.du(), one.designation_id));
    Ok(known)
}

/// A declaration that was under way: it names this doctor, and not everybody had signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attente {
    /// Whose choice.
    pub patient_id: PatientId,
    /// The doctor named.
    pub rpps: Rpps,
    /// From the day of the first signature to that of the last one, if it came.
    pub effet: Periode,
    /// Who has signed it.
    pub signees: SignaturesConnues,
}

/// The declarations of some persons that have a signature and wait for another, or waited for one that came on a later day:
/// what was under way on a day stays so once it is complete.
pub async fn waiting(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<Attente>, StorageError> {
    #[expect(clippy::struct_excessive_bools, reason = "each is somebody who has signed, or not")]
    struct Row {
        patient_id: PatientId,
        rpps: Rpps,
        du: NaiveDate,
        au: Option<NaiveDate>,
        assure: bool,
        representant: bool,
        medecin: bool,
        autres: bool,
    }
    let rows = connu!(
        conn, connu_le => "$2", Row, "declaration.waiting_of", "declaration.waiting_known_at",
        r#"SELECT e.patient_id, m.rpps, min(s.signe_le) AS "du!",
                  CASE WHEN e.etat = 'active' THEN max(s.signe_le) END AS au,
                  bool_or(s.role = 'assure') AS "assure!", bool_or(s.role NOT IN ('assure', 'medecin')) AS "representant!",
                  coalesce(bool_or(s.medecin_id = dm.medecin_id), false) AS "medecin!",
                  NOT EXISTS (SELECT FROM declaration_medecin o
                              WHERE o.patient_id = e.patient_id AND o.declaration_id = e.declaration_id
                                AND o.medecin_id <> ALL (array_agg(s.medecin_id) FILTER (WHERE s.medecin_id IS NOT NULL)
                                                         || dm.medecin_id)) AS "autres!"
           FROM etat_declaration e
           JOIN declaration_medecin dm USING (patient_id, declaration_id)
           JOIN medecin m USING (medecin_id)
           JOIN signature s USING (patient_id, declaration_id)
           WHERE e.patient_id = ANY($1) AND e.etat IN ('en_attente', 'active') AND "# ["e."] " AND " ("s.")
        " GROUP BY e.patient_id, e.declaration_id, e.etat, m.rpps, dm.medecin_id";
        patients as _
    )?;
    let waited = |row: Row| {
        let Row { patient_id, rpps, du, au, assure, representant, medecin, autres } = row;
        // Signed on one day by everybody, it never waited.
        let effet = Periode::new(du, au).ok()?;
        let signees = SignaturesConnues { assure, representant, medecin, autres_medecins: autres };
        Some(Attente { patient_id, rpps, effet, signees })
    };
    Ok(rows.into_iter().filter_map(waited).collect())
}

/// Days of a person.
struct Jours {
    patient_id: PatientId,
    effet: Periode,
}

impl From<Jours> for (PatientId, Periode) {
    fn from(Jours { patient_id, effet }: Jours) -> Self {
        (patient_id, effet)
    }
}

/// Days on which some persons bear no majoration because their doctor left.
pub async fn neutralisations(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<(PatientId, Periode)>, StorageError> {
    let rows = connu!(
        conn, connu_le => "$2", Jours, "neutralisation.of_persons", "neutralisation.known_at",
        "SELECT patient_id, effet FROM neutralisation n WHERE patient_id = ANY($1) AND " ["n."];
        patients as _
    )?;
    Ok(rows.into_iter().map(Jours::into).collect())
}

/// The days on which choices of merged records contradict each other, and nobody has decided.
pub async fn conflits(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<(PatientId, Periode)>, StorageError> {
    let rows = connu!(
        conn, connu_le => "$2", Jours, "conflit_designation.of_persons", "conflit_designation.known_at",
        "SELECT patient_id, effet FROM conflit_designation c
         WHERE patient_id = ANY($1) AND etat = 'ouvert' AND " ["c."];
        patients as _
    )?;
    Ok(rows.into_iter().map(Jours::into).collect())
}

/// The statuses of some persons that are not the ordinary one.
pub async fn statuts(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<(PatientId, Periode, StatutPatient)>, StorageError> {
    struct Row {
        patient_id: PatientId,
        statut: StatutPatient,
        effet: Periode,
    }
    let rows = connu!(
        conn, connu_le => "$2", Row, "statut_patient.of_persons", "statut_patient.known_at",
        "SELECT patient_id, statut, effet FROM statut_patient s
         WHERE patient_id = ANY($1) AND statut <> 'ordinaire' AND " ["s."];
        patients as _
    )?;
    Ok(rows.into_iter().map(|row| (row.patient_id, row.effet, row.statut)).collect())
}

/// Those of some records about which some referral was ever recorded.
pub async fn with_referrals(
    conn: &mut PgConnection,
    records: &[PatientId],
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* adressage.known_of */
         SELECT r.patient_id AS "patient_id!: PatientId" FROM unnest($1::uuid[]) AS r (patient_id)
         WHERE EXISTS (SELECT FROM adressage a WHERE a.patient_id = r.patient_id)"#,
        records as _
    )
    .fetch_all(conn)
    .await?)
}

/// Those of some records to which some single opinion was ever given, by a feuille that they received or by one that
/// a split gave them.
pub async fn with_opinions(
    conn: &mut PgConnection,
    records: &[PatientId],
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* avis_ponctuel.known_of */
         SELECT r.patient_id AS "patient_id!: PatientId" FROM unnest($1::uuid[]) AS r (patient_id)
         WHERE EXISTS (SELECT FROM avis_ponctuel a WHERE a.patient_id = r.patient_id)
            OR EXISTS (SELECT FROM attribution_feuille t WHERE t.patient_id = r.patient_id)"#,
        records as _
    )
    .fetch_all(conn)
    .await?)
}

/// The day on which somebody died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecesConnu {
    pub patient_id: PatientId,
    /// Itself a day of life.
    pub jour: NaiveDate,
    pub enregistre_le: DateTime<Utc>,
}

/// The deaths of some persons.
pub async fn deaths(
    conn: &mut PgConnection,
    patients: &[PatientId],
    connu_le: Connaissance,
) -> Result<Vec<DecesConnu>, StorageError> {
    Ok(connu!(
        conn, connu_le => "$2", DecesConnu, "deces_patient.of_persons", "deces_patient.known_at",
        r#"SELECT patient_id, lower(effet) AS "jour!", enregistre_le FROM deces_patient d
           WHERE patient_id = ANY($1) AND "# ["d."];
        patients as _
    )?)
}
