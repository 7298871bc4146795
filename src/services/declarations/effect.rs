//! What a complete declaration changes in the timeline of a person, and the events that tell it.

use serde_json::json;

use super::signature::verify_designable;
use crate::domain::declaration::Declaration;
use crate::domain::evenement::{JoursTouches, NatureEvenement};
use crate::domain::frise::Choix;
use crate::domain::medecin::Medecin;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::core::{Act, Fact};
use crate::services::frises::replay;
use crate::services::{ServiceError, latest_knowledge};
use crate::storage::{declarations, representations, signatures};

/// What the last signature brings: the doctors are verified, the timeline follows, and those
/// whom it contradicts are told. Doctors who were read by the same act are not read again.
pub(super) async fn take_effect(
    act: &mut Act<'_>,
    declaration: &Declaration,
    connus: &[Medecin],
) -> Result<(), ServiceError> {
    let core = act.core();
    verify_designable(core, act.conn(), (declaration, connus)).await?;
    let frise = replay(&mut act.writing()).await?;
    close_overtaken(act, declaration).await?;
    tell_contradicted(act, declaration, frise.choix).await
}

/// Closes what still waits and was chosen before: the last will of the patient's side counts.
async fn close_overtaken(act: &mut Act<'_>, declaration: &Declaration) -> Result<(), ServiceError> {
    let (coffre, patient, instant) = (act.core().coffre(), act.patient, act.instant);
    if !act.particularites.attente {
        return Ok(());
    }
    let connus = representations::jours(act.conn(), coffre, patient).await?;
    let waiting = declarations::waiting(act.conn(), coffre, patient).await?;
    for mut one in waiting.into_iter().filter(|one| one.est_depassee_par(declaration, &connus)) {
        one.overtake()?;
        declarations::advance(act.conn(), &mut one, instant).await?;
        let donnees = json!({
            "etat": one.etat.mot(),
            "version": one.version,
            "declaration_prevalente": declaration.id,
        });
        act.tell(fact(&one, NatureEvenement::DeclarationCaduque).with(donnees));
    }
    Ok(())
}

/// Tells the neighbours of a choice in the order of signatures: two holders of parental
/// authority who do not choose the same doctors, and two choices of one day. The last signed
/// prevails; who signed the other is told.
async fn tell_contradicted(
    act: &mut Act<'_>,
    declaration: &Declaration,
    choices: Vec<Choix>,
) -> Result<(), ServiceError> {
    let patient = declaration.patient_id;
    let Some(index) = choices.iter().position(|one| one.declaration_id == declaration.id) else {
        return Ok(());
    };
    let pairs: Vec<(&Choix, &Choix)> = choices
        .windows(2)
        .enumerate()
        .filter(|(first, _)| *first == index || first.checked_add(1) == Some(index))
        .filter_map(|(_, pair)| pair.first().zip(pair.last()))
        .filter(|(before, after)| after.en_place.is_none() && before.medecins != after.medecins)
        .collect();
    if pairs.is_empty() {
        return Ok(());
    }
    let holders = signatures::holders(act.conn(), patient).await?;
    let coffre = act.core().coffre();
    let links = representations::list(act.conn(), coffre, patient, latest_knowledge()).await?;
    let holder = |choice: &Choix| {
        let found = holders.iter().find(|(id, _)| *id == choice.declaration_id);
        found.and_then(|(_, link)| links.iter().find(|known| known.id == *link))
    };
    for (before, after) in pairs {
        let mut tell = Vec::new();
        if before.effet_du == after.effet_du {
            tell.push((
                NatureEvenement::DeclarationMemeJour,
                json!({
                    "declaration_prevalente": after.declaration_id,
                }),
            ));
        }
        if let (Some(told), Some(other)) = (holder(before), holder(after))
            && told.representant != other.representant
        {
            tell.push((
                NatureEvenement::DeclarationAutreTitulaire,
                json!({
                    "declaration_prevalente": after.declaration_id,
                    "destinataire_representation_id": told.id,
                }),
            ));
        }
        for (nature, donnees) in tell {
            let fact = fact(declaration, nature).doctor(None).effective(after.effet_du);
            act.tell(fact.declaration(before.declaration_id).with(donnees));
        }
    }
    Ok(())
}

/// What is told of a declaration: from the day of its last signature when it touches days of care.
pub(super) fn fact(declaration: &Declaration, nature: NatureEvenement) -> Fact {
    let du = declaration.jour_du_choix().filter(|_| nature.jours() != JoursTouches::Aucun);
    Fact::of(nature)
        .effective(du)
        .doctor(declaration.medecins.first().map(|medecin| medecin.medecin_id))
        .declaration(declaration.id)
        .with(json!({
            "etat": declaration.etat.mot(),
            "version": declaration.version,
            "preuve": declaration.mode_preuve().map(Vocabulaire::mot),
        }))
}
