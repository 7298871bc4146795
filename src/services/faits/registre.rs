//! Facts of some persons, read together, and what each feuille needs of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::Sujet;
use super::ccam::Ccam;
use super::executants::{Jours, days_of_care, in_order};
use super::parcours::has_opinion;
use super::praticiens::Medecins;
use crate::domain::acteur::Caisse;
use crate::domain::adressage::Adressage;
use crate::domain::droits::Vue;
use crate::domain::evaluation::{
    AutreFeuille, FaitsConnus, HonorairesAnnee, Naissance, RelationMt,
};
use crate::domain::feuille_de_soins::{Acte, FeuilleDeSoins};
use crate::domain::identifiers::{DateNaissanceAmo, IndicateurParcours, Organisme, Rpps};
use crate::domain::ids::{DeclarationId, PatientId};
use crate::domain::money::{Centimes, accumulate};
use crate::domain::patient::ClePatient;
use crate::law::LawError;
use crate::services::ServiceError;
use crate::services::core::vue_de_caisse;
use crate::storage::faits::{MembreConnu, NaissanceConnue};
use crate::storage::feuilles_de_soins::FeuilleEnregistree;
use crate::storage::honoraires::HonorairesMedecin;
use crate::storage::participations::Retenue;
use crate::storage::patients::etat::{self, DesignationEtat, EtatPatient, IdentiteEtat, Valeur};
use crate::storage::{Coffre, StorageError};

/// What is known of one person.
#[derive(Debug, Clone, Default)]
pub(super) struct Dossier {
    /// What their row holds, when it is current.
    pub(super) etat: EtatPatient,
    /// Whether all of it is known: facts that seldom decide are otherwise asked for when they may.
    pub(super) complet: bool,
    /// Whether their row holds just this.
    inchange: bool,
    /// Those kept under a record merged into theirs included.
    pub(super) participations: Vec<Retenue>,
    /// Referrals, of merged records too.
    pub(super) adressages: Vec<Adressage>,
    /// Single opinions given, by whom.
    pub(super) avis: Vec<(Rpps, AutreFeuille)>,
    /// Feuilles around the single opinions of those at hand, by whom.
    pub(super) autour: Vec<(Rpps, AutreFeuille)>,
}

impl Dossier {
    /// An identity.
    pub(super) fn identified(&mut self, connue: &NaissanceConnue) {
        let NaissanceConnue { du, date, rang, .. } = *connue;
        self.etat.identites.push(IdentiteEtat { du, date_naissance: date, rang });
    }

    /// The birth date of the latest identity.
    fn birth(&self) -> Option<DateNaissanceAmo> {
        let last = self.etat.identites.iter().max_by_key(|one| one.du);
        last.map(|one| one.date_naissance)
    }

    /// A doctor of a designation; those of one designation come together.
    pub(super) fn names(&mut self, membre: &MembreConnu) {
        let one = (membre.rpps, membre.membre_effet);
        match self.etat.designations.last_mut() {
            Some(last) if last.id == membre.designation_id => {
                last.membres.push(one);
                last.contestee |= membre.contestee;
            }
            _ => self.etat.designations.push(DesignationEtat {
                id: membre.designation_id,
                declaration_id: membre.declaration_id,
                effet: membre.effet,
                membres: vec![one],
                contestee: membre.contestee,
            }),
        }
    }

    /// The day by which care is judged: the last of their life, for care of a day that follows it. No text says what such care
    /// costs whom: what was paid before the death was known is not another sum because of the death.
    pub(super) fn vecu(&self, jour: NaiveDate) -> NaiveDate {
        self.etat.deces.map_or(jour, |mort| mort.min(jour))
    }

    pub(super) fn designation(&self, jour: NaiveDate) -> Option<&DesignationEtat> {
        let jour = self.vecu(jour);
        self.etat.designations.iter().find(|known| known.effet.contient(jour))
    }

