//! Letters billed by somebody who may not, for somebody for whom they are not, or beside no act that bears them.

use chrono::NaiveDate;

use super::facture::Facture;
use crate::domain::evaluation::{Avertissement, RelationMt};
use crate::domain::feuille_de_soins::{Acte, Nomenclature};
use crate::law::nomenclature::{Ligne, Nature, est_supplement};
use crate::law::parameters::Parametre;

/// First day of the decision of the UNCAM of 29 October 2024: without a médecin traitant, a child's care bears the
/// supplements of coordination of specialists and of cardiologists, and no other.
const SANS_MT_AVANT_16_ANS: Option<NaiveDate> = NaiveDate::from_ymd_opt(2024, 12, 22);

/// The discrepancies of one line.
pub(super) fn controles(
    facture: &Facture<'_>,
    (ligne, rows): (&Acte, &[Ligne]),
    principale: bool,
    warn: &mut impl FnMut(Avertissement),
) {
    if rows.is_empty() {
        return;
    }
    if interdite(facture, rows) || du_medecin_traitant(facture, rows) {
        warn(Avertissement::ActeNonAutorise);
    }
    if hors_dates(rows, facture.situation.date.jour()) {
        warn(Avertissement::LettreHorsDates);
    }
    if seul(facture, rows, principale) {
        warn(Avertissement::SupplementSansActe);
    }
    let situation = facture.situation;
    let child =
        || facture.valeurs.ans(Parametre::ParcoursAgeMinimum).is_ok_and(|age| situation.age < age);
    if ligne.code.as_str() == "MCG"
        && child()
        && situation.relation_mt == RelationMt::Aucun
        && SANS_MT_AVANT_16_ANS.is_some_and(|start| situation.date.jour() >= start)
    {
        warn(Avertissement::McgEnfantSansMedecinTraitant);
    }
}

/// Whether the letter is that of other specialties, or of other ages.
fn interdite(facture: &Facture<'_>, rows: &[Ligne]) -> bool {
    let situation = facture.situation;
    let jour = situation.date.jour();
    let reserved = rows.iter().any(|row| row.marques.reserve);
    let aged = rows.iter().any(|row| row.marques.ages && row.en_vigueur(jour));
    reserved && !rows.iter().any(|row| row.est_pour(situation.specialite))
        || aged && !rows.iter().any(|row| row.en_vigueur(jour) && row.est_de_l_age(situation.age))
}

/// Whether the letter is one of the médecin traitant, who is known to be somebody else.
fn du_medecin_traitant(facture: &Facture<'_>, rows: &[Ligne]) -> bool {
    facture.situation.relation_mt == RelationMt::Autre
        && rows.iter().any(|row| row.marques.traitant)
}

/// Whether the letter did not exist yet, or no more, on the day: every price of it is known to be of other days.
fn hors_dates(rows: &[Ligne], jour: NaiveDate) -> bool {
    rows.iter().all(|row| {
        let other =
            row.du.is_some_and(|du| jour < du) || row.dernier.is_some_and(|last| last < jour);
        other && !row.attestee
    })
}

/// Whether a supplement has no act, or none of those that bear it.
fn seul(facture: &Facture<'_>, rows: &[Ligne], principale: bool) -> bool {
    if !est_supplement(rows) {
        return false;
    }
    if principale {
        // One letter is a supplement for some doctors and an act for others.
        let specialite = facture.situation.specialite;
        let own =
            rows.iter().filter(|row| row.est_pour(specialite)).min_by_key(|row| row.etendue());
        return own.is_none_or(|row| row.nature != Nature::Cle);
    }
    let Some((act, known)) = facture.lignes.first().zip(facture.rangees.first()) else {
        return false;
    };
    act.code.nomenclature() == Nomenclature::Ngap
        && rows.iter().any(|row| row.marques.exclusif)
        && !known.is_empty()
        && !rows.iter().any(|row| row.est_avec(act.code.as_str()))
}
