//! What the patient's side wants: of two choices, the last that it expressed, whenever the doctors sign.

use chrono::NaiveDate;

use super::super::ids::RepresentationId;
use super::{Action, Declaration, Etat, OrdreSignature, RoleSignataire, Signature};

impl Declaration {
    /// When the patient's side last expressed this choice; `None` as long as it did not.
    pub fn volonte(&self) -> Option<OrdreSignature> {
        let own = |one: &&Signature| one.role != RoleSignataire::Medecin;
        let own: Vec<Signature> = self.signatures.iter().filter(own).cloned().collect();
        OrdreSignature::of(&own)
    }

    /// Whether this choice, which waits, is overtaken by another that counts: the patient's side expressed that one
    /// later. Two amendments do not exclude each other; what nobody of the patient's side signed is not a will yet.
    pub fn est_depassee_par(&self, other: &Self) -> bool {
        let compatible = self.en_place.is_some() && other.en_place.is_some();
        let earlier = self.volonte().zip(other.volonte()).is_some_and(|(own, others)| own < others);
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
