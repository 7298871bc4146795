//! What was billed, compared with what could be billed. A discrepancy changes no amount: it is said.

mod ccam;
mod consultant;
mod facture;
mod lettres;
mod tarifs;

pub(super) use self::facture::{Facture, opposable};
pub(super) use self::tarifs::tarif;
use super::Law;
use super::consultation::Poids;
use super::nomenclature::{est_consultation_complexe, est_majoration_de_coordination};
use super::parameters::Parametre;
use super::situation::Situation;
use super::valeurs::Valeurs;
use crate::domain::evaluation::{Avertissement, AvertissementLigne};
use crate::domain::feuille_de_soins::{
    Acte, Complementaire, Convention, MotifExoneration, Nomenclature, OptionTarifaire,
    QualificatifDepense,
};
use crate::domain::money::{AmountOverflow, Centimes};

/// Discrepancies of an act.
pub(super) fn controles(law: &Law, facture: &Facture<'_>, warnings: &mut Vec<AvertissementLigne>) {
    let mut warn = |code, ligne: &Acte| {
        warnings.push(AvertissementLigne { code, numero_ligne: Some(ligne.numero_ligne) });
    };
    let Some(principale) = facture.lignes.first() else { return };
    for (index, (ligne, rows)) in facture.lignes.iter().zip(facture.rangees).enumerate() {
        if ligne.porte_da() && !facture.evalue.qualification.da_possible {
            warn(Avertissement::DepassementNonAutorise, ligne);
        }
        if index > 0 && est_de(ligne) {
            warn(Avertissement::ExigenceSurSupplement, ligne);
        }
        if est_majoration_de_coordination(&ligne.code) && coordination_interdite(facture, ligne) {
            warn(Avertissement::CoordinationInterdite, ligne);
        }
        if tarifs::contredite(facture, (ligne, rows), index == 0)
            || ccam::tarif_contredit(facture, ligne)
        {
            warn(Avertissement::BaseContredite, ligne);
        }
        lettres::controles(facture, (ligne, rows), index == 0, &mut |code| warn(code, ligne));
        let hospital = facture.situation.consultation_externe;
        if ligne.qualificatif.is_some() && part_excessive(ligne, facture.valeurs, hospital) {
            warn(Avertissement::DepassementExcessif, ligne);
        }
    }
    if depassement_excessif(facture) {
        warn(Avertissement::DepassementExcessif, principale);
    }
    if facture.depasse_la_base()
        && let Some(code) = depassement_interdit(facture)
    {
        warn(code, principale);
    }
    if facture.situation.maternite_hors_periode() {
        warn(Avertissement::MaterniteHorsPeriode, principale);
    }
    if exoneration_sans_effet(facture.situation) {
        warn(Avertissement::ExonerationSansEffet, principale);
    }
    if let Some(code) = anachronisme(facture) {
        warn(code, principale);
    }
    if part_insuffisante(facture) {
        warn(Avertissement::PartSansDepassementInsuffisante, principale);
    }
    consultant::controles(law, facture, &mut |code| warn(code, principale));
}

/// Whether the exemption does nothing: no published list says what it exempts, or it is that of heavy acts, on an act
/// that is compared with no threshold.
fn exoneration_sans_effet(situation: &Situation) -> bool {
    let motif = situation.exoneration.motif();
    motif == MotifExoneration::NonPublie
        || motif == MotifExoneration::Acte && situation.consultation.poids == Poids::SansSeuil
}

fn est_de(ligne: &Acte) -> bool {
    matches!(ligne.qualificatif, Some(QualificatifDepense::De | QualificatifDepense::DaDe))
}

/// Whether a supplement of coordination has no place here: outside the parcours, with an opinion or a
/// complex consultation, beside an overrun without a contract limiting them, or at another specialty.
fn coordination_interdite(facture: &Facture<'_>, ligne: &Acte) -> bool {
    let specialite = facture.situation.specialite;
    let own = match ligne.code.as_str() {
        "MCG" => specialite.est_generaliste(),
        "MCC" => specialite.est_cardiologie(),
        _ => !specialite.est_generaliste(),
    };
    let overrun = facture.montants().depassement > Centimes::ZERO;
    !own || !facture.evalue.qualification.coordination_possible
        || facture
            .lignes
            .iter()
            .any(|other| other.code.est_avis_ponctuel() || est_consultation_complexe(&other.code))
        || facture.opposable().is_none_or(|opposable| !opposable && overrun)
}

