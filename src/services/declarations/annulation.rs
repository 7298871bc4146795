//! A withdrawal or a departure that was recorded by mistake never was: the days that it ended come back.

use serde_json::json;

use super::transitions::{finish, take};
use super::{Dossier, dossier_of};
use crate::domain::acteur::Acteur;
use crate::domain::declaration::{Action, Declaration, DeclarationRefusee, Etat};
use crate::domain::designation::{Designation, Membre, Segment};
use crate::domain::droits::{Rapports, Relation};
use crate::domain::evenement::NatureEvenement;
use crate::domain::fin::Fin;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::DeclarationId;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::core::Fact;
use crate::services::frises::{Actes, replay};
use crate::services::{Core, Demande, Done, Render, ServiceError, VersionsVues};
use crate::storage::fins::FinConnue;
use crate::storage::patients::faits;
use crate::storage::patients::particularites::Particularites;
use crate::storage::{Connection, declarations, designations, fins};

/// A mistake, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnulationRetrait {
    /// Of which doctor; of all those whose line ended when absent.
    pub rpps: Option<Rpps>,
    /// Why; nobody has to say.
    pub motif: Option<String>,
}

/// Takes back what ended the lines of a declaration, as far as the caller may.
pub async fn take_back(
    core: &Core,
    demande: &Demande,
    seen: (DeclarationId, VersionsVues),
    annulation: &AnnulationRetrait,
    rendre: impl Render<Dossier>,
) -> Done {
    let (mut act, mut declaration) = take(core, demande, seen).await?;
    if declaration.etat != Etat::Active {
        let (etat, action) = (declaration.etat, Action::AnnulerRetrait);
        return Err(DeclarationRefusee::TransitionInterdite { etat, action }.into());
    }
    let (rapports, known) = (act.rapports.clone(), act.particularites);
    let shown = dossier_of(core, act.conn(), declaration.clone(), (&rapports, known)).await?;
    let wrong: Vec<&(Rpps, FinConnue)> = shown
        .annulables
        .iter()
        .filter(|(own, _)| annulation.rpps.is_none_or(|rpps| rpps == *own))
        .collect();
    if wrong.is_empty() {
        let sentence = if matches!(act.contexte().acteur(), Acteur::Caisse(_)) {
            "Aucun retrait ni départ n'a pris de jours à cette déclaration : ce qu'un autre choix remplace n'est pas \
             un retrait, et ce que ferme une opération sur le médecin s'annule avec elle."
        } else {
            "Aucun retrait ni départ de cette déclaration n'est à annuler par cet appelant : \
             la caisse du patient annule ce qui a été suivi d'un autre acte."
        };
        return Err(ServiceError::EtatIncompatible(sentence).into());
    }
    let instant = act.instant;
    for (_, FinConnue { fin, patient_id, .. }) in wrong {
        faits::replace(act.conn(), faits::Genre::Fin, *patient_id, fin.id, instant).await?;
        let fact = Fact::of(NatureEvenement::DeclarationRetraitAnnule)
            .doctor(fin.medecin_id)
            .effective(fin.effet_du)
            .declaration(declaration.id);
        act.tell(fact.with(json!({ "motif_depart": fin.motif.mot() })));
    }
    replay(&mut act.writing()).await?;
    declaration.motif.clone_from(&annulation.motif);
    declarations::advance(act.conn(), &mut declaration, instant).await?;
    finish(act, declaration, rendre).await
}

