//! A signature as received becomes one of the register, under the conditions of its day.

use chrono::{DateTime, NaiveDate, Utc};

use super::SignatureRecue;
use crate::domain::clock::paris_day;
use crate::domain::declaration::{
    ConditionsSignature, Declaration, DeclarationRefusee, RoleSignataire, Signature,
};
use crate::domain::ids::SignatureId;
use crate::domain::patient::Patient;
use crate::law::LawError;
use crate::law::parameters::Parametre;
use crate::services::{ServiceError, Services, latest_knowledge};
use crate::storage::{Connection, medecins};

impl Services {
    /// Refuses a declaration whose doctors cannot be designated on the day of the last signature.
    pub(super) async fn verify_designable(
        &self,
        conn: &mut Connection,
        declaration: &Declaration,
    ) -> Result<(), ServiceError> {
        let last = declaration.signatures.iter().map(|signature| signature.signe_le).max();
        let jour = last.unwrap_or_else(|| self.clock.today());
        for designe in &declaration.medecins {
            let medecin = medecins::find(conn, &designe.rpps, latest_knowledge()).await?;
            let can = medecin.is_some_and(|medecin| {
                medecin.exercice_designable(jour, Some(designe.lieu_id)).is_some()
            });
            if !can {
                return Err(
                    DeclarationRefusee::MedecinNonDesignable { rpps: designe.rpps, jour }.into()
                );
            }
        }
        Ok(())
    }

    pub(super) fn signature(
        &self,
        declaration: &Declaration,
        recue: &SignatureRecue,
        now: DateTime<Utc>,
    ) -> Result<Signature, DeclarationRefusee> {
        let medecin_id = match (recue.role, recue.rpps, &declaration.medecins[..]) {
            (RoleSignataire::Medecin, Some(rpps), all) => Some(
                all.iter()
                    .find(|medecin| medecin.rpps == rpps)
                    .map(|medecin| medecin.medecin_id)
                    .ok_or(DeclarationRefusee::SignataireNonPartie)?,
            ),
            (RoleSignataire::Medecin, None, [only]) => Some(only.medecin_id),
            (RoleSignataire::Medecin, None, _) => {
                return Err(DeclarationRefusee::SignataireNonPartie);
            }
            _ => None,
        };
        // A machine that does not say when signs now; paper has a day and no instant.
        let signe_a =
            if recue.moyen.est_papier() { recue.signe_a } else { recue.signe_a.or(Some(now)) };
        let day_of_instant = signe_a.map(paris_day);
        Ok(Signature {
            id: SignatureId::from_uuid(self.ids.uuid()),
            role: recue.role,
            medecin_id,
            signe_le: day_of_instant.or(recue.signe_le).unwrap_or_else(|| paris_day(now)),
            signe_a,
            recue_le: now,
            moyen: recue.moyen,
            niveau: recue.niveau.clone(),
            preuve: recue.preuve.clone(),
            contenu_sha256: recue.contenu_sha256,
        })
    }

    pub(super) fn conditions(
        &self,
        patient: &Patient,
        signe_le: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<ConditionsSignature, ServiceError> {
        let identite = patient.identite_le(signe_le).ok_or(ServiceError::Introuvable)?;
        let age = self
            .law
            .valeur(Parametre::MtAgeSansAccordParental, signe_le.max(self.law_start()))
            .map_err(LawError::from)?;
        Ok(ConditionsSignature {
            age: patient.age_le(signe_le).unwrap_or_default(),
            age_sans_accord: u8::try_from(age).unwrap_or(u8::MAX),
            naissance: identite.date_naissance.pour_calcul_age(),
            aujourd_hui: paris_day(now),
            maintenant: now,
        })
    }

    /// First day on which a médecin traitant could be declared.
    pub(in crate::services) fn law_start(&self) -> NaiveDate {
        self.law
            .parametres()
            .get(Parametre::MtEffetALaSignature)
            .and_then(|history| history.valeurs.first())
            .map_or(NaiveDate::MIN, |first| first.periode.du())
    }
}
