//! What the life of a person adds to the counts: where they are counted from which day, and their changes.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::classes::codes_du_medecin;
use super::{Cellule, ClasseAge, CodeCaisse, Comptes, MedecinDesigne, Mesures, Nature};
use crate::domain::calendar::{Periode, age_revolu, anniversaire, lendemain};
use crate::domain::designation::MotifFin;
use crate::domain::identifiers::{Organisme, Rpps};
use crate::domain::vocabulary::Vocabulaire;

/// A designation of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suivi {
    pub effet: Periode,
    /// Its doctors, their days, and whether each is a general practitioner.
    pub medecins: Vec<(Rpps, Periode, bool)>,
    pub motif_fin: Option<MotifFin>,
}

/// What is known of a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vie {
    pub naissance: Option<NaiveDate>,
    pub caisses: Vec<(Periode, Organisme)>,
    /// Days on which they are covered otherwise than as insured: aide médicale, passage, no rights, out of France.
    pub autrement: Vec<Periode>,
    pub deces: Option<NaiveDate>,
    /// By first day.
    pub designations: Vec<Suivi>,
}

/// What is counted whatever the age has one class.
const TOUT_AGE: ClasseAge = ClasseAge::QuatreVingtsEtPlus;

/// Where a person is counted on a day.
type Place = (CodeCaisse, ClasseAge, MedecinDesigne);

impl Vie {
    /// What it adds to the counts.
    pub fn comptes(&self) -> Comptes {
        let mut comptes = Comptes::default();
        self.presence(&mut comptes);
        self.changements(&mut comptes);
        self.medecins(&mut comptes);
        comptes
    }

    /// Their doctors, from the day of each to his last: whoever has a médecin traitant counts for him, insured or not.
    fn medecins(&self, comptes: &mut Comptes) {
        let mut before = BTreeSet::new();
        for jour in self.jours() {
            let after = self.medecins_le(jour);
            let gone = before.difference(&after).map(|one| (*one, -1));
            for ((caisse, rpps), nombre) in
                gone.chain(after.difference(&before).map(|one| (*one, 1)))
            {
                let codes = codes_du_medecin(rpps);
                let cellule = Cellule::new(Nature::Patientele, jour, (caisse, TOUT_AGE), codes);
                comptes.add(cellule, &Mesures::nombre(nombre));
            }
            before = after;
        }
    }

    /// Their doctors of a day, with the caisse of that day.
    fn medecins_le(&self, jour: NaiveDate) -> BTreeSet<(CodeCaisse, Rpps)> {
        let of_day = self.caisses.iter().find(|(effet, _)| effet.contient(jour));
        let caisse = of_day.map(|(_, organisme)| CodeCaisse::of(organisme)).unwrap_or_default();
        let present = self.designations.iter().filter(|one| one.effet.contient(jour));
        let doctors = present.flat_map(|one| &one.medecins);
        let doctors = doctors.filter(|(_, effet, _)| effet.contient(jour));
        doctors.map(|(rpps, ..)| (caisse, *rpps)).collect()
    }

    /// The person, from the cell of one day to that of another.
    fn presence(&self, comptes: &mut Comptes) {
        let (mut before, mut years): (Option<Place>, BTreeSet<i32>) = (None, BTreeSet::new());
        for jour in self.jours() {
            let after = self.place(jour);
            if after == before {
                continue;
            }
            for (place, nombre) in [(before, -1), (after, 1)] {
                if let Some((caisse, age, designe)) = place {
                    let codes = [i16::from(designe.code()), 0, 0];
                    let cellule = Cellule::new(Nature::Assure, jour, (caisse, age), codes);
                    comptes.add(cellule, &Mesures::nombre(nombre));
                }
            }
            if let Some((caisse, age, _)) = after.filter(|own| suivi(Some(*own)))
                && !suivi(self.veille_de_l_an(jour.year()))
                && years.insert(jour.year())
            {
                let cellule = Cellule::new(Nature::Acquisition, jour, (caisse, age), [0; 3]);
                comptes.add(cellule, &Mesures::nombre(1));
            }
            before = after;
        }
    }

    /// Where they were on the last day of the year before.
    fn veille_de_l_an(&self, annee: i32) -> Option<Place> {
        NaiveDate::from_ymd_opt(annee.saturating_sub(1), 12, 31).and_then(|jour| self.place(jour))
    }

    /// Each designation that follows another of which it has no doctor.
    fn changements(&self, comptes: &mut Comptes) {
        let mut years = BTreeSet::new();
        for pair in self.designations.windows(2) {
            let [before, after] = pair else { continue };
            let common = |one: &(Rpps, Periode, bool)| {
                before.medecins.iter().any(|(rpps, ..)| *rpps == one.0)
            };
            let jour = after.effet.du();
            let Some((caisse, age, _)) = self.place(jour) else { continue };
            if after.medecins.iter().any(common) {
                continue;
            }
            let first = years.insert(jour.year());
            let motif = before.motif_fin.unwrap_or(MotifFin::Remplacement);
            let codes = [i16::from(motif.code()), i16::from(first), 0];
            let cellule = Cellule::new(Nature::Changement, jour, (caisse, age), codes);
            comptes.add(cellule, &Mesures::nombre(1));
        }
    }

    /// The days on which something may change, in their order.
    fn jours(&self) -> BTreeSet<NaiveDate> {
        let ends = |effet: &Periode| [Some(effet.du()), effet.au()];
        let caisses = self.caisses.iter().flat_map(|(effet, _)| ends(effet));
        let others = self.autrement.iter().flat_map(ends);
        let designations = self.designations.iter().flat_map(|one| {
            let members = one.medecins.iter().flat_map(|(_, effet, _)| ends(effet));
            members.chain(ends(&one.effet)).collect::<Vec<_>>()
        });
        let naissance = self.naissance;
        let birthdays = ClasseAge::LIMITES.iter().map(|age| anniversaire(naissance?, *age));
        let all = caisses.chain(others).chain(designations).chain(birthdays);
        all.chain([self.deces.and_then(lendemain)]).flatten().collect()
    }

    /// Where they are counted on a day.
    fn place(&self, jour: NaiveDate) -> Option<Place> {
        // The day of death is a day of life.
        let dead = self.deces.is_some_and(|deces| jour > deces);
        if dead || self.autrement.iter().any(|effet| effet.contient(jour)) {
            return None;
        }
        let (_, organisme) = self.caisses.iter().find(|(effet, _)| effet.contient(jour))?;
        let age = ClasseAge::de(age_revolu(self.naissance?, jour));
        Some((CodeCaisse::of(organisme), age, self.designe(jour)))
    }

    fn designe(&self, jour: NaiveDate) -> MedecinDesigne {
        let present = self.designations.iter().filter(|one| one.effet.contient(jour));
        let doctors = present.flat_map(|one| &one.medecins);
        let kinds = doctors.filter(|(_, effet, _)| effet.contient(jour)).map(|one| one.2);
        match kinds.max() {
            None => MedecinDesigne::Aucun,
            Some(true) => MedecinDesigne::Generaliste,
            Some(false) => MedecinDesigne::AutreSpecialite,
        }
    }
}

fn suivi(place: Option<Place>) -> bool {
    place.is_some_and(|(_, _, designe)| designe != MedecinDesigne::Aucun)
}
