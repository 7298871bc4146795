//! Holders of parental authority and representatives: recorded and ended by the caisse, read by
//! those concerned. And the birthday from which a person chooses, told beforehand.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::json;

use super::{
    Contexte, Demande, Memoire, PATIENT_ATTENDU, Rendu, ServiceError, Services, latest_knowledge,
    verify_version,
};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::{Periode, anniversaire};
use crate::domain::clock::paris_day;
use crate::domain::ids::{EvenementId, PatientId, RepresentationId};
use crate::domain::patient::Patient;
use crate::domain::representation::{
    FinRepresentation, NatureRepresentation, PreuveRepresentation, Representant, Representation,
    bounded,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::storage::evenements::{self, Evenement};
use crate::storage::patients::{faits, fusions};
use crate::storage::{Connection, designations, patients, representations};

/// A link to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleRepresentation {
    /// By whom.
    pub representant: Representant,
    /// In which quality.
    pub nature: NatureRepresentation,
    /// What proves it.
    pub preuve: PreuveRepresentation,
    /// Where the proof is kept.
    pub reference_preuve: Option<String>,
    /// First day.
    pub effet_du: NaiveDate,
    /// First day after.
    pub effet_au: Option<NaiveDate>,
}

/// The most persons told in one go.
const TOLD_AT_ONCE: i64 = 500;

/// What a trace says of a writing whose answer shows the person.
const ECRIRE: &str = "representation.ecrire";

