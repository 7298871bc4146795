//! The single opinion of a consultant: asked for by the médecin traitant, and not followed.

use super::{Facture, est_avis_ponctuel};
use crate::domain::adressage::{NatureAdressage, suivi_continu};
use crate::domain::evaluation::{Appartenance, AutreFeuille, Avertissement, CodeDetermine};
use crate::law::Law;
use crate::law::parameters::Parametre;

/// Discrepancies about a single opinion, this one or an earlier one.
pub(super) fn controles(law: &Law, facture: &Facture<'_>, warn: &mut impl FnMut(Avertissement)) {
    let registre = &facture.faits.registre;
    let Some(principale) = facture.lignes.first() else { return };
    let jour = principale.date_execution;
    let delai = |avis| {
        law.valeur(Parametre::AvisPonctuelDelai, avis)
            .ok()
            .and_then(|months| i32::try_from(months).ok())
    };
    let follows =
        |avis, autre| delai(avis).is_some_and(|months| suivi_continu(avis, autre, months));
    if est_avis_ponctuel(&principale.code) {
        let concerned = matches!(
            facture.evalue.qualification.appartenance,
            Appartenance::DansParcours | Appartenance::HorsParcours
        );
        if concerned && facture.evalue.qualification.code != CodeDetermine::Oriente {
            warn(Avertissement::AvisPonctuelSansDemande);
        }
        let other_kind = |nature: NatureAdressage| nature != NatureAdressage::AvisPonctuel;
        if facture.situation.adressage.is_some_and(other_kind) {
            warn(Avertissement::NatureAdressageContredite);
        }
        if registre.autour.iter().any(|autre| follows(jour, autre.jour)) {
            warn(Avertissement::AvisPonctuelPatientSuivi);
        }
    }
    if registre.avis.iter().any(|avis: &AutreFeuille| follows(avis.jour, jour)) {
        warn(Avertissement::AvisPonctuelRompu);
    }
}
