//! Who signs for the patient: the person, a holder of parental authority, a representative.

use chrono::NaiveDate;

use super::super::calendar::Periode;
use super::super::identifiers::Rpps;
use super::super::ids::{MedecinId, PatientId, RepresentationId};
use super::signature::{RoleSignataire as Role, Signature};

/// Ages of the law on a day: parameters, with the sources they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeuilsAge {
    /// From this age, the person chooses.
    pub choix: u8,
    /// From this age, nobody else has to agree.
    pub sans_accord: u8,
    /// Whether a declaration is possible under [`Self::choix`].
    pub enfant_ouvert: bool,
}

/// A representation in force: which link, who, and in which quality that person signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LienEnVigueur {
    pub id: RepresentationId,
    /// The representative, when he is a person of the register.
    pub representant: Option<PatientId>,
    /// `TitulaireAutoriteParentale`, `Tuteur` or `Curateur`.
    pub role: Role,
}

/// The patient's side of a declaration on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CotePatient {
    pub age: u8,
    pub seuils: SeuilsAge,
    /// First day on which nobody else has to agree.
    pub sans_accord_du: Option<NaiveDate>,
    pub liens: Vec<LienEnVigueur>,
    /// The days of every link, as known now: a signature counts if its link was in force on its own day.
    pub connus: Vec<(RepresentationId, Periode)>,
}

/// A signature that a declaration needs: one of these qualities, or this doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureManquante {
    pub role: Role,
    /// Another quality that does as well.
    pub sinon: Option<Role>,
    pub rpps: Option<Rpps>,
    pub medecin_id: Option<MedecinId>,
    /// Whether somebody who already signed, when others had to agree, confirms alone.
    pub confirme: bool,
}

impl SignatureManquante {
    const fn of(role: Role, sinon: Option<Role>) -> Self {
        Self { role, sinon, rpps: None, medecin_id: None, confirme: false }
    }

    /// Whether a signature in this quality, by this doctor if any, is the one.
    pub fn convient(&self, role: Role, medecin_id: Option<MedecinId>) -> bool {
        (self.role == role || self.sinon == Some(role)) && self.medecin_id == medecin_id
    }
}

impl LienEnVigueur {
    /// Several links of one person, whose records were merged since, are one: the first that the content names.
    pub(super) fn d_une_personne(all: Vec<&Self>, nomme: impl Fn(&Self) -> bool) -> Vec<&Self> {
        let Some((first, others)) = all.split_first() else { return all };
        let same = |other: &&Self| other.representant == first.representant;
        if first.representant.is_none() || !others.iter().all(same) {
            return all;
        }
        vec![all.iter().copied().find(|lien| nomme(lien)).unwrap_or(first)]
    }
}

impl CotePatient {
    /// Whether the person is under the age of choosing.
    pub const fn est_enfant(&self) -> bool {
        self.age < self.seuils.choix
    }

    /// The signatures of the patient's side. Under 16, one holder of parental authority; at 16 and
    /// 17, the young person and one holder; from 18, the person, or the representative of a
    /// protected adult: the register keeps in which quality somebody signed and does not judge it.
    pub fn requises(&self) -> Vec<SignatureManquante> {
        let named = |role: &Role| self.liens_de(*role).next().is_some();
        let tuteur = Some(Role::Tuteur).filter(named);
        let holder = SignatureManquante::of(Role::TitulaireAutoriteParentale, tuteur);
        if self.est_enfant() {
            vec![holder]
        } else if self.age < self.seuils.sans_accord {
            vec![SignatureManquante::of(Role::Assure, None), holder]
        } else {
            let curateur = || Some(Role::Curateur).filter(named);
            vec![SignatureManquante::of(Role::Assure, tuteur.or_else(curateur))]
        }
    }

    /// Whether somebody may end the choice alone, without naming another doctor: under 16, a holder of
    /// parental authority; from 16 on, the young person; a representative at any age.
    pub fn peut_rompre(&self, person: PatientId, patient: PatientId) -> bool {
        let chooses = if self.est_enfant() {
            self.represente_par(person, Role::TitulaireAutoriteParentale)
        } else {
            person == patient
        };
        chooses
            || self.represente_par(person, Role::Tuteur)
            || self.represente_par(person, Role::Curateur)
    }

    /// Whether a signature counts: that of somebody who signs for another does as long as its link, as known now,
    /// was in force on its own day.
    pub fn vaut(&self, signature: &Signature) -> bool {
        signature.vaut(&self.connus)
    }

    /// Whether somebody who signed on a day has to confirm: others had to agree then, none did (`accorde`), and nobody has to any more
    /// (Code civil, 1151: who has become able confirms).
    pub fn reste_a_confirmer(&self, role: Role, signe_le: NaiveDate, accorde: bool) -> bool {
        role == Role::Assure
            && !accorde
            && self.age >= self.seuils.sans_accord
            && self.sans_accord_du.is_some_and(|du| signe_le < du)
    }

    /// The links that may sign in a quality.
    pub fn liens_de(&self, role: Role) -> impl Iterator<Item = &LienEnVigueur> {
        self.liens.iter().filter(move |lien| lien.role == role)
    }

    /// Whether somebody of the register represents the patient in a quality.
    pub fn represente_par(&self, person: PatientId, role: Role) -> bool {
        self.liens_de(role).any(|lien| lien.representant == Some(person))
    }
}
