//! Who may see whom. What is outside the caller's perimeter does not exist for them.

use chrono::NaiveDate;

use super::affiliations::organisme_le;
use super::{ServiceError, Services};
use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::calendar::Periode;
use crate::domain::identifiers::Organisme;
use crate::domain::ids::PatientId;
use crate::storage::patients::fusions;
use crate::storage::{Connection, designations, representations};

/// Which days of a person's life a caller may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vue {
    /// All of them.
    Entiere,
    /// Those of the time when the person depended on a caisse that they left.
    Jours(Vec<Periode>),
}

impl Vue {
    /// Whether a day is visible.
    pub fn contient(&self, jour: NaiveDate) -> bool {
        match self {
            Self::Entiere => true,
            Self::Jours(periods) => periods.iter().any(|period| period.contient(jour)),
        }
    }

    /// What is visible of a period whose later end is not to be known: open when it goes on beyond
    /// the visible days, and nothing when it has no visible day.
    pub fn montre(&self, effet: &Periode) -> Option<Periode> {
        let Self::Jours(periods) = self else { return Some(*effet) };
        let last = periods.iter().rfind(|period| period.chevauche(effet))?;
        let known = effet.au().filter(|au| last.au().is_none_or(|limit| *au <= limit));
        Periode::new(effet.du(), known).ok()
    }
}

impl Services {
    /// Refuses a person outside the caller's perimeter: a patient sees himself, a caisse those who
    /// depend on it today or did, a doctor those who chose him or wait for him to sign. Says which
    /// days the caller may look at: the present caisse, all of them; a former one, its own.
    pub(super) async fn verify_perimeter(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
    ) -> Result<Vue, ServiceError> {
        if let Some(kept) = fusions::merged_into(conn, patient).await? {
            self.days_visible(conn, acteur, kept).await?;
            return Err(ServiceError::PatientFusionne(kept));
        }
        self.days_visible(conn, acteur, patient).await
    }

    async fn days_visible(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
    ) -> Result<Vue, ServiceError> {
        let inside = match acteur {
            Acteur::Patient(own) => self.is_same(conn, *own, patient).await?,
            Acteur::Caisse(caisse) => return self.days_of_caisse(conn, caisse, patient).await,
            Acteur::Medecin(rpps) => designations::is_known_to(conn, patient, rpps).await?,
        };
        if inside { Ok(Vue::Entiere) } else { Err(ServiceError::Introuvable) }
    }

    /// Whether a token's person is this one: their record may have been merged since.
    pub(super) async fn is_same(
        &self,
        conn: &mut Connection,
        own: PatientId,
        patient: PatientId,
    ) -> Result<bool, ServiceError> {
        Ok(own == patient || fusions::merged_into(conn, own).await? == Some(patient))
    }

    async fn days_of_caisse(
        &self,
        conn: &mut Connection,
        caisse: &Caisse,
        patient: PatientId,
    ) -> Result<Vue, ServiceError> {
        let all = fusions::affiliations(conn, patient).await?;
        let all = all.iter().map(|(own, fait)| (*own, fait.effet, fait.valeur));
        vue_de_caisse(all, caisse, self.clock.today()).ok_or(ServiceError::Introuvable)
    }

    /// The caisse on which a person depends today, on which acts about the person depend.
    pub(super) async fn present_organisme(
        &self,
        conn: &mut Connection,
        patient: PatientId,
    ) -> Result<Option<Organisme>, ServiceError> {
        let all = fusions::affiliations(conn, patient).await?;
        let own = all.iter().filter(|(own, _)| *own).map(|(_, fait)| (fait.effet, fait.valeur));
        Ok(organisme_le(own, self.clock.today()))
    }

    /// The same, where a representative may also look: declarations, designations, identity. What
    /// care was given is not for him: at 16 and 17 some of it is the young person's secret.
    pub(super) async fn verify_represented_perimeter(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
    ) -> Result<Vue, ServiceError> {
        if let Acteur::Patient(own) = acteur {
            let kept = fusions::merged_into(conn, patient).await?.unwrap_or(patient);
            let own = fusions::merged_into(conn, *own).await?.unwrap_or(*own);
            let today = self.clock.today();
            if own != kept && representations::is_represented_by(conn, kept, own, today).await? {
                let merged = ServiceError::PatientFusionne(kept);
                return if kept == patient { Ok(Vue::Entiere) } else { Err(merged) };
            }
        }
        self.verify_perimeter(conn, acteur, patient).await
    }

    /// Refuses the identity of a person to those who have no present use for it: a doctor reads it
    /// while he is the médecin traitant or his signature is waited for, and no longer.
    pub(super) async fn verify_identity_access(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
    ) -> Result<Vue, ServiceError> {
        let Acteur::Medecin(rpps) = acteur else {
            return self.verify_represented_perimeter(conn, acteur, patient).await;
        };
        let vue = self.verify_perimeter(conn, acteur, patient).await?;
        let today = self.clock.today();
        if designations::is_patient_of(conn, patient, rpps, today).await? {
            Ok(vue)
        } else {
            Err(ServiceError::Introuvable)
        }
    }
}

/// The days that a caisse may look at, given the affiliations of a person (their own, or those of a
/// record merged into theirs) by first day: all of them while the person depends on it today, or
/// those of its time.
pub(super) fn vue_de_caisse(
    affiliations: impl Iterator<Item = (bool, Periode, Organisme)> + Clone,
    caisse: &Caisse,
    today: NaiveDate,
) -> Option<Vue> {
    let own = affiliations
        .clone()
        .filter(|(own, ..)| *own)
        .map(|(_, effet, organisme)| (effet, organisme));
    if organisme_le(own, today).is_some_and(|organisme| caisse.gere(&organisme)) {
        return Some(Vue::Entiere);
    }
    let past: Vec<Periode> = affiliations
        .filter(|(_, _, organisme)| caisse.gere(organisme))
        .map(|(_, effet, _)| effet)
        .collect();
    (!past.is_empty()).then_some(Vue::Jours(past))
}
