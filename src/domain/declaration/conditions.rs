//! What a signature is judged by, beside what it says.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::super::calendar::anniversaire;
use super::Declaration;
use super::parties::CotePatient;
use super::refus::DeclarationRefusee;
use super::signature::{RoleSignataire, Signature};

/// What a signature is judged by: the patient's side on its own day and on the day of the last
/// signature, and facts about the patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionsSignature {
    /// The patient's side on the day of this signature.
    pub au_jour: CotePatient,
    /// The patient's side on the day of the last signature, this one included.
    pub a_l_effet: CotePatient,
    /// Birth of the patient, or 1 January of the year.
    pub naissance: NaiveDate,
    /// First day of the first caisse that the register knows.
    pub rattachement: Option<NaiveDate>,
    /// Days within which a signature that a machine took is transmitted.
    pub transmission: u64,
    /// Day of death of the patient, when the register knows it: a day of life.
    pub deces: Option<NaiveDate>,
    /// Today, where it is signed.
    pub aujourd_hui: NaiveDate,
    pub maintenant: DateTime<Utc>,
}

impl ConditionsSignature {
    /// Refuses a signature of a day or an instant that cannot be, or that comes too late.
    pub(super) fn verify_day(&self, signature: &Signature) -> Result<(), DeclarationRefusee> {
        if signature.signe_le > self.aujourd_hui
            || signature.signe_a.is_some_and(|instant| instant > self.maintenant)
        {
            return Err(DeclarationRefusee::SignatureFuture);
        }
        if signature.signe_le < self.naissance {
            return Err(DeclarationRefusee::SignatureAvantNaissance);
        }
        if self.rattachement.is_some_and(|first| signature.signe_le < first) {
            return Err(DeclarationRefusee::SignatureAvantRattachement);
        }
        if let Some(mort) = self.deces.filter(|mort| signature.signe_le > *mort) {
            return Err(DeclarationRefusee::SignatureApresDeces { jour: mort });
        }
        let latest = signature.signe_le.checked_add_days(Days::new(self.transmission));
        if !signature.moyen.est_papier() && latest.is_some_and(|latest| latest < self.aujourd_hui) {
            return Err(DeclarationRefusee::SignatureTardive { jours: self.transmission });
        }
        Ok(())
    }
}

impl Declaration {
    /// Why the content does not name somebody who signs for the patient: it names nobody, where the patient had come of age
    /// when it was made.
    pub(super) fn non_nomme(
        &self,
        role: RoleSignataire,
        conditions: &ConditionsSignature,
    ) -> DeclarationRefusee {
        let majority = conditions.au_jour.seuils.sans_accord;
        let holder = role == RoleSignataire::TitulaireAutoriteParentale;
        let made = self.fuseau().jour(self.enregistre_le);
        let majeur_le = anniversaire(conditions.naissance, majority)
            .filter(|day| holder && *day <= made && !self.contenu.contains("\"representants\""));
        DeclarationRefusee::RepresentantNonNomme { majeur_le }
    }
}
