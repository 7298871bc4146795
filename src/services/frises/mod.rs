//! The timeline of a person is unrolled again from every act, and what changes is written.
//!
//! One function, [`replay`], serves every act: a choice signed by all, an amendment, a
//! departure, a withdrawal, an operation on a doctor, the undoing of any of them. It is written to
//! be run twice.

mod ecriture;

use std::collections::BTreeSet;

use chrono::NaiveDate;

pub(super) use self::ecriture::{movement, prise_effet};
use super::core::{Core, Writing};
use super::neutralisations::neutralise;
use super::{ServiceError, latest_knowledge};
use crate::domain::clock::paris_day;
use crate::domain::designation::{self, Segment};
use crate::domain::fin::Fin;
use crate::domain::frise::{self, Choix, autres_le};
use crate::domain::ids::{DeclarationId, FaitId, MedecinId, PatientId};
use crate::domain::operation::{Operation, ResultatOperation};
use crate::domain::vie::fusion::{Ecart, compte_le, derouler_avec_ecarts, jusqu_au_deces};
use crate::law::parameters::Parametre;
use crate::storage::designations::ChoixConnu;
use crate::storage::medecins::changements;
use crate::storage::patients::particularites::Particularites;
use crate::storage::patients::{conflits, faits, mouvements};
use crate::storage::{Connection, designations, fins, operations};

/// What the acts of a person make together.
#[derive(Debug)]
pub(super) struct Frise {
    /// The choices, in their order.
    pub(super) choix: Vec<Choix>,
    /// The timeline.
    pub(super) segments: Vec<Segment>,
}

/// What is known of a person, ends of lines left out: what these make of it.
#[derive(Debug)]
pub(super) struct Actes {
    choix: Vec<Choix>,
    ecarts: Vec<Ecart>,
    deces: Option<NaiveDate>,
}

impl Actes {
    pub(super) async fn read(
        core: &Core,
        conn: &mut Connection,
        patient: PatientId,
        a: Particularites,
    ) -> Result<Self, ServiceError> {
        let choix = dated_choices(core, conn, patient).await?;
        let ecarts = if a.ecarts { conflits::ecarts(conn, patient).await? } else { Vec::new() };
        let deces = if a.deces { faits::deces(conn, patient).await? } else { None };
        Ok(Self { choix, ecarts, deces: deces.map(|fait| fait.effet.du()) })
    }

    /// The day from which a choice counts.
    pub(super) fn effet_du(&self, declaration: DeclarationId) -> Option<NaiveDate> {
        let found = self.choix.iter().find(|choice| choice.declaration_id == declaration);
        found.map(|choice| choice.effet_du)
    }

    /// The timeline. Choices set aside by a merge in conflict, then the death, are cut around one unrolling.
    pub(super) fn unroll(&self, fins: &[Fin]) -> Vec<Segment> {
        let cut = derouler_avec_ecarts(&self.ecarts, |counts| self.counted(counts, fins));
        self.until_death(cut)
    }

    /// The timeline of the choices that count on a day. What a day sets aside cuts lines on that day: whether a doctor was
    /// there before is asked of these, not cut.
    fn on_day(&self, jour: NaiveDate, fins: &[Fin]) -> Vec<Segment> {
        self.until_death(self.counted(&|id| compte_le(&self.ecarts, id, jour), fins))
    }

    fn counted(&self, counts: &dyn Fn(DeclarationId) -> bool, fins: &[Fin]) -> Vec<Segment> {
        let counted = self.choix.iter().filter(|one| counts(one.declaration_id));
        frise::unroll(&counted.cloned().collect::<Vec<_>>(), fins)
    }

    fn until_death(&self, segments: Vec<Segment>) -> Vec<Segment> {
        match self.deces {
            Some(day) => jusqu_au_deces(segments, day),
            None => segments,
        }
    }
}

