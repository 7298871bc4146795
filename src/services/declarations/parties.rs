//! Who signs for the patient on a day, from the law and from the dated links.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::acteur::Acteur;
use crate::domain::clock::paris_day;
use crate::domain::declaration::{
    ConditionsSignature, CotePatient, Declaration, LienEnVigueur, SeuilsAge,
};
use crate::domain::ids::PatientId;
use crate::domain::patient::Patient;
use crate::domain::representation::Representation;
use crate::law::LawError;
use crate::law::parameters::Parametre;
use crate::services::{ServiceError, Services, Vue, latest_knowledge};
use crate::storage::{Connection, patients, representations};

/// A patient and who may sign for them, as known now.
#[derive(Debug, Clone)]
pub(super) struct Famille {
    pub(super) patient: Patient,
    pub(super) liens: Vec<Representation>,
}

impl Services {
    pub(super) async fn famille(
        &self,
        conn: &mut Connection,
        id: PatientId,
    ) -> Result<Famille, ServiceError> {
        let (coffre, known) = (self.db.coffre(), latest_knowledge());
        let patient = patients::get(conn, coffre, id, known).await?;
        let patient = patient.ok_or(ServiceError::Introuvable)?;
        let liens = representations::list(conn, coffre, id, known).await?;
        Ok(Famille { patient, liens })
    }

    /// The patient's side of a declaration on a day.
    pub(super) fn cote(
        &self,
        famille: &Famille,
        jour: NaiveDate,
    ) -> Result<CotePatient, ServiceError> {
        let liens: Vec<LienEnVigueur> = famille
            .liens
            .iter()
            .filter(|lien| lien.effet.contient(jour))
            .map(Representation::en_vigueur)
            .collect();
        Ok(CotePatient {
            age: famille.patient.age_le(jour).unwrap_or_default(),
            seuils: self.seuils(jour)?,
            liens,
        })
    }

    /// Whether the caller may end the choice of a person without naming another doctor: whoever may on
    /// the patient's side, or the caisse that keeps the person's file, which was written to.
    pub(in crate::services) async fn may_end(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
    ) -> Result<bool, ServiceError> {
        match acteur {
            Acteur::Medecin(_) => Ok(false),
            Acteur::Patient(person) => {
                let famille = self.famille(conn, patient).await?;
                Ok(self.cote(&famille, self.clock.today())?.peut_rompre(*person, patient))
            }
            Acteur::Caisse(_) => match self.verify_perimeter(conn, acteur, patient).await {
                Ok(vue) => Ok(vue == Vue::Entiere),
                Err(ServiceError::Introuvable) => Ok(false),
                Err(error) => Err(error),
            },
        }
    }

    fn seuils(&self, jour: NaiveDate) -> Result<SeuilsAge, ServiceError> {
        let value = |parametre| self.valeur(parametre, jour);
        let age = |number: i64| u8::try_from(number).unwrap_or(u8::MAX);
        Ok(SeuilsAge {
            choix: age(value(Parametre::MtAgeMajoriteChoix)?),
            sans_accord: age(value(Parametre::MtAgeSansAccordParental)?),
            enfant_ouvert: value(Parametre::MtEnfantOuverture)? != 0,
        })
    }

    /// The value of a parameter on a day; before all declarations, that of their first day.
    pub(in crate::services) fn valeur(
        &self,
        parametre: Parametre,
        jour: NaiveDate,
    ) -> Result<i64, ServiceError> {
        let value = self.law.valeur(parametre, jour.max(self.law_start()));
        Ok(value.map_err(LawError::from)?)
    }

    /// What a signature of a day is judged by.
    pub(super) fn conditions(
        &self,
        famille: &Famille,
        declaration: &Declaration,
        signe_le: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<ConditionsSignature, ServiceError> {
        let patient = &famille.patient;
        let identite = patient.identite_le(signe_le).ok_or(ServiceError::Introuvable)?;
        Ok(ConditionsSignature {
            au_jour: self.cote(famille, signe_le)?,
            a_l_effet: self.cote(famille, declaration.jour_avec(signe_le))?,
            naissance: identite.date_naissance.pour_calcul_age(),
            rattachement: patient.affiliations.iter().map(|fait| fait.effet.du()).min(),
            aujourd_hui: paris_day(now),
            maintenant: now,
        })
    }

    /// First day on which a médecin traitant could be declared.
    fn law_start(&self) -> NaiveDate {
        self.law
            .parametres()
            .get(Parametre::MtEffetALaSignature)
            .and_then(|history| history.valeurs.first())
            .map_or(NaiveDate::MIN, |first| first.periode.du())
    }
}
