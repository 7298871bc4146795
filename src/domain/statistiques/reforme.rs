//! The tables of a reform: the same feuilles counted under the law in force and under another one, side by side.

use chrono::{DateTime, NaiveDate, Utc};

use super::tableaux::{Matiere, chiffres};
use super::{
    Axe, Cellule, Chiffre, CodeCaisse, Comptes, Indicateur, Mesures, Methode, Nature, Tableau,
    Valeur,
};
use crate::domain::ids::{FeuilleId, SimulationId};
use crate::domain::vocabulary::vocabulaire;

vocabulaire!(
    /// How far it is.
    EtatSimulation ("etat_simulation") {
        EnCours = 1 "en_cours",
        Terminee = 2 "terminee",
    }
);

/// A reform that is counted on the feuilles of some months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    pub id: SimulationId,
    /// First and last day of care.
    pub du: NaiveDate,
    pub au: NaiveDate,
    pub etat: EtatSimulation,
    pub version: i32,
    pub enregistre_le: DateTime<Utc>,
    pub avancement: Avancement,
}

/// How far the counting of one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Avancement {
    /// The law in force under which it is counted.
    pub loi_id: Option<i16>,
    /// Feuilles of the months.
    pub prevues: i64,
    /// Those that were looked at.
    pub vues: i64,
    /// Those of which one of the two laws says nothing: they are counted nowhere.
    pub sans_reponse: i64,
    /// First day of the month at hand, and the last feuille of it that was looked at.
    pub mois: Option<NaiveDate>,
    pub place: Option<FeuilleId>,
}

/// Counts of the same feuilles under two laws: those that both say, and those that differ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Confrontes {
    /// What both laws say.
    pub inchanges: Comptes,
    /// What the law in force alone says.
    pub avant: Comptes,
    /// What the reform says in its place.
    pub apres: Comptes,
}

impl Confrontes {
    /// Each part.
    pub fn parts(&self) -> [&Comptes; 3] {
        [&self.inchanges, &self.avant, &self.apres]
    }

    /// Adds what a feuille counts under each of them, in one month whatever its own.
    pub fn add(&mut self, mois: NaiveDate, en_vigueur: &Comptes, reforme: &Comptes) {
        let moved = |cellule: &Cellule| Cellule { mois, ..*cellule };
        for (cellule, mesures) in en_vigueur.iter() {
            let same = reforme.get(cellule) == Some(mesures);
            let part = if same { &mut self.inchanges } else { &mut self.avant };
            part.add(moved(cellule), mesures);
        }
        for (cellule, mesures) in reforme.iter() {
            if en_vigueur.get(cellule) != Some(mesures) {
                self.apres.add(moved(cellule), mesures);
            }
        }
    }

    /// What is of one caisse.
    #[must_use]
    pub fn de_la_caisse(&self, caisse: CodeCaisse) -> Self {
        let own = |all: &Comptes| {
            let cells = all.iter().filter(|(cellule, _)| cellule.caisse == caisse);
            cells.map(|(cellule, mesures)| (*cellule, *mesures)).collect()
        };
        Self { inchanges: own(&self.inchanges), avant: own(&self.avant), apres: own(&self.apres) }
    }
}

/// A figure under both laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChiffreConfronte {
    pub indicateur: Indicateur,
    pub en_vigueur: Valeur,
    pub reforme: Valeur,
}

impl ChiffreConfronte {
    /// What the reform adds, when both are told.
    pub fn ecart(&self) -> Option<i64> {
        Some(self.reforme.nombre()?.saturating_sub(self.en_vigueur.nombre()?))
    }
}

/// The figures of a class under both laws, or of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LigneConfrontee {
    pub classe: Option<(Axe, String)>,
    pub chiffres: Vec<ChiffreConfronte>,
}

impl Tableau {
    /// Whether all that it counts is of feuilles: what another law may change.
    pub fn est_de_feuilles(self) -> bool {
        let of_persons = |one: &Nature| {
            matches!(
                one,
                Nature::Assure | Nature::Changement | Nature::Acquisition | Nature::Patientele
            )
        };
        !self.natures().is_empty() && !self.natures().iter().any(of_persons)
    }
}

/// A table of the same feuilles under two laws.
///
/// The figure of the reform is told when it is told in the table of each law, and in the tables of what differs between them:
/// the difference of two numbers that are told tells of those who are touched, and they may be few.
pub fn confronter(
    tableau: Tableau,
    (methode, axe): (Methode, Option<Axe>),
    confrontes: &Confrontes,
) -> Vec<LigneConfrontee> {
    let table = |parts: &[&Comptes]| {
        let own = parts.iter().flat_map(|part| part.iter());
        let own = own.map(|(cellule, mesures)| (*cellule, *mesures));
        // Every class is in every table, with nothing where there is nothing.
        let all = confrontes.parts().into_iter().flat_map(Comptes::iter);
        let empty = all.map(|(cellule, _)| (*cellule, Mesures::default()));
        let counted = |one: &(Cellule, Mesures)| tableau.natures().contains(&one.0.nature);
        let flux = own.chain(empty).filter(counted).collect();
        chiffres(tableau, (methode, axe), &Matiere { flux, ..Matiere::default() })
    };
    let Confrontes { inchanges, avant, apres } = confrontes;
    let [en_vigueur, reforme] = [table(&[inchanges, avant]), table(&[inchanges, apres])];
    let [touched, moved] = [table(&[avant]), table(&[apres])];
    let rows = en_vigueur.into_iter().zip(reforme).zip(touched.into_iter().zip(moved));
    rows.map(|((now, then), (from, to))| {
        let figures = now.chiffres.iter().zip(then.chiffres);
        let differences = from.chiffres.into_iter().zip(to.chiffres);
        let one = |((now, then), (from, to)): ((&Chiffre, Chiffre), (Chiffre, Chiffre))| {
            let all = [now.valeur, then.valeur, from.valeur, to.valeur];
            let secret = all.contains(&Valeur::Secret);
            ChiffreConfronte {
                indicateur: now.indicateur,
                en_vigueur: now.valeur,
                reforme: if secret { Valeur::Secret } else { then.valeur },
            }
        };
        LigneConfrontee {
            classe: now.classe.clone(),
            chiffres: figures.zip(differences).map(one).collect(),
        }
    })
    .collect()
}
