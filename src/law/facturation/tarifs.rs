//! What the bases of a feuille say of the tariffs of the day: each is compared with the table of the letters.

use super::facture::Facture;
use crate::domain::evaluation::{Appartenance, RelationMt};
use crate::domain::feuille_de_soins::{Acte, CodeActe, Nomenclature};
use crate::domain::money::{Centimes, Sommes};
use crate::law::nomenclature::{Ligne, Secteur, est_majoration_de_coordination, table};
use crate::law::parameters::Parametre;
use crate::law::situation::Situation;
use crate::law::valeurs::Valeurs;

/// Prices that one letter may have on one day: sources that disagree are both accepted.
type Prix = Sommes<8>;

/// Supplements that one price may include.
const INCLUS: usize = 12;

/// Who bills, for whom and when: what chooses the rows of a letter.
#[derive(Clone, Copy)]
struct Cadre<'a> {
    situation: &'a Situation,
    valeurs: &'a Valeurs<'a>,
}

impl Cadre<'_> {
    fn convient(&self, ligne: &Ligne, secteur: Secteur) -> bool {
        (ligne.secteur == secteur || ligne.secteur == Secteur::Tous)
            && ligne.en_vigueur(self.situation.date.jour())
            && ligne.est_pour(self.situation.specialite)
            && ligne.est_de_l_age(self.situation.age)
    }

    /// What a row is worth: a reform may change what a parameter holds.
    fn prix(&self, ligne: &Ligne) -> Option<Centimes> {
        match ligne.parametre {
            Some(parametre) => self.valeurs.centimes(parametre).ok(),
            None => ligne.centimes,
        }
    }

    /// Prices among the rows of a letter in a sector: those that fewest specialties share.
    fn tarifs(&self, rows: &[Ligne], secteur: Secteur) -> Prix {
        let mut narrow = u32::MAX;
        let mut tarifs = Prix::new();
        for ligne in rows {
            let etendue = ligne.etendue();
            if etendue > narrow || !self.convient(ligne, secteur) {
                continue;
            }
            if etendue < narrow {
                narrow = etendue;
                tarifs.clear();
            }
            if let Some(prix) = self.prix(ligne)
                && !tarifs.is_full()
            {
                tarifs.push(prix);
            }
        }
        tarifs
    }
}

/// Whether the tariffs of the table apply: they differ overseas.
pub(super) fn metropole(facture: &Facture<'_>) -> bool {
    !facture.situation.commune.is_some_and(|commune| commune.est_outre_mer())
}

/// Whether a line is one act at its price, of the letters, and reimbursed.
fn est_simple(ligne: &Acte) -> bool {
    ligne.quantite == 1
        && ligne.coefficient_centiemes.is_none()
        && ligne.code.nomenclature() == Nomenclature::Ngap
        && ligne.est_rembourse()
}

/// Whether the base of a line is none of its tariffs of the day, less or more. A day without a known
/// tariff compares nothing.
pub(super) fn contredite(
    facture: &Facture<'_>,
    (ligne, rows): (&Acte, &[Ligne]),
    principale: bool,
) -> bool {
    let Some(base) = ligne.base.filter(|_| est_simple(ligne)) else { return false };
    let Some(opposable) = facture.opposable() else {
        return principale && metropole(facture) && au_dela_du_tarif_d_autorite(facture, base);
    };
    let cadre = Cadre { situation: facture.situation, valeurs: facture.valeurs };
    let overrun = facture.montants().depassement > Centimes::ZERO;
    let line = (ligne, rows, principale);
    let wrong = if opposable {
        aucun(facture, line, base, Secteur::Opposable, cadre) == Some(true)
    } else if overrun && est_clinique(&ligne.code) {
        // What only opposable tariffs carry is not reimbursed beside an overrun.
        base != Centimes::ZERO
    } else {
        let libre = aucun(facture, line, base, Secteur::Libre, cadre);
        let opposable = || aucun(facture, line, base, Secteur::Opposable, cadre);
        match (libre, overrun) {
            (Some(wrong), true) => wrong,
            // Without an overrun, opposable tariffs are reimbursed to everybody.
            (Some(wrong), false) => wrong && opposable() != Some(false),
            (None, false) => opposable() == Some(true),
            // The base of this sector is not known, but never goes beyond the opposable tariff.
            (None, true) => {
                let highest = cadre.tarifs(rows, Secteur::Opposable).into_iter().max();
                highest.is_some_and(|highest| base > highest)
            }
        }
    };
    wrong && metropole(facture)
}

fn est_clinique(code: &CodeActe) -> bool {
    code.as_str() == "MPC" || est_majoration_de_coordination(code)
}

