//! The shape of a referral.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::adressage::{
    ActionAdressage, Correspondant, EtatAdressage, MotifCloture, NatureAdressage, NatureRetour,
    UnitePeriodicite,
};
use crate::domain::feuille_de_soins::Nomenclature;
use crate::domain::identifiers::{Rpps, Specialite};
use crate::domain::ids::{AdressageId, PatientId, RetourId};
use crate::services::adressages::AdressageLu;

/// Adressage : le médecin traitant oriente un patient vers un correspondant, pour une période.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdressageVue {
    /// Identifiant.
    id: AdressageId,
    /// Patient.
    patient_id: PatientId,
    /// RPPS du médecin traitant qui l'a établi.
    auteur: Rpps,
    /// Nature.
    nature: NatureAdressage,
    /// État.
    etat: EtatAdressage,
    /// Version : l'ETag de l'adressage.
    #[schema(example = 1)]
    version: i32,
    /// Jour où il a été établi.
    etabli_le: NaiveDate,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie.
    effet_au: Option<NaiveDate>,
    /// En vigueur le jour demandé, aujourd'hui par défaut. Un avis ponctuel ne l'est plus après ses
    /// conclusions.
    en_vigueur: bool,
    /// Motif de la clôture.
    motif_cloture: Option<MotifCloture>,
    /// Correspondants.
    correspondants: Vec<CorrespondantVue>,
    /// Actes prévus.
    actes: Vec<ActePrevuVue>,
    /// Périodicité.
    periodicite: Option<PeriodiciteVue>,
    /// Retours d'information, dans l'ordre de leur réception.
    retours: Vec<RetourVue>,
    /// Le registre connaît cette version depuis cet instant.
    enregistree_le: DateTime<Utc>,
    /// Une autre version l'a remplacée à cet instant, ou null.
    remplacee_le: Option<DateTime<Utc>>,
    /// Ce que l'appelant peut faire maintenant.
    actions: Vec<ActionAdressage>,
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

/// Acte prévu par un adressage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActePrevuVue {
    /// Nomenclature.
    nomenclature: Nomenclature,
    /// Code.
    #[schema(example = "CS")]
    code: String,
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

/// Retour d'information.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RetourVue {
    /// Identifiant.
    id: RetourId,
    /// RPPS du correspondant.
    rpps: Rpps,
    /// Nature.
    nature: NatureRetour,
    /// Jour des soins.
    soins_le: NaiveDate,
    /// Référence du document.
    reference: Option<String>,
    /// Réception.
    recu_le: DateTime<Utc>,
}

/// Adressages d'un patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdressagesVue {
    /// Par premier jour.
    donnees: Vec<AdressageVue>,
}

impl AdressageVue {
    pub(super) fn new(lu: &AdressageLu) -> Self {
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
        Self {
            id: adressage.id,
            patient_id: adressage.patient_id,
            auteur: adressage.rpps,
            nature: adressage.nature,
            etat: adressage.etat,
            version: adressage.version,
            etabli_le: adressage.etabli_le,
            effet_du: adressage.effet.du(),
            effet_au: adressage.effet.au(),
            en_vigueur: lu.en_vigueur,
            motif_cloture: adressage.motif_cloture,
            correspondants: adressage.correspondants.iter().map(correspondant).collect(),
            actes: adressage
                .soins
                .actes
                .iter()
                .map(|acte| ActePrevuVue {
                    nomenclature: acte.nomenclature(),
                    code: acte.as_str().to_owned(),
                })
                .collect(),
            periodicite: adressage
                .soins
                .periodicite
                .map(|one| PeriodiciteVue { tous_les: one.tous_les, unite: one.unite }),
            retours: adressage
                .retours
                .iter()
                .map(|retour| RetourVue {
                    id: retour.id,
                    rpps: retour.rpps,
                    nature: retour.nature,
                    soins_le: retour.soins_le,
                    reference: retour.reference.clone(),
                    recu_le: retour.enregistre_le,
                })
                .collect(),
            enregistree_le: adressage.enregistre_le,
            remplacee_le: adressage.remplace_le,
            actions: lu.actions.clone(),
        }
    }
}

impl AdressagesVue {
    pub(super) fn new(all: &[AdressageLu]) -> Self {
        Self { donnees: all.iter().map(AdressageVue::new).collect() }
    }
}
