//! The acts that end the line of a doctor: one leaves, whatever becomes of the others.
//!
//! A departure from a joint designation, a withdrawal and the cessation of a doctor are one kind of
//! act. Nothing is closed by hand: the timeline is unrolled from choices and from these acts
//! ([`unroll`](super::frise::unroll)), and taking an act back reopens exactly what it had closed.

use chrono::{DateTime, NaiveDate, Utc};

use super::clock::paris_day;
use super::declaration::OrdreSignature;
pub use super::designation::MotifDepart;
use super::designation::{Designation, Membre};
use super::ids::{FaitId, MedecinId, OperationId};

/// An act after which a doctor is no longer one of the médecins traitants of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fin {
    pub id: FaitId,
    pub medecin_id: MedecinId,
    pub motif: MotifDepart,
    /// First day on which the doctor is no longer a médecin traitant.
    pub effet_du: NaiveDate,
    /// When it was decided: what the doctor signs later for the days before is another decision.
    pub decidee_le: DateTime<Utc>,
    /// The operation that it comes from, when it concerns all the patients of the doctor.
    pub operation_id: Option<OperationId>,
}

impl Fin {
    /// Whether a choice that names the doctor, signed later, revokes this act: who announced a
    /// withdrawal and then signs again changed his mind, and so did a patient who had left. Nobody
    /// signs a retirement away.
    pub fn est_revoquee_par(&self, ordre: &OrdreSignature) -> bool {
        let signed_later = match ordre.signe_a {
            Some(signed) => signed >= self.decidee_le,
            None => ordre.signe_le > paris_day(self.decidee_le),
        };
        let by_will = matches!(self.motif, MotifDepart::Medecin | MotifDepart::Patient);
        by_will && signed_later && ordre.recue_le > self.decidee_le
    }
}

/// Why a doctor cannot leave a designation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DepartRefuse {
    #[error("the doctor is not in this designation on that day")]
    PasMembre,
    /// The doctor is alone, and the motive only concerns joint designations.
    #[error("the doctor is alone: the designation goes on")]
    Seul,
}

/// Closes the line of one doctor of a designation from the day of an act on; the others stay. The
/// act is to be recorded: the timeline follows from it.
pub fn close_member(designation: &Designation, fin: &Fin) -> Result<(), DepartRefuse> {
    let present: Vec<&Membre> = designation.membres_le(fin.effet_du).collect();
    if !present.iter().any(|membre| membre.medecin_id == fin.medecin_id) {
        return Err(DepartRefuse::PasMembre);
    }
    if present.len() < 2 && fin.motif.conjointe_seulement() {
        return Err(DepartRefuse::Seul);
    }
    Ok(())
}
