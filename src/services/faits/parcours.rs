//! What the register says of the way of a patient to a performer: cover, referrals, opinions around,
//! fees of the year.

use chrono::{Datelike, NaiveDate};

use super::Sujet;
use super::executants::{days_of_care, says_sent};
use super::registre::{Dossier, Registre, reference_days};
use crate::domain::evaluation::{
    AdressageConnu, AutreFeuille, Avertissement, AvertissementLigne, CouvertureConnue,
    FaitsRegistre, HonorairesAnnee, RelationMt, autour_d_un_avis,
};
use crate::domain::feuille_de_soins::{Acte, FeuilleDeSoins};
use crate::domain::identifiers::{Rpps, Specialite};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::storage::avis_ponctuels::{Autour, AvisPonctuel};
use crate::storage::participations::Retenue;

impl Dossier {
    /// Cover under which the designation sleeps on a day.
    fn couverture(&self, jour: NaiveDate) -> Option<CouvertureConnue> {
        let organisme = self.etat.organisme(jour);
        let motif = self.etat.sommeil_le(jour)?;
        Some(CouvertureConnue::of(motif, organisme.as_ref()))
    }

    /// What the referrals say of the lines of a feuille whose performer is not the médecin traitant; his
    /// specialty of a day is given.
    fn adressages(
        &self,
        feuille: &FeuilleDeSoins,
        specialite: impl Fn(NaiveDate) -> Specialite,
    ) -> Vec<(u16, AdressageConnu)> {
        let soins = &feuille.soins;
        let claimed = says_sent(feuille);
        soins
            .actes
            .iter()
            .filter(|acte| self.relation(feuille, acte.date_reference()) == RelationMt::Autre)
            .filter_map(|acte| {
                let jour = acte.date_reference();
                let names = |rpps: Rpps| {
                    let known = self.designation(jour);
                    known.is_some_and(|known| known.nomme(rpps, self.vecu(jour)))
                };
                let executant = (&feuille.executant_rpps, specialite(acte.date_execution));
                let known =
                    AdressageConnu::of(&self.adressages, &soins.parcours, executant, acte, names);
                // Nothing claimed and nothing known: nothing to keep.
                (claimed || known.nature.is_some()).then_some((acte.numero_ligne, known))
            })
            .collect()
    }
}

impl Dossier {
    /// A single opinion given.
    pub(super) fn opinion(&mut self, avis: &AvisPonctuel) {
        self.avis.push((avis.executant, avis.avis));
    }

    /// A feuille around a single opinion.
    pub(super) fn around(&mut self, feuille: &AvisPonctuel) {
        self.autour.push((feuille.executant, feuille.avis));
    }
}

impl Registre {
    /// Whether the referrals of the register may decide: another doctor is the médecin traitant.
    pub(super) fn needs_referrals(&self, (patient, feuille): Sujet<'_>) -> bool {
        let none = |dossier: &Dossier| dossier.complet && !dossier.etat.adressages;
        !self.dossier(patient).is_some_and(none)
            && self.relations(patient, feuille).any(|relation| relation == RelationMt::Autre)
    }

    /// Forgets what a feuille of the register left for the others of its person: it is judged as if it came
    /// now.
    pub(in crate::services) fn forget(
        &mut self,
        patient: PatientId,
        id: FeuilleId,
        retenues: &[Retenue],
    ) {
        self.change(patient, |dossier| {
            dossier.avis.retain(|(_, one)| one.feuille != id);
            dossier.autour.retain(|(_, one)| one.feuille != id);
            for one in retenues {
                if let Some(place) = dossier.participations.iter().position(|kept| kept == one) {
                    dossier.participations.remove(place);
                }
            }
        });
    }

