//! One record that was two persons.

use serde_json::json;

use super::dossier::{dossier, open, record};
use super::identifiants::tell_disputed;
use super::{insert, new_patient, verify_card, verify_dates, verify_own};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{DeclarationId, FeuilleId, PatientId};
use crate::domain::patient::{NouveauPatient, Patient};
use crate::domain::vie::{ActePatient, DossierPatient, MotifRectification};
use crate::services::core::{Act, Fact};
use crate::services::feuilles_de_soins::retenues;
use crate::services::frises::replay;
use crate::services::{Core, Demande, Done, Rendu, ServiceError, VersionsVues};
use crate::storage::feuilles_de_soins::FeuilleRecue;
use crate::storage::patients::{conflits, fusions, mouvements};
use crate::storage::{evaluations, feuilles_de_soins, participations};

/// What leaves a record for a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleScission {
    /// The other person.
    pub nouveau: NouveauPatient,
    /// Declarations that were theirs.
    pub declarations: Vec<DeclarationId>,
    /// Feuilles that were theirs.
    pub feuilles: Vec<FeuilleId>,
    pub motif: MotifRectification,
}

/// Makes two records of one: the chosen declarations and feuilles go to a new person. The
/// timelines of both follow; evaluations already made stay as they are, told by an event each.
pub async fn split(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    scission: &NouvelleScission,
    rendre: impl Fn(&DossierPatient, &DossierPatient) -> Result<Rendu, serde_json::Error>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    let patient = act.patient;
    let other = new_record(&mut act, &scission.nouveau).await?.id;
    move_declarations(&mut act, other, &scission.declarations).await?;
    move_feuilles(&mut act, other, &scission.feuilles).await?;
    record(&mut act, patient, ActePatient::Scission, Some(scission.motif)).await?;
    replay(&mut act.writing()).await?;
    replay(&mut act.writing_of(other)).await?;
    let donnees = json!({
        "origine_id": patient,
        "nouveau_id": other,
        "declarations": scission.declarations.len(),
        "feuilles": scission.feuilles.len(),
    });
    for person in [patient, other] {
        act.writing_of(person).tell(Fact::of(NatureEvenement::PatientScinde).with(donnees.clone()));
    }
    let (rapports, droit) = (act.rapports.clone(), act.droit.clone());
    let origin = dossier(core, act.conn(), patient, (&rapports, &droit)).await?;
    let new = dossier(core, act.conn(), other, (&rapports, &droit)).await?;
    Ok(act.close(rendre(&origin, &new)?).await?)
}

async fn new_record(act: &mut Act<'_>, nouveau: &NouveauPatient) -> Result<Patient, ServiceError> {
    let core = act.core();
    verify_own(act.contexte().acteur(), &nouveau.organisme, "/patient/organisme")?;
    verify_dates(core, nouveau).map_err(|error| below("/patient", error))?;
    let verified = verify_card(act.opening(), nouveau).await;
    tell_disputed(act, verified.map_err(|error| below("/patient", error))?).await?;
    let patient = new_patient(core, nouveau, act.instant);
    insert(core, act.conn(), &patient).await?;
    act.shows(patient.id);
    Ok(patient)
}

async fn move_declarations(
    act: &mut Act<'_>,
    to: PatientId,
    declarations: &[DeclarationId],
) -> Result<(), ServiceError> {
    let (from, instant) = (act.patient, act.instant);
    let disputed = conflits::ecarts(act.conn(), from).await?;
    for (index, id) in declarations.iter().enumerate() {
        let pointer = format!("/declarations/{index}");
        if disputed.iter().any(|ecart| ecart.declaration_id == *id) {
            let message = "une déclaration qu'aucune fusion n'a mise en conflit";
            return Err(ServiceError::champ(pointer, "en_conflit", message));
        }
        let way = (from, to);
        let moved = mouvements::move_declaration(act.conn(), *id, way, None, instant).await?;
        if moved.is_none() {
            let message = "une déclaration de ce dossier, une seule fois";
            return Err(ServiceError::champ(pointer, "declaration_inconnue", message));
        }
    }
    Ok(())
}

async fn move_feuilles(
    act: &mut Act<'_>,
    to: PatientId,
    feuilles: &[FeuilleId],
) -> Result<(), ServiceError> {
    let from = act.patient;
    for (index, id) in feuilles.iter().enumerate() {
        let unknown = || {
            let message = "une feuille de ce dossier, une seule fois";
            let pointer = format!("/feuilles/{index}");
            ServiceError::champ(pointer, "feuille_inconnue", message)
        };
        let (coffre, conn) = (act.core().coffre(), act.conn());
        let recue = feuilles_de_soins::get(conn, coffre, *id).await?.ok_or_else(unknown)?;
        let owner = fusions::owner_of_feuille(conn, *id, recue.feuille.patient_id).await?;
        if owner != from {
            return Err(unknown());
        }
        give_feuille(act, &recue, (from, to)).await?;
    }
    Ok(())
}

/// Gives a feuille to another record: what it keeps of the participations follows, and it is told.
pub(super) async fn give_feuille(
    act: &mut Act<'_>,
    recue: &FeuilleRecue,
    (from, to): (PatientId, PatientId),
) -> Result<(), ServiceError> {
    let (id, instant) = (recue.feuille.id, act.instant);
    move_participations(act, recue, to).await?;
    fusions::attribute_feuille(act.conn(), id, from, to, instant).await?;
    let day = recue.feuille.feuille.soins.date_soins();
    let fact = Fact::of(NatureEvenement::FeuilleReattribuee).effective(day).feuille(id);
    act.writing_of(to).tell(fact.with(json!({ "origine_id": from })));
    Ok(())
}

/// What a feuille keeps of the participations counts for the person whose it is.
async fn move_participations(
    act: &mut Act<'_>,
    recue: &FeuilleRecue,
    to: PatientId,
) -> Result<(), ServiceError> {
    let (coffre, tx) = (act.core().coffre(), act.conn());
    let (id, feuille) = (recue.feuille.id, &recue.feuille.feuille);
    let holder = fusions::holder_of_feuille(tx, id, recue.feuille.patient_id).await?;
    let last = evaluations::later(tx, coffre, &[id]).await?.pop();
    let current = last.as_ref().unwrap_or(&recue.evaluation);
    let kept = retenues(feuille, &current.evaluation);
    let of = |record| -> Vec<_> { kept.iter().map(|one| (record, *one)).collect() };
    participations::remove_all(tx, &of(holder)).await?;
    Ok(participations::add_all(tx, &of(to)).await?)
}

/// The same refusal, of fields that are members of another.
fn below(pointeur: &str, error: ServiceError) -> ServiceError {
    let ServiceError::Invalide(mut wrong) = error else { return error };
    for champ in &mut wrong {
        champ.pointeur.insert_str(0, pointeur);
    }
    ServiceError::Invalide(wrong)
}
