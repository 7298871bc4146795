//! What is known now of a person and is asked each time a doctor looks at them: by one statement, the finding of the person of a card
//! included.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::etat::Ligne;
use crate::domain::acteur::Auteur;
use crate::domain::calendar::Periode;
use crate::domain::designation::{Designation, MotifFin};
use crate::domain::fin::MotifDepart;
use crate::domain::identifiers::{Organisme, Rpps};
use crate::domain::ids::{AccesId, DeclarationId, DesignationId, MedecinId, PatientId, RequestId};
use crate::domain::patient::ClePatient;
use crate::domain::vie::sommeil::{MotifSommeil, StatutPatient, motif_de};
use crate::storage::{Coffre, Reading, StorageError, designations, essais};

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
    /// Nobody, in the row that says that a try was counted.
    patient_id: Option<PatientId>,
    fusionne_dans: Option<PatientId>,
    etat: Option<Vec<u8>>,
    limite: Option<bool>,
    attendu: Option<bool>,
    exerce: Option<bool>,
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
    let rows = sqlx::query_as!(
        Row,
        r#"/* patient.presents */
         SELECT patient_id AS "patient_id: PatientId", fusionne_dans AS "fusionne_dans: PatientId", etat, limite, attendu, exerce, caisses_du AS "caisses_du: Vec<Periode>",
                caisses AS "caisses: Vec<Organisme>", statuts_du AS "statuts_du: Vec<Periode>",
                statuts AS "statuts: Vec<StatutPatient>", designation_id AS "designation_id: DesignationId", version,
                declaration_id AS "declaration_id: DeclarationId", effet, motif_fin AS "motif_fin: MotifFin", enregistre_le,
                medecin_id AS "medecin_id: MedecinId", rpps AS "rpps: Rpps", membre_effet,
                membre_motif_fin AS "membre_motif_fin: MotifDepart", membre_version
         FROM presents($1, $2, $3)
         ORDER BY lower(effet), designation_id, rpps, lower(membre_effet)"#,
        patient.uuid(),
        rpps.as_str(),
        exerce_le
    )
    .fetch_all(conn)
    .await?;
    Ok(assemble(patient, rows))
}

/// Whom a card designates, when its holder tries the number for the first time.
#[derive(Debug)]
pub enum ParCarte {
    /// One person.
    Une(PatientId, Presents),
    /// Nobody: the try is counted.
    Personne,
    /// Something that is looked at step by step: tries that are known, several persons, a doctor who does not practise. Nothing is
    /// counted.
    APas,
}

/// What those whom a number designates read of a try that finds nobody, should it be one.
#[derive(Debug)]
pub struct Manque {
    /// An id for each of them: a number of more persons is looked at step by step.
    pub traces: Vec<AccesId>,
    pub survenu_le: DateTime<Utc>,
    /// Who tries: the number of an author.
    pub auteur_id: i32,
    pub operation: &'static str,
    pub requete_id: RequestId,
}

/// What is known now of the person of a card, for a doctor who practises on a day and has not missed with its number since an instant: one
/// statement, which is the whole of its transaction, waits for the other tries with that number, and counts the one that finds nobody.
pub async fn par_carte(
    reading: &mut Reading,
    (coffre, cle): (&Coffre, &ClePatient),
    (auteur, rpps): (&Auteur, &Rpps),
    (jour, apres): (NaiveDate, DateTime<Utc>),
    manque: &Manque,
) -> Result<ParCarte, StorageError> {
    let Some(conn) = reading.seule() else { return Ok(ParCarte::APas) };
    let numero = coffre.empreinte(&cle.numero);
    let (appelants, verrou) = essais::tried_by(coffre, auteur, &numero);
    let empreintes = coffre.empreintes(&cle.numero);
    let rows = sqlx::query_as!(
        Row,
        r#"/* patient.par_carte */
         SELECT patient_id AS "patient_id: PatientId", fusionne_dans AS "fusionne_dans: PatientId", etat, limite, attendu, exerce, caisses_du AS "caisses_du: Vec<Periode>",
                caisses AS "caisses: Vec<Organisme>", statuts_du AS "statuts_du: Vec<Periode>",
                statuts AS "statuts: Vec<StatutPatient>", designation_id AS "designation_id: DesignationId", version,
                declaration_id AS "declaration_id: DeclarationId", effet, motif_fin AS "motif_fin: MotifFin", enregistre_le,
                medecin_id AS "medecin_id: MedecinId", rpps AS "rpps: Rpps", membre_effet,
                membre_motif_fin AS "membre_motif_fin: MotifDepart", membre_version
         FROM presents_par_carte($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ORDER BY lower(effet), designation_id, rpps, lower(membre_effet)"#,
        verrou,
        numero.as_slice(),
        &appelants.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _,
        apres,
        manque.survenu_le,
        &empreintes.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _,
        cle.date_naissance.as_str(),
        cle.rang as _,
        rpps.as_str(),
        jour,
        &manque.traces as _,
        manque.auteur_id,
        manque.operation,
        manque.requete_id.uuid()
    )
    .fetch_all(conn)
    .await?;
    Ok(match rows.first().map(|row| row.patient_id) {
        None => ParCarte::APas,
        Some(None) => ParCarte::Personne,
        Some(Some(patient)) => ParCarte::Une(patient, assemble(patient, rows)),
    })
}

fn assemble(patient: PatientId, mut rows: Vec<Row>) -> Presents {
    let membres = rows.iter().filter_map(Row::membre).collect();
    let designations = designations::gather(patient, membres);
    let Some(first) = rows.first_mut() else { return Presents::default() };
    let caisses = first.caisses_du.take().zip(first.caisses.take());
    let statuts = first.statuts_du.take().zip(first.statuts.take());
    let couverture =
        caisses.zip(statuts).map(|((caisses_du, caisses), (statuts_du, statuts))| Couverture {
            caisses: caisses_du.into_iter().zip(caisses).collect(),
            statuts: statuts_du.into_iter().zip(statuts).collect(),
        });
    Presents {
        ligne: Ligne {
            fusionne_dans: first.fusionne_dans,
            etat: first.etat.take(),
            limite: first.limite == Some(true),
        },
        attendu: first.attendu == Some(true),
        exerce: first.exerce == Some(true),
        designations,
        couverture,
    }
}
