//! What the complementary insurance pays: articles L871-1, R871-1 and R871-2 for a contrat responsable.

use traitant::domain::feuille_de_soins::{
    Complementaire, Contrat, Convention, Garantie, MotifExclusion, OptionTarifaire,
    SituationParticuliere,
};

use super::argent::{Ligne, part};
use super::parcours::Parcours;
use super::tables;
use super::vue::Vue;

/// What the complementary insurance pays.
pub fn complementaire(vue: &Vue<'_>, parcours: Parcours, lignes: &mut [Ligne]) {
    match vue.soins.beneficiaire.complementaire {
        // In prison the State pays the ticket modérateur (since 2016).
        Complementaire::Aucune => {
            let detained = vue.soins.beneficiaire.situation == SituationParticuliere::Detenu
                || vue.motif() == Some(MotifExclusion::Detenu);
            for ligne in
                lignes.iter_mut().filter(|_| detained && tables::depuis(vue.jour, 20_160_101))
            {
                ligne.amc = ligne.ticket;
            }
        }
        Complementaire::C2sSansParticipation | Complementaire::C2sAvecParticipation => {
            for ligne in lignes {
                ligne.amc = ligne.ticket + ligne.majoration;
            }
        }
        Complementaire::Ame => {
            for ligne in lignes {
                ligne.amc = ligne.ticket;
            }
        }
        Complementaire::Amc | Complementaire::AcsAncienne => contrat(vue, parcours, lignes),
    }
}

/// A contract promises an amount for an act: the ticket modérateur first, then the overrun, line after line.
fn contrat(vue: &Vue<'_>, parcours: Parcours, lignes: &mut [Ligne]) {
    let Contrat { responsable, garantie } = vue.soins.beneficiaire.contrat.unwrap_or_default();
    let sum = |of: fn(&Ligne) -> i64| lignes.iter().map(of).sum::<i64>();
    let (base, ticket) = (sum(|one| one.base), sum(|one| one.ticket));
    // A responsible contract never pays the majoration nor the participation in the place of the compulsory insurance.
    let paid = sum(if responsable { |one| one.brut } else { |one| one.rembourse });
    let mut promised = match garantie {
        Garantie::TicketModerateur => ticket,
        Garantie::TauxDeBase(rate) => (part(base, i64::from(rate)) - paid).max(0),
        Garantie::Montant(amount) => amount.get(),
    };
    // The ticket modérateur must be paid where no majoration is due, and may be elsewhere (décret 2014-1374).
    if responsable && !parcours.majoration && tables::depuis(vue.jour, 20_150_401) {
        promised = promised.max(ticket);
    }
    let over = (promised - ticket).max(0);
    if responsable {
        promised =
            promised.min(ticket) + over.min(depassement_couvert(vue, parcours, lignes, over));
    }
    if responsable && garantie == Garantie::TicketModerateur {
        for ligne in lignes {
            ligne.amc = ligne.ticket;
        }
        return;
    }
    // Line after line, up to what may be paid of each: a contract that keeps no rule pays whatever is left.
    for ligne in lignes {
        let room = ligne.honoraires - if responsable { ligne.brut } else { ligne.rembourse };
        ligne.amc = promised.min(room);
        promised -= ligne.amc;
    }
}

/// What a responsible contract may pay of an overrun.
fn depassement_couvert(vue: &Vue<'_>, parcours: Parcours, lignes: &[Ligne], over: i64) -> i64 {
    let mut payable = lignes.iter().map(|one| one.depassement).sum::<i64>();
    if parcours.majoration && over > 0 && payable > 0 {
        payable -= vue.lu(tables::DA_EXCLU);
    }
    let executant = &vue.soins.executant;
    let limited = vue.medecin()
        && !matches!(executant.convention, Convention::Salarie | Convention::Secteur1)
        && executant.option_tarifaire == OptionTarifaire::Aucune;
    if let Some(ceiling) = tables::le(tables::PLAFOND_NON_OPTAM, vue.jour).filter(|_| limited) {
        let base: i64 = lignes.iter().map(|one| one.base).sum();
        payable = payable.min(part(base, ceiling * 100));
    }
    payable.max(0)
}
