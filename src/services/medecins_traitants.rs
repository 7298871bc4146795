//! Who is the médecin traitant, on which day, as known when.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Contexte, ServiceError, Services, Vue, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::designation::{ActionDesignation, Designation};
use crate::domain::evaluation::RelationMt;
use crate::domain::ids::PatientId;
use crate::domain::patient::ClePatient;
use crate::storage::{Connection, designations};

/// The two dates of every question about a person's médecin traitant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// In force on this day; today when absent.
    pub en_vigueur_le: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    pub connu_le: Option<DateTime<Utc>>,
}

/// The answer: what the caller may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MedecinTraitant {
    /// Whose.
    pub patient_id: PatientId,
    /// On which day.
    pub en_vigueur_le: NaiveDate,
    /// As known when; absent when nothing was asked.
    pub connu_le: Option<DateTime<Utc>>,
    /// Seen from a doctor: is it this one? From others: is there one?
    pub relation: RelationMt,
    /// The designation, unless it names another doctor than the one who asks.
    pub designation: Option<Designation>,
    /// What the caller may do to it now.
    pub actions: Vec<ActionDesignation>,
    /// Whether it sleeps that day: the person is then covered outside the parcours de soins.
    pub en_sommeil: bool,
}

/// A designation of a timeline, and what the caller may do to it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignationLue {
    /// The designation.
    pub designation: Designation,
    /// What the caller may do.
    pub actions: Vec<ActionDesignation>,
}

impl Services {
    /// Nobody asks what will be known.
    fn verify_knowledge(&self, connu_le: Option<DateTime<Utc>>) -> Result<(), ServiceError> {
        if connu_le.is_some_and(|instant| instant > self.clock.now()) {
            return Err(ServiceError::champ("/connu_le", "date_future", "au plus tard maintenant"));
        }
        Ok(())
    }

    /// The médecin traitant of a person of the caller's perimeter.
    pub async fn medecin_traitant(
        &self,
        contexte: &Contexte,
        patient: PatientId,
        dates: Dates,
    ) -> Result<MedecinTraitant, ServiceError> {
        self.verify_knowledge(dates.connu_le)?;
        let mut conn = self.db.read("medecin_traitant.get").await?;
        let vue = self.verify_represented_perimeter(&mut conn, &contexte.acteur, patient).await?;
        self.verify_day(&vue, dates)?;
        let answer = self.answer(&mut conn, &contexte.acteur, &vue, patient, dates).await?;
        drop(conn);
        self.trace(contexte, patient, "medecin_traitant.lire").await?;
        Ok(answer)
    }

    /// The same question about a person designated as on their Vitale card.
    pub async fn consult_medecin_traitant(
        &self,
        contexte: &Contexte,
        cle: &ClePatient,
        dates: Dates,
    ) -> Result<MedecinTraitant, ServiceError> {
        self.verify_knowledge(dates.connu_le)?;
        let mut conn = self.db.read("medecin_traitant.consult").await?;
        let patient = self.resolve_known_at(&mut conn, contexte, cle, dates.connu_le).await?;
        // A doctor asks about anybody whose card is read.
        let vue = match contexte.acteur {
            Acteur::Caisse(_) => {
                self.verify_perimeter(&mut conn, &contexte.acteur, patient).await?
            }
            Acteur::Medecin(_) | Acteur::Patient(_) => Vue::Entiere,
        };
        self.verify_day(&vue, dates)?;
        let answer = self.answer(&mut conn, &contexte.acteur, &vue, patient, dates).await?;
        drop(conn);
        self.trace(contexte, answer.patient_id, "medecin_traitant.consulter").await?;
        Ok(answer)
    }