/// Whether the fees of an authorised overrun go beyond the highest total of a consultation.
fn depassement_excessif(facture: &Facture<'_>) -> bool {
    let Some(principale) = facture.lignes.first() else { return false };
    // A particular demand (DE) may come with an authorised overrun, and has no ceiling.
    !facture.situation.consultation_externe
        && facture.lignes.iter().any(|ligne| ligne.porte_da())
        && !facture.lignes.iter().any(|ligne| est_de(ligne))
        && tarifs::plafond_autorise(facture, principale)
            .is_some_and(|highest| facture.montants().honoraires > highest)
}

/// Whether the overrun of a line goes beyond its share of the base: of a technical act, whose tariff is
/// the same inside and outside the parcours, to the nearest euro of the total; of any act in a hospital,
/// each share rounded up.
fn part_excessive(ligne: &Acte, valeurs: &Valeurs<'_>, hospital: bool) -> bool {
    let technical = ligne.code.nomenclature() == Nomenclature::Ccam;
    if ligne.qualificatif != Some(QualificatifDepense::Da) || !(technical || hospital) {
        return false;
    }
    let highest = || -> Option<Result<Centimes, AmountOverflow>> {
        let rate = u32::try_from(valeurs.valeur(Parametre::DaTaux).ok()?).ok()?;
        let base = ligne.base?;
        Some(if hospital {
            base.portion_to_euro_up(rate).and_then(|sum| base.plus(sum))
        } else {
            base.portion(rate).and_then(|share| base.plus(share)).and_then(Centimes::to_euro)
        })
    };
    highest().is_some_and(|total| total.is_ok_and(|total| ligne.honoraires > total))
}

/// Why an overrun may not be charged, if it may not.
fn depassement_interdit(facture: &Facture<'_>) -> Option<Avertissement> {
    let asked = facture.lignes.iter().any(|ligne| est_de(ligne));
    if facture.situation.est_c2s() && !asked {
        return Some(Avertissement::DepassementInterditC2s);
    }
    // A doctor of sector 1 has an authorised overrun or a particular demand, on an act that is billed above its base; other
    // professions have agreements of their own with the patient.
    let doctor = facture.situation.executant_medecin();
    let explains =
        |ligne: &Acte| ligne.porte_da() || est_de(ligne) || !doctor && ligne.qualificatif.is_some();
    let above = |ligne: &&Acte| ligne.base.is_some_and(|base| ligne.honoraires > base);
    let unexplained = facture.situation.convention == Convention::Secteur1
        && !facture.lignes.iter().copied().filter(above).any(explains);
    unexplained.then_some(Avertissement::DepassementSansMotif)
}

/// A cover or a contract that did not exist on the day of care.
fn anachronisme(facture: &Facture<'_>) -> Option<Avertissement> {
    let situation = facture.situation;
    let before = |exists: bool| {
        let there = facture.valeurs.oui(Parametre::C2sCreation);
        there.is_ok_and(|there| there == exists)
    };
    let cover = situation.complementaire;
    if cover == Complementaire::C2sAvecParticipation && before(false)
        || cover == Complementaire::AcsAncienne && before(true)
    {
        return Some(Avertissement::CouvertureAnachronique);
    }
    let contract = situation.option_tarifaire != OptionTarifaire::Aucune;
    let early = contract && facture.valeurs.oui(Parametre::OptionTarifaireExiste) == Ok(false);
    early.then_some(Avertissement::OptionAnachronique)
}

/// Whether the fees without authorised overrun are no longer a large enough share of the year's.
fn part_insuffisante(facture: &Facture<'_>) -> bool {
    let Some(year) = facture.faits.registre.honoraires else { return false };
    if !facture.lignes.iter().any(|ligne| ligne.porte_da()) {
        return false;
    }
    let (mut total, mut without) = (year.total.get(), year.sans_depassement.get());
    for acte in &facture.soins.actes {
        total = total.saturating_add(acte.honoraires.get());
        if !acte.porte_da() {
            without = without.saturating_add(acte.honoraires.get());
        }
    }
    facture
        .valeurs
        .valeur(Parametre::DaPartMin)
        .is_ok_and(|share| without.saturating_mul(10_000) <= total.saturating_mul(share))
}
