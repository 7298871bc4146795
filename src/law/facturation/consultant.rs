//! The single opinion of a consultant: asked for by the médecin traitant, and not followed.

use chrono::NaiveDate;

use super::facture::Facture;
use crate::domain::adressage::{NatureAdressage, suivi_continu};
use crate::domain::evaluation::{
    Appartenance, AutreFeuille, Avertissement, CodeDetermine, FaitsRegistre,
};
use crate::law::Law;
use crate::law::parameters::Parametre;

impl Law {
    /// Whether care of the same doctor on `autre` makes of an opinion given on `avis` a continuing
    /// care, by the delay of the day of the opinion.
    fn suivi(&self, avis: NaiveDate, autre: NaiveDate) -> bool {
        self.valeur(Parametre::AvisPonctuelDelai, avis)
            .ok()
            .and_then(|months| i32::try_from(months).ok())
            .is_some_and(|months| suivi_continu(avis, autre, months))
    }

    /// Earlier opinions that care on this day contradicts.
    pub fn avis_rompus(&self, registre: &FaitsRegistre, jour: NaiveDate) -> Vec<AutreFeuille> {
        registre.avis.iter().filter(|avis| self.suivi(avis.jour, jour)).copied().collect()
    }
}

/// Discrepancies about a single opinion, this one or an earlier one.
pub(super) fn controles(law: &Law, facture: &Facture<'_>, warn: &mut impl FnMut(Avertissement)) {
    let registre = &facture.faits.registre;
    let Some(principale) = facture.lignes.first() else { return };
    let jour = principale.date_execution;
    if facture.situation.avis_ponctuel {
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
        if registre.autour.iter().any(|autre| law.suivi(jour, autre.jour)) {
            warn(Avertissement::AvisPonctuelPatientSuivi);
        }
    }
    if registre.avis.iter().any(|avis| law.suivi(avis.jour, jour)) {
        warn(Avertissement::AvisPonctuelRompu);
    }
}