    /// The timeline of a person, as known at an instant. A doctor sees the days that name him.
    pub async fn list_designations(
        &self,
        contexte: &Contexte,
        patient: PatientId,
        connu_le: Option<DateTime<Utc>>,
    ) -> Result<Vec<DesignationLue>, ServiceError> {
        self.verify_knowledge(connu_le)?;
        let mut conn = self.db.read("designation.list").await?;
        let vue = self.verify_represented_perimeter(&mut conn, &contexte.acteur, patient).await?;
        let known = connu_le.unwrap_or_else(latest_knowledge);
        let timeline = designations::list(&mut conn, patient, known).await?;
        let speaks = self.speaks(&mut conn, &contexte.acteur, patient, &vue).await?;
        drop(conn);
        self.trace(contexte, patient, "designation.lister").await?;
        Ok(timeline
            .into_iter()
            .filter_map(|designation| {
                let actions = designation.actions(&contexte.acteur, speaks, self.clock.today());
                let designation = seen_through(&vue, designation)?;
                let designation = match &contexte.acteur {
                    Acteur::Medecin(rpps) => {
                        Some(designation.vue_par(*rpps)).filter(|seen| !seen.membres.is_empty())?
                    }
                    Acteur::Patient(_) | Acteur::Caisse(_) => designation,
                };
                Some(DesignationLue { designation, actions })
            })
            .collect())
    }

    /// Whether the caller may end the choice of a person whose visible days are known.
    async fn speaks(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
        vue: &Vue,
    ) -> Result<bool, ServiceError> {
        match acteur {
            Acteur::Caisse(_) => Ok(*vue == Vue::Entiere),
            Acteur::Patient(_) | Acteur::Medecin(_) => self.may_end(conn, acteur, patient).await,
        }
    }

    /// A former caisse asks about the days of its time.
    fn verify_day(&self, vue: &Vue, dates: Dates) -> Result<(), ServiceError> {
        let jour = dates.en_vigueur_le.unwrap_or_else(|| self.clock.today());
        if vue.contient(jour) { Ok(()) } else { Err(ServiceError::Introuvable) }
    }

    async fn answer(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        vue: &Vue,
        patient: PatientId,
        dates: Dates,
    ) -> Result<MedecinTraitant, ServiceError> {
        let jour = dates.en_vigueur_le.unwrap_or_else(|| self.clock.today());
        let found = match dates.connu_le {
            None => designations::current(conn, patient, jour).await?,
            Some(instant) => designations::list(conn, patient, instant)
                .await?
                .into_iter()
                .find(|designation| designation.effet.contient(jour)),
        };
        let names = |rpps| {
            found.as_ref().is_some_and(|known| known.membres_le(jour).any(|m| m.rpps == rpps))
        };
        let relation = match (acteur, &found) {
            (_, None) => RelationMt::Aucun,
            (Acteur::Medecin(rpps), Some(_)) if names(*rpps) => RelationMt::Executant,
            (_, Some(_)) => RelationMt::Autre,
        };
        let hidden = matches!(acteur, Acteur::Medecin(_)) && relation == RelationMt::Autre;
        let actions = match &found {
            Some(known) if !hidden => {
                let speaks = self.speaks(conn, acteur, patient, vue).await?;
                known.actions(acteur, speaks, self.clock.today())
            }
            _ => Vec::new(),
        };
        let sleeps = self.sommeil_le(conn, patient, jour, dates.connu_le).await?.is_some();
        Ok(MedecinTraitant {
            patient_id: patient,
            en_vigueur_le: jour,
            connu_le: dates.connu_le,
            relation,
            actions,
            en_sommeil: sleeps && found.is_some(),
            designation: found.filter(|_| !hidden).and_then(|known| {
                let seen = match acteur {
                    Acteur::Medecin(rpps) => known.vue_par(*rpps),
                    Acteur::Patient(_) | Acteur::Caisse(_) => known,
                };
                seen_through(vue, seen)
            }),
        })
    }
}

/// A designation as a caller may see it: a former caisse does not learn of an end that came later.
fn seen_through(vue: &Vue, designation: Designation) -> Option<Designation> {
    let effet = vue.montre(&designation.effet)?;
    let motif_fin = designation.motif_fin.filter(|_| effet.au().is_some());
    Some(Designation { effet, motif_fin, ..designation })
}
