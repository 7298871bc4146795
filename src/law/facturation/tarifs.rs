//! The dated tariffs of the acts that the sources give, and what the bases of a feuille say of them.

use super::facture::Facture;
use crate::domain::feuille_de_soins::{Acte, Nomenclature};
use crate::domain::money::Centimes;
use crate::law::nomenclature::est_majoration_de_coordination;
use crate::law::parameters::Parametre;
use crate::law::situation::Situation;
use crate::law::valeurs::Valeurs;

/// First age of the ordinary consultation at a general practitioner's.
const ENFANT: u8 = 6;

/// Whether the tariffs of the table apply: they differ overseas.
pub(super) fn metropole(facture: &Facture<'_>) -> bool {
    let commune = facture.soins.executant.lieu.and_then(|lieu| lieu.commune);
    !commune.is_some_and(|commune| commune.as_str().starts_with("97"))
}

/// Whether the base of a line is not its tariff of the day. A day without a known tariff compares
/// nothing.
pub(super) fn contredite(facture: &Facture<'_>, ligne: &Acte, principale: bool) -> bool {
    let plain = ligne.quantite == 1 && ligne.coefficient_centiemes.is_none();
    if !plain || ligne.code.nomenclature() != Nomenclature::Ngap || !ligne.est_rembourse() {
        return false;
    }
    let Some(base) = ligne.base else { return false };
    let Some(opposable) = facture.opposable() else {
        return principale && metropole(facture) && au_dela_du_tarif_d_autorite(facture, base);
    };
    let expected = match ligne.code.as_str() {
        // Supplements that a doctor of free fees bills beside an overrun are not reimbursed.
        "MPC" | "MCS" | "MCC" | "MCG"
            if !opposable && facture.montants().depassement > Centimes::ZERO =>
        {
            Some(Centimes::ZERO)
        }
        "C3" => avis_de_professeur(facture),
        code => parametre((facture.situation, facture.valeurs), code, opposable)
            .and_then(|parametre| facture.valeurs.centimes(parametre).ok()),
    };
    expected.is_some_and(|expected| base != expected) && metropole(facture)
}

/// The single opinion of a university professor: so many consultations, where that of another consultant
/// is so many of them.
fn avis_de_professeur(facture: &Facture<'_>) -> Option<Centimes> {
    let valeurs = facture.valeurs;
    let ordinary = valeurs.centimes(Parametre::AvisPonctuelTarif).ok()?;
    let professor = valeurs.valeur(Parametre::AvisPonctuelCoefPuph).ok()?;
    let worth = valeurs.valeur(Parametre::AvisPonctuelCoef).ok().filter(|worth| *worth > 0)?;
    let tripled = ordinary.times(professor).ok()?;
    tripled.get().checked_div(worth).map(Centimes::new)
}

/// The tariff, supplements included, of a child at a paediatrician's.
const fn pediatre(age: u8) -> Option<Parametre> {
    match age {
        ..2 => Some(Parametre::TarifPediatreMoins2),
        2..6 => Some(Parametre::TarifPediatre2A6),
        6..16 => Some(Parametre::TarifPediatre6A16),
        _ => None,
    }
}

/// That tariff, when the performer is a paediatrician and the day knows it.
fn enfant_chez_le_pediatre(situation: &Situation, valeurs: &Valeurs) -> Option<Parametre> {
    let known = |parametre: &Parametre| valeurs.valeur(*parametre).is_ok();
    situation.specialite.est_pediatrie().then(|| pediatre(situation.age)).flatten().filter(known)
}

fn au_dela_du_tarif_d_autorite(facture: &Facture<'_>, base: Centimes) -> bool {
    let parametre = if facture.situation.specialite.est_generaliste() {
        Parametre::TarifAutoriteGeneraliste
    } else {
        Parametre::TarifAutoriteSpecialiste
    };
    facture.valeurs.centimes(parametre).is_ok_and(|highest| base > highest)
}

/// The dated tariff of one act, by its code, when the table has it.
pub(in crate::law) fn tarif(
    ligne: &Acte,
    situation: &Situation,
    valeurs: &Valeurs,
    opposable: bool,
) -> Option<Centimes> {
    let plain = ligne.quantite == 1 && ligne.coefficient_centiemes.is_none();
    let listed = plain && ligne.code.nomenclature() == Nomenclature::Ngap && ligne.est_rembourse();
    let parametre = parametre((situation, valeurs), ligne.code.as_str(), opposable)?;
    valeurs.centimes(parametre).ok().filter(|_| listed)
}