/// The acts that took days away from what a declaration chose, opened or confirms, and that a caller may take back, each with
/// its doctor: the caisse any of them; a doctor, or the patient's side, what they did themselves and nothing came after. What
/// an operation calls for is undone with the operation.
pub(super) async fn annulables(
    core: &Core,
    conn: &mut Connection,
    (declaration, shown, speaks): (&Declaration, Option<&Designation>, bool),
    (rapports, known): (&Rapports, Particularites),
) -> Result<Vec<(Rpps, FinConnue)>, ServiceError> {
    let patient = declaration.patient_id;
    // What an operation ends is not taken back here: those that came meanwhile do not count.
    if !known.fins {
        return Ok(Vec::new());
    }
    let all = fins::list(conn, patient).await?;
    let mut found: Vec<(Rpps, FinConnue)> = Vec::new();
    let mut others = Vec::new();
    for known in all.iter().filter(|known| known.fin.operation_id.is_none()) {
        let membres = || shown.iter().flat_map(|shown| &shown.membres);
        let chosen = declaration.medecins.iter().map(|one| (one.medecin_id, one.rpps));
        let own = membres().map(|membre| (membre.medecin_id, membre.rpps)).chain(chosen);
        let named = own.into_iter().find(|(medecin, _)| *medecin == known.fin.medecin_id);
        match named {
            Some((_, rpps)) if membres().any(|membre| closed(&known.fin, membre)) => {
                found.push((rpps, *known));
            }
            Some((_, rpps)) => others.push((rpps, *known)),
            None => {}
        }
    }
    if !others.is_empty() {
        // Of a line that an act ends on its first day, nothing is left to be seen.
        let actes = Actes::read(core, conn, patient, Particularites::INCONNUES).await?;
        let standing = all.iter().filter(|known| !known.annulee).map(|known| known.fin);
        let fins: Vec<Fin> = standing.collect();
        // An amendment opens no piece: it speaks of the one that its day is in.
        let joins = declaration.en_place.as_ref().and_then(|_| actes.effet_du(declaration.id));
        let is_of = |segment: &Segment| {
            let own = segment.declaration_id == declaration.id
                || joins.is_some_and(|day| segment.effet.contient(day));
            own || shown.is_some_and(|shown| shown.declaration_id == segment.declaration_id)
        };
        others.retain(|(_, known)| takes_away(&actes, &fins, &known.fin, is_of));
        found.append(&mut others);
    }
    let acteur = rapports.acteur;
    found.retain(|(own, known)| match acteur {
        Acteur::Caisse(_) => rapports.est(Relation::CaisseActuelle),
        Acteur::Medecin(rpps) => known.par == Some(acteur.role()) && *own == rpps,
        Acteur::Patient(_) => known.par == Some(acteur.role()) && speaks,
        Acteur::Referentiel | Acteur::Statistiques => false,
    });
    if found.is_empty() || matches!(acteur, Acteur::Caisse(_)) {
        return Ok(found);
    }
    let choices = designations::choices(conn, patient).await?;
    let received = choices.iter().map(|known| known.choix.ordre.recue_le);
    let last = received.chain(all.iter().map(|known| known.fin.decidee_le)).max();
    found.retain(|(_, known)| last.is_none_or(|last| known.fin.decidee_le >= last));
    Ok(found)
}

/// Whether an act closes a line.
fn closed(fin: &Fin, membre: &Membre) -> bool {
    let line = (membre.medecin_id, membre.effet.au(), membre.motif_fin);
    line == (fin.medecin_id, Some(fin.effet_du), Some(fin.motif))
}

/// Whether, without an act, its doctor would be there on its day by a piece that is asked for.
fn takes_away(actes: &Actes, fins: &[Fin], fin: &Fin, is_of: impl Fn(&Segment) -> bool) -> bool {
    let there = |segment: &Segment| segment.en_force(fin.effet_du).contains(&fin.medecin_id);
    // Two records that were merged may say the same.
    let same = |one: &Fin| {
        (one.medecin_id, one.effet_du, one.operation_id) == (fin.medecin_id, fin.effet_du, None)
    };
    let without: Vec<Fin> = fins.iter().filter(|one| !same(one)).copied().collect();
    let back = actes.unroll(&without).iter().any(|segment| is_of(segment) && there(segment));
    back && !actes.unroll(fins).iter().any(there)
}
