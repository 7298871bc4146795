//! The timeline of a person is unrolled again from every act, and what changes is written.
//!
//! One function, [`Services::replay`], serves every act: a choice signed by all, an amendment, a
//! departure, a withdrawal, an operation on a doctor, the undoing of any of them. It is written to
//! be run twice.

mod ecriture;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Contexte, ServiceError, Services, latest_knowledge};
use crate::domain::clock::paris_day;
use crate::domain::designation::{self, Segment};
use crate::domain::fin::Fin;
use crate::domain::frise::{self, Choix, autres_le};
use crate::domain::ids::{DeclarationId, FaitId, MedecinId, PatientId};
use crate::domain::operation::{Operation, ResultatOperation};
use crate::domain::vie::fusion::{compte_le, derouler_avec_ecarts, jusqu_au_deces};
use crate::law::parameters::Parametre;
use crate::storage::medecins::changements;
use crate::storage::patients::{conflits, faits, mouvements};
use crate::storage::{Connection, designations, fins, operations};

/// A person whose timeline is written, by whom, and under which instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ecriture {
    pub(super) patient: PatientId,
    /// Role of who acts, as events say it.
    pub(super) auteur: &'static str,
    pub(super) instant: DateTime<Utc>,
}

impl Ecriture {
    /// What a caller writes.
    pub(super) fn par(contexte: &Contexte, patient: PatientId, instant: DateTime<Utc>) -> Self {
        Self { patient, auteur: contexte.acteur.role(), instant }
    }
}

/// What the acts of a person make together.
#[derive(Debug)]
pub(super) struct Frise {
    /// The choices, in their order.
    pub(super) choix: Vec<Choix>,
    /// The timeline.
    pub(super) segments: Vec<Segment>,
}

impl Services {
    /// Unrolls the acts of a person again and writes what changes: designations, lines of doctors,
    /// movements of patients, neutralisations. The person is locked.
    pub(super) async fn replay(
        &self,
        conn: &mut Connection,
        ecriture: &Ecriture,
    ) -> Result<Frise, ServiceError> {
        let patient = ecriture.patient;
        let choix = self.dated_choices(conn, patient).await?;
        let ecarts = conflits::ecarts(conn, patient).await?;
        let deces = faits::deces(conn, patient).await?.map(|fait| fait.effet.du());
        let counted = |counts: &dyn Fn(DeclarationId) -> bool, fins: &[Fin]| {
            let counted: Vec<Choix> =
                choix.iter().filter(|one| counts(one.declaration_id)).cloned().collect();
            frise::unroll(&counted, fins)
        };
        let until_death = |segments: Vec<Segment>| match deces {
            Some(day) => jusqu_au_deces(segments, day),
            None => segments,
        };
        // What a day sets aside cuts lines on that day: whether a doctor was there before is asked of the
        // choices that count on the day, not cut.
        let on_day = |jour: NaiveDate, fins: &[Fin]| {
            until_death(counted(&|id| compte_le(&ecarts, id, jour), fins))
        };
        let (fins, operations) = self.standing_ends(conn, ecriture, &choix, &on_day).await?;
        // Choices set aside by a merge in conflict, then the death, are cut around one unrolling.
        let cut = derouler_avec_ecarts(&ecarts, |counts| counted(counts, &fins));
        let segments = until_death(cut);
        let stored = designations::list(conn, patient, latest_knowledge()).await?;
        for change in designation::compare(&stored, &segments) {
            self.apply(conn, ecriture, &change).await?;
        }
        self.tell_movements(conn, ecriture, &stored, &segments).await?;
        self.neutralise(conn, ecriture, &segments, &operations).await?;
        Ok(Frise { choix, segments })
    }

    /// Leaves a record without timeline: its choices are another record's now.
    pub(super) async fn forget_timeline(
        &self,
        conn: &mut Connection,
        ecriture: &Ecriture,
    ) -> Result<(), ServiceError> {
        let stored = designations::list(conn, ecriture.patient, latest_knowledge()).await?;
        mouvements::erase_designations(conn, ecriture.patient, ecriture.instant).await?;
        self.tell_movements(conn, ecriture, &stored, &[]).await?;
        self.neutralise(conn, ecriture, &[], &[]).await
    }

    /// The choices of a person in their order, each with the day from which it counts.
    async fn dated_choices(
        &self,
        conn: &mut Connection,
        patient: PatientId,
    ) -> Result<Vec<Choix>, ServiceError> {
        let mut choices = designations::choices(conn, patient).await?;
        for choice in &mut choices {
            if self.valeur(Parametre::MtEffetALaSignature, choice.ordre.signe_le)? == 0 {
                choice.effet_du = paris_day(choice.ordre.recue_le);
            }
        }
        choices.sort_by_key(|choice| (choice.effet_du, choice.ordre, choice.declaration_id));
        Ok(choices)
    }

    /// The acts that end lines: those recorded, without those of operations being undone, and with
    /// those that operations standing on the doctors of the choices call for.
    async fn standing_ends(
        &self,
        conn: &mut Connection,
        ecriture: &Ecriture,
        choices: &[Choix],
        on_day: &(impl Fn(NaiveDate, &[Fin]) -> Vec<Segment> + Sync),
    ) -> Result<(Vec<Fin>, Vec<Operation>), ServiceError> {
        let (patient, instant) = (ecriture.patient, ecriture.instant);
        let doctors: BTreeSet<MedecinId> =
            choices.iter().flat_map(|choice| choice.medecins.iter().copied()).collect();
        let doctors: Vec<MedecinId> = doctors.into_iter().collect();
        changements::share(conn, &doctors).await?;
        let mut standing = Vec::new();
        for known in fins::list(conn, patient).await? {
            if known.annulee {
                fins::replace(conn, patient, known.fin.id, instant).await?;
            } else {
                standing.push(known.fin);
            }
        }
        let operations = operations::standing(conn, &doctors).await?;
        for operation in &operations {
            let known = |fin: &Fin| fin.operation_id == Some(operation.id);
            let Some(motif) = operation.nature.fin().filter(|_| !standing.iter().any(known)) else {
                continue;
            };
            let (medecin_id, effet_du) = (operation.medecin_id, operation.effet_du);
            let there = on_day(effet_du, &standing);
            let Some(others) = autres_le(&there, medecin_id, effet_du) else {
                continue;
            };
            if motif.conjointe_seulement() && !self.breaks_joint(conn, operation, &others).await? {
                continue;
            }
            let fin = Fin {
                id: FaitId::from_uuid(self.ids.uuid()),
                medecin_id,
                motif,
                effet_du,
                decidee_le: operation.enregistre_le,
                operation_id: Some(operation.id),
            };
            fins::insert(conn, patient, &fin, instant).await?;
            let resultat = if others.is_empty() {
                ResultatOperation::Fermee
            } else {
                ResultatOperation::MembreFerme
            };
            operations::mark(conn, operation.id, patient, (resultat, false), instant).await?;
            standing.push(fin);
        }
        Ok((standing, operations))
    }

    /// Whether a doctor who moved or changed specialty can no longer be designated with others.
    pub(super) async fn breaks_joint(
        &self,
        conn: &mut Connection,
        operation: &Operation,
        others: &[MedecinId],
    ) -> Result<bool, ServiceError> {
        if others.is_empty() {
            return Ok(false);
        }
        let all: Vec<MedecinId> = others.iter().copied().chain([operation.medecin_id]).collect();
        Ok(!changements::may_be_joint(conn, &all, operation.effet_du).await?)
    }
}