    /// The médecin traitant of a day, seen from the performer.
    pub(super) fn relation(&self, feuille: &FeuilleDeSoins, jour: NaiveDate) -> RelationMt {
        let jour = self.vecu(jour);
        let found = self.designation(jour);
        let names = |rpps: Rpps| found.is_some_and(|known| known.nomme(rpps, jour));
        let executant = feuille.executant_rpps;
        if names(executant) {
            return RelationMt::Executant;
        }
        if feuille.soins.executant.remplacant_de.is_some_and(names) {
            return RelationMt::Remplace;
        }
        // A declaration under way counts only for a doctor who says that he is being chosen.
        if says_chosen(feuille) && self.attente(executant, jour).is_some() {
            return RelationMt::EnAttente;
        }
        if found.is_some() {
            return RelationMt::Autre;
        }
        // Left without médecin traitant by a retirement or a move, for a time.
        let spared = self.etat.neutralisations.iter().any(|effet| effet.contient(jour));
        if spared { RelationMt::Parti } else { RelationMt::Aucun }
    }

    /// The caisse of the person, on a day.
    pub(super) fn organisme(&self, jour: NaiveDate) -> Option<Organisme> {
        self.etat.organisme(jour)
    }
}

/// What is known of the persons and of the performers of some feuilles.
#[derive(Debug, Default)]
pub(in crate::services) struct Registre {
    dossiers: BTreeMap<PatientId, Dossier>,
    /// Under which record the facts of one that was merged are kept.
    merged: BTreeMap<PatientId, PatientId>,
    pub(super) medecins: Medecins,
    /// Fees of those who bill an authorised overrun, by year.
    honoraires: BTreeMap<(Rpps, i16), HonorairesAnnee>,
    /// The acts of the CCAM that they bill.
    pub(super) ccam: Ccam,
}

impl Registre {
    /// Of these persons, nothing yet.
    pub(super) fn new(persons: &[PatientId]) -> Self {
        let dossiers = persons.iter().map(|id| (*id, Dossier::default())).collect();
        Self { dossiers, ..Self::default() }
    }

    /// Of this person too, nothing yet.
    pub(super) fn expect(&mut self, person: PatientId) {
        self.dossiers.insert(person, Dossier::default());
    }

    /// What the row of a person holds; `false` when this program cannot read it.
    pub(super) fn remember(&mut self, coffre: &Coffre, person: PatientId, octets: &[u8]) -> bool {
        let Some(etat) = etat::lire(coffre, person, octets) else { return false };
        self.merged.extend(etat.absorbes.iter().map(|old| (*old, person)));
        let known = Dossier { etat, complet: true, inchange: true, ..Dossier::default() };
        self.dossiers.insert(person, known);
        true
    }

    /// What becomes of the value that the row of a person holds.
    pub(in crate::services) fn valeur(
        &self,
        coffre: &Coffre,
        person: PatientId,
    ) -> Result<Valeur, StorageError> {
        Ok(match self.dossiers.get(&person).filter(|dossier| dossier.complet) {
            None => Valeur::Aucune,
            Some(dossier) if dossier.inchange => Valeur::Gardee,
            Some(dossier) => Valeur::Nouvelle(etat::sceller(coffre, person, &dossier.etat)?),
        })
    }

    /// What is known of each of the persons.
    pub(super) fn etats(self) -> BTreeMap<PatientId, EtatPatient> {
        self.dossiers.into_iter().map(|(person, dossier)| (person, dossier.etat)).collect()
    }

    /// A record merged into that of a person.
    pub(super) fn absorbs(&mut self, kept: PatientId, old: PatientId) {
        self.merged.insert(old, kept);
        self.change(kept, |dossier| dossier.etat.absorbes.push(old));
    }

    /// The person to whom the facts of a record belong.
    pub(super) fn owner(&self, record: PatientId) -> PatientId {
        self.merged.get(&record).copied().unwrap_or(record)
    }

    /// The persons and the records merged into theirs.
    pub(super) fn everybody(&self) -> Vec<PatientId> {
        self.dossiers.keys().chain(self.merged.keys()).copied().collect()
    }

    /// The records of some persons, those merged into theirs included.
    pub(super) fn sharing(&self, persons: &[PatientId]) -> Vec<PatientId> {
        let merged = self.merged.iter().filter(|(_, owner)| persons.contains(owner));
        persons.iter().copied().chain(merged.map(|(old, _)| *old)).collect()
    }

