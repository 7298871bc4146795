//! The months during which a person left without médecin traitant bears no majoration.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::frises::Ecriture;
use super::{Contexte, ServiceError, Services, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::{Periode, plus_mois};
use crate::domain::designation::Segment;
use crate::domain::fait_date::FaitDate;
use crate::domain::frise::{est_ferme_par, medecins_le};
use crate::domain::ids::{FaitId, PatientId};
use crate::domain::operation::{Neutralisation, Operation, ResultatOperation};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::storage::evenements::{self, Evenement};
use crate::storage::{Connection, neutralisations, operations};

impl Services {
    /// The neutralisations of a person, as known at an instant. For the person and the caisse.
    pub async fn list_neutralisations(
        &self,
        contexte: &Contexte,
        patient: PatientId,
        connu_le: Option<DateTime<Utc>>,
    ) -> Result<Vec<FaitDate<Neutralisation>>, ServiceError> {
        if matches!(contexte.acteur, Acteur::Medecin(_)) {
            return Err(ServiceError::Interdit(
                "les neutralisations se lisent par le patient et par sa caisse",
            ));
        }
        let mut conn = self.db.read("neutralisation.list").await?;
        self.verify_perimeter(&mut conn, &contexte.acteur, patient).await?;
        let known = connu_le.unwrap_or_else(latest_knowledge);
        let found = neutralisations::list(&mut conn, patient, known).await?;
        drop(conn);
        self.trace(contexte, patient, "neutralisation.lister").await?;
        Ok(found)
    }

    /// Brings the neutralisations of a person to what the timeline calls for.
    pub(super) async fn neutralise(
        &self,
        conn: &mut Connection,
        ecriture: &Ecriture,
        segments: &[Segment],
        standing: &[Operation],
    ) -> Result<(), ServiceError> {
        let (patient, instant) = (ecriture.patient, ecriture.instant);
        let wanted: Vec<(&Operation, Periode)> = standing
            .iter()
            .filter_map(|operation| Some((operation, self.neutralised(segments, operation)?)))
            .collect();
        let stored = neutralisations::list(conn, patient, latest_knowledge()).await?;
        for known in &stored {
            let same = |(operation, effet): &(&Operation, Periode)| {
                operation.id == known.valeur.operation_id && *effet == known.effet
            };
            if !wanted.iter().any(same) {
                neutralisations::replace(conn, patient, known.id, instant).await?;
                self.tell_neutralisation(conn, ecriture, known, "neutralisation.retiree").await?;
            }
        }
        for (operation, effet) in wanted {
            let same = |known: &FaitDate<Neutralisation>| {
                known.valeur.operation_id == operation.id && known.effet == effet
            };
            if stored.iter().any(same) {
                continue;
            }
            let fait = FaitDate {
                id: FaitId::from_uuid(self.ids.uuid()),
                valeur: Neutralisation {
                    medecin_id: operation.medecin_id,
                    rpps: operation.rpps,
                    operation_id: operation.id,
                    motif: operation.nature,
                },
                effet,
                enregistre_le: instant,
                remplace_le: None,
            };
            neutralisations::insert(conn, patient, &fait).await?;
            let done = (ResultatOperation::Fermee, true);
            operations::mark(conn, operation.id, patient, done, instant).await?;
            self.tell_neutralisation(conn, ecriture, &fait, "neutralisation.ouverte").await?;
        }
        Ok(())
    }

    /// The days that an operation neutralises: from the day on which the person is left without
    /// médecin traitant, for the months of the law, until a new one takes effect.
    fn neutralised(&self, segments: &[Segment], operation: &Operation) -> Option<Periode> {
        let jour = operation.effet_du;
        if !operation.nature.neutralise() {
            return None;
        }
        if !est_ferme_par(segments, operation.id) || !medecins_le(segments, jour).is_empty() {
            return None;
        }
        let months = self.neutralisation_months(jour);
        let end = plus_mois(jour, i32::try_from(months).ok()?)?;
        let next = segments
            .iter()
            .map(|segment| segment.effet.du())
            .filter(|du| *du > jour && *du < end)
            .min()
            .filter(|_| self.valeur_ou_zero(Parametre::NeutralisationCesseAuChoix, jour) == 1);
        Periode::new(jour, Some(next.unwrap_or(end))).ok()
    }

    /// How many months the law neutralises, for a doctor who leaves on a day.
    pub(super) fn neutralisation_months(&self, jour: NaiveDate) -> i64 {
        self.valeur_ou_zero(Parametre::NeutralisationDepartMt, jour)
    }

    /// The value of a parameter on a day; zero on the days before its first.
    fn valeur_ou_zero(&self, parametre: Parametre, jour: NaiveDate) -> i64 {
        self.law
            .parametres()
            .get(parametre)
            .and_then(|history| history.en_vigueur(jour))
            .and_then(|found| found.valeur)
            .unwrap_or_default()
    }

    async fn tell_neutralisation(
        &self,
        conn: &mut Connection,
        ecriture: &Ecriture,
        fait: &FaitDate<Neutralisation>,
        nature: &'static str,
    ) -> Result<(), ServiceError> {
        let event = Evenement {
            medecin_id: Some(fait.valeur.medecin_id),
            effet_du: Some(fait.effet.du()),
            donnees: json!({
                "effet_au": fait.effet.au(),
                "motif": fait.valeur.motif.mot(),
                "operation_id": fait.valeur.operation_id,
            }),
            ..self.event_of(ecriture, nature)
        };
        Ok(evenements::insert(conn, &event).await?)
    }
}
