//! The shape of a referral.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::adressage::{
    ActePrevu, ActionAdressage, Correspondant, EtatAdressage, MotifCloture, NatureAdressage,
    NatureRetour, Retour, UnitePeriodicite,
};
use crate::domain::feuille_de_soins::Nomenclature;
use crate::domain::identifiers::{Rpps, Specialite};
use crate::domain::ids::{AdressageId, PatientId, RetourId};
use crate::http::vue::vue;
use crate::services::adressages::AdressageLu;

vue! {
    /// Adressage : le médecin traitant oriente un patient vers un correspondant, pour une période.
    pub(crate) struct AdressageVue(lu: &AdressageLu) {
        let adressage = &lu.adressage;
        let correspondant = |one: &Correspondant| match one {
            Correspondant::Medecin { rpps, .. } => {
                CorrespondantVue { rpps: Some(*rpps), specialite: None, libelle_specialite: None }
            }
            Correspondant::Specialite(code) => CorrespondantVue {
                rpps: None,
                specialite: Some(*code),
                libelle_specialite: Some(code.libelle()),
            },
        };

        /// Identifiant.
        id: AdressageId = adressage.id,
        /// Patient.
        patient_id: PatientId = adressage.patient_id,
        /// RPPS du médecin traitant qui l'a établi.
        auteur: Rpps = adressage.rpps,
        /// Nature.
        nature: NatureAdressage = adressage.nature,
        /// État.
        etat: EtatAdressage = adressage.etat,
        /// Version : le début de l'ETag de l'adressage.
        #[schema(example = 1)]
        version: i32 = adressage.version,
        /// Jour où il a été établi.
        etabli_le: NaiveDate = adressage.etabli_le,
        /// Premier jour.
        effet_du: NaiveDate = adressage.effet.du(),
        /// Premier jour qui n'en fait plus partie.
        effet_au: Option<NaiveDate> = adressage.effet.au(),
        /// En vigueur le jour demandé, aujourd'hui par défaut. Un avis ponctuel ne l'est plus après ses
        /// conclusions.
        en_vigueur: bool = lu.en_vigueur,
        /// Motif de la clôture.
        motif_cloture: Option<MotifCloture> = adressage.motif_cloture,
        /// Correspondants.
        correspondants: Vec<CorrespondantVue> =
            adressage.correspondants.iter().map(correspondant).collect(),
        /// Actes prévus.
        actes: Vec<ActePrevuVue> = adressage.soins.actes.iter().map(ActePrevuVue::new).collect(),
        /// Périodicité.
        periodicite: Option<PeriodiciteVue> = adressage
            .soins
            .periodicite
            .map(|one| PeriodiciteVue { tous_les: one.tous_les, unite: one.unite }),
        /// Retours d'information, dans l'ordre de leur réception.
        retours: Vec<RetourVue> = adressage.retours.iter().map(RetourVue::new).collect(),
        /// Le registre connaît cette version depuis cet instant.
        enregistree_le: DateTime<Utc> = adressage.enregistre_le,
        /// Une autre version l'a remplacée à cet instant, ou null.
        remplacee_le: Option<DateTime<Utc>> = adressage.remplace_le,
        /// Ce que l'appelant peut faire maintenant.
        actions: Vec<ActionAdressage> = lu.actions.clone(),
    }
}

/// Correspondant d'un adressage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CorrespondantVue {
    /// RPPS du médecin, ou null.
    rpps: Option<Rpps>,
    /// Code de la spécialité, ou null.
    specialite: Option<Specialite>,
    /// Nom de la spécialité, ou null.
    #[schema(example = "cardiologie")]
    libelle_specialite: Option<&'static str>,
}

vue! {
    /// Acte prévu par un adressage.
    pub(crate) struct ActePrevuVue(acte: &ActePrevu) {
        /// Nomenclature.
        nomenclature: Nomenclature = acte.nomenclature(),
        /// Code.
        #[schema(example = "CS")]
        code: String = acte.as_str().to_owned(),
    }
}

/// Périodicité d'un adressage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PeriodiciteVue {
    /// Tous les combien.
    #[schema(example = 3)]
    tous_les: u16,
    /// De quoi.
    unite: UnitePeriodicite,
}

vue! {
    /// Retour d'information.
    pub(crate) struct RetourVue(retour: &Retour) {
        /// Identifiant.
        id: RetourId = retour.id,
        /// RPPS du correspondant.
        rpps: Rpps = retour.rpps,
        /// Nature.
        nature: NatureRetour = retour.nature,
        /// Jour des soins.
        soins_le: NaiveDate = retour.soins_le,
        /// Référence du document.
        reference: Option<String> = retour.reference.clone(),
        /// Réception.
        recu_le: DateTime<Utc> = retour.enregistre_le,
    }

    /// Adressages d'un patient.
    pub(crate) struct AdressagesVue(all: &[AdressageLu]) {
        /// Par premier jour.
        donnees: Vec<AdressageVue> = all.iter().map(AdressageVue::new).collect(),
    }
}
