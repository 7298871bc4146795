//! What if: the law asked about a real person without storing anything, and a law that is not in force.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};

use super::core::Access;
use super::faits::{Jugement, Sujet, leave_itself_out, registre_connu};
use super::feuilles_de_soins::{NouvelleFeuille, executant, verify_known, verify_sender};
use super::{ChampInvalide, Contexte, Core, Seen, ServiceError};
use crate::domain::evaluation::{Evaluation, FaitsConnus};
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::identifiers::Organisme;
use crate::domain::ids::{DeclarationId, PatientId};
use crate::domain::patient::ClePatient;
use crate::domain::vie::DossierPatient;
use crate::domain::vocabulary::Vocabulaire;
use crate::law::Law;
pub use crate::law::reforme::{Comparee, Ecart};
use crate::law::reforme::{Modification, ModificationRefusee};
use crate::storage::{Connection, patients};

/// A modification as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModificationDemandee {
    /// Code of a parameter.
    pub code: String,
    /// Its unit, when the caller wants it checked.
    pub unite: Option<String>,
    pub valeur: i64,
    /// First day.
    pub du: NaiveDate,
    /// Last day, included.
    pub au: Option<NaiveDate>,
}

/// A feuille evaluated against the register, and not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulationRegistre {
    pub evaluation: Evaluation,
    /// The facts of the register on which it rests.
    pub faits: FaitsConnus,
    /// Who is cared for, and the organisme on the first day of care: that of the feuille, or else that of the register.
    pub patient: PatientId,
    pub organisme: Option<Organisme>,
    /// The declaration in force on the first day of care.
    pub declaration_id: Option<DeclarationId>,
    /// What was recorded then was taken into account.
    pub connu_le: DateTime<Utc>,
}

/// A law with other values, after checking each of them against the catalogue of parameters.
pub fn reformed(law: &Law, asked: &[ModificationDemandee]) -> Result<Law, ServiceError> {
    let mut wrong = Vec::new();
    let mut modifications: Vec<Modification> = Vec::new();
    for (index, one) in asked.iter().enumerate() {
        let checked =
            law.modification(&one.code, one.unite.as_deref(), one.valeur, (one.du, one.au));
        match checked {
            Ok(modification) => {
                if modifications.iter().any(|other| overlap(other, &modification)) {
                    wrong.push(ChampInvalide::new(
                        format!("/reforme/{index}/du"),
                        "en_double",
                        "attendu : une seule valeur de ce paramètre pour un même jour",
                    ));
                }
                modifications.push(modification);
            }
            Err(refusals) => {
                wrong.extend(refusals.iter().map(|refusal| refused(index, refusal)));
            }
        }
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalide(wrong));
    }
    law.reformee(&modifications).map_err(|_invalid| {
        let expected = "attendu : des valeurs avec lesquelles la loi peut s'appliquer";
        ServiceError::champ("/reforme", "reforme_impossible", expected)
    })
}

/// Evaluates a feuille against the register, as of its days of care and as known at an instant.
/// Who may send the feuille may ask; nothing is stored but the trace of the reading.
///
/// The instant reaches every fact of the register that an evaluation reads: which record the number
/// designated, identity, caisse, status, médecin traitant, declaration under way, neutralisation,
/// referrals, specialty and practice of the performer, and the other feuilles of the person with
/// what they had kept. The sum of the fees of a performer in a year keeps no instant: it is that of
/// now. The law is the one in force, whatever the instant; rights too. A feuille that the register
/// has is asked about without what it left there itself.
pub async fn against_register(
    core: &Core,
    contexte: &Contexte,
    nouvelle: &NouvelleFeuille,
    connu_le: Option<DateTime<Utc>>,
) -> Result<Seen<SimulationRegistre>, ServiceError> {
    let feuille = &nouvelle.feuille;
    verify_sender(core, contexte, feuille).map_err(within_feuille)?;
    let now = core.now();
    if connu_le.is_some_and(|instant| instant > now) {
        let expected = "attendu : un instant passé";
        return Err(ServiceError::champ("/connu_le", "date_future", expected));
    }
    let unknown = |error: ServiceError| {
        let place = "/feuille/beneficiaire";
        error.into_champ(place, "beneficiaire_inconnu", super::PATIENT_ATTENDU)
    };
    let search = core.search(contexte).await?;
    let found = search.by_card(&nouvelle.cle, connu_le, executant(contexte.acteur())).await;
    let mut access = found.map_err(unknown)?;
    let record = match connu_le {
        None => access.patient,
        Some(instant) => {
            record_then(core, access.conn(), &nouvelle.cle, instant).await.map_err(unknown)?
        }
    };
    evaluate(core, access, (record, feuille), connu_le).await
}

