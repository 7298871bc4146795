//! Joint designation: several doctors of one specialty, in one cabinet in the same premises or in
//! one centre de santé of article L6323-1. Both conditions, on the day of signature.

use super::super::identifiers::{Rpps, Specialite};
use super::super::medecin::{Lieu, NatureLieu};
use super::super::vocabulary::vocabulaire;

vocabulaire!(
    /// A condition of joint designation.
    ConditionConjointe ("condition_conjointe") {
        MemeSpecialite = 1 "specialite_differente",
        /// The same cabinet in the same premises, or the same centre.
        MemeLieu = 2 "lieu_different",
        /// A cabinet, a maison de santé on one site, or a centre de santé: nothing else.
        LieuAdmis = 3 "lieu_non_admis",
    }
);

/// A doctor of a joint designation, as the practice file shows him on the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembreConjoint {
    pub rpps: Rpps,
    pub specialite: Specialite,
    /// Where the patient designates him.
    pub lieu: Lieu,
}

/// A condition that fails, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EchecConjoint {
    pub rpps: Rpps,
    pub condition: ConditionConjointe,
}

/// The conditions that fail, doctor by doctor; the first doctor named is the reference.
///
/// A lieu of the register is one cabinet on its premises: two cabinets of one building are two
/// lieux, and two sites of a maison de santé are two. A centre de santé is one by its FINESS too.
pub fn failures(membres: &[MembreConjoint]) -> Vec<EchecConjoint> {
    let Some((first, others)) = membres.split_first() else { return Vec::new() };
    if others.is_empty() {
        return Vec::new();
    }
    let mut failures = Vec::new();
    for membre in membres {
        let mut fails = |condition| failures.push(EchecConjoint { rpps: membre.rpps, condition });
        if membre.specialite != first.specialite {
            fails(ConditionConjointe::MemeSpecialite);
        }
        if !is_admitted(membre.lieu.nature) {
            fails(ConditionConjointe::LieuAdmis);
        } else if is_admitted(first.lieu.nature) && !same_place(&first.lieu, &membre.lieu) {
            fails(ConditionConjointe::MemeLieu);
        }
    }
    failures
}

const fn is_admitted(nature: NatureLieu) -> bool {
    match nature {
        NatureLieu::Cabinet | NatureLieu::MaisonDeSante | NatureLieu::CentreDeSante => true,
        NatureLieu::Hopital | NatureLieu::MedicoSocial => false,
    }
}

fn same_place(one: &Lieu, other: &Lieu) -> bool {
    let centres =
        one.nature == NatureLieu::CentreDeSante && other.nature == NatureLieu::CentreDeSante;
    one.id == other.id || (centres && one.finess_et.is_some() && one.finess_et == other.finess_et)
}
