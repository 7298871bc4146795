//! The acts that end the line of a doctor, and the timeline unrolled from choices and from them.
//!
//! A choice names doctors from a day on; an end says that one of them is no longer a médecin
//! traitant from a day on. The designation lasts as long as one of its doctors is left. Nothing is
//! closed by hand: undoing an end and unrolling again reopens exactly what it had closed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Periode;
use super::clock::paris_day;
use super::designation::{Choix, MotifFin, Segment};
use super::ids::{DeclarationId, FaitId, MedecinId, OperationId};
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// Why a doctor is no longer one of the médecins traitants of a person.
    NatureFin ("nature_fin") {
        /// The doctor withdrew.
        Retrait = 1 "retrait",
        /// Retirement.
        Retraite = 2 "retraite",
        /// The doctor stopped practising, for another reason.
        Cessation = 3 "cessation",
        /// The doctor died.
        Deces = 4 "deces",
        /// The doctor left the département.
        ChangementDepartement = 5 "changement_departement",
        /// The doctor left the cabinet shared with the other doctors of a joint designation.
        ChangementCabinet = 6 "changement_cabinet",
        /// The doctor no longer has the specialty of the other doctors of a joint designation.
        ChangementSpecialite = 7 "changement_specialite",
    }
);

impl NatureFin {
    /// The motive of the end, as the designation says it.
    pub const fn motif(self) -> MotifFin {
        match self {
            Self::Retrait | Self::ChangementCabinet | Self::ChangementSpecialite => {
                MotifFin::Medecin
            }
            Self::Retraite | Self::Cessation | Self::Deces | Self::ChangementDepartement => {
                MotifFin::Cessation
            }
        }
    }

    /// Whether only a designation of several doctors is concerned: alone, the doctor stays.
    pub const fn conjointe_seulement(self) -> bool {
        matches!(self, Self::ChangementCabinet | Self::ChangementSpecialite)
    }
}

/// An act after which a doctor is no longer one of the médecins traitants of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fin {
    /// Its id.
    pub id: FaitId,
    /// Which doctor.
    pub medecin_id: MedecinId,
    /// Why.
    pub nature: NatureFin,
    /// First day on which the doctor is no longer a médecin traitant.
    pub effet_du: NaiveDate,
    /// When it was decided: a withdrawal does not touch the choices signed later.
    pub decidee_le: DateTime<Utc>,
    /// The operation that it comes from, unless the doctor withdrew.
    pub operation_id: Option<OperationId>,
}

impl Fin {
    /// Whether this act ends a line of a choice.
    fn touche(&self, choix: &Choix) -> bool {
        let later_choice = match choix.ordre.signe_a {
            Some(signed) => signed >= self.decidee_le,
            None => choix.ordre.signe_le > paris_day(self.decidee_le),
        };
        choix.medecins.contains(&self.medecin_id)
            && choix.effet_du < self.effet_du
            && !(self.nature == NatureFin::Retrait && later_choice)
            && !(self.nature.conjointe_seulement() && choix.medecins.len() < 2)
    }
}

/// A doctor who leaves a designation before the others, or with the last of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depart {
    /// The declaration that opened the designation.
    pub declaration_id: DeclarationId,
    /// By which act, and which doctor.
    pub fin: Fin,
}

/// The timeline of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frise {
    /// Designations, by day.
    pub segments: Vec<Segment>,
    /// The doctors who leave them.
    pub departs: Vec<Depart>,
}

/// The days of one doctor in one designation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ligne {
    /// Which doctor.
    pub medecin_id: MedecinId,
    /// Which days.
    pub effet: Periode,
    /// Why they end, when they end.
    pub motif_fin: Option<MotifFin>,
}

impl Frise {
    /// The act by which a doctor leaves a designation.
    pub fn depart(&self, declaration: DeclarationId, medecin: MedecinId) -> Option<&Fin> {
        self.departs
            .iter()
            .find(|depart| depart.declaration_id == declaration && depart.fin.medecin_id == medecin)
            .map(|depart| &depart.fin)
    }

    /// The days of each doctor of a designation.
    pub fn lignes_de<'a>(&'a self, segment: &'a Segment) -> impl Iterator<Item = Ligne> + 'a {
        segment.medecins.iter().filter_map(move |medecin| {
            let fin = self.depart(segment.declaration_id, *medecin);
            Some(Ligne {
                medecin_id: *medecin,
                effet: match fin {
                    Some(fin) => segment.effet.jusqu_au(fin.effet_du)?,
                    None => segment.effet,
                },
                motif_fin: fin.map(|fin| fin.nature.motif()).or(segment.motif_fin),
            })
        })
    }

