//! Registering and reading persons, and what caisses record about their life.

mod affilies;
mod apercu;
mod conflits;
mod deces;
mod dossier;
mod faits;
mod fusions;
mod identifiants;
mod identites;
mod limitations;
mod mutations;
mod organismes;
mod rectifications;
mod retours;
mod scissions;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

pub use self::affilies::{
    Affilie, QuestionListe, RESSEMBLANCES, Ressemblance, Ressemblances, SCORE, find_by_traits,
    list_affilies,
};
pub use self::apercu::{ApercuFusion, DossierApercu, preview_fusion};
pub use self::conflits::{get_conflit, list_conflits, settle_conflit};
pub use self::deces::{correct_deces, record_deces};
use self::dossier::{actions, dossier, dossier_connu};
pub(super) use self::dossier::{seen, sommeil_le};
pub use self::faits::change_adresse;
pub use self::fusions::{DossierFusion, NouvelleFusion, get_fusion, merge, undo_fusion};
use self::identifiants::tell_disputed;
pub(super) use self::identifiants::{Carte, disputed_fact, whose};
pub use self::identifiants::{change_identifiant, correct_identifiant};
pub use self::identites::{Correction, change_identite, correct_identite};
pub use self::limitations::{lift as lift_limitation, limit as limit_processing};
pub use self::mutations::{take_over, undo_organisme};
pub use self::organismes::{change_organisme, change_statut};
pub use self::rectifications::{
    RectificationLue, answer as answer_rectification, get as get_rectification,
    list as list_rectifications, request as request_rectification,
};
pub use self::scissions::{NouvelleScission, split};
use super::core::Opening;
use super::{
    ChampInvalide, Contexte, Core, Demande, Done, Mode, Render, Seen, ServiceError, son_temps,
};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::Periode;
use crate::domain::droits::{Rapports, Relation};
use crate::domain::identifiers::Organisme;
use crate::domain::ids::PatientId;
use crate::domain::patient::{ClePatient, IdentifiantPatient, NouveauPatient, Patient};
use crate::domain::vie::DossierPatient;
use crate::storage::patients::actes;
use crate::storage::{Tx, patients};

/// Registers a person who depends on the calling caisse.
pub async fn create(
    core: &Core,
    demande: &Demande,
    nouveau: &NouveauPatient,
    rendre: impl Render<DossierPatient>,
) -> Done {
    let acteur = *demande.contexte.acteur();
    demande.contexte.demarche.verify_role(&acteur).map_err(ServiceError::from)?;
    verify_own(&acteur, &nouveau.organisme, "/organisme")?;
    verify_dates(core, nouveau)?;
    let mut opening = core.open(demande).await?;
    let NouveauPatient { identifiant, identite, .. } = nouveau;
    opening.try_number(identifiant).await?;
    let disputed = verify_card(&mut opening, nouveau).await?;
    if !disputed.is_empty()
        && whose(core, opening.conn(), (identifiant, None), identite).await?.is_some()
    {
        return Err(ServiceError::MutationAttendue.into());
    }
    // Whether the number is somebody's or not, one try of the day is used.
    core.count_try(opening.conn(), &demande.contexte, identifiant).await?;
    let patient = new_patient(core, nouveau, core.now());
    insert(core, opening.conn(), &patient).await?;
    let rapports = Rapports::aucun(acteur).avec(Relation::CaisseActuelle);
    let mut act = opening.creating(patient.id, rapports)?;
    tell_disputed(&mut act, disputed).await?;
    let mut dossier = DossierPatient::nouveau(patient);
    dossier.actions = actions(&act.rapports, &dossier);
    Ok(act.close(rendre(&dossier)?).await?)
}

/// Refuses another caisse than the one that calls.
pub(super) fn verify_own(
    acteur: &Acteur,
    organisme: &Organisme,
    pointeur: &str,
) -> Result<(), ServiceError> {
    if acteur.caisse().is_some_and(|caisse| caisse.gere(organisme)) {
        return Ok(());
    }
    let message = "un organisme de la caisse qui appelle";
    Err(ServiceError::champ(pointeur, "hors_perimetre", message))
}

/// Refuses a person whose number or card is that of somebody whom the caller may see; gives the others whose it is.
async fn verify_card(
    opening: &mut Opening<'_>,
    nouveau: &NouveauPatient,
) -> Result<BTreeSet<PatientId>, ServiceError> {
    let (coffre, numeros) = (opening.core().coffre(), nouveau.numeros());
    let locked = numeros.iter().map(|(_, numero)| numero);
    patients::lock_numbers(opening.conn(), coffre, locked).await?;
    let card = Carte { identite: &nouveau.identite, numeros: &numeros, rang: "/rang" };
    let (core, acteur) = (opening.core(), *opening.contexte().acteur());
    card.verify(core, opening.conn(), (&acteur, None)).await
}

