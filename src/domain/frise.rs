//! The timeline of a person, unrolled from every act that the register knows.
//!
//! Nobody edits it by hand. Late paper takes its place in history by itself, with its effect on
//! the designations around; the result has neither overlap nor forgotten act.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Periode;
use super::declaration::OrdreSignature;
use super::designation::{Ligne, MotifDepart, MotifFin, Segment};
use super::ids::{DeclarationId, MedecinId};

/// A choice: a declaration signed by all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choix {
    /// The declaration.
    pub declaration_id: DeclarationId,
    /// Doctors chosen; of an amendment, those who join.
    pub medecins: BTreeSet<MedecinId>,
    /// For an amendment, the doctors already in place that it names.
    pub en_place: Option<BTreeSet<MedecinId>>,
    /// Day from which the choice counts.
    pub effet_du: NaiveDate,
    /// Order among the choices of the day, and of all days.
    pub ordre: OrdreSignature,
}

/// A doctor stops being one of a person's médecins traitants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depart {
    /// Which doctor.
    pub medecin_id: MedecinId,
    /// First day on which he no longer is.
    pub jour: NaiveDate,
    /// Why.
    pub motif: MotifDepart,
    /// When the register learnt it.
    pub enregistre_le: DateTime<Utc>,
}

/// Unrolls acts into a timeline without overlap, ordered by day.
///
/// Choices count in the order of their days, then of their signatures. A choice of the doctors
/// already in force opens nothing: it confirms. A choice overtaken on its own day never takes
/// effect. An amendment adds lines to the designation in force, if one of the doctors that it
/// names is still there. A departure closes the line of one doctor, and the designation itself
/// when nobody is left; it touches no choice of its own day or later that was received after it.
pub fn unroll(choix: &[Choix], departs: &[Depart]) -> Vec<Segment> {
    let mut ordered: Vec<&Choix> = choix.iter().collect();
    ordered.sort_by_key(|choice| (choice.effet_du, choice.ordre, choice.declaration_id));
    let mut leaving: Vec<&Depart> = departs.iter().collect();
    leaving.sort_by_key(|depart| (depart.jour, depart.enregistre_le, depart.medecin_id));
    let days: BTreeSet<NaiveDate> = ordered
        .iter()
        .map(|choice| choice.effet_du)
        .chain(leaving.iter().map(|depart| depart.jour))
        .collect();
    let mut frise = Frise::default();
    for day in days {
        let leaving_now = || leaving.iter().filter(move |depart| depart.jour == day);
        for depart in leaving_now() {
            frise.leave(depart, |_since| true);
        }
        for choice in ordered.iter().filter(|choice| choice.effet_du == day) {
            frise.choose(choice);
        }
        // Who withdraws on the very day of a choice withdraws from what was received before.
        for depart in leaving_now() {
            frise.leave(depart, |received| received <= depart.enregistre_le);
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
}

impl Frise {
    fn choose(&mut self, choice: &Choix) {
        let day = choice.effet_du;
        let present = self.segments.last().map(|last| last.en_force(day)).unwrap_or_default();
        if let Some(en_place) = &choice.en_place {
            if !present.is_disjoint(en_place) {
                self.join(choice, &present);
            }
            return;
        }
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
        let ligne =
            |medecin_id: &MedecinId| Ligne { medecin_id: *medecin_id, effet, motif_fin: None };
        self.segments.push(Segment {
            declaration_id: choice.declaration_id,
            effet,
            motif_fin: None,
            lignes: choice.medecins.iter().map(ligne).collect(),
        });
    }

    fn arrive(&mut self, choice: &Choix) {
        let received = choice.ordre.recue_le;
        self.arrived.retain(|(day, ..)| *day == choice.effet_du);
        for medecin in choice.medecins.iter().chain(choice.en_place.iter().flatten()) {
            self.arrived.push((choice.effet_du, *medecin, received));
        }
    }

    /// An amendment: newcomers beside those who are present.
    fn join(&mut self, choice: &Choix, present: &BTreeSet<MedecinId>) {
        self.arrive(choice);
        let Some(current) = self.segments.last_mut() else { return };
        for medecin_id in choice.medecins.difference(present) {
            let effet = Periode::depuis(choice.effet_du);
            current.lignes.push(Ligne { medecin_id: *medecin_id, effet, motif_fin: None });
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
    fn leave(&mut self, depart: &Depart, counts: impl Fn(DateTime<Utc>) -> bool) {
        let day = depart.jour;
        let named_after = self.arrived.iter().any(|(arrival, medecin, received)| {
            (*arrival, *medecin) == (day, depart.medecin_id) && !counts(*received)
        });
        let Some(current) = self.segments.last_mut() else { return };
        let present = current.en_force(day);
        let alone = present.len() < 2;
        if named_after
            || !present.contains(&depart.medecin_id)
            || (alone && depart.motif.fin().is_none())
        {
            return;
        }
        let leaves =
            |ligne: &Ligne| ligne.medecin_id == depart.medecin_id && ligne.effet.contient(day);
        current.lignes.retain(|ligne| !(leaves(ligne) && ligne.effet.du() == day && !alone));
        for ligne in current.lignes.iter_mut().filter(|ligne| leaves(ligne)) {
            if let Some(effet) = ligne.effet.jusqu_au(day) {
                ligne.effet = effet;
                ligne.motif_fin = Some(depart.motif);
            }
        }
        if !alone {
            return;
        }
        match current.effet.jusqu_au(day) {
            Some(effet) => {
                current.effet = effet;
                current.motif_fin = depart.motif.fin();
                current.lignes.retain(|ligne| ligne.effet.du() < day);
            }
            None => {
                self.segments.pop();
            }
        }
    }
}
