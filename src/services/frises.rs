//! The timeline of a person is unrolled again from every act, and what changes is written.
//!
//! One function, [`Services::replay`], serves every act: a choice signed by all, a withdrawal, an
//! operation on a doctor, its undoing. It is written to be run twice.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::{ServiceError, Services, latest_knowledge};
use crate::domain::calendar::Periode;
use crate::domain::clock::paris_day;
use crate::domain::designation::{self, Choix, Designation, Modification, MotifFin, Segment};
use crate::domain::fin::{self, Fin, Frise, Ligne};
use crate::domain::ids::{DesignationId, EvenementId, FaitId, MedecinId, OperationId, PatientId};
use crate::domain::operation::{Operation, ResultatOperation};
use crate::domain::patientele::mouvements;
use crate::domain::vocabulary::Vocabulaire;
use crate::law::LawError;
use crate::law::parameters::Parametre;
use crate::storage::evenements::{self, Evenement};
use crate::storage::{Connection, designations, fins, medecins_faits, operations, patientele};

/// A person whose timeline is written, by whom, and under which instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ecriture {
    pub(super) patient: PatientId,
    /// Role of who acts, as events say it.
    pub(super) auteur: &'static str,
    pub(super) instant: DateTime<Utc>,
}

impl Services {
    /// Unrolls the acts of a person again and writes what changes: designations, lines of doctors,
    /// movements of patients, neutralisations. The person is locked.
    pub(super) async fn replay(
        &self,
        conn: &mut Connection,
        ecriture: &Ecriture,
    ) -> Result<Frise, ServiceError> {
        let choices = self.dated_choices(conn, ecriture.patient).await?;
        let (fins, operations) = self.standing_ends(conn, ecriture, &choices).await?;
        let frise = fin::unroll(&choices, &fins);
        let stored = designations::list(conn, ecriture.patient, latest_knowledge()).await?;
        let mut written = BTreeSet::new();
        for change in designation::compare(&stored, &frise.segments) {
            written.insert(self.apply(conn, ecriture, &change, &frise).await?);
        }
        for known in &stored {
            self.settle(conn, ecriture, known, &frise, &written).await?;
        }
        self.tell_movements(conn, ecriture, &stored, &frise).await?;
        self.neutralise(conn, ecriture, &frise, &operations).await?;
        Ok(frise)
    }

    /// The choices of a person, each with the day from which it counts.
    async fn dated_choices(
        &self,
        conn: &mut Connection,
        patient: PatientId,
    ) -> Result<Vec<Choix>, ServiceError> {
        let mut choices = designations::choices(conn, patient).await?;
        let start = self.law_start();
        for choice in &mut choices {
            let at_signature = self
                .law
                .valeur(Parametre::MtEffetALaSignature, choice.ordre.signe_le.max(start))
                .map_err(LawError::from)?;
            if at_signature == 0 {
                choice.effet_du = paris_day(choice.ordre.recue_le);
            }
        }
        Ok(choices)
    }