pub(super) async fn insert(
    core: &Core,
    tx: &mut Tx,
    patient: &Patient,
) -> Result<(), ServiceError> {
    let coffre = core.coffre();
    patients::insert(tx, patient.id, patient.connu_le).await?;
    for fait in &patient.identites {
        patients::insert_identite(tx, coffre, patient.id, fait).await?;
    }
    for fait in &patient.identifiants {
        patients::insert_identifiant(tx, coffre, patient.id, fait).await?;
    }
    for fait in &patient.affiliations {
        patients::insert_affiliation(tx, patient.id, fait).await?;
    }
    Ok(())
}

pub(super) fn verify_dates(core: &Core, nouveau: &NouveauPatient) -> Result<(), ServiceError> {
    let birth = nouveau.identite.date_naissance.pour_calcul_age();
    let today = core.today();
    let mut wrong = Vec::new();
    if birth > today {
        wrong.push(ChampInvalide::new(
            "/date_naissance",
            "date_future",
            "une date de naissance passée",
        ));
    }
    if nouveau.affilie_du > today {
        wrong.push(ChampInvalide::new(
            "/affilie_du",
            "date_future",
            "un premier jour d'affiliation passé ou présent",
        ));
    }
    if nouveau.affilie_du < birth {
        wrong.push(ChampInvalide::new(
            "/affilie_du",
            "avant_naissance",
            "un premier jour d'affiliation qui suit la naissance",
        ));
    }
    if wrong.is_empty() { Ok(()) } else { Err(ServiceError::Invalide(wrong)) }
}

pub(super) fn new_patient(core: &Core, nouveau: &NouveauPatient, now: DateTime<Utc>) -> Patient {
    // The person's own id first: the sandbox counts on it.
    let id = PatientId::from_uuid(core.ids().uuid());
    let birth = Periode::depuis(nouveau.identite.date_naissance.pour_calcul_age());
    let number = |usage, numero| core.fait(IdentifiantPatient { usage, numero }, birth, now);
    let numeros = nouveau.numeros().into_iter();
    let identifiants = numeros.map(|(usage, numero)| number(usage, numero)).collect();
    let since = Periode::depuis(nouveau.affilie_du);
    Patient {
        id,
        connu_le: now,
        identites: vec![core.fait(nouveau.identite_complete(), birth, now)],
        identifiants,
        affiliations: vec![core.fait(nouveau.organisme, since, now)],
    }
}

/// Reads a person.
pub async fn get(
    core: &Core,
    contexte: &Contexte,
    id: PatientId,
) -> Result<Seen<DossierPatient>, ServiceError> {
    let mut access = core.access(contexte, id).await?;
    let (rapports, droit) = (access.rapports.clone(), access.droit.clone());
    let dossier = dossier(core, access.conn(), id, (&rapports, &droit)).await?;
    access.show(dossier).await
}

/// The last versions of the record of a person, the last first, each as it was known until the next one.
pub async fn history(
    core: &Core,
    contexte: &Contexte,
    id: PatientId,
    limite: i64,
) -> Result<Seen<Vec<DossierPatient>>, ServiceError> {
    let mut access = core.access(contexte, id).await?;
    let (rapports, droit) = (access.rapports.clone(), access.droit.clone());
    let mut all = Vec::new();
    let mut until: Option<DateTime<Utc>> = None;
    let left = son_temps::depart(contexte.acteur(), &droit.vue);
    for (version, since) in actes::versions(access.conn(), id, limite).await? {
        if left.is_some_and(|left| since >= left) {
            until = Some(since);
            continue;
        }
        let known = until.and_then(|next| next.checked_sub_signed(TimeDelta::microseconds(1)));
        let mut one = dossier_connu(core, access.conn(), id, (&rapports, &droit), known).await?;
        one.version = version;
        one.patient.connu_le = since;
        all.push(one);
        until = Some(since);
    }
    access.show(all).await
}

/// Finds a person by a number, a birth date and a rank. A doctor finds anybody whose card is
/// read; a caisse finds its own; a patient finds nobody but their own.
pub async fn find(
    core: &Core,
    contexte: &Contexte,
    cle: &ClePatient,
) -> Result<Seen<PatientId>, ServiceError> {
    let access = core.search(contexte).await?.by_card(cle, None, &[]).await?;
    let patient = access.patient;
    access.show(patient).await
}

/// Whether test and demonstration numbers are acceptable.
pub fn accepts_test_numbers(core: &Core) -> bool {
    core.mode() == Mode::BacASable
}
