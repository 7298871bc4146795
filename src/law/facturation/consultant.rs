//! The single opinion of a consultant: asked for by the médecin traitant, and not followed.

use chrono::NaiveDate;

use super::facture::Facture;
use crate::domain::adressage::{NatureAdressage, suivi_continu};
use crate::domain::evaluation::{
    Appartenance, AutreFeuille, Avertissement, CodeDetermine, FaitsRegistre,
};
use crate::law::Law;
use crate::law::parameters::Parametre;
use crate::law::valeurs::ParametreInconnu;

/// Months around an opinion during which other care of the same doctor makes of it a continuing care.
const DELAI: Parametre = Parametre::AvisPonctuelDelai;

/// Whether care of the same doctor on `autre` makes of an opinion given on `avis` a continuing care, by the delay
/// of the day of the opinion.
fn suivi(delai: Result<i64, ParametreInconnu>, avis: NaiveDate, autre: NaiveDate) -> bool {
    let months = delai.ok().and_then(|months| i32::try_from(months).ok());
    months.is_some_and(|months| suivi_continu(avis, autre, months))
}

impl Law {
    /// Earlier opinions that care on this day contradicts.
    pub fn avis_rompus(&self, registre: &FaitsRegistre, jour: NaiveDate) -> Vec<AutreFeuille> {
        let broken = |avis: &&AutreFeuille| suivi(self.valeur(DELAI, avis.jour), avis.jour, jour);
        registre.avis.iter().filter(broken).copied().collect()
    }
}

/// Discrepancies about a single opinion, this one or an earlier one.
pub(super) fn controles(law: &Law, facture: &Facture<'_>, warn: &mut impl FnMut(Avertissement)) {
    let registre = &facture.faits.registre;
    let Some(principale) = facture.lignes.first() else { return };
    let jour = principale.date_execution;
    // Through the values of the act when the day is one of theirs: what is read of them is noted.
    let valeurs = facture.valeurs;
    let delai = |avis: NaiveDate| {
        if valeurs.periode().contient(avis) {
            valeurs.valeur(DELAI)
        } else {
            law.valeur(DELAI, avis)
        }
    };
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
        if registre.autour.iter().any(|autre| suivi(delai(jour), jour, autre.jour)) {
            warn(Avertissement::AvisPonctuelPatientSuivi);
        }
    }
    if registre.avis.iter().any(|avis| suivi(delai(avis.jour), avis.jour, jour)) {
        warn(Avertissement::AvisPonctuelRompu);
    }
}
