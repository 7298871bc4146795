//! One record that was two persons.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::dossier::{dossier, open, record};
use super::identifiants::tell_disputed;
use super::{insert, new_patient, verify_card, verify_dates, verify_own};
use crate::domain::declaration::{Declaration, RoleSignataire};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{DeclarationId, FeuilleId, PatientId};
use crate::domain::patient::{NouveauPatient, Patient};
use crate::domain::vie::{ActePatient, DossierPatient, MotifRectification};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::services::core::{Act, Fact};
use crate::services::declarations::tell_lost;
use crate::services::feuilles_de_soins::retenues;
use crate::services::frises::replay;
use crate::services::{Core, Demande, Done, Rendu, ServiceError, VersionsVues};
use crate::storage;
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
    let new = new_record(&mut act, &scission.nouveau).await?;
    let other = new.id;
    move_declarations(&mut act, &new, &scission.declarations).await?;
    move_feuilles(&mut act, &new, &scission.feuilles).await?;
    record(&mut act, patient, ActePatient::Scission, Some(scission.motif)).await?;
    replay(&mut act.writing()).await?;
    replay(&mut act.writing_of(other)).await?;
    let donnees = json!({
        "origine_id": patient,
        "nouveau_id": other,
        "declarations": scission.declarations.len(),
        "feuilles": scission.feuilles.len(),
    });
    tell_lost(&mut act.writing_of(other), |_declaration| true).await?;
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

/// Refuses, at a field, what is of days on which a person was not born yet, or not yet of any caisse that the register knows.
fn verify_days(new: &Patient, jours: &[NaiveDate], pointer: &str) -> Result<(), ServiceError> {
    let births = new.identites.iter().map(|fait| fait.valeur.date_naissance.pour_calcul_age());
    let firsts = new.affiliations.iter().map(|fait| fait.effet.du());
    let (birth, first, day) = (births.min(), firsts.min(), jours.iter().min());
    let before =
        |limit: Option<NaiveDate>| limit.zip(day.copied()).filter(|(limit, day)| day < limit);
    let refuse = |code, expected: String| Err(ServiceError::champ(pointer, code, expected));
    if let Some((birth, day)) = before(birth) {
        let (birth, day) = (birth.format("%d/%m/%Y"), day.format("%d/%m/%Y"));
        let expected =
            format!("ce qui suit la naissance de l'autre personne, le {birth} : ceci est du {day}");
        return refuse("avant_naissance", expected);
    }
    if let Some((first, day)) = before(first) {
        let (first, day) = (first.format("%d/%m/%Y"), day.format("%d/%m/%Y"));
        let expected = format!(
            "ce qui suit le premier rattachement de l'autre personne, le {first} : ceci est du {day} ; donner un « affilie_du » \
             qui le précède, ou laisser ceci dans ce dossier"
        );
        return refuse("avant_rattachement", expected);
    }
    Ok(())
}

/// Refuses a declaration that cannot be another person's: it waits, or may wait again, and what is signed names the person of
/// this record; or its days, or the age of that person on them, say that they never signed it.
fn verify_declaration(
    core: &Core,
    new: &Patient,
    declaration: &Declaration,
    pointer: &str,
) -> Result<(), ServiceError> {
    if declaration.peut_attendre() {
        let expected = "une déclaration qui n'attend plus de signature : son contenu nomme la personne de ce dossier ; \
                        l'annuler, ou la faire signer, d'abord";
        return Err(ServiceError::champ(pointer, "declaration_en_attente", expected));
    }
    verify_days(new, &declaration.jours(), pointer)?;
    for signature in &declaration.signatures {
        let jour = signature.signe_le;
        let Some(age) = new.age_le(jour).map(i64::from) else { continue };
        let possible = match signature.role {
            RoleSignataire::Assure => age >= core.valeur(Parametre::MtAgeMajoriteChoix, jour)?,
            RoleSignataire::TitulaireAutoriteParentale => {
                age < core.valeur(Parametre::MtAgeSansAccordParental, jour)?
            }
            RoleSignataire::Medecin | RoleSignataire::Tuteur | RoleSignataire::Curateur => true,
        };
        if !possible {
            let (day, role) = (jour.format("%d/%m/%Y"), signature.role.mot());
            let expected = format!(
                "une déclaration que l'autre personne a pu faire : à {age} ans, le {day}, « {role} » ne signe pas"
            );
            return Err(ServiceError::champ(pointer, "signataire_impossible", expected));
        }
    }
    Ok(())
}

async fn move_declarations(
    act: &mut Act<'_>,
    new: &Patient,
    declarations: &[DeclarationId],
) -> Result<(), ServiceError> {
    if declarations.is_empty() {
        return Ok(());
    }
    let (core, from, instant) = (act.core(), act.patient, act.instant);
    let disputed = conflits::ecarts(act.conn(), from).await?;
    let mut own: BTreeMap<DeclarationId, Declaration> =
        storage::declarations::list(act.conn(), core.coffre(), from)
            .await?
            .into_iter()
            .map(|one| (one.id, one))
            .collect();
    for (index, id) in declarations.iter().enumerate() {
        let pointer = format!("/declarations/{index}");
        if disputed.iter().any(|ecart| ecart.declaration_id == *id) {
            let message = "une déclaration qu'aucune fusion n'a mise en conflit";
            return Err(ServiceError::champ(pointer, "en_conflit", message));
        }
        let unknown = || {
            let message = "une déclaration de ce dossier, une seule fois";
            ServiceError::champ(pointer.as_str(), "declaration_inconnue", message)
        };
        let declaration = own.remove(id).ok_or_else(unknown)?;
        verify_declaration(core, new, &declaration, &pointer)?;
        let way = (from, new.id);
        let moved = mouvements::move_declaration(act.conn(), *id, way, None, instant).await?;
        moved.ok_or_else(unknown)?;
    }
    Ok(())
}

async fn move_feuilles(
    act: &mut Act<'_>,
    new: &Patient,
    feuilles: &[FeuilleId],
) -> Result<(), ServiceError> {
    let from = act.patient;
    for (index, id) in feuilles.iter().enumerate() {
        let pointer = format!("/feuilles/{index}");
        let unknown = || {
            let message = "une feuille de ce dossier, une seule fois";
            ServiceError::champ(pointer.as_str(), "feuille_inconnue", message)
        };
        let (coffre, conn) = (act.core().coffre(), act.conn());
        let recue = feuilles_de_soins::get(conn, coffre, *id).await?.ok_or_else(unknown)?;
        let owner = fusions::owner_of_feuille(conn, *id, recue.feuille.patient_id).await?;
        if owner != from {
            return Err(unknown());
        }
        let first = recue.feuille.feuille.soins.date_soins();
        verify_days(new, first.as_slice(), &pointer)?;
        give_feuille(act, &recue, (from, new.id)).await?;
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
    Ok(participations::replace(tx, &of(holder), &of(to)).await?)
}

/// The same refusal, of fields that are members of another.
fn below(pointeur: &str, error: ServiceError) -> ServiceError {
    let ServiceError::Invalide(mut wrong) = error else { return error };
    for champ in &mut wrong {
        champ.pointeur.insert_str(0, pointeur);
    }
    ServiceError::Invalide(wrong)
}
