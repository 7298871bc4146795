//! A doctor withdraws, or the patient.

use axum::http::StatusCode;
use chrono::NaiveDate;

use super::render;
use super::vue::DeclarationVue;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::DeclarationId;
use crate::http::lecture::{Texte, lecture};
use crate::http::v1::acte::acte;
use crate::services::declarations;
use crate::services::declarations::AnnulationRetrait;
use crate::services::declarations::retrait::Retrait;

lecture! {
    /// Retrait d'un médecin, ou du patient.
    #[schema(example = json!({ "effet_du": "2030-01-01" }))]
    pub(crate) struct RetraitDemande {
        /// Premier jour où le médecin n'est plus médecin traitant ; demain par défaut, et au plus tôt, sauf pour
        /// la caisse qui enregistre un courrier.
        effet_du: Option<NaiveDate>,
        /// Motif, sans donnée médicale ; personne n'a à en donner.
        motif: Option<Texte<1, 200>>,
    }
}

lecture! {
    /// Annulation d'un retrait ou d'un départ.
    #[schema(example = json!({ "motif": "dossier d'un autre patient" }))]
    pub(crate) struct AnnulationRetraitDemande {
        /// Médecin dont le retrait est annulé ; tous ceux que la déclaration désigne par défaut.
        rpps: Option<Rpps>,
        /// Motif, sans donnée médicale.
        motif: Option<Texte<1, 200>>,
    }
}

acte! {
    /// Annuler un retrait ou un départ enregistré par erreur
    ///
    /// Il n'a jamais eu lieu : les jours qu'il avait fermés reviennent, sans trou, et les feuilles de ces jours sont
    /// à revoir. La caisse annule tout retrait ou départ ; le médecin et le patient, le leur, tant que rien n'a suivi.
    /// Ce qui vient d'une opération sur le médecin s'annule avec elle.
    pub(super) take_back: AnnulerRetrait = "/v1/declarations/{id}/retrait/annulation" (DeclarationId),
        AnnulationRetraitDemande => 200 DeclarationVue "La déclaration, dont la désignation continue",
        ["transition_interdite"],
    |core, demande, vu, recue| {
        let annulation = AnnulationRetrait { rpps: recue.rpps, motif: recue.motif.map(|text| text.0) };
        declarations::take_back(core, demande, vu, &annulation, render(StatusCode::OK)).await
    }
}

acte! {
    /// Mettre fin à un choix sans en faire un autre
    ///
    /// Un médecin désigné cesse d'être médecin traitant du patient, à compter du lendemain au plus tôt ; le
    /// patient en est averti. Dans une désignation conjointe, seule sa ligne est close. Le patient, ou qui choisit
    /// pour lui avant 16 ans, ou son représentant, y met fin pour tous les médecins de la déclaration, sans motif ni
    /// accord ; la caisse peut l'enregistrer à réception d'un courrier. Une nouvelle déclaration, signée des deux,
    /// reste possible ensuite.
    pub(super) withdraw: RetirerMedecin = "/v1/declarations/{id}/retrait" (DeclarationId),
        RetraitDemande => 200 DeclarationVue "La déclaration, dont la désignation a une fin",
        ["role_interdit", "transition_interdite", "non_medecin_traitant"],
    |core, demande, vu, recue| {
        let retrait = Retrait { effet_du: recue.effet_du, motif: recue.motif.map(|text| text.0) };
        declarations::retrait::withdraw(core, demande, vu, &retrait, render(StatusCode::OK)).await
    }
}
