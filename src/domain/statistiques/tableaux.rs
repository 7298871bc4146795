//! From counts to the figures of a table.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::grille::{Grille, Ligne, Valeur};
use super::plan::{colonne_de_la_majoration, colonne_du_supplement, est_suivi, plan};
use super::{
    Axe, Cellule, Chiffre, Comptes, Indicateur as I, Mesures, Methode, Nature, Part, SEUIL, Tableau,
};
use crate::domain::conciliation::{Attente, EtatConciliation};
use crate::domain::designation::MotifFin;
use crate::domain::evaluation::CodeDetermine;
use crate::domain::vocabulary::Vocabulaire;

/// How conciliations did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conciliees {
    pub ouvertes: i64,
    pub terminees: BTreeMap<EtatConciliation, Attente>,
}

/// What a table of one day is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matiere {
    /// Persons of the day.
    pub stock: Vec<(Cellule, Mesures)>,
    /// Persons of the last day of the year before.
    pub veille: Vec<(Cellule, Mesures)>,
    /// What happened since the first of January.
    pub flux: Vec<(Cellule, Mesures)>,
    /// Distinct doctors who are somebody's médecin traitant.
    pub medecins: Option<i64>,
    pub conciliees: Conciliees,
}

impl Matiere {
    /// That of a table on a day, from counts alone: persons until the day, what happened in its year.
    pub fn des_comptes(tableau: Tableau, comptes: &Comptes, jour: NaiveDate) -> Self {
        let cells = |kept: &dyn Fn(&Cellule) -> bool| {
            let all = comptes.iter().filter(|(cellule, _)| {
                let nature = cellule.nature;
                tableau.natures().contains(&nature) && cellule.mois <= jour && kept(cellule)
            });
            all.map(|(cellule, mesures)| (*cellule, *mesures)).collect()
        };
        let year = jour.year();
        Self {
            stock: cells(&|one| one.nature == Nature::Assure),
            veille: cells(&|one| one.nature == Nature::Assure && one.mois.year() < year),
            flux: cells(&|one| one.nature != Nature::Assure && one.mois.year() == year),
            ..Self::default()
        }
    }
}

impl Tableau {
    /// By what it may be broken down.
    pub const fn axes(self) -> &'static [Axe] {
        const LIEUX: &[Axe] = &[Axe::Age, Axe::Regime, Axe::Caisse];
        const ACTES: &[Axe] =
            &[Axe::Age, Axe::Regime, Axe::Caisse, Axe::Specialite, Axe::Situation];
        match self {
            Self::Designation | Self::Forfait => LIEUX,
            Self::Consultations | Self::Majorations | Self::Depenses => ACTES,
            Self::Supplements => &[Axe::Age, Axe::Regime, Axe::Caisse, Axe::Specialite],
            Self::Financement => &[Axe::Poste],
            Self::Changements => &[Axe::Age, Axe::Regime, Axe::Caisse, Axe::Motif],
            Self::Indicateurs => &[Axe::Age, Axe::Regime, Axe::Caisse, Axe::Situation],
            Self::Conciliations => &[Axe::Issue],
        }
    }

    /// Whether what it counts depends on the method.
    pub const fn a_methodes(self) -> bool {
        matches!(self, Self::Consultations)
    }

    /// What it counts.
    pub const fn natures(self) -> &'static [Nature] {
        match self {
            Self::Designation | Self::Forfait => &[Nature::Assure],
            Self::Consultations => &[Nature::Consultation],
            Self::Majorations | Self::Depenses => &[Nature::Consultation, Nature::AutreActe],
            Self::Supplements => &[Nature::Supplement],
            Self::Financement => &[Nature::Supplement, Nature::Consultation, Nature::AutreActe],
            Self::Changements => &[Nature::Assure, Nature::Changement, Nature::Acquisition],
            Self::Indicateurs => &[Nature::Indicateur],
            Self::Conciliations => &[],
        }
    }
}