    /// The acts that end lines: those recorded, without those of operations being undone, and with
    /// those that operations standing on the doctors of the choices call for.
    async fn standing_ends(
        &self,
        conn: &mut Connection,
        ecriture: &Ecriture,
        choices: &[Choix],
    ) -> Result<(Vec<Fin>, Vec<Operation>), ServiceError> {
        let (patient, instant) = (ecriture.patient, ecriture.instant);
        let doctors: BTreeSet<MedecinId> =
            choices.iter().flat_map(|choice| choice.medecins.iter().copied()).collect();
        let doctors: Vec<MedecinId> = doctors.into_iter().collect();
        medecins_faits::share(conn, &doctors).await?;
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
            let Some(nature) = operation.nature.fin().filter(|_| !standing.iter().any(known))
            else {
                continue;
            };
            let frise = fin::unroll(choices, &standing);
            let Some(others) = others_of(&frise, operation) else { continue };
            if nature.conjointe_seulement() && !self.breaks_joint(conn, operation, &others).await? {
                continue;
            }
            let fin = Fin {
                id: FaitId::from_uuid(self.ids.uuid()),
                medecin_id: operation.medecin_id,
                nature,
                effet_du: operation.effet_du,
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
        Ok(!medecins_faits::may_be_joint(conn, &all, operation.effet_du).await?)
    }

    /// Writes one difference; gives the designation that it touched.
    async fn apply(
        &self,
        conn: &mut Connection,
        ecriture: &Ecriture,
        change: &Modification,
        frise: &Frise,
    ) -> Result<DesignationId, ServiceError> {
        let (patient, instant) = (ecriture.patient, ecriture.instant);
        let (touched, nature, segment) = match change {
            Modification::Ouvrir(segment) => {
                let id = DesignationId::from_uuid(self.ids.uuid());
                designations::open(conn, patient, id, segment, instant).await?;
                for medecin in &segment.medecins {
                    let ligne = ligne_of(frise, segment, *medecin);
                    fins::insert_ligne(conn, (patient, id, *medecin), 1, ligne, instant).await?;
                }
                (id, "declaration.prise_effet", Some(segment))
            }
            Modification::Reviser { id, version, segment } => {
                designations::revise(conn, patient, *id, *version, segment, instant).await?;
                (*id, told(segment.motif_fin), Some(segment))
            }
            Modification::Effacer { id, version } => {
                designations::erase(conn, patient, *id, *version, instant).await?;
                (*id, "declaration.depassee", None)
            }
        };
        let event = Evenement {
            medecin_id: segment.and_then(|segment| segment.medecins.first().copied()),
            effet_du: segment.map(|segment| segment.effet.du()),
            declaration_id: segment.map(|segment| segment.declaration_id),
            donnees: json!({
                "effet_au": segment.and_then(|segment| segment.effet.au()),
                "motif_fin": segment.and_then(|segment| segment.motif_fin).map(Vocabulaire::mot),
            }),
            ..self.event_of(ecriture, nature)
        };
        evenements::insert(conn, &event).await?;
        Ok(touched)
    }

    /// Brings the lines of the doctors of a stored designation to what the timeline says. The
    /// designation takes a new version when one of them changes.
    async fn settle(
        &self,
        conn: &mut Connection,
        ecriture: &Ecriture,
        known: &Designation,
        frise: &Frise,
        written: &BTreeSet<DesignationId>,
    ) -> Result<(), ServiceError> {
        let (patient, instant) = (ecriture.patient, ecriture.instant);
        let same = |segment: &&Segment| segment.declaration_id == known.declaration_id;
        let Some(segment) = frise.segments.iter().find(same) else { return Ok(()) };
        let mut changed = false;
        for membre in &known.membres {
            let (effet, motif_fin) = ligne_of(frise, segment, membre.medecin_id);
            if effet == membre.effet {
                continue;
            }
            changed = true;
            let ligne = (effet, motif_fin);
            fins::revise_ligne(conn, patient, known.id, membre.medecin_id, ligne, instant).await?;
            let left = effet.au().is_some();
            let event = Evenement {
                medecin_id: Some(membre.medecin_id),
                effet_du: effet.au().or(Some(effet.du())),
                declaration_id: Some(known.declaration_id),
                donnees: json!({
                    "designation_id": known.id,
                    "motif_fin": motif_fin.map(Vocabulaire::mot),
                }),
                ..self.event_of(
                    ecriture,
                    if left { "declaration.membre_parti" } else { "declaration.membre_revenu" },
                )
            };
            evenements::insert(conn, &event).await?;
        }
        if changed && !written.contains(&known.id) {
            designations::revise(conn, patient, known.id, known.version, segment, instant).await?;
        }
        Ok(())
    }

    /// Records who arrives and who leaves, for the doctors to read.
    async fn tell_movements(
        &self,
        conn: &mut Connection,
        ecriture: &Ecriture,
        stored: &[Designation],
        frise: &Frise,
    ) -> Result<(), ServiceError> {
        let before: Vec<Ligne> = stored.iter().flat_map(lignes).collect();
        for mouvement in mouvements(&before, &frise.lignes()) {
            let id = FaitId::from_uuid(self.ids.uuid());
            patientele::insert_mouvement(conn, ecriture.patient, id, &mouvement, ecriture.instant)
                .await?;
        }
        Ok(())
    }

    /// An event about a person, to be completed.
    pub(super) fn event_of(&self, ecriture: &Ecriture, nature: &'static str) -> Evenement {
        Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature,
            survenu_le: ecriture.instant,
            enregistre_le: ecriture.instant,
            effet_du: None,
            patient_id: Some(ecriture.patient),
            medecin_id: None,
            declaration_id: None,
            feuille_id: None,
            auteur_role: ecriture.auteur,
            auteur_moyen: None,
            donnees: json!({}),
        }
    }
}

/// The kind of event that tells a designation changed, by its end.
const fn told(motif_fin: Option<MotifFin>) -> &'static str {
    match motif_fin {
        None => "declaration.rouverte",
        Some(MotifFin::Remplacement) => "declaration.remplacee",
        Some(MotifFin::Patient | MotifFin::Medecin | MotifFin::Cessation | MotifFin::Deces) => {
            "declaration.cloturee"
        }
    }
}

/// The stored line of a doctor: open unless an act of its own ends it; the designation cuts it.
fn ligne_of(frise: &Frise, segment: &Segment, medecin: MedecinId) -> (Periode, Option<MotifFin>) {
    let whole = Periode::depuis(segment.effet.du());
    let fin = frise.depart(segment.declaration_id, medecin);
    let cut = fin.and_then(|fin| Some((whole.jusqu_au(fin.effet_du)?, Some(fin.nature.motif()))));
    cut.unwrap_or((whole, None))
}

/// The days of the doctors of a stored designation.
fn lignes(known: &Designation) -> Vec<Ligne> {
    known
        .membres
        .iter()
        .filter_map(|membre| {
            let effet = membre.effet.intersection(&known.effet)?;
            Some(Ligne { medecin_id: membre.medecin_id, effet, motif_fin: known.motif_fin })
        })
        .collect()
}

/// The doctors who remain on the day of an operation, when the doctor whom it concerns was one of
/// them on that day and before; `None` when not.
pub(super) fn others_of(frise: &Frise, operation: &Operation) -> Option<Vec<MedecinId>> {
    let jour = operation.effet_du;
    let segment = frise.segments.iter().find(|segment| segment.effet.contient(jour))?;
    let present: BTreeMap<MedecinId, NaiveDate> = frise
        .lignes_de(segment)
        .filter(|ligne| ligne.effet.contient(jour))
        .map(|ligne| (ligne.medecin_id, ligne.effet.du()))
        .collect();
    let du = present.get(&operation.medecin_id)?;
    (*du < jour).then(|| {
        present.keys().copied().filter(|medecin| *medecin != operation.medecin_id).collect()
    })
}

/// The acts of one operation that took effect in a timeline.
pub(super) fn effects_of(frise: &Frise, operation: OperationId) -> Option<&Fin> {
    frise.departs.iter().map(|depart| &depart.fin).find(|fin| fin.operation_id == Some(operation))
}