/// Unrolls the acts of a person again and writes what changes: designations, lines of doctors,
/// movements of patients, neutralisations. The person is locked.
pub(super) async fn replay(writing: &mut Writing<'_>) -> Result<Frise, ServiceError> {
    let patient = writing.patient;
    let (core, known) = (writing.core(), writing.particularites);
    let actes = Actes::read(core, writing.conn(), patient, known).await?;
    let (fins, operations) = standing_ends(writing, &actes).await?;
    let segments = actes.unroll(&fins);
    let stored = designations::list(writing.conn(), patient, latest_knowledge()).await?;
    for change in designation::compare(&stored, &segments) {
        ecriture::apply(writing, &change).await?;
    }
    ecriture::tell_movements(writing, &stored, &segments);
    neutralise(writing, &segments, &operations).await?;
    Ok(Frise { choix: actes.choix, segments })
}

/// Leaves a record without timeline: its choices are another record's now.
pub(super) async fn forget(writing: &mut Writing<'_>) -> Result<(), ServiceError> {
    let (patient, instant) = (writing.patient, writing.instant);
    let stored = designations::list(writing.conn(), patient, latest_knowledge()).await?;
    mouvements::erase_designations(writing.conn(), patient, instant).await?;
    ecriture::tell_movements(writing, &stored, &[]);
    neutralise(writing, &[], &[]).await
}

/// The choices of a person in their order, each with the day from which it counts.
async fn dated_choices(
    core: &Core,
    conn: &mut Connection,
    patient: PatientId,
) -> Result<Vec<Choix>, ServiceError> {
    let mut choices = Vec::new();
    for ChoixConnu { choix: mut choice, repris } in designations::choices(conn, patient).await? {
        if !repris && core.valeur(Parametre::MtEffetALaSignature, choice.ordre.signe_le)? == 0 {
            choice.effet_du = paris_day(choice.ordre.recue_le);
        }
        choices.push(choice);
    }
    choices.sort_by_key(|choice| (choice.effet_du, choice.ordre, choice.declaration_id));
    Ok(choices)
}

/// The acts that end lines: those recorded, without those of operations being undone, and with
/// those that operations standing on the doctors of the choices call for.
async fn standing_ends(
    writing: &mut Writing<'_>,
    actes: &Actes,
) -> Result<(Vec<Fin>, Vec<Operation>), ServiceError> {
    let (core, patient, instant) = (writing.core(), writing.patient, writing.instant);
    let ends = writing.particularites.fins;
    let conn = writing.conn();
    let doctors: BTreeSet<MedecinId> =
        actes.choix.iter().flat_map(|choice| choice.medecins.iter().copied()).collect();
    let doctors: Vec<MedecinId> = doctors.into_iter().collect();
    changements::share(conn, &doctors).await?;
    let mut standing = Vec::new();
    let recorded = if ends { fins::list(conn, patient).await? } else { Vec::new() };
    for known in recorded {
        if known.annulee {
            faits::replace(conn, faits::Genre::Fin, patient, known.fin.id, instant).await?;
        } else {
            standing.push(known.fin);
        }
    }
    let operations = operations::standing(conn, patient, &doctors).await?;
    for operation in &operations {
        let known = |fin: &Fin| fin.operation_id == Some(operation.id);
        let Some(motif) = operation.nature.fin().filter(|_| !standing.iter().any(known)) else {
            continue;
        };
        let (medecin_id, effet_du) = (operation.medecin_id, operation.effet_du);
        let there = actes.on_day(effet_du, &standing);
        let Some(others) = autres_le(&there, medecin_id, effet_du) else {
            continue;
        };
        if motif.conjointe_seulement() && !breaks_joint(conn, operation, &others).await? {
            continue;
        }
        let fin = Fin {
            id: FaitId::from_uuid(core.ids().uuid()),
            medecin_id,
            motif,
            effet_du,
            decidee_le: operation.instant(),
            operation_id: Some(operation.id),
        };
        fins::insert(conn, patient, &fin, None, instant).await?;
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
