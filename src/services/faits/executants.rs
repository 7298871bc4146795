//! What the register knows of the performer of a feuille, which decides where the feuille says otherwise, and
//! of the other doctors whom it names.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use smallvec::SmallVec;

use super::Sujet;
use super::registre::Registre;
use crate::domain::evaluation::{Avertissement, ExecutantConnu, RelationMt};
use crate::domain::feuille_de_soins::{FeuilleDeSoins, MotifExclusion, Orienteur};
use crate::domain::fuseau::Fuseau;
use crate::domain::identifiers::{
    CommuneExercice, IndicateurParcours, NumAm, NumeroFacturation, Rpps, Specialite,
};
use crate::domain::ids::{LieuId, PatientId};
use crate::domain::medecin::ModeExercice;
use crate::storage::faits::medecins::ExerciceConnu;

/// Days of a feuille, in order, each once: nearly all have one.
pub(super) type Jours = SmallVec<[NaiveDate; 4]>;

/// Days in order, each once.
pub(super) fn in_order(days: impl Iterator<Item = NaiveDate>) -> Jours {
    let mut all: Jours = days.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The days of care of a feuille.
pub(super) fn days_of_care(feuille: &FeuilleDeSoins) -> Jours {
    in_order(feuille.soins.actes.iter().map(|acte| acte.date_execution))
}

impl Registre {
    /// What the practice file says otherwise than the feuille, by day of care.
    pub(super) fn executant(&self, feuille: &FeuilleDeSoins) -> Vec<(NaiveDate, ExecutantConnu)> {
        let known = days_of_care(feuille).into_iter().map(|jour| (jour, self.fiche(feuille, jour)));
        known.filter(|(_, fiche)| *fiche != ExecutantConnu::default()).collect()
    }

    fn fiche(&self, feuille: &FeuilleDeSoins, jour: NaiveDate) -> ExecutantConnu {
        let written = &feuille.soins.executant;
        let practice = self.practice(feuille, jour);
        let conventions = practice.and_then(|one| Some((one.convention?, one.option_tarifaire)));
        let commune = practice.map(|one| one.commune).filter(CommuneExercice::est_outre_mer);
        let place = written.lieu.and_then(|lieu| lieu.commune);
        let installation = self.installation(feuille, practice);
        ExecutantConnu {
            specialite: self.specialite(feuille, jour).filter(|known| *known != written.specialite),
            conventionnement: conventions
                .filter(|known| *known != (written.convention, written.option_tarifaire)),
            date_installation: installation
                .filter(|known| Some(*known) != written.date_installation),
            outre_mer: commune.filter(|_| place.is_none()),
        }
    }

    /// The specialty of the performer on a day, when the register knows it.
    pub(super) fn specialite(
        &self,
        feuille: &FeuilleDeSoins,
        jour: NaiveDate,
    ) -> Option<Specialite> {
        let all = self.medecins.specialties(feuille.executant_rpps)?;
        all.iter().find(|(effet, _)| effet.contient(jour)).map(|(_, known)| *known)
    }

    /// The practice under whose number a feuille is billed, on a day; the only one, when the number is
    /// nobody's.
    pub(super) fn practice(
        &self,
        feuille: &FeuilleDeSoins,
        jour: NaiveDate,
    ) -> Option<&ExerciceConnu> {
        let own = || {
            let all = self.medecins.practices(feuille.executant_rpps).iter();
            all.filter(move |one| one.est_propre() && one.effet.contient(jour))
        };
        let numero = feuille.numero_facturation;
        let billing = own().filter(|one| one.facturation == Some(numero));
        // Two practices may bill under one number: the principal one is then meant.
        billing.max_by_key(|one| one.principal).or_else(|| {
            let NumeroFacturation::NumAm(numero) = numero else { return None };
            let nobodys = self.medecins.titulaire(numero, jour).is_none();
            let mut own = own();
            own.next().filter(|_| nobodys && own.next().is_none())
        })
    }

    /// The day on which the performer settled, for the indicator that rests on it: for the first time in
    /// private practice (J), or in the commune where he bills (B).
    fn installation(
        &self,
        feuille: &FeuilleDeSoins,
        practice: Option<&ExerciceConnu>,
    ) -> Option<NaiveDate> {
        let own = self.medecins.practices(feuille.executant_rpps).iter();
        let own = own.filter(|one| one.est_propre());
        match feuille.soins.parcours.indicateur {
            Some(IndicateurParcours::J) => {
                let private = own.filter(|one| one.mode == ModeExercice::Liberal);
                private.map(|one| one.effet.du()).min()
            }
            Some(IndicateurParcours::B) => {
                let commune = practice?.commune;
                own.filter(|one| one.commune == commune).map(|one| one.effet.du()).min()
            }
            _ => None,
        }
    }

    /// The doctor whose number the feuille bears, unless it is the performer's or that of the doctor whom he
    /// replaces.
    pub(super) fn numero_de(&self, feuille: &FeuilleDeSoins) -> Option<Rpps> {
        let NumeroFacturation::NumAm(numero) = feuille.numero_facturation else { return None };
        let holder = self.medecins.titulaire(numero, feuille.soins.date_soins()?)?;
        let said = feuille.soins.executant.remplacant_de;
        (holder != feuille.executant_rpps && said != Some(holder)).then_some(holder)
    }

    /// Whether the number that a feuille bears is its performer's own, where somebody else used it: what the other one sent, who
    /// did not say to replace him, is not this feuille and does not take its place.
    pub(in crate::services) fn is_apart(
        &self,
        feuille: &FeuilleDeSoins,
        autre: &FeuilleDeSoins,
    ) -> bool {
        let holder = feuille.executant_rpps;
        let Some(jour) = feuille.soins.date_soins() else { return false };
        let mut own = self.medecins.practices(holder).iter();
        matches!(feuille.numero_facturation, NumeroFacturation::NumAm(_))
            && own.any(|one| {
                one.facturation == Some(feuille.numero_facturation) && one.effet.contient(jour)
            })
            && autre.executant_rpps != holder
            && autre.soins.executant.remplacant_de != Some(holder)
    }

    /// The relation, with the place where a médecin traitant acts.
    pub(super) fn at_place(&self, relation: RelationMt, feuille: &FeuilleDeSoins) -> RelationMt {
        let secondary = || {
            let practice = feuille.soins.date_soins().and_then(|jour| self.practice(feuille, jour));
            practice.is_some_and(|practice| !practice.principal)
        };
        if relation == RelationMt::Executant && secondary() {
            RelationMt::ExecutantCabinetSecondaire
        } else {
            relation
        }
    }

    /// The civil time of the care: that of the commune of the feuille, of the practice that bills it, of the
    /// caisse of the person.
    pub(in crate::services) fn fuseau(&self, (patient, feuille): Sujet<'_>) -> Fuseau {
        if let Some(written) = feuille.fuseau_ecrit() {
            return written;
        }
        let Some(jour) = feuille.soins.date_soins() else { return Fuseau::PARIS };
        if let Some(practice) = self.practice(feuille, jour) {
            return Fuseau::de_commune(&practice.commune);
        }
        let known = self.dossier(patient).and_then(|dossier| dossier.organisme(jour));
        let organisme = known.or(feuille.soins.beneficiaire.organisme);
        organisme.map_or(Fuseau::PARIS, |organisme| Fuseau::de_caisse(&organisme))
    }

    /// The doctors whom some feuilles name beside their performers: médecins traitants whose colleagues act, those whom
    /// the colleagues replace, doctors who sent the patients; and those who may not have practised when another was seen.
    pub(super) fn others(&self, sujets: &[Sujet<'_>]) -> BTreeSet<Rpps> {
        let claimed = sujets.iter().flat_map(|(patient, feuille)| self.absent(*patient, feuille));
        let senders = sujets.iter().filter_map(|(_, feuille)| sender(feuille)?.rpps);
        let colleagues = sujets.iter().filter(|(_, feuille)| says_colleague(feuille));
        let replaced = colleagues.filter_map(|(_, feuille)| feuille.soins.executant.remplacant_de);
        let traitants =
            sujets.iter().flat_map(|(patient, feuille)| self.traitants(*patient, feuille));
        claimed.chain(senders).chain(replaced).chain(traitants).collect()
    }

    /// The billing numbers whose holders decide something: those of performers who have not got them, those
    /// of senders named by nothing else.
    pub(super) fn numbers(&self, sujets: &[Sujet<'_>]) -> BTreeSet<NumAm> {
        let foreign = |(_, feuille): &Sujet<'_>| {
            let NumeroFacturation::NumAm(numero) = feuille.numero_facturation else { return None };
            let jour = feuille.soins.date_soins()?;
            let own = self.medecins.practices(feuille.executant_rpps).iter().any(|one| {
                one.est_propre()
                    && one.effet.contient(jour)
                    && one.facturation == Some(feuille.numero_facturation)
            });
            (!own).then_some(numero)
        };
        let named = |(_, feuille): &Sujet<'_>| {
            let sender = sender(feuille).filter(|sender| sender.rpps.is_none())?;
            sender.num_am
        };
        sujets.iter().filter_map(foreign).chain(sujets.iter().filter_map(named)).collect()
    }

    /// The médecins traitants in whose place a feuille says that a colleague acts.
    fn absent(&self, patient: PatientId, feuille: &FeuilleDeSoins) -> Vec<Rpps> {
        let jour = feuille.soins.date_soins().filter(|_| says_colleague(feuille));
        let Some((jour, dossier)) = jour.zip(self.dossier(patient)) else { return Vec::new() };
        if dossier.relation(feuille, jour) != RelationMt::Autre {
            return Vec::new();
        }
        dossier
            .designation(jour)
            .map_or_else(Vec::new, |known| known.medecins(dossier.vecu(jour)).collect())
    }

    /// What the register says otherwise of the doctors of a feuille.
    pub(super) fn ecarts_des_medecins(&self, (patient, feuille): Sujet<'_>) -> Vec<Avertissement> {
        let mut codes = Vec::new();
        if self.medecins.specialties(feuille.executant_rpps).is_none() {
            codes.push(Avertissement::ExecutantInconnu);
        }
        let fiches = self.executant(feuille);
        let any = |says: fn(&ExecutantConnu) -> bool| fiches.iter().any(|(_, one)| says(one));
        let written = feuille.soins.executant.date_installation.is_some();
        codes.extend(
            [
                (self.stopped(feuille), Avertissement::ExecutantSansExercice),
                (any(|one| one.specialite.is_some()), Avertissement::SpecialiteContredite),
                (any(|one| one.conventionnement.is_some()), Avertissement::ConventionContredite),
                (
                    written && any(|one| one.date_installation.is_some()),
                    Avertissement::DateInstallationContredite,
                ),
                (self.numero_de(feuille).is_some(), Avertissement::NumeroDUnAutre),
                (self.apart(patient, feuille), Avertissement::CollegueHorsDuGroupe),
                (self.nobody_sent(feuille), Avertissement::OrienteurInconnu),
            ]
            .into_iter()
            .filter_map(|(is, code)| is.then_some(code)),
        );
        codes
    }

    /// Whether a doctor practised nowhere on a day, as far as his practices are known.
    pub(super) fn practises_nowhere(&self, rpps: Rpps, jour: NaiveDate) -> bool {
        let all = self.medecins.practices(rpps);
        !all.is_empty() && !all.iter().any(|one| one.effet.contient(jour))
    }

    /// Whether the performer practised nowhere on one of the days of care.
    fn stopped(&self, feuille: &FeuilleDeSoins) -> bool {
        let executant = feuille.executant_rpps;
        days_of_care(feuille).into_iter().any(|jour| self.practises_nowhere(executant, jour))
    }

    /// Whether nobody who practises is known under the number of the doctor who would have sent the patient,
    /// on the day of the letter or else of the care.
    fn nobody_sent(&self, feuille: &FeuilleDeSoins) -> bool {
        let Some((sender, care)) = sender(feuille).zip(feuille.soins.date_soins()) else {
            return false;
        };
        let jour = feuille.soins.parcours.date_orientation.unwrap_or(care);
        match (sender.rpps, sender.num_am) {
            (Some(rpps), _) => {
                self.medecins.specialties(rpps).is_none() || self.practises_nowhere(rpps, jour)
            }
            (None, Some(numero)) => self.medecins.titulaire(numero, jour).is_none(),
            (None, None) => false,
        }
    }

    /// Whether the colleague of an absent médecin traitant, or the one whom a locum replaces, shares no place with him, as
    /// far as the practices of both are known.
    fn apart(&self, patient: PatientId, feuille: &FeuilleDeSoins) -> bool {
        let Some(jour) = feuille.soins.date_soins() else { return false };
        let on_day = |rpps: Rpps| {
            let all = self.medecins.practices(rpps).iter();
            all.filter(move |one| one.effet.contient(jour))
        };
        let replaced = feuille.soins.executant.remplacant_de;
        if replaced.is_none() && on_day(feuille.executant_rpps).any(|one| !one.est_propre()) {
            return false;
        }
        let places = |rpps: Rpps| -> BTreeSet<LieuId> {
            on_day(rpps).filter(|one| one.est_propre()).map(|one| one.lieu).collect()
        };
        let own = places(replaced.unwrap_or(feuille.executant_rpps));
        let theirs: Vec<_> = self.absent(patient, feuille).into_iter().map(places).collect();
        let known = !own.is_empty() && !theirs.is_empty();
        let apart = |other: &BTreeSet<LieuId>| !other.is_empty() && own.is_disjoint(other);
        known && theirs.iter().all(apart)
    }
}

/// The doctor who sent the patient, when the feuille says that somebody did.
fn sender(feuille: &FeuilleDeSoins) -> Option<&Orienteur> {
    let parcours = &feuille.soins.parcours;
    let sent = says_sent(feuille) || parcours.indicateur == Some(IndicateurParcours::M);
    parcours.orienteur.as_ref().filter(|_| sent)
}

/// Whether the feuille says that the médecin traitant sent the patient.
pub(super) fn says_sent(feuille: &FeuilleDeSoins) -> bool {
    let parcours = &feuille.soins.parcours;
    match parcours.indicateur {
        Some(IndicateurParcours::O) => true,
        Some(IndicateurParcours::A) => matches!(
            parcours.motif_exclusion,
            Some(
                MotifExclusion::PlanDeSoins
                    | MotifExclusion::SequenceConcertee
                    | MotifExclusion::ProtocoleAld
            )
        ),
        _ => false,
    }
}

/// Whether the feuille says that the performer acts in the place of a médecin traitant who is away.
fn says_colleague(feuille: &FeuilleDeSoins) -> bool {
    let parcours = &feuille.soins.parcours;
    match parcours.indicateur {
        Some(IndicateurParcours::R) => true,
        Some(IndicateurParcours::A) => {
            parcours.motif_exclusion == Some(MotifExclusion::MtIndisponible)
        }
        _ => false,
    }
}

impl Registre {
    /// The day of death of a person, when the register knows it.
    pub(in crate::services) fn deces(&self, patient: PatientId) -> Option<NaiveDate> {
        self.dossier(patient).and_then(|dossier| dossier.etat.deces)
    }

    /// The civil day of an instant where a feuille was made.
    pub(in crate::services) fn jour(&self, sujet: Sujet<'_>, instant: DateTime<Utc>) -> NaiveDate {
        self.fuseau(sujet).jour(instant)
    }
}
