//! What somebody may do to a declaration now.

use super::super::acteur::Acteur;
use super::super::vocabulary::Vocabulaire;
use super::{Action, CotePatient, Declaration, RoleSignataire, SignatureManquante};

impl Declaration {
    /// What somebody may do now, among what their rights give (`may`); `cote` is the patient's side while
    /// a signature is missing.
    pub fn actions(
        &self,
        acteur: &Acteur,
        cote: Option<&CotePatient>,
        may: impl Fn(Action) -> bool,
    ) -> Vec<Action> {
        let missing = cote.map(|cote| self.manquantes(cote)).unwrap_or_default();
        let may_sign = |wanted: &SignatureManquante| match acteur {
            // His own signature, or that of the patient whose card is read in front of him.
            Acteur::Medecin(rpps) => wanted.rpps.is_none_or(|one| one == *rpps),
            Acteur::Patient(person) => {
                [Some(wanted.role), wanted.sinon].into_iter().flatten().any(|role| match role {
                    RoleSignataire::Assure => *person == self.patient_id,
                    RoleSignataire::TitulaireAutoriteParentale
                    | RoleSignataire::Tuteur
                    | RoleSignataire::Curateur => {
                        cote.is_some_and(|cote| cote.represente_par(*person, role))
                    }
                    RoleSignataire::Medecin => false,
                })
            }
            Acteur::Caisse(_) => true,
            Acteur::Referentiel | Acteur::Statistiques => false,
        };
        let signable = missing.iter().any(may_sign);
        let open = |action: &Action| {
            self.permet(*action) && (*action != Action::Signer || signable) && may(*action)
        };
        Action::TOUS.iter().copied().filter(open).collect()
    }
}
