//! The timeline of a person, unrolled from every act that the register knows.
//!
//! Nobody edits it by hand. Late paper takes its place in history by itself, with its effect on
//! the designations around; the result has neither overlap nor forgotten act.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Periode;
use super::declaration::OrdreSignature;
use super::designation::{Designation, Ligne, Membre, MotifFin, Segment};
use super::fin::{Fin, MotifDepart};
use super::ids::{DeclarationId, MedecinId, OperationId};

/// A choice: a declaration signed by all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choix {
    pub declaration_id: DeclarationId,
    /// Doctors chosen; of an amendment, those who join.
    pub medecins: BTreeSet<MedecinId>,
    /// For an amendment, the doctors already in place that it names.
    pub en_place: Option<BTreeSet<MedecinId>>,
    /// Day from which the choice counts.
    pub effet_du: NaiveDate,
    /// Order among the choices of the day, and of all days.
    pub ordre: OrdreSignature,
    /// When the patient's side last expressed it.
    pub volonte: OrdreSignature,
}

/// Unrolls acts into a timeline without overlap, ordered by day.
///
/// Choices count in the order of their days, then of their signatures. A choice of the doctors
/// already in force opens nothing: it confirms. A choice overtaken on its own day never takes
/// effect, nor does one that the patient's side expressed before the one that its doctors signed first: the last
/// will prevails, whoever signed late. An amendment adds lines to the designation in force, if one of the doctors that it
/// names is still there. An end closes the line of one doctor, and the designation itself when
/// nobody is left; it touches no choice of its own day that was received after it, no later one,
/// and none that revokes it.
pub fn unroll(choix: &[Choix], fins: &[Fin]) -> Vec<Segment> {
    let mut ordered: Vec<&Choix> = choix.iter().collect();
    ordered.sort_by_key(|choice| (choice.effet_du, choice.ordre, choice.declaration_id));
    let mut leaving: Vec<&Fin> = fins.iter().collect();
    leaving.sort_by_key(|fin| (fin.effet_du, fin.decidee_le, fin.medecin_id, fin.id));
    let days: BTreeSet<NaiveDate> = ordered
        .iter()
        .map(|choice| choice.effet_du)
        .chain(leaving.iter().map(|fin| fin.effet_du))
        .collect();
    let mut frise = Frise::default();
    for day in days {
        let leaving_now = || leaving.iter().filter(move |fin| fin.effet_du == day);
        for fin in leaving_now() {
            frise.leave(fin, |_since| true);
        }
        for choice in ordered.iter().filter(|choice| choice.effet_du == day) {
            frise.choose(choice);
        }
        // Who withdraws on the very day of a choice withdraws from what was received before.
        for fin in leaving_now() {
            frise.leave(fin, |received| received <= fin.decidee_le);
        }
    }
    frise.segments
}

/// The timeline being unrolled.
#[derive(Debug, Default)]
struct Frise {
    segments: Vec<Segment>,
    /// The lines that came on the present day, and when their choice was received.
    arrived: Vec<(NaiveDate, MedecinId, DateTime<Utc>)>,
    /// The last choice signed by each doctor.
    signed: BTreeMap<MedecinId, OrdreSignature>,
    /// The last will among the choices that counted, and among the amendments.
    voulu: Option<OrdreSignature>,
    ajoute: Option<OrdreSignature>,
}

impl Frise {
    fn choose(&mut self, choice: &Choix) {
        let day = choice.effet_du;
        if self.is_overtaken(choice) {
            return;
        }
        let present = self.segments.last().map(|last| last.en_force(day)).unwrap_or_default();
        if let Some(en_place) = &choice.en_place {
            if !present.is_disjoint(en_place) {
                self.ajoute = Some(choice.volonte);
                self.join(choice, &present);
            }
            return;
        }
        self.voulu = Some(choice.volonte);
        if !present.is_empty() {
            if present == choice.medecins {
                return self.arrive(choice);
            }
            self.close_current(day);
        }
        self.arrive(choice);
        // The choice that was dropped may have stood between two choices of the same doctors.
        if let Some(before) = self.segments.last_mut()
            && before.effet.au() == Some(day)
            && before.motif_fin == Some(MotifFin::Remplacement)
        {
            let ended = before.effet;
            before.effet = Periode::depuis(before.effet.du());
            if before.en_force(day) == choice.medecins {
                before.motif_fin = None;
                return;
            }
            before.effet = ended;
        }
        let effet = Periode::depuis(day);
        let ligne = |medecin_id: &MedecinId| Ligne::ouverte(*medecin_id, day);
        self.segments.push(Segment {
            declaration_id: choice.declaration_id,
            effet,
            motif_fin: None,
            lignes: choice.medecins.iter().map(ligne).collect(),
        });
    }

    /// Whether the doctors signed in another order than the patient's side chose: what it wanted last counts
    /// already. Where the law counts from the reception, the last received prevails.
    fn is_overtaken(&self, choice: &Choix) -> bool {
        let later =
            |known: Option<OrdreSignature>| known.is_some_and(|last| choice.volonte.precede(&last));
        choice.effet_du == choice.ordre.signe_le
            && (later(self.voulu) || choice.en_place.is_none() && later(self.ajoute))
    }

    fn arrive(&mut self, choice: &Choix) {
        let received = choice.ordre.recue_le;
        self.arrived.retain(|(day, ..)| *day == choice.effet_du);
        for medecin in choice.medecins.iter().chain(choice.en_place.iter().flatten()) {
            self.arrived.push((choice.effet_du, *medecin, received));
        }
        self.signed.extend(choice.medecins.iter().map(|medecin| (*medecin, choice.ordre)));
    }