    /// Adds a fact of a record to what is known of its person.
    pub(super) fn change(&mut self, record: PatientId, add: impl FnOnce(&mut Dossier)) {
        let owner = self.owner(record);
        if let Some(dossier) = self.dossiers.get_mut(&owner) {
            add(dossier);
        }
    }

    /// Whether one of the identities of a person has the birth date and the rank of a key.
    pub(in crate::services) fn answers_to(&self, patient: PatientId, cle: &ClePatient) -> bool {
        let known =
            |one: &IdentiteEtat| one.date_naissance == cle.date_naissance && one.rang == cle.rang;
        self.dossiers.get(&patient).is_some_and(|dossier| dossier.etat.identites.iter().any(known))
    }

    /// What is known of a person, by one value.
    pub(in crate::services) fn etat(&self, patient: PatientId) -> Option<&EtatPatient> {
        self.dossiers.get(&patient).map(|known| &known.etat)
    }

    /// Adds fees to those of a doctor in a year.
    pub(super) fn earns(&mut self, more: &HonorairesMedecin) -> Result<(), ServiceError> {
        let known = self.honoraires.entry((more.executant, more.annee)).or_default();
        *known = known.plus(&more.honoraires).map_err(LawError::from)?;
        Ok(())
    }

    /// Takes fees away from those that are known of a doctor in a year.
    pub(super) fn earns_less(&mut self, less: &[HonorairesMedecin]) -> Result<(), ServiceError> {
        for one in less {
            if let Some(known) = self.honoraires.get_mut(&(one.executant, one.annee)) {
                *known = known.minus(&one.honoraires).map_err(LawError::from)?;
            }
        }
        Ok(())
    }

    /// The fees of a doctor in a year.
    pub(super) fn earned(&self, rpps: Rpps, annee: i32) -> HonorairesAnnee {
        let annee = i16::try_from(annee).unwrap_or_default();
        self.honoraires.get(&(rpps, annee)).copied().unwrap_or_default()
    }

    /// What is known of one of the persons.
    pub(super) fn dossier(&self, patient: PatientId) -> Option<&Dossier> {
        self.dossiers.get(&patient)
    }

