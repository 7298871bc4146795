//! The money of an act, in cents, in the order of its operations: share, majoration, participation, complementary share.

use chrono::{Datelike as _, NaiveDate};
use traitant::domain::evaluation::{CouvertureConnue, FaitsConnus};
use traitant::domain::feuille_de_soins::{Acte, Complementaire, NatureAssurance};
use traitant::domain::money::Centimes;

use super::complementaire::complementaire;
use super::parcours::Parcours;
use super::tables;
use super::taux::{Taux, code_exoneration, dans_la_periode, maternite_payee, rembourse, taux};
use super::vue::Vue;

/// A value that the published texts leave unknown: the law may refuse to answer.
pub type Inconnue = &'static str;

/// The ten amounts of a line, in the order of `Montants`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ligne {
    pub honoraires: i64,
    pub base: i64,
    pub brut: i64,
    pub ticket: i64,
    pub majoration: i64,
    pub participation: i64,
    pub rembourse: i64,
    pub depassement: i64,
    pub amc: i64,
    pub reste: i64,
}

/// What is already kept of the patient, kept up to date from act to act.
pub struct Cumuls {
    jours: Vec<(NaiveDate, i64)>,
    annees: Vec<(i32, i64)>,
}

impl Cumuls {
    pub fn new(faits: &FaitsConnus) -> Self {
        let cents = |(day, kept): &(NaiveDate, Centimes)| (*day, kept.get());
        Self {
            jours: faits.participations_jour.iter().map(cents).collect(),
            annees: faits
                .participations_an
                .iter()
                .map(|(year, kept)| (*year, kept.get()))
                .collect(),
        }
    }

    fn keep(&mut self, jour: NaiveDate, amount: i64) {
        self.jours.push((jour, amount));
        self.annees.push((jour.year(), amount));
    }

    /// What may still be kept, that day and that year.
    fn room(&self, jour: NaiveDate) -> i64 {
        let today: i64 =
            self.jours.iter().filter(|(day, _)| *day == jour).map(|(_, kept)| kept).sum();
        let year: i64 =
            self.annees.iter().filter(|(year, _)| *year == jour.year()).map(|(_, kept)| kept).sum();
        let daily = tables::le(tables::PF, jour) * tables::PF_PAR_JOUR;
        (daily - today).min(tables::PF_AN - year).max(0)
    }
}

/// Half up, to the cent.
pub fn part(base: i64, ten_thousandths: i64) -> i64 {
    (base * ten_thousandths + 5_000) / 10_000
}

pub fn liquider(
    vue: &Vue<'_>,
    parcours: Parcours,
    cumuls: &mut Cumuls,
) -> Result<(i64, Vec<Ligne>), Inconnue> {
    let Taux { taux, somme } = taux(vue)?;
    let mut lignes: Vec<Ligne> = vue.lignes.iter().map(|acte| brute(acte, taux)).collect();
    if let Some(somme) = somme {
        poser_somme(&mut lignes, somme);
    }
    if parcours.majoration {
        let base: i64 = lignes.iter().map(|ligne| ligne.base).sum();
        let brut: i64 = lignes.iter().map(|ligne| ligne.brut).sum();
        let mut left = part(base, tables::le(tables::MTM_TAUX, vue.jour))
            .min(tables::le(tables::MTM_PLAFOND, vue.jour))
            .min(brut);
        for ligne in &mut lignes {
            ligne.majoration = left.min(ligne.brut);
            left -= ligne.majoration;
        }
    }
    let before: i64 = lignes.iter().map(|ligne| ligne.brut - ligne.majoration).sum();
    if participation_due(vue) {
        let mut left = tables::le(tables::PF, vue.fait).min(cumuls.room(vue.fait)).min(before);
        cumuls.keep(vue.fait, left);
        for ligne in &mut lignes {
            ligne.participation = left.min(ligne.brut - ligne.majoration);
            left -= ligne.participation;
        }
    }
    for ligne in &mut lignes {
        ligne.rembourse = ligne.brut - ligne.majoration - ligne.participation;
    }
    complementaire(vue, parcours, &mut lignes);
    for ligne in &mut lignes {
        ligne.reste = ligne.honoraires - ligne.rembourse - ligne.amc;
    }
    Ok((taux, lignes))
}

fn brute(acte: &Acte, taux: i64) -> Ligne {
    let honoraires = acte.honoraires.get();
    let base = if rembourse(acte) { acte.base.map_or(0, Centimes::get).min(honoraires) } else { 0 };
    let brut = part(base, taux);
    Ligne {
        honoraires,
        base,
        brut,
        ticket: base - brut,
        depassement: honoraires - base,
        ..Ligne::default()
    }
}

/// The flat sum replaces the ticket modérateur: the act bears it, and everything else is paid.
fn poser_somme(lignes: &mut [Ligne], somme: i64) {
    let mut left = somme;
    for ligne in lignes {
        ligne.ticket = left.min(ligne.base);
        ligne.brut = ligne.base - ligne.ticket;
        left = 0;
    }
}

/// Whether the participation forfaitaire is due.
fn participation_due(vue: &Vue<'_>) -> bool {
    let biology = matches!(vue.specialite(), 30 | 39 | 40);
    let cover = vue.soins.beneficiaire.complementaire;
    let (from, until) = tables::ACS;
    let acs = cover == Complementaire::AcsAncienne
        && tables::depuis(vue.jour, from)
        && !tables::depuis(vue.jour, until);
    let code = code_exoneration(vue);
    let maternity = vue.soins.assurance.nature == NatureAssurance::Maternite
        && maternite_payee(vue)
        || code == "55" && dans_la_periode(vue);
    let exempt = vue.age_nouvel_an < 18
        || vue.c2s()
        || cover == Complementaire::Ame
        || vue.couverture == Some(CouvertureConnue::Ame)
        || acs
        || maternity
        || matches!(code.as_str(), "21" | "7" | "81" | "82")
        || vue.soins.assurance.nature == NatureAssurance::Prevention
        || vue.lignes[0].code.as_str() == "RDV" && tables::depuis(vue.jour, tables::BILAN)
        || vue.depistage();
    (vue.medecin() || biology) && !exempt
}