/// The figures of a table, class by class and then of all of them.
pub fn chiffres(
    tableau: Tableau,
    (methode, axe): (Methode, Option<Axe>),
    matiere: &Matiere,
) -> Vec<Ligne> {
    if tableau == Tableau::Financement {
        return financement(matiere);
    }
    if tableau == Tableau::Conciliations {
        return conciliations(&matiere.conciliees, axe);
    }
    let plan = plan(tableau, methode);
    let counts = matiere.stock.iter().chain(&matiere.flux);
    let placed = counts.filter_map(|(cellule, mesures)| {
        Some((classe(axe, cellule), (plan.colonne)(cellule)?, *mesures))
    });
    // Those who were followed already are the last column of the changes, which nobody else is in.
    let followed = matiere.veille.iter().filter(|(cellule, _)| est_suivi(cellule));
    let followed = followed.map(|(cellule, mesures)| (classe(axe, cellule), 2, *mesures));
    let placed = placed.chain(followed.filter(|_| tableau == Tableau::Changements));
    let known = placed.filter(|(classe, ..)| axe.is_none() || classe.is_some());
    let grille = Grille::new(plan.colonnes, known);
    let row = |(place, name): (usize, &Option<String>)| {
        let figures = plan.figures.iter().filter(|(one, _)| {
            // A reason of a change says nothing of those who changed nothing.
            !(axe == Some(Axe::Motif) && name.is_some() && *one == I::TauxChangement)
        });
        let mut chiffres: Vec<Chiffre> = figures
            .map(|(indicateur, calcul)| calcul.chiffre(*indicateur, &grille, place))
            .collect();
        if tableau == Tableau::Designation
            && name.is_none()
            && let Some(nombre) = matiere.medecins
        {
            // A few doctors are a few persons' choices, and somebody's practice.
            let small = (1..SEUIL).contains(&nombre);
            let told = if small { Valeur::Secret } else { Valeur::Nombre(nombre) };
            chiffres.push(Chiffre::seul(I::MedecinsTraitants, told));
        }
        Ligne { classe: axe.zip(name.clone()), chiffres }
    };
    grille.classes.iter().enumerate().map(row).collect()
}

/// The class of a cell.
fn classe(axe: Option<Axe>, cellule: &Cellule) -> Option<String> {
    let [first, second, _] = cellule.codes;
    let acts = matches!(cellule.nature, Nature::Consultation | Nature::AutreActe);
    let code = |number: i16| u8::try_from(number).ok();
    Some(match axe? {
        Axe::Age => cellule.age.mot().to_owned(),
        Axe::Regime => cellule.caisse.regime(),
        Axe::Caisse => cellule.caisse.to_string(),
        Axe::Specialite => {
            let number = if acts { first } else { second };
            format!("{number:02}")
        }
        Axe::Situation => code(second)
            .and_then(CodeDetermine::du_code)
            .map_or("inconnu", Vocabulaire::mot)
            .to_owned(),
        Axe::Motif if cellule.nature == Nature::Changement => {
            code(first).and_then(MotifFin::du_code)?.mot().to_owned()
        }
        Axe::Motif | Axe::Poste | Axe::Issue => return None,
    })
}