/// The parameter that holds the tariff of a code.
fn parametre(
    (situation, valeurs): (&Situation, &Valeurs),
    code: &str,
    opposable: bool,
) -> Option<Parametre> {
    use Parametre as P;
    let general = situation.specialite.est_generaliste();
    let mental = situation.specialite.est_psychiatrie() || situation.specialite.est_neurologie();
    Some(match (code, general, opposable) {
        // A young child's consultation is compared with its supplement: see `total_contredit`.
        ("G" | "GS", true, true) if situation.age >= ENFANT => P::TarifGeneraliste,
        ("G" | "GS", true, false) => P::TarifGeneralisteS2,
        // From May 2017 the letter C is no longer a whole consultation.
        ("C", true, true)
            if valeurs.valeur(P::TarifGeneralisteEnfant).is_err() && situation.age >= ENFANT =>
        {
            P::TarifGeneraliste
        }
        ("TC" | "TCG", true, true) => P::TarifTeleconsultation,
        // So is a child's at a paediatrician's.
        ("CS", false, true) if enfant_chez_le_pediatre(situation, valeurs).is_some() => {
            return None;
        }
        ("CS", false, true) => P::TarifCs,
        ("CS", false, false) => P::TarifCsS2,
        ("COE", _, true) => P::TarifExamenObligatoire,
        ("CCX", _, true) => P::TarifConsultComplexe,
        ("MPC", false, true) => P::Mpc,
        ("MCG", true, true) => P::Mcg,
        ("MCS", false, true) if mental => P::McsPsy,
        ("MCS", false, true) => P::Mcs,
        ("MCC", false, true) if situation.specialite.est_cardiologie() => P::Mcc,
        ("C2" | "APC", _, _) if !mental => P::AvisPonctuelTarif,
        ("C2,5" | "APY" | "AVY", false, _) if mental => P::AvisPonctuelTarifPsy,
        _ => return None,
    })
}

/// Whether the bases of an act and its supplements do not add up to the tariff that the sources give
/// for them together.
pub(super) fn total_contredit(facture: &Facture<'_>) -> bool {
    use Parametre as P;
    let Some(principale) = facture.lignes.first() else { return false };
    let plain = facture.lignes.iter().all(|ligne| {
        ligne.quantite == 1 && ligne.coefficient_centiemes.is_none() && ligne.est_rembourse()
    });
    if !plain || facture.opposable() != Some(true) {
        return false;
    }
    let specialite = facture.situation.specialite;
    let coordinated =
        || facture.lignes.iter().any(|ligne| est_majoration_de_coordination(&ligne.code));
    let parametre = match principale.code.as_str() {
        "G" | "GS" if specialite.est_generaliste() && facture.situation.age < ENFANT => {
            P::TarifGeneralisteEnfant
        }
        "CS" | "CNP" | "CNPSY" if specialite.est_psychiatrie() && coordinated() => {
            P::TarifPsyCoordonne
        }
        "CSC" if specialite.est_cardiologie() && coordinated() => P::TarifCardioCoordonne,
        "CS" if specialite.est_gynecologie_medicale() && coordinated() => P::TarifGynecoMedicale,
        "CS" if specialite.est_geriatrie() && coordinated() => P::TarifGeriatre,
        "CS" | "C" => match enfant_chez_le_pediatre(facture.situation, facture.valeurs) {
            Some(parametre) => parametre,
            None => return false,
        },
        _ => return false,
    };
    // Supplements of urgency, of nights or of distance come on top: nothing is compared with them.
    let only = facture.lignes.iter().skip(1).all(|ligne| {
        matches!(ligne.code.as_str(), "MEG" | "MPC" | "MCS" | "MCC" | "MCG" | "MOP" | "MEP")
    });
    let total = facture
        .lignes
        .iter()
        .filter_map(|ligne| ligne.base)
        .try_fold(Centimes::ZERO, Centimes::plus);
    only && metropole(facture)
        && facture
            .valeurs
            .centimes(parametre)
            .is_ok_and(|expected| total.is_ok_and(|total| total != expected))
}