    /// The days of every doctor of the timeline.
    pub fn lignes(&self) -> Vec<Ligne> {
        self.segments.iter().flat_map(|segment| self.lignes_de(segment)).collect()
    }

    /// The doctors of a person on a day.
    pub fn medecins_le(&self, jour: NaiveDate) -> BTreeSet<MedecinId> {
        self.lignes()
            .into_iter()
            .filter(|ligne| ligne.effet.contient(jour))
            .map(|ligne| ligne.medecin_id)
            .collect()
    }
}

/// A piece of the timeline being unrolled: one declaration, and the acts that end its lines.
struct Piece<'a> {
    declaration_id: DeclarationId,
    du: NaiveDate,
    medecins: &'a BTreeSet<MedecinId>,
    fins: BTreeMap<MedecinId, Fin>,
}

impl Piece<'_> {
    /// Whether no doctor has left on a day.
    fn is_whole_on(&self, jour: NaiveDate) -> bool {
        self.fins.values().all(|fin| fin.effet_du > jour)
    }
}

/// The first act that ends the line of each doctor of a choice.
fn fins_of(choix: &Choix, fins: &[Fin]) -> BTreeMap<MedecinId, Fin> {
    let mut first: BTreeMap<MedecinId, Fin> = BTreeMap::new();
    for fin in fins.iter().filter(|fin| fin.touche(choix)) {
        first
            .entry(fin.medecin_id)
            .and_modify(|known| {
                if (fin.effet_du, fin.decidee_le) < (known.effet_du, known.decidee_le) {
                    *known = *fin;
                }
            })
            .or_insert(*fin);
    }
    first
}

/// Unrolls choices and ends into a timeline without overlap, ordered by day.
///
/// Without any end this is [`unroll`](super::designation::unroll). A choice of the doctors in force
/// confirms them only as long as none of them left; afterwards it opens a designation.
pub fn unroll(choix: &[Choix], fins: &[Fin]) -> Frise {
    let mut ordered: Vec<&Choix> = choix.iter().collect();
    ordered.sort_by_key(|choice| (choice.effet_du, choice.ordre, choice.declaration_id));
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for choice in ordered {
        let confirms = |piece: &Piece<'_>| {
            *piece.medecins == choice.medecins && piece.is_whole_on(choice.effet_du)
        };
        if !pieces.last().is_some_and(&confirms)
            && pieces.last().is_some_and(|last| last.du == choice.effet_du)
        {
            // Overtaken on its own day: it never took effect.
            pieces.pop();
        }
        let fins = fins_of(choice, fins);
        match pieces.last_mut() {
            Some(last) if confirms(last) => last.fins = fins,
            _ => pieces.push(Piece {
                declaration_id: choice.declaration_id,
                du: choice.effet_du,
                medecins: &choice.medecins,
                fins,
            }),
        }
    }
    let nexts: Vec<Option<NaiveDate>> =
        pieces.iter().skip(1).map(|piece| Some(piece.du)).chain([None]).collect();
    let mut frise = Frise::default();
    for (piece, next) in pieces.iter().zip(nexts) {
        close(&mut frise, piece, next);
    }
    frise
}

/// Ends a piece where the next begins, or where its last doctor leaves.
fn close(frise: &mut Frise, piece: &Piece<'_>, next: Option<NaiveDate>) {
    let all_left = piece.fins.len() == piece.medecins.len();
    let last = piece.fins.values().max_by_key(|fin| fin.effet_du).filter(|_| all_left);
    let by_end = last.filter(|fin| next.is_none_or(|next| fin.effet_du <= next));
    let (au, motif_fin) = match (by_end, next) {
        (Some(fin), _) => (Some(fin.effet_du), Some(fin.nature.motif())),
        (None, Some(next)) => (Some(next), Some(MotifFin::Remplacement)),
        (None, None) => (None, None),
    };
    let Ok(effet) = Periode::new(piece.du, au) else { return };
    let left = |fin: &&Fin| au.is_none_or(|au| fin.effet_du < au) || by_end.is_some();
    frise.departs.extend(
        piece
            .fins
            .values()
            .filter(left)
            .map(|fin| Depart { declaration_id: piece.declaration_id, fin: *fin }),
    );
    frise.segments.push(Segment {
        declaration_id: piece.declaration_id,
        effet,
        motif_fin,
        medecins: piece.medecins.clone(),
    });
}
