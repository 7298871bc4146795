//! Referrals: established, corrected, closed, annulled, reported on, read.

mod champs;
mod creation;
mod transitions;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::medecins_traitants::Dates;
use super::{Contexte, Memoire, Rendu, ServiceError, Services, latest_knowledge};
use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::adressage::{
    ActionAdressage, Adressage, AdressageRefuse, DroitsAdressage, EtatAdressage, MotifCloture,
    NatureAdressage, NatureRetour, SoinsPrevus,
};
use crate::domain::identifiers::{Rpps, Specialite};
use crate::domain::ids::{AdressageId, EvenementId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::Demande;
use crate::services::affiliations::Affiliations;
use crate::storage::evenements::{self, Evenement};
use crate::storage::{Connection, Tx, adressages, designations, medecins, patients};

/// A correspondent, as a request designates one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefCorrespondant {
    /// A doctor.
    Medecin(Rpps),
    /// Any doctor of a specialty.
    Specialite(Specialite),
}

/// What a referral says, beside its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContenuAdressage {
    /// First day; that of the establishment, or the one known until now, when absent.
    pub effet_du: Option<NaiveDate>,
    /// First day without effect.
    pub effet_au: Option<NaiveDate>,
    /// To whom.
    pub correspondants: Vec<RefCorrespondant>,
    /// What for.
    pub soins: SoinsPrevus,
}

/// A referral to establish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelAdressage {
    /// Kind.
    pub nature: NatureAdressage,
    /// Day on which the author established it; today when absent.
    pub etabli_le: Option<NaiveDate>,
    /// The rest.
    pub contenu: ContenuAdressage,
}

/// A report to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauRetour {
    /// Kind.
    pub nature: NatureRetour,
    /// Day of the care; today when absent.
    pub soins_le: Option<NaiveDate>,
    /// Where the document is kept.
    pub reference: Option<String>,
}

/// A closing to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cloture {
    /// First day without effect; tomorrow when absent.
    pub effet_au: Option<NaiveDate>,
    /// Why.
    pub motif: MotifCloture,
}

/// The referral that a caller saw: its id and its version.
pub type AdressageVu = (AdressageId, i32);

/// A referral, as a caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdressageLu {
    /// The referral.
    pub adressage: Adressage,
    /// Whether it holds on the day of the question.
    pub en_vigueur: bool,
    /// What the caller may do now.
    pub actions: Vec<ActionAdressage>,
}

/// What a caller is to the referrals of a person.
#[derive(Debug, Clone)]
struct Lecteur {
    rpps: Option<Rpps>,
    caisse: Option<(Caisse, Affiliations)>,
    aujourd_hui: NaiveDate,
    specialite: Option<Specialite>,
    medecin_traitant: bool,
}

impl Lecteur {
    fn droits(&self, adressage: &Adressage) -> DroitsAdressage {
        let Some(rpps) = self.rpps else { return DroitsAdressage::default() };
        DroitsAdressage {
            auteur: adressage.rpps == rpps,
            medecin_traitant: self.medecin_traitant,
            correspondant: adressage.adresse_a(&rpps, self.specialite),
        }
    }

    /// Whether the caller finds the referral among those of the person: a patient and the present
    /// caisse find all of them, a caisse of before those of its time, a doctor those of the own
    /// patient, of the own hand, or with the own name.
    fn finds(&self, adressage: &Adressage) -> bool {
        if let Some((caisse, affiliations)) = &self.caisse {
            return affiliations.lisible(caisse, adressage.etabli_le, self.aujourd_hui);
        }
        self.rpps.is_none_or(|rpps| {
            self.medecin_traitant || adressage.rpps == rpps || adressage.nomme(&rpps)
        })
    }
}

impl Services {
    /// Reads a referral. Who bears the letter of a referral to a specialty reads it by its id.
    pub async fn get_adressage(
        &self,
        contexte: &Contexte,
        id: AdressageId,
    ) -> Result<AdressageLu, ServiceError> {
        let mut conn = self.db.read("adressage.get").await?;
        let (adressage, lecteur) = self.visible_adressage(&mut conn, contexte, id).await?;
        drop(conn);
        self.trace(contexte, adressage.patient_id, "adressage.lire").await?;
        Ok(self.seen(adressage, &lecteur))
    }

    /// The referrals of a person, by first day: all of them or those that hold on a day, as known
    /// at an instant.
    pub async fn list_adressages(
        &self,
        contexte: &Contexte,
        patient: PatientId,
        dates: Dates,
    ) -> Result<Vec<AdressageLu>, ServiceError> {
        let mut conn = self.db.read("adressage.list").await?;
        let lecteur = self.lecteur(&mut conn, &contexte.acteur, patient).await?;
        let known = dates.connu_le.unwrap_or_else(latest_knowledge);
        let all = match dates.en_vigueur_le {
            None => adressages::list(&mut conn, patient, known).await?,
            Some(jour) => adressages::en_vigueur(&mut conn, patient, jour, known).await?,
        };
        let found: Vec<Adressage> = all.into_iter().filter(|one| lecteur.finds(one)).collect();
        // A correspondent named by a referral finds the person by it; anybody else is in perimeter.
        if found.is_empty() || lecteur.rpps.is_none() {
            self.verify_perimeter(&mut conn, &contexte.acteur, patient).await?;
        }
        drop(conn);
        self.trace(contexte, patient, "adressage.lister").await?;
        let mut seen: Vec<AdressageLu> =
            found.into_iter().map(|one| self.seen(one, &lecteur)).collect();
        for one in &mut seen {
            if let Some(jour) = dates.en_vigueur_le {
                one.en_vigueur = one.adressage.en_vigueur(jour);
            }
            // What was known once can only be read.
            if dates.connu_le.is_some() {
                one.actions.clear();
            }
        }
        Ok(seen)
    }

