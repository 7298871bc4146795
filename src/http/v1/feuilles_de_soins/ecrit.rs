//! What a feuille has written on it, in the same form when it is received and when it is read back.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::domain::declaration::{MoyenSignature, RoleSignataire};
use crate::domain::feuille_de_soins::{Exoneration, OriginePrescription, TypeLieu};
use crate::domain::identifiers::{CommuneExercice, Finess, Rpps};
use crate::http::lecture::lecture;

lecture! {
    /// Accident causé par un tiers.
    #[derive(Serialize)]
    pub(crate) struct AccidentEcrit {
        /// Un accident est déclaré.
        pub(super) declare: bool,
        /// Sa date, s'il est déclaré ; elle ne suit pas les soins.
        pub(super) date: Option<NaiveDate>,
    }

    /// Exonération.
    #[derive(Serialize)]
    pub(crate) struct ExonerationEcrite {
        /// Code justificatif.
        pub(super) code_exoneration: Exoneration,
    }

    /// Lieu des soins.
    #[derive(Serialize)]
    pub(crate) struct LieuEcrit {
        /// Commune.
        pub(super) commune: Option<CommuneExercice>,
        /// FINESS géographique.
        pub(super) finess_et: Option<Finess>,
        /// Nature du lieu.
        pub(super) nature: Option<TypeLieu>,
    }

    /// Prescription.
    #[derive(Serialize)]
    pub(crate) struct PrescriptionEcrite {
        /// Date.
        pub(super) date: NaiveDate,
        /// Prescripteur.
        pub(super) prescripteur: Option<Rpps>,
        /// Origine : 1 médecin traitant, 2 correspondant, 3 autre situation du parcours, 4 hors parcours.
        pub(super) origine: Option<OriginePrescription>,
    }

    /// Médecin remplacé.
    #[derive(Serialize)]
    pub(crate) struct RemplaceEcrit {
        /// Son RPPS.
        pub(super) rpps: Rpps,
    }

    /// Acte en série.
    #[derive(Serialize)]
    pub(crate) struct SerieEcrite {
        /// Date de la prescription de la série.
        pub(super) date_prescription: NaiveDate,
    }

    /// Signature de la feuille.
    #[derive(Serialize)]
    pub(crate) struct SignatureEcrite {
        /// Qualité du signataire.
        pub(super) role: RoleSignataire,
        /// Moyen.
        pub(super) moyen: MoyenSignature,
        /// Instant de la signature, quand une machine l'a prise.
        pub(super) signe_a: Option<DateTime<Utc>>,
    }
}
