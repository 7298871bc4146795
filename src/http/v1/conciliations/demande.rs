//! What callers send about a conciliation.

use chrono::NaiveDate;

use crate::domain::conciliation::ReponseMedecin;
use crate::domain::identifiers::{CommuneExercice, Rpps};
use crate::domain::ids::{ContactId, DeclarationId};
use crate::http::lecture::lecture;
use crate::services::conciliations::{NouveauContact, NouvelleConciliation, NouvelleReponse};

lecture! {
    /// Demande d'aide d'un patient qui ne trouve pas de médecin traitant.
    #[schema(example = json!({ "commune": "01004" }))]
    pub(crate) struct ConciliationDemande {
        /// Commune de résidence, près de laquelle chercher.
        commune: CommuneExercice,
        /// Jour de la demande reçue par la caisse ; aujourd'hui par défaut, et toujours pour le patient.
        demandee_le: Option<NaiveDate>,
    }

    /// Médecin contacté.
    #[schema(example = json!({ "rpps": "99900001233", "contacte_le": "2025-06-16" }))]
    pub(crate) struct ContactDemande {
        /// RPPS.
        rpps: Rpps,
        /// Jour du contact ; celui de la déclaration citée, ou aujourd'hui, par défaut.
        contacte_le: Option<NaiveDate>,
        /// Réponse déjà reçue ; attendue par défaut.
        reponse: Option<ReponseMedecin>,
        /// Jour de la réponse ; aujourd'hui par défaut.
        repondu_le: Option<NaiveDate>,
        /// Déclaration que ce médecin a refusée : elle vaut réponse, et dit son jour.
        declaration_id: Option<DeclarationId>,
    }

    /// Réponse d'un médecin contacté.
    #[schema(example = json!({
        "contact_id": "0192f0c4-0000-7000-8000-000000000001", "reponse": "refus"
    }))]
    pub(crate) struct ReponseDemande {
        /// Contact.
        contact_id: ContactId,
        /// Réponse.
        reponse: ReponseMedecin,
        /// Jour de la réponse ; aujourd'hui par défaut.
        repondu_le: Option<NaiveDate>,
    }

    /// Médecin qui a accepté.
    #[schema(example = json!({ "rpps": "99900001233" }))]
    pub(crate) struct MedecinTrouveDemande {
        /// RPPS.
        pub(super) rpps: Rpps,
    }
}

impl ConciliationDemande {
    pub(super) const fn into_domain(self) -> NouvelleConciliation {
        NouvelleConciliation { commune: self.commune, demandee_le: self.demandee_le }
    }
}

impl ContactDemande {
    pub(super) const fn into_domain(self) -> NouveauContact {
        NouveauContact {
            rpps: self.rpps,
            contacte_le: self.contacte_le,
            reponse: self.reponse,
            repondu_le: self.repondu_le,
            declaration_id: self.declaration_id,
        }
    }
}

impl ReponseDemande {
    pub(super) const fn into_domain(self) -> NouvelleReponse {
        NouvelleReponse {
            contact_id: self.contact_id,
            reponse: self.reponse,
            repondu_le: self.repondu_le,
        }
    }
}
