//! What the patient's side wants: of two choices, the last that it expressed, whenever the doctors sign.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::super::calendar::Periode;
use super::super::ids::RepresentationId;
use super::{Action, Declaration, Etat, OrdreSignature, RoleSignataire, Signature};

impl Declaration {
    /// When the patient's side last expressed this choice; `None` as long as it did not, or when no signature of it counts by
    /// the links that are known now.
    fn volonte(&self, connus: &[(RepresentationId, Periode)]) -> Option<OrdreSignature> {
        let own = |one: &&Signature| one.role != RoleSignataire::Medecin && one.vaut(connus);
        let own: Vec<Signature> = self.signatures.iter().filter(own).cloned().collect();
        OrdreSignature::of(&own)
    }

    /// Whether this choice, which waits, is overtaken by another that counts: the patient's side expressed that one
    /// later. Two amendments do not exclude each other; what nobody of the patient's side signed is not a will yet.
    pub fn est_depassee_par(&self, other: &Self, connus: &[(RepresentationId, Periode)]) -> bool {
        let compatible = self.en_place.is_some() && other.en_place.is_some();
        let wills = self.volonte(connus).zip(other.volonte(connus));
        let earlier = wills.is_some_and(|(own, others)| own < others);
        self.etat == Etat::EnAttente && self.id != other.id && !compatible && earlier
    }

    /// Every day that it says something of: those of its signatures, or those that it was taken over with.
    pub fn jours(&self) -> Vec<NaiveDate> {
        let signed = self.signatures.iter().map(|signature| signature.signe_le);
        let taken_over = self
            .reprise
            .iter()
            .flat_map(|repris| std::iter::once(repris.effet_du).chain(repris.signe_le));
        signed.chain(taken_over).collect()
    }

    /// Whether it waits for a signature, or would again if what made it lapse were taken back.
    pub fn peut_attendre(&self) -> bool {
        self.permet(Action::Signer) || self.permet(Action::Reprendre)
    }

    /// Whether, by the links that are known now, a quality of the patient's side in which it was signed has no signature that
    /// counts.
    pub fn a_perdu(&self, connus: &[(RepresentationId, Periode)]) -> bool {
        let own = || self.signatures.iter().filter(|one| one.role != RoleSignataire::Medecin);
        own().any(|lost| !own().any(|one| one.role == lost.role && one.vaut(connus)))
    }

    /// Whether it makes another choice its own, whose signature counts no more: the same doctors, later, by whoever may.
    pub fn confirme(&self, other: &Self, connus: &[(RepresentationId, Periode)]) -> bool {
        let doctors =
            |one: &Self| one.medecins.iter().map(|own| own.medecin_id).collect::<BTreeSet<_>>();
        self.etat == Etat::Active
            && self.enregistre_le > other.enregistre_le
            && doctors(self) == doctors(other)
            && !self.a_perdu(connus)
    }

    /// Whether it was signed under a link on one of some days.
    pub fn est_signee_sous(
        &self,
        lien: RepresentationId,
        jour: impl Fn(NaiveDate) -> bool,
    ) -> bool {
        let mut under = self.signatures.iter().filter(|one| one.representation_id == Some(lien));
        under.any(|one| jour(one.signe_le))
    }
}
