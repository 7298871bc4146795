//! What was signed under a link counts no more when the link, as known now, was not in force on that day.

use serde_json::json;

use super::effect::fact;
use crate::domain::calendar::Periode;
use crate::domain::declaration::{Declaration, Etat};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::RepresentationId;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::ServiceError;
use crate::services::core::Writing;
use crate::storage::{declarations, representations};

/// Tells the caisse which choices that count, of some declarations, are signed under a link that is not one of the person: they
/// came from another record, and the link did not.
pub(in crate::services) async fn tell_lost(
    writing: &mut Writing<'_>,
    these: impl Fn(&Declaration) -> bool,
) -> Result<(), ServiceError> {
    let (coffre, patient) = (writing.core().coffre(), writing.patient);
    let connus = representations::jours(writing.conn(), coffre, patient).await?;
    for one in declarations::list(writing.conn(), coffre, patient).await? {
        if one.etat == Etat::Active && these(&one) && one.a_perdu(&connus) {
            writing.tell(fact(&one, NatureEvenement::DeclarationAVerifier));
        }
    }
    Ok(())
}

/// A link has other days than were known, or none: the declarations that wait and lose a signature by it wait for it
/// again, and it is told. Nothing undoes those that count already: their caisse is told, and rectifies them.
pub(in crate::services) async fn follow_link(
    writing: &mut Writing<'_>,
    lien: RepresentationId,
    (avant, apres): (Periode, Option<Periode>),
) -> Result<(), ServiceError> {
    let (coffre, patient, instant) = (writing.core().coffre(), writing.patient, writing.instant);
    for mut one in declarations::list(writing.conn(), coffre, patient).await? {
        let lost = one.est_signee_sous(lien, |jour| {
            avant.contient(jour) && !apres.is_some_and(|effet| effet.contient(jour))
        });
        let nature = match one.etat {
            Etat::EnAttente if lost => NatureEvenement::DeclarationDeNouveauAttendue,
            Etat::Active if lost => NatureEvenement::DeclarationAVerifier,
            Etat::EnAttente
            | Etat::Active
            | Etat::Refusee
            | Etat::Annulee
            | Etat::Expiree
            | Etat::Rectifiee
            | Etat::Caduque => continue,
        };
        if one.etat == Etat::EnAttente {
            // Whoever read it as signed reads it again before signing it.
            declarations::advance(writing.conn(), &mut one, instant).await?;
        }
        let donnees = json!({
            "etat": one.etat.mot(),
            "version": one.version,
            "representation_id": lien,
        });
        writing.tell(fact(&one, nature).with(donnees));
    }
    Ok(())
}
