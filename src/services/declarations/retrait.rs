//! A choice ends without another one: the doctor is no longer willing, or the patient no longer wants
//! this doctor and names nobody else. The other party is told.

use chrono::NaiveDate;
use serde_json::json;

use super::transitions::{finish, take};
use super::{Dossier, dossier_of};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::lendemain;
use crate::domain::declaration::{Action, DeclarationRefusee, Etat};
use crate::domain::designation::{Designation, Membre};
use crate::domain::evenement::NatureEvenement;
use crate::domain::fin::{Fin, MotifDepart};
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DeclarationId, FaitId, MedecinId};
use crate::services::core::Fact;
use crate::services::frises::replay;
use crate::services::{Core, Demande, Done, Exit, Render, ServiceError, VersionsVues};
use crate::storage::{declarations, fins};

/// A withdrawal, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retrait {
    /// First day on which the doctors concerned are no longer médecins traitants; tomorrow when absent.
    pub effet_du: Option<NaiveDate>,
    /// Why; nobody has to say.
    pub motif: Option<String>,
}

/// A doctor withdraws from being a médecin traitant of the person of a declaration; or whoever speaks
/// for the patient ends what the declaration opened, for all its doctors. A caisse records the
/// letter of a patient, of any day.
pub async fn withdraw(
    core: &Core,
    demande: &Demande,
    seen: (DeclarationId, VersionsVues),
    retrait: &Retrait,
    rendre: impl Render<Dossier>,
) -> Done {
    let (mut act, mut declaration) = take(core, demande, seen).await?;
    let today = declaration.fuseau().jour(core.now());
    let effet_du = ending_day(today, demande.contexte.acteur(), ("/effet_du", retrait.effet_du))?;
    if declaration.etat != Etat::Active {
        let (etat, action) = (declaration.etat, Action::Retirer);
        return Err(DeclarationRefusee::TransitionInterdite { etat, action }.into());
    }
    let (rapports, known) = (act.rapports.clone(), act.particularites);
    let shown = dossier_of(core, act.conn(), declaration.clone(), (&rapports, known)).await?;
    let (motif, told, wanted) = match *demande.contexte.acteur() {
        Acteur::Medecin(rpps) => (MotifDepart::Medecin, "patient", Some(rpps)),
        Acteur::Patient(_) | Acteur::Caisse(_) if shown.peut_rompre => {
            (MotifDepart::Patient, "medecin", None)
        }
        Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => {
            return Err(Exit::from(ServiceError::Interdit(
                "un médecin désigné, le patient ou qui choisit pour lui, ou sa caisse",
            )));
        }
    };
    let (patient, instant, par) = (act.patient, act.instant, demande.contexte.acteur().role());
    for medecin_id in lignes_en_vigueur(&shown, wanted, effet_du)? {
        let id = FaitId::from_uuid(core.ids().uuid());
        let fin = Fin { id, medecin_id, motif, effet_du, decidee_le: instant, operation_id: None };
        fins::insert(act.conn(), patient, &fin, Some(par), instant).await?;
        // The notice to the other party.
        let fact =
            Fact::of(NatureEvenement::DeclarationRetiree).doctor(medecin_id).effective(effet_du);
        let donnees = json!({ "nature": "retrait", "avis": told });
        act.tell(fact.declaration(declaration.id).with(donnees));
    }
    replay(&mut act.writing()).await?;
    declaration.motif.clone_from(&retrait.motif);
    declarations::advance(act.conn(), &mut declaration, instant).await?;
    finish(act, declaration, rendre).await
}

/// The day of a withdrawal or of a departure: tomorrow at the earliest, unless a caisse records a letter. The
/// patient who is cared for today still has a médecin traitant today.
pub(super) fn ending_day(
    today: NaiveDate,
    acteur: &Acteur,
    (pointer, asked): (&str, Option<NaiveDate>),
) -> Result<NaiveDate, ServiceError> {
    let tomorrow = lendemain(today).unwrap_or(today);
    match asked {
        Some(day) if day < tomorrow && !matches!(acteur, Acteur::Caisse(_)) => {
            Err(ServiceError::champ(
                pointer,
                "date_passee",
                "attendu : demain au plus tôt, le patient gardant son médecin traitant aujourd'hui",
            ))
        }
        Some(day) => Ok(day),
        None => Ok(tomorrow),
    }
}

/// The doctor who withdraws, or all of them, as far as they are médecins traitants by what a declaration
/// opened, extended or confirms, on the day before and on the day.
fn lignes_en_vigueur(
    dossier: &Dossier,
    rpps: Option<Rpps>,
    jour: NaiveDate,
) -> Result<Vec<MedecinId>, ServiceError> {
    let shown = dossier.designation.as_ref().or(dossier.confirmee.as_ref());
    let found: Vec<MedecinId> = shown
        .into_iter()
        .flat_map(|known| quittables(known, jour))
        .filter(|membre| rpps.is_none_or(|rpps| membre.rpps == rpps))
        .map(|membre| membre.medecin_id)
        .collect();
    if found.is_empty() { Err(ServiceError::NonMedecinTraitant(jour)) } else { Ok(found) }
}

/// The doctors who may leave a designation from a day on: those who are there on the day, and were the day before. Who leaves
/// on the first day never was there, and that is what a rectification says.
pub(super) fn quittables(known: &Designation, jour: NaiveDate) -> impl Iterator<Item = &Membre> {
    let before = known.effet.du() < jour;
    known.membres_le(jour).filter(move |membre| before && membre.effet.du() < jour)
}