    /// An amendment: newcomers beside those who are present.
    fn join(&mut self, choice: &Choix, present: &BTreeSet<MedecinId>) {
        self.arrive(choice);
        let Some(current) = self.segments.last_mut() else { return };
        for medecin_id in choice.medecins.difference(present) {
            current.lignes.push(Ligne::ouverte(*medecin_id, choice.effet_du));
        }
    }

    /// Another choice takes the place of the designation in force.
    fn close_current(&mut self, day: NaiveDate) {
        let Some(current) = self.segments.last_mut() else { return };
        match current.effet.jusqu_au(day) {
            Some(effet) => {
                current.effet = effet;
                current.motif_fin = Some(MotifFin::Remplacement);
                // A line that began with the day never was.
                current.lignes.retain(|ligne| ligne.effet.du() < day);
            }
            None => {
                self.segments.pop();
            }
        }
    }

    /// A doctor leaves the designation in force on the day, if `counts` says so of the moment at
    /// which the choice of the day that names him was received.
    fn leave(&mut self, fin: &Fin, counts: impl Fn(DateTime<Utc>) -> bool) {
        let (day, medecin_id) = (fin.effet_du, fin.medecin_id);
        let named_after = self.arrived.iter().any(|(arrival, medecin, received)| {
            (*arrival, *medecin) == (day, medecin_id) && !counts(*received)
        });
        let revoked = self.signed.get(&medecin_id).is_some_and(|last| fin.est_revoquee_par(last));
        let Some(current) = self.segments.last_mut() else { return };
        let present = current.en_force(day);
        let alone = present.len() < 2;
        if named_after
            || revoked
            || !present.contains(&medecin_id)
            || (alone && fin.motif.conjointe_seulement())
        {
            return;
        }
        let leaves = |ligne: &Ligne| ligne.medecin_id == medecin_id && ligne.effet.contient(day);
        current.lignes.retain(|ligne| !(leaves(ligne) && ligne.effet.du() == day && !alone));
        for ligne in current.lignes.iter_mut().filter(|ligne| leaves(ligne)) {
            if let Some(effet) = ligne.effet.jusqu_au(day) {
                ligne.effet = effet;
                ligne.motif_fin = Some(fin.motif);
                ligne.operation_id = fin.operation_id;
            }
        }
        if !alone {
            return;
        }
        match current.effet.jusqu_au(day) {
            Some(effet) => {
                current.effet = effet;
                current.motif_fin = Some(fin.motif.motif_fin());
                current.lignes.retain(|ligne| ligne.effet.du() < day);
            }
            None => {
                self.segments.pop();
            }
        }
    }
}

/// The days on which a doctor is a médecin traitant by one designation, and why they end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jours {
    pub medecin_id: MedecinId,
    pub effet: Periode,
    pub motif_fin: Option<MotifFin>,
}

/// The days of every doctor of a timeline.
pub fn jours(segments: &[Segment]) -> Vec<Jours> {
    let of = |segment: &Segment| -> Vec<Jours> {
        let (days, motif) = (segment.effet, segment.motif_fin);
        let own = |ligne: &Ligne| {
            let left = ligne.motif_fin.map(MotifDepart::motif_fin);
            cut(ligne.medecin_id, (ligne.effet, left), (days, motif))
        };
        segment.lignes.iter().filter_map(own).collect()
    };
    segments.iter().flat_map(of).collect()
}

/// The days of every doctor of a timeline as stored.
pub fn jours_connus(designations: &[Designation]) -> Vec<Jours> {
    let of = |known: &Designation| -> Vec<Jours> {
        let own = |membre: &Membre| {
            let left = membre.motif_fin.map(MotifDepart::motif_fin);
            cut(membre.medecin_id, (membre.effet, left), (known.effet, known.motif_fin))
        };
        known.membres.iter().filter_map(own).collect()
    };
    designations.iter().flat_map(of).collect()
}

/// A line within the days of its designation.
fn cut(
    medecin_id: MedecinId,
    (own, left): (Periode, Option<MotifFin>),
    (days, ended): (Periode, Option<MotifFin>),
) -> Option<Jours> {
    let effet = own.intersection(&days)?;
    let motif_fin = if own.au() == effet.au() { left } else { ended };
    Some(Jours {
        medecin_id,
        effet,
        motif_fin: motif_fin.or(ended).filter(|_| effet.au().is_some()),
    })
}

/// The doctors of a person on a day.
pub fn medecins_le(segments: &[Segment], jour: NaiveDate) -> BTreeSet<MedecinId> {
    segments.iter().flat_map(|segment| segment.en_force(jour)).collect()
}

/// Whether an operation on a doctor ended a line.
pub fn est_ferme_par(segments: &[Segment], operation: OperationId) -> bool {
    let mut lines = segments.iter().flat_map(|segment| &segment.lignes);
    lines.any(|ligne| ligne.operation_id == Some(operation))
}

/// The doctors who remain on the day of an act, when the doctor whom it concerns was one of them on
/// that day and before; `None` when not.
pub fn autres_le(
    segments: &[Segment],
    medecin: MedecinId,
    jour: NaiveDate,
) -> Option<Vec<MedecinId>> {
    let segment = segments.iter().find(|segment| segment.effet.contient(jour))?;
    let already = |ligne: &&Ligne| {
        ligne.medecin_id == medecin && ligne.effet.contient(jour) && ligne.effet.du() < jour
    };
    segment.lignes.iter().find(already)?;
    Some(segment.en_force(jour).into_iter().filter(|other| *other != medecin).collect())
}
