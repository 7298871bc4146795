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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identifiers::{CommuneExercice, Finess};
    use crate::domain::ids::LieuId;
    use uuid::Uuid;

    fn membre(rpps: &str, specialite: &str, lieu: u128, nature: NatureLieu) -> MembreConjoint {
        MembreConjoint {
            rpps: Rpps::parse(rpps).unwrap(),
            specialite: Specialite::parse(specialite).unwrap(),
            lieu: Lieu {
                id: LieuId::from_uuid(Uuid::from_u128(lieu)),
                nature,
                nom: "Lieu".to_owned(),
                commune: CommuneExercice::parse("01004").unwrap(),
                adresse: "1 rue".to_owned(),
                finess_et: None,
            },
        }
    }

    fn codes(membres: &[MembreConjoint]) -> Vec<(String, ConditionConjointe)> {
        failures(membres).iter().map(|e| (e.rpps.to_string(), e.condition)).collect()
    }

    const A: &str = "99900001233";
    const B: &str = "99900007016";
    const C: &str = "99900002017";

    #[test]
    fn the_same_specialty_and_the_same_premises_are_both_needed() {
        use ConditionConjointe as K;
        use NatureLieu::Cabinet;
        assert_eq!(codes(&[membre(A, "01", 1, Cabinet), membre(B, "01", 1, Cabinet)]), []);
        assert_eq!(
            codes(&[
                membre(A, "01", 1, Cabinet),
                membre(B, "03", 1, Cabinet),
                membre(C, "03", 2, Cabinet)
            ]),
            [
                (B.to_owned(), K::MemeSpecialite),
                (C.to_owned(), K::MemeSpecialite),
                (C.to_owned(), K::MemeLieu)
            ]
        );
        // Alone, a doctor has nothing to share.
        assert_eq!(codes(&[membre(A, "01", 1, NatureLieu::Hopital)]), []);
    }

    #[test]
    fn a_centre_is_one_by_its_finess_and_a_hospital_is_no_place_for_it() {
        use ConditionConjointe as K;
        let finess = Finess::parse("990789018").ok();
        assert!(finess.is_some());
        let mut here = membre(A, "01", 1, NatureLieu::CentreDeSante);
        let mut there = membre(B, "01", 2, NatureLieu::CentreDeSante);
        assert_eq!(codes(&[here.clone(), there.clone()]), [(B.to_owned(), K::MemeLieu)]);
        here.lieu.finess_et = finess;
        there.lieu.finess_et = finess;
        assert_eq!(codes(&[here.clone(), there.clone()]), []);
        // The sites of a maison de santé are several places, whatever their number.
        here.lieu.nature = NatureLieu::MaisonDeSante;
        there.lieu.nature = NatureLieu::MaisonDeSante;
        assert_eq!(codes(&[here, there]), [(B.to_owned(), K::MemeLieu)]);
        let hospital = |rpps| membre(rpps, "01", 3, NatureLieu::Hopital);
        assert_eq!(
            codes(&[hospital(A), hospital(B)]),
            [(A.to_owned(), K::LieuAdmis), (B.to_owned(), K::LieuAdmis)]
        );
    }
}