    fn seen(&self, adressage: Adressage, lecteur: &Lecteur) -> AdressageLu {
        let actions = adressage.actions(lecteur.droits(&adressage));
        AdressageLu { en_vigueur: adressage.en_vigueur(self.clock.today()), adressage, actions }
    }

    async fn lecteur(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
    ) -> Result<Lecteur, ServiceError> {
        let today = self.clock.today();
        let mut lecteur = Lecteur {
            rpps: None,
            caisse: None,
            aujourd_hui: today,
            specialite: None,
            medecin_traitant: false,
        };
        match acteur {
            Acteur::Patient(_) => {}
            Acteur::Caisse(caisse) => {
                let all = patients::affiliations(conn, patient, latest_knowledge()).await?;
                lecteur.caisse = Some((*caisse, Affiliations(all)));
            }
            Acteur::Medecin(rpps) => {
                lecteur.rpps = Some(*rpps);
                lecteur.specialite = self.specialite_of(conn, rpps, today).await?;
                lecteur.medecin_traitant =
                    self.is_medecin_traitant(conn, patient, rpps, today).await?;
            }
        }
        Ok(lecteur)
    }

    /// The specialty of a doctor on a day.
    async fn specialite_of(
        &self,
        conn: &mut Connection,
        rpps: &Rpps,
        jour: NaiveDate,
    ) -> Result<Option<Specialite>, ServiceError> {
        let medecin = medecins::find(conn, rpps, latest_knowledge()).await?;
        Ok(medecin.and_then(|medecin| medecin.specialite_le(jour)))
    }

    /// Whether a doctor is the médecin traitant on a day, alone or jointly. Who replaces the
    /// médecin traitant is not: a locum cannot be designated.
    async fn is_medecin_traitant(
        &self,
        conn: &mut Connection,
        patient: PatientId,
        rpps: &Rpps,
        jour: NaiveDate,
    ) -> Result<bool, ServiceError> {
        let designation = designations::current(conn, patient, jour).await?;
        Ok(designation.is_some_and(|known| known.membres_le(jour).any(|one| one.rpps == *rpps)))
    }

    /// A referral that the caller may see, and what the caller is to it.
    async fn visible_adressage(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        id: AdressageId,
    ) -> Result<(Adressage, Lecteur), ServiceError> {
        let patient = adressages::patient_of(conn, id).await?.ok_or(ServiceError::Introuvable)?;
        let found = adressages::get(conn, patient, id, latest_knowledge()).await?;
        let adressage = found.ok_or(ServiceError::Introuvable)?;
        let lecteur = self.lecteur(conn, &contexte.acteur, patient).await?;
        if lecteur.rpps.is_none() {
            self.verify_perimeter(conn, &contexte.acteur, patient).await?;
        }
        if lecteur.finds(&adressage) || lecteur.droits(&adressage).correspondant {
            Ok((adressage, lecteur))
        } else {
            Err(ServiceError::Introuvable)
        }
    }

    /// Writes what happened to a referral.
    async fn record_adressage(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        adressage: &Adressage,
        nature: &'static str,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let event = Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature,
            survenu_le: instant,
            enregistre_le: instant,
            effet_du: Some(adressage.effet.du()),
            patient_id: Some(adressage.patient_id),
            medecin_id: Some(adressage.medecin_id),
            declaration_id: None,
            feuille_id: None,
            auteur_role: contexte.acteur.role().mot(),
            auteur_moyen: None,
            donnees: json!({
                "adressage_id": adressage.id,
                "etat": adressage.etat.mot(),
                "version": adressage.version,
                "effet_au": adressage.effet.au(),
            }),
        };
        Ok(evenements::insert(conn, &event).await?)
    }

    /// Writes when the person was last written about, keeps the answer, commits.
    async fn finish_adressage(
        &self,
        mut tx: Tx,
        contexte: &Contexte,
        demande: &Demande,
        adressage: Adressage,
        rendre: impl Fn(&AdressageLu) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let patient = adressage.patient_id;
        patients::touch(&mut tx, patient, adressage.enregistre_le).await?;
        let lecteur = self.lecteur(&mut tx, &contexte.acteur, patient).await?;
        let rendu = rendre(&self.seen(adressage, &lecteur))?;
        self.keep(tx, contexte, demande, rendu).await
    }
}

impl From<AdressageRefuse> for ServiceError {
    fn from(refused: AdressageRefuse) -> Self {
        match refused {
            AdressageRefuse::Interdit { action } => Self::Interdit(match action {
                ActionAdressage::RendreCompte => "seul un correspondant rend compte",
                ActionAdressage::Clore => {
                    "seul son auteur ou le médecin traitant clôt un adressage"
                }
                ActionAdressage::Rectifier | ActionAdressage::Annuler => {
                    "seul son auteur corrige un adressage"
                }
            }),
            AdressageRefuse::TransitionInterdite { etat, .. } => {
                Self::EtatIncompatible(match etat {
                    EtatAdressage::Actif => "L'adressage est en cours.",
                    EtatAdressage::Clos => "L'adressage est clos.",
                    EtatAdressage::Annule => "L'adressage est annulé.",
                })
            }
        }
    }
}