impl Services {
    /// Records a link, for a caisse of the person.
    pub async fn create_representation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        patient: PatientId,
        nouvelle: &NouvelleRepresentation,
        rendre: impl Fn(&Representation) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        only_a_caisse(contexte)?;
        let mut tx = self.db.begin("representation.create").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            drop(tx);
            self.trace(contexte, patient, ECRIRE).await?;
            return Ok(answered);
        }
        self.verify_perimeter(&mut tx, &contexte.acteur, patient).await?;
        let locked = patients::lock(&mut tx, patient, self.clock.now()).await?;
        let instant = locked.ok_or(ServiceError::Introuvable)?;
        let (coffre, known) = (self.db.coffre(), latest_knowledge());
        let person = patients::get(&mut tx, coffre, patient, known).await?;
        let person = person.ok_or(ServiceError::Introuvable)?;
        self.verify_representant(&mut tx, patient, nouvelle).await?;
        let (effet, motif_fin) = self.days_of(&person, nouvelle)?;
        let others = representations::list(&mut tx, coffre, patient, known).await?;
        let same = |other: &Representation| {
            (&other.representant, other.nature) == (&nouvelle.representant, nouvelle.nature)
                && other.effet.chevauche(&effet)
        };
        if others.iter().any(same) {
            return Err(ServiceError::RepresentationExistante);
        }
        let lien = Representation {
            id: RepresentationId::from_uuid(self.ids.uuid()),
            patient_id: patient,
            version: 1,
            representant: nouvelle.representant.clone(),
            nature: nouvelle.nature,
            preuve: nouvelle.preuve,
            reference_preuve: nouvelle.reference_preuve.clone(),
            effet,
            motif_fin,
            enregistre_le: instant,
            remplace_le: None,
        };
        representations::insert(&mut tx, coffre, &lien).await?;
        let event = self.about(contexte, &lien, "representation.enregistree", instant);
        evenements::insert(&mut tx, &event).await?;
        patients::touch(&mut tx, patient, instant).await?;
        self.trace_within(&mut tx, contexte, patient, ECRIRE).await?;
        let rendu = rendre(&lien)?;
        self.keep(tx, contexte, demande, rendu).await
    }

    /// A representative of the register must exist and be somebody else.
    async fn verify_representant(
        &self,
        conn: &mut Connection,
        patient: PatientId,
        nouvelle: &NouvelleRepresentation,
    ) -> Result<(), ServiceError> {
        let Representant::Patient(id) = nouvelle.representant else { return Ok(()) };
        let wrong =
            |code, message: &str| ServiceError::champ("/representant/patient_id", code, message);
        if id == patient {
            return Err(wrong("representant_de_soi", "une autre personne que le patient"));
        }
        let found = patients::get(conn, self.db.coffre(), id, latest_knowledge()).await?;
        if found.is_none() {
            return Err(wrong("patient_inconnu", PATIENT_ATTENDU));
        }
        Ok(())
    }

    fn days_of(
        &self,
        person: &Patient,
        nouvelle: &NouvelleRepresentation,
    ) -> Result<(Periode, Option<FinRepresentation>), ServiceError> {
        let jour = nouvelle.effet_du;
        let identite = person.identite_le(jour).ok_or(ServiceError::Introuvable)?;
        let birth = identite.date_naissance.pour_calcul_age();
        if jour < birth {
            let expected = "un premier jour qui suit la naissance du patient";
            return Err(ServiceError::champ("/effet_du", "avant_naissance", expected));
        }
        let empty =
            || ServiceError::champ("/effet_au", "periode_vide", "un jour après « effet_du »");
        let effet = Periode::new(jour, nouvelle.effet_au).map_err(|_empty| empty())?;
        let majority = self.valeur(Parametre::MtAgeSansAccordParental, jour)?;
        let majority = u8::try_from(majority).unwrap_or(u8::MAX);
        bounded(nouvelle.nature, birth, majority, effet).ok_or_else(|| {
            let expected = "un jour avant la majorité : l'autorité parentale s'y arrête";
            ServiceError::champ("/effet_du", "patient_majeur", expected)
        })
    }

    /// Ends a link on a day, or erases one that never was.
    pub async fn end_representation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        (id, version): (RepresentationId, i32),
        (motif, jour): (FinRepresentation, Option<NaiveDate>),
        rendre: impl Fn(&Representation) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        only_a_caisse(contexte)?;
        let mut tx = self.db.begin("representation.end").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            let owner = representations::patient_of(&mut tx, id).await?;
            drop(tx);
            self.trace(contexte, owner.ok_or(ServiceError::Introuvable)?, ECRIRE).await?;
            return Ok(answered);
        }
        let owner = representations::patient_of(&mut tx, id).await?;
        let owner = owner.ok_or(ServiceError::Introuvable)?;
        let patient = fusions::merged_into(&mut tx, owner).await?.unwrap_or(owner);
        self.verify_perimeter(&mut tx, &contexte.acteur, patient).await?;
        let locked = patients::lock(&mut tx, patient, self.clock.now()).await?;
        let instant = locked.ok_or(ServiceError::Introuvable)?;
        let coffre = self.db.coffre();
        let all = representations::list(&mut tx, coffre, patient, latest_knowledge()).await?;
        let found = all.into_iter().find(|lien| lien.id == id);
        let mut lien = found.ok_or(ServiceError::Introuvable)?;
        verify_version(version, lien.version)?;
        representations::replace(&mut tx, &lien, instant).await?;
        if motif == FinRepresentation::ErreurDeSaisie {
            lien.remplace_le = Some(instant);
            lien.motif_fin = Some(motif);
        } else {
            let jour = jour.unwrap_or_else(|| self.clock.today());
            let expected = "un jour de la période du lien, après le premier";
            let wrong = || ServiceError::champ("/jour", "hors_periode", expected);
            if !lien.effet.contient(jour) {
                return Err(wrong());
            }
            lien.effet = lien.effet.jusqu_au(jour).ok_or_else(wrong)?;
            lien.motif_fin = Some(motif);
            lien.version = lien.version.saturating_add(1);
            lien.enregistre_le = instant;
            representations::insert(&mut tx, coffre, &lien).await?;
        }
        let event = self.about(contexte, &lien, "representation.terminee", instant);
        evenements::insert(&mut tx, &event).await?;
        patients::touch(&mut tx, patient, instant).await?;
        self.trace_within(&mut tx, contexte, patient, ECRIRE).await?;
        let rendu = rendre(&lien)?;
        self.keep(tx, contexte, demande, rendu).await
    }

    /// The links of a person, as known at an instant: for the person, their representatives, their
    /// caisse, and the doctor who has a present use for them.
    pub async fn list_representations(
        &self,
        contexte: &Contexte,
        patient: PatientId,
        connu_le: Option<DateTime<Utc>>,
    ) -> Result<Vec<Representation>, ServiceError> {
        let mut conn = self.db.read("representation.list").await?;
        self.verify_identity_access(&mut conn, &contexte.acteur, patient).await?;
        let known = connu_le.unwrap_or_else(latest_knowledge);
        let all = representations::list(&mut conn, self.db.coffre(), patient, known).await?;
        drop(conn);
        self.trace(contexte, patient, "representation.lister").await?;
        Ok(all)
    }

    fn about(
        &self,
        contexte: &Contexte,
        lien: &Representation,
        nature: &'static str,
        instant: DateTime<Utc>,
    ) -> Evenement {
        Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature,
            survenu_le: instant,
            enregistre_le: instant,
            effet_du: Some(lien.effet.du()),
            patient_id: Some(lien.patient_id),
            medecin_id: None,
            declaration_id: None,
            feuille_id: None,
            auteur_role: contexte.acteur.role().mot(),
            auteur_moyen: None,
            donnees: json!({
                "representation_id": lien.id,
                "nature": lien.nature.mot(),
                "effet_au": lien.effet.au(),
                "motif_fin": lien.motif_fin.map(Vocabulaire::mot),
            }),
        }
    }

    /// Tells, some weeks before, that a person will choose by themselves: nothing ends on that
    /// birthday, who decides changes. Each birthday is told once. Gives how many were told.
    pub async fn announce_majority_of_choice(&self) -> Result<usize, ServiceError> {
        let today = self.clock.today();
        let age = u8::try_from(self.valeur(Parametre::MtAgeMajoriteChoix, today)?);
        let age = age.unwrap_or(u8::MAX);
        let notice = u64::try_from(self.valeur(Parametre::MtPreavisMajoriteChoix, today)?);
        let last = today.checked_add_days(Days::new(notice.unwrap_or_default())).unwrap_or(today);
        let mut told = 0_usize;
        loop {
            let mut conn = self.db.read("majorite.search").await?;
            let window = Window::of(today, last, age);
            let found = representations::born_between(
                &mut conn,
                (&window.first, &window.last),
                window.lunar.as_deref(),
                (today, last),
                TOLD_AT_ONCE,
            )
            .await?;
            drop(conn);
            let mut progress = 0_usize;
            for patient in &found {
                let done = self.announce(*patient, age, (today, last)).await?;
                progress = progress.saturating_add(usize::from(done));
            }
            told = told.saturating_add(progress);
            if progress == 0 || i64::try_from(found.len()).is_ok_and(|len| len < TOLD_AT_ONCE) {
                return Ok(told);
            }
        }
    }

    async fn announce(
        &self,
        patient: PatientId,
        age: u8,
        (first, last): (NaiveDate, NaiveDate),
    ) -> Result<bool, ServiceError> {
        let mut tx = self.db.begin("majorite.announce").await?;
        let now = self.clock.now();
        let Some(instant) = patients::lock(&mut tx, patient, now).await? else {
            return Ok(false);
        };
        let found = patients::get(&mut tx, self.db.coffre(), patient, latest_knowledge()).await?;
        let birth = found
            .as_ref()
            .and_then(|person| person.identite_le(paris_day(now)))
            .map(|identite| identite.date_naissance.pour_calcul_age());
        let Some(birthday) = birth.and_then(|birth| anniversaire(birth, age)) else {
            return Ok(false);
        };
        if !(first..=last).contains(&birthday)
            || faits::deces(&mut tx, patient).await?.is_some()
            || !representations::insert_avis(&mut tx, patient, birthday, instant).await?
        {
            return Ok(false);
        }
        let current = designations::current(&mut tx, patient, first).await?;
        let event = Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature: "patient.majorite_16_ans",
            survenu_le: instant,
            enregistre_le: instant,
            effet_du: Some(birthday),
            patient_id: Some(patient),
            medecin_id: None,
            declaration_id: current.as_ref().map(|designation| designation.declaration_id),
            feuille_id: None,
            auteur_role: "service",
            auteur_moyen: None,
            donnees: json!({ "age": age, "medecin_traitant_declare": current.is_some() }),
        };
        evenements::insert(&mut tx, &event).await?;
        patients::touch(&mut tx, patient, instant).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Birth dates whose birthday of an age falls between two days, as they are written.