/// Whether a base is no price of its letter in a sector; nothing when no price is known.
fn aucun(
    facture: &Facture<'_>,
    (ligne, rows, principale): (&Acte, &[Ligne], bool),
    base: Centimes,
    secteur: Secteur,
    cadre: Cadre<'_>,
) -> Option<bool> {
    let tarifs = cadre.tarifs(rows, secteur);
    if tarifs.is_empty() {
        return None;
    }
    if tarifs.contains(&base) {
        return Some(false);
    }
    let by_unit = rows.iter().any(|row| row.marques.unite);
    let multiple = |price: &Centimes| base.get().checked_rem(price.get()) == Some(0);
    if by_unit && tarifs.iter().any(multiple) {
        return Some(false);
    }
    let included = if principale { inclus(facture, ligne, secteur, cadre) } else { Sommes::new() };
    let whole = |price: &Centimes| {
        base.minus(*price).is_ok_and(|rest| rest > Centimes::ZERO && reaches(&included, rest))
    };
    Some(!tarifs.iter().any(whole))
}

/// Whether some of the sums add up to a number.
fn reaches(sums: &[Centimes], number: Centimes) -> bool {
    match sums.split_first() {
        _ if number == Centimes::ZERO => true,
        Some((first, rest)) => {
            reaches(rest, number) || *first <= number && reaches(rest, number.minus_or_zero(*first))
        }
        None => false,
    }
}

/// Supplements that the price of an act may include: published prices do, and so do those who bill one line.
fn inclus(
    facture: &Facture<'_>,
    principale: &Acte,
    secteur: Secteur,
    cadre: Cadre<'_>,
) -> Sommes<INCLUS> {
    let billed = |row: &Ligne| facture.lignes.iter().any(|ligne| ligne.code.as_str() == row.code);
    let inside = facture.evalue.qualification.appartenance != Appartenance::HorsParcours;
    let allowed = |row: &Ligne| match row.code {
        "MCG" => inside && cadre.situation.relation_mt != RelationMt::Executant,
        "MCS" | "MCC" => inside,
        _ => true,
    };
    let rows = table().inclus(principale.code.as_str());
    rows.filter(|row| cadre.convient(row, secteur) && !billed(row) && allowed(row))
        .filter_map(|row| cadre.prix(row))
        .take(INCLUS)
        .collect()
}

fn au_dela_du_tarif_d_autorite(facture: &Facture<'_>, base: Centimes) -> bool {
    let parametre = if facture.situation.specialite.est_generaliste() {
        Parametre::TarifAutoriteGeneraliste
    } else {
        Parametre::TarifAutoriteSpecialiste
    };
    facture.valeurs.centimes(parametre).is_ok_and(|highest| base > highest)
}

/// The dated tariff of one act, by its code, when the table has one and no other.
pub(in crate::law) fn tarif(
    ligne: &Acte,
    situation: &Situation,
    valeurs: &Valeurs<'_>,
    opposable: bool,
) -> Option<Centimes> {
    if !est_simple(ligne) {
        return None;
    }
    let secteur = if opposable { Secteur::Opposable } else { Secteur::Libre };
    let tarifs = Cadre { situation, valeurs }.tarifs(table().lettre(&ligne.code), secteur);
    match tarifs.as_slice() {
        [alone] => Some(*alone),
        _ => None,
    }
}

/// The highest fees of an act with an authorised overrun: as published, or else so much more than the tariff of a
/// coordinated act, to the nearest euro. Nothing when a part of that tariff is unknown.
pub(super) fn plafond_autorise(facture: &Facture<'_>, principale: &Acte) -> Option<Centimes> {
    let cadre = Cadre { situation: facture.situation, valeurs: facture.valeurs };
    let code = principale.code.as_str();
    let published = CodeActe::parse(Nomenclature::Ngap, "DA").ok().and_then(|ceiling| {
        let rows = table().lettre(&ceiling).iter();
        let own = rows.filter(|row| row.est_avec(code) && cadre.convient(row, Secteur::Opposable));
        own.min_by_key(|row| row.etendue()).and_then(|row| Some((row.etendue(), cadre.prix(row)?)))
    });
    let computed = coordonne(principale, cadre).and_then(|whole| {
        let rate = u32::try_from(facture.valeurs.valeur(Parametre::DaTaux).ok()?).ok()?;
        whole.portion(rate).and_then(|share| whole.plus(share)).and_then(Centimes::to_euro).ok()
    });
    match published {
        // A ceiling of one specialty is its own; that of all specialists is that of their common tariff.
        Some((narrow, sum)) if narrow < 8 => Some(sum),
        Some((_, sum)) => Some(computed.map_or(sum, |own| own.max(sum))),
        None => computed,
    }
}

/// The highest price of an act of the parcours, with its supplements.
fn coordonne(principale: &Acte, cadre: Cadre<'_>) -> Option<Centimes> {
    let highest =
        |code: &CodeActe| cadre.tarifs(table().lettre(code), Secteur::Opposable).into_iter().max();
    let mut whole = highest(&principale.code)?;
    let (mut coordinated, mut previous) = (false, "");
    let own = |row: &&Ligne| cadre.convient(row, Secteur::Opposable);
    for row in table().inclus(principale.code.as_str()).filter(own) {
        if row.code == previous {
            continue;
        }
        previous = row.code;
        let letter = CodeActe::parse(Nomenclature::Ngap, row.code).ok()?;
        let price = highest(&letter)?;
        whole = whole.plus(price).ok()?;
        coordinated |= est_majoration_de_coordination(&letter);
    }
    Some(whole).filter(|_| coordinated)
}