/// Who pays each supplement, and all of them.
fn financement(matiere: &Matiere) -> Vec<Ligne> {
    let acts = |cellule: &Cellule| {
        matches!(cellule.nature, Nature::Consultation | Nature::AutreActe).then_some(4)
    };
    let place = |cellule: &Cellule| colonne_du_supplement(cellule).or_else(|| acts(cellule));
    let counts =
        matiere.flux.iter().filter_map(|(cellule, all)| Some((None, place(cellule)?, *all)));
    let grille = Grille::new(5, counts);
    // As the table of the majorations: what one of them hides, the other does not tell.
    let majorables = matiere.flux.iter().filter(|(cellule, _)| acts(cellule).is_some());
    let majorables = Grille::new(
        2,
        majorables.map(|(cellule, all)| (None, colonne_de_la_majoration(cellule), *all)),
    );
    let majorations = majorables.somme(0, &[0, 1], Part::Majoration);
    let of = |part, column: usize| grille.somme(0, &[column], part);
    let gain = of(Part::Honoraires, 0).zip(of(Part::Reference, 0));
    let avis = gain.map(|(fees, reference)| fees.saturating_sub(reference));
    let share = |gain: Option<i64>, column| {
        let (base, ticket) = of(Part::Base, column).zip(of(Part::Ticket, column))?;
        let own = prorata(gain?, base.saturating_sub(ticket), base);
        Some([gain?, own, 0, gain?.saturating_sub(own)])
    };
    let postes = [
        ("avis_ponctuels", share(avis, 0)),
        ("coordination", share(of(Part::Honoraires, 2), 2)),
        ("depassements_autorises", of(Part::Depassement, 3).map(|all| [all, 0, all, 0])),
        ("majorations", majorations.map(|all| [0, all.saturating_neg(), all, 0])),
    ];
    let total = postes.iter().try_fold([0_i64; 4], |mut sum, (_, own)| {
        for (place, more) in sum.iter_mut().zip((*own)?) {
            *place = place.saturating_add(more);
        }
        Some(sum)
    });
    let named = postes.into_iter().map(|(name, own)| (Some((Axe::Poste, name.to_owned())), own));
    named
        .chain([(None, total)])
        .map(|(classe, own)| {
            let figures = [I::GainMedecins, I::ChargeAmo, I::ChargeMenages, I::ChargeAmc];
            let value = |place: usize| own.and_then(|all| all.get(place).copied());
            let told = |place| value(place).map_or(Valeur::Secret, Valeur::Centimes);
            let one = |(place, indicateur)| Chiffre::seul(indicateur, told(place));
            Ligne { classe, chiffres: figures.into_iter().enumerate().map(one).collect() }
        })
        .collect()
}

/// A share of an amount, rounded half up; all of it when there is nothing to divide by.
fn prorata(montant: i64, above: i64, below: i64) -> i64 {
    let [montant_, above, below] = [montant, above, below].map(i128::from);
    let twice = montant_.saturating_mul(above).saturating_mul(2).saturating_add(below);
    let found = twice.checked_div_euclid(below.saturating_mul(2));
    found.and_then(|found| i64::try_from(found).ok()).unwrap_or(montant)
}

/// How searches ended, by outcome and in all.
fn conciliations(conciliees: &Conciliees, axe: Option<Axe>) -> Vec<Ligne> {
    let count = |attente: &Attente| i64::try_from(attente.nombre()).unwrap_or(i64::MAX);
    let by_issue = conciliees.terminees.iter().filter(|_| axe.is_some());
    let all = conciliees.terminees.iter().map(|(issue, attente)| {
        let name = axe.map(|_| issue.mot().to_owned());
        (name, 0, Mesures::nombre(count(attente)))
    });
    let open = (None, 1, Mesures::nombre(conciliees.ouvertes));
    let grille = Grille::new(2, all.chain([open]));
    let mut together = Attente::default();
    for attente in conciliees.terminees.values() {
        together.plus(attente);
    }
    let names = by_issue.map(|(issue, attente)| (Some(issue.mot()), attente));
    let rows: BTreeMap<Option<&str>, &Attente> = names.chain([(None, &together)]).collect();
    let row = |(place, name): (usize, &Option<String>)| {
        let ended = grille.somme(place, &[0], Part::Nombre);
        let attente = rows.get(&name.as_deref()).copied();
        let median = match (ended, attente.and_then(Attente::mediane)) {
            (None, _) => Valeur::Secret,
            (_, None) => Valeur::SansObjet,
            (_, Some(jours)) => Valeur::Jours(jours),
        };
        let number = |found: Option<i64>| found.map_or(Valeur::Secret, Valeur::Nombre);
        let open = grille.somme(place, &[1], Part::Nombre);
        let mut chiffres = vec![
            Chiffre::seul(I::ConciliationsTerminees, number(ended)),
            Chiffre::seul(I::AttenteMediane, median),
        ];
        if name.is_none() {
            chiffres.push(Chiffre::seul(I::ConciliationsOuvertes, number(open)));
        }
        Ligne { classe: axe.zip(name.clone()), chiffres }
    };
    grille.classes.iter().enumerate().map(row).collect()
}