/// The same now, of a person whom the caller has just read, and not of a card.
pub async fn of_read(
    core: &Core,
    contexte: &Contexte,
    lu: &Seen<DossierPatient>,
    feuille: &FeuilleDeSoins,
) -> Result<Seen<SimulationRegistre>, ServiceError> {
    verify_sender(core, contexte, feuille).map_err(within_feuille)?;
    let search = core.search(contexte).await?;
    let access = search.on(lu.get().patient.id, executant(contexte.acteur())).await?;
    let record = access.patient;
    evaluate(core, access, (record, feuille), None).await
}

/// What the law says of a feuille of a record; the organisme of one that says none is that of the register.
async fn evaluate(
    core: &Core,
    mut access: Access<'_>,
    (record, written): Sujet<'_>,
    connu_le: Option<DateTime<Utc>>,
) -> Result<Seen<SimulationRegistre>, ServiceError> {
    let now = core.now();
    let mut registre = registre_connu(core, access.conn(), &[(record, written)], connu_le).await?;
    leave_itself_out(core, access.conn(), (record, written), &mut registre, connu_le).await?;
    verify_known(&registre, (record, written), now).map_err(within_feuille)?;
    let mut feuille = Cow::Borrowed(written);
    let organisme = written.soins.beneficiaire.organisme.or_else(|| {
        written.soins.date_soins().and_then(|jour| registre.etat(record)?.organisme(jour))
    });
    if organisme != written.soins.beneficiaire.organisme {
        feuille.to_mut().soins.beneficiaire.organisme = organisme;
    }
    let judged = registre.juger(core.law(), (record, &feuille), (now, None))?;
    let Jugement { faits, declaration_id, evaluation } = judged;
    let (patient, connu_le) = (access.patient, connu_le.unwrap_or(now));
    let found =
        SimulationRegistre { evaluation, faits, patient, organisme, declaration_id, connu_le };
    access.show(found).await
}

/// The record that a key designated at an instant: the facts of one that was merged since were its
/// own until then.
async fn record_then(
    core: &Core,
    conn: &mut Connection,
    cle: &ClePatient,
    instant: DateTime<Utc>,
) -> Result<PatientId, ServiceError> {
    let found = patients::records_known_at(conn, core.coffre(), cle, instant).await?;
    // Several under one key was a conflict of identity then: nobody was chosen.
    if let [record] = found[..] { Ok(record) } else { Err(ServiceError::Introuvable) }
}

/// A refusal about the feuille, where the caller wrote it.
fn within_feuille(error: ServiceError) -> ServiceError {
    let ServiceError::Invalide(wrong) = error else { return error };
    let moved = wrong
        .into_iter()
        .map(|champ| ChampInvalide { pointeur: format!("/feuille{}", champ.pointeur), ..champ });
    ServiceError::Invalide(moved.collect())
}

fn overlap(one: &Modification, other: &Modification) -> bool {
    let ends_before = |a: &Modification, b: &Modification| a.au.is_some_and(|last| last < b.du);
    one.parametre == other.parametre && !ends_before(one, other) && !ends_before(other, one)
}

/// What is wrong with a modification, where it is written.
fn refused(index: usize, refusal: &ModificationRefusee) -> ChampInvalide {
    let (member, code, message) = match refusal {
        ModificationRefusee::CodeInconnu => (
            "code",
            "parametre_inconnu",
            "attendu : le code d'un paramètre de la loi, tel que GET /v1/loi les donne".to_owned(),
        ),
        ModificationRefusee::AutreUnite(unite) => (
            "unite",
            "unite_differente",
            format!("attendu : « {} », l'unité de ce paramètre", unite.mot()),
        ),
        ModificationRefusee::HorsBornes(unite, low, high) => (
            "valeur",
            "hors_bornes",
            format!("attendu : un entier de {low} à {high}, en « {} »", unite.mot()),
        ),
        ModificationRefusee::PeriodeVide => {
            ("au", "periode_vide", "attendu : un jour qui ne précède pas « du »".to_owned())
        }
        ModificationRefusee::HorsCouverture(first) => {
            ("du", "hors_couverture", format!("attendu : un jour à partir du {first}"))
        }
    };
    ChampInvalide::new(format!("/reforme/{index}/{member}"), code, message)
}