    /// What is said beside a feuille.
    pub(super) fn parcours(&self, dossier: &Dossier, feuille: &FeuilleDeSoins) -> FaitsRegistre {
        let executant = feuille.executant_rpps;
        let of_performer = |list: &[(Rpps, AutreFeuille)]| -> Vec<AutreFeuille> {
            let mut own: Vec<AutreFeuille> =
                list.iter().filter(|(rpps, _)| *rpps == executant).map(|(_, one)| *one).collect();
            own.sort_unstable();
            own
        };
        let days = reference_days(feuille);
        let around = feuille.soins.date_soins().and_then(autour_d_un_avis);
        let near =
            |one: &AutreFeuille| around.is_some_and(|(du, au)| (du..=au).contains(&one.jour));
        let mut avis = of_performer(&dossier.avis);
        avis.retain(near);
        // Other feuilles at hand may have opinions of other days.
        let autour = days_looked_at(feuille).map_or_else(Vec::new, |(du, au)| {
            let mut others = of_performer(&dossier.autour);
            others.retain(|one| (du..=au).contains(&one.jour));
            others
        });
        let specialite = |jour: NaiveDate| {
            self.specialite(feuille, jour).unwrap_or(feuille.soins.executant.specialite)
        };
        FaitsRegistre {
            couvertures: days
                .iter()
                .filter_map(|jour| Some((*jour, dossier.couverture(*jour)?)))
                .collect(),
            adressages: dossier.adressages(feuille, specialite),
            autour,
            avis,
            honoraires: bills_overrun(feuille).then(|| self.fees(feuille)),
            executant: self.executant(feuille),
            numero_de: self.numero_de(feuille),
            ccam: self.ccam.of(&feuille.soins),
            mt: self.mt_connu(dossier, feuille),
        }
    }

    /// The fees of the performer in the year of a feuille.
    fn fees(&self, feuille: &FeuilleDeSoins) -> HonorairesAnnee {
        let year = feuille.soins.date_soins().map(|jour| jour.year());
        year.map_or_else(HonorairesAnnee::default, |year| self.earned(feuille.executant_rpps, year))
    }

    /// What a feuille says about the people and the register says otherwise.
    pub(super) fn ecarts(&self, (patient, feuille): Sujet<'_>) -> Vec<AvertissementLigne> {
        let jour = feuille.soins.date_soins().unwrap_or(feuille.date_etablissement);
        let mut codes = Vec::new();
        let known = self.dossier(patient).and_then(|dossier| dossier.organisme(jour));
        let written = feuille.soins.beneficiaire.organisme;
        if written.zip(known).is_some_and(|(written, known)| !written.same_caisse(&known)) {
            codes.push(Avertissement::OrganismeContredit);
        }
        let designation = self.dossier(patient).and_then(|dossier| dossier.designation(jour));
        if designation.is_some_and(|known| known.contestee) {
            codes.push(Avertissement::DesignationContestee);
        }
        let disputed = |dossier: &Dossier| {
            dossier.etat.conflits.iter().any(|effet| effet.contient(dossier.vecu(jour)))
        };
        if self.dossier(patient).is_some_and(disputed) {
            codes.push(Avertissement::DesignationEnConflit);
        }
        let last = days_of_care(feuille).into_iter().max();
        if self.deces(patient).is_some_and(|mort| last.is_some_and(|last| last > mort)) {
            codes.push(Avertissement::SoinsApresDeces);
        }
        codes.extend(self.ecarts_des_medecins((patient, feuille)));
        codes.into_iter().map(|code| AvertissementLigne { code, numero_ligne: None }).collect()
    }
}

/// Whether a feuille bills a single opinion.
pub(in crate::services) fn has_opinion(feuille: &FeuilleDeSoins) -> bool {
    feuille.soins.actes.iter().any(|acte| acte.code.est_avis_ponctuel())
}

/// Whether a feuille bills an authorised overrun.
pub(super) fn bills_overrun(feuille: &FeuilleDeSoins) -> bool {
    feuille.soins.actes.iter().any(Acte::porte_da)
}

/// The days around the opinions of a feuille, for whoever looks for others.
pub(super) fn looked_around(patient: PatientId, feuille: &FeuilleDeSoins) -> Option<Autour> {
    let jours = days_looked_at(feuille)?;
    Some(Autour { patient_id: patient, executant: feuille.executant_rpps, jours })
}

/// The first and the last of the days around the opinion of a feuille.
fn days_looked_at(feuille: &FeuilleDeSoins) -> Option<(NaiveDate, NaiveDate)> {
    let opinion = feuille.soins.actes.iter().find(|acte| acte.code.est_avis_ponctuel())?;
    autour_d_un_avis(opinion.date_execution)
}