struct Window {
    first: String,
    last: String,
    /// The year of those born outside the calendar, whose ages count from 1 January.
    lunar: Option<String>,
}

impl Window {
    fn of(first: NaiveDate, last: NaiveDate, age: u8) -> Self {
        use chrono::Datelike;
        let born = |day: NaiveDate, text: String| {
            format!("{:04}-{text}", day.year().saturating_sub(i32::from(age)))
        };
        // On 1 March of a common year, those of 29 February reach their age too.
        let leap_birth = NaiveDate::from_ymd_opt(first.year(), 2, 29).is_none()
            && (first.month(), first.day()) == (3, 1);
        let start = if leap_birth { "02-29".to_owned() } else { first.format("%m-%d").to_string() };
        let new_year = if (first.month(), first.day()) == (1, 1) {
            Some(first)
        } else {
            Some(last).filter(|last| last.year() > first.year())
        };
        Self {
            first: born(first, start),
            last: born(last, last.format("%m-%d").to_string()),
            lunar: new_year.map(|day| format!("{:04}", day.year().saturating_sub(i32::from(age)))),
        }
    }
}

fn only_a_caisse(contexte: &Contexte) -> Result<(), ServiceError> {
    if matches!(contexte.acteur, Acteur::Caisse(_)) {
        Ok(())
    } else {
        Err(ServiceError::Interdit("seule une caisse tient les représentants d'un patient"))
    }
}