    /// The persons one of whose feuilles needs something.
    pub(super) fn persons(
        &self,
        sujets: &[Sujet<'_>],
        needs: fn(&Self, Sujet<'_>) -> bool,
    ) -> Vec<PatientId> {
        let found: BTreeSet<PatientId> =
            sujets.iter().filter(|sujet| needs(self, **sujet)).map(|sujet| sujet.0).collect();
        found.into_iter().collect()
    }

    /// The records of persons to whom some single opinion may have been given.
    pub(super) fn consulted(&self) -> Vec<PatientId> {
        let may = |dossier: &Dossier| !dossier.complet || dossier.etat.avis;
        let persons = self.dossiers.iter().filter(|(_, dossier)| may(dossier));
        self.sharing(&persons.map(|(person, _)| *person).collect::<Vec<_>>())
    }

    /// Whether all that their row is to hold is known of a person.
    fn complet(&self, patient: PatientId) -> bool {
        self.dossiers.get(&patient).is_some_and(|dossier| dossier.complet)
    }

    /// Whether declarations under way may decide, and were not asked for.
    pub(super) fn needs_waiting(&self, (patient, feuille): Sujet<'_>) -> bool {
        says_chosen(feuille)
            && !self.complet(patient)
            && self
                .relations(patient, feuille)
                .any(|relation| !matches!(relation, RelationMt::Executant | RelationMt::Remplace))
    }

    /// Whether the departure of a doctor may decide, and was not asked for: nobody is the médecin traitant.
    pub(super) fn needs_neutralisations(&self, (patient, feuille): Sujet<'_>) -> bool {
        !self.complet(patient)
            && self.relations(patient, feuille).any(|relation| relation == RelationMt::Aucun)
    }

    pub(super) fn relations(
        &self,
        patient: PatientId,
        feuille: &FeuilleDeSoins,
    ) -> impl Iterator<Item = RelationMt> {
        let dossier = self.dossiers.get(&patient);
        reference_days(feuille)
            .into_iter()
            .filter_map(move |jour| dossier.map(|dossier| dossier.relation(feuille, jour)))
    }

    /// What the law needs to know beside a feuille, and the declaration in force on the first of its
    /// days of reference.
    pub(super) fn faits(
        &self,
        (patient, feuille): Sujet<'_>,
    ) -> Result<(FaitsConnus, Option<DeclarationId>), ServiceError> {
        let dossier = self.dossiers.get(&patient).ok_or(ServiceError::Introuvable)?;
        let birth = dossier.birth().ok_or(ServiceError::Introuvable)?;
        let reference_days = reference_days(feuille);
        let declaration_id = reference_days
            .iter()
            .find_map(|jour| dossier.designation(*jour))
            .map(|known| known.declaration_id);
        let relations_mt = reference_days
            .iter()
            .map(|jour| (*jour, self.at_place(dossier.relation(feuille, *jour), feuille)))
            .collect();
        let days = days_of_care(feuille);
        let of_care = |year: i32| days.iter().any(|day| day.year() == year);
        let mut participations_jour: Vec<(NaiveDate, Centimes)> = Vec::new();
        let mut participations_an: Vec<(i32, Centimes)> = Vec::new();
        for retenue in &dossier.participations {
            if retenue.executant == feuille.executant_rpps && days.contains(&retenue.jour) {
                accumulate(&mut participations_jour, retenue.jour, retenue.montant)
                    .map_err(LawError::from)?;
            }
            if of_care(retenue.jour.year()) {
                accumulate(&mut participations_an, retenue.jour.year(), retenue.montant)
                    .map_err(LawError::from)?;
            }
        }
        let faits = FaitsConnus {
            naissance: Naissance::Date(birth),
            relations_mt,
            participations_jour,
            participations_an,
            registre: self.parcours(dossier, feuille),
        };
        Ok((faits, declaration_id))
    }

    /// The days of a person's life that a caisse may look at; `None` when the person never depended
    /// on it.
    pub(in crate::services) fn vue(
        &self,
        patient: PatientId,
        caisse: &Caisse,
        today: NaiveDate,
    ) -> Option<Vue> {
        let all =
            self.etat(patient)?.caisses.iter().map(|one| (!one.absorbee, one.effet, one.organisme));
        vue_de_caisse(all, caisse, today)
    }

    /// The records merged into that of a person.
    pub(in crate::services) fn absorbed(&self, patient: PatientId) -> &[PatientId] {
        self.etat(patient).map_or(&[], |known| &known.absorbes)
    }

    /// What a feuille of a person that was just evaluated changes for those that follow it.
    pub(in crate::services) fn retenir(
        &mut self,
        patient: PatientId,
        kept: &FeuilleEnregistree,
        retenues: &[Retenue],
        fees: &[HonorairesMedecin],
    ) -> Result<(), ServiceError> {
        let executant = kept.feuille.executant_rpps;
        if let Some(dossier) = self.dossiers.get_mut(&patient) {
            dossier.participations.extend(retenues);
            if let Some(jour) = kept.feuille.soins.date_soins() {
                let one = AutreFeuille { jour, feuille: kept.id };
                dossier.autour.push((executant, one));
                if has_opinion(&kept.feuille) {
                    dossier.avis.push((executant, one));
                    if !dossier.etat.avis {
                        dossier.etat.avis = true;
                        dossier.inchange = false;
                    }
                }
            }
        }
        for more in fees {
            self.earns(more)?;
        }
        Ok(())
    }
}

/// The days that choose the law and the médecin traitant, in order.
pub(super) fn reference_days(feuille: &FeuilleDeSoins) -> Jours {
    in_order(feuille.soins.actes.iter().map(Acte::date_reference))
}

/// Whether the performer says that he is being chosen as médecin traitant.
fn says_chosen(feuille: &FeuilleDeSoins) -> bool {
    let said = feuille.soins.parcours.indicateur;
    matches!(said, Some(IndicateurParcours::N | IndicateurParcours::T))
}
