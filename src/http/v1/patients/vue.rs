//! A person, as callers read one.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::{CommuneExercice, DateNaissanceAmo, Organisme, RangGemellaire};
use crate::domain::ids::PatientId;
use crate::domain::patient::{IdentifiantPatient, Identite, UsageIdentifiant};
use crate::domain::vie::sommeil::StatutPatient;
use crate::domain::vie::{ActionPatient, Adresse, DossierPatient, SourceDeces};
use crate::http::schemas::TypeIdentifiant;

/// Patient et ses faits datés. Ses numéros ne sont jamais rendus.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PatientVue {
    /// Identifiant interne.
    patient_id: PatientId,
    /// Version du dossier, à rendre dans If-Match pour agir sur lui.
    #[schema(example = 1)]
    version: i32,
    /// Noms et naissance.
    identites: Vec<IdentiteVue>,
    /// Numéros, par nature et usage.
    identifiants: Vec<IdentifiantVue>,
    /// Caisses.
    affiliations: Vec<AffiliationVue>,
    /// Adresses ; jamais rendues à un médecin.
    adresses: Vec<AdressePatientVue>,
    /// Statuts au regard du parcours de soins, s'il y en eut d'autres que l'ordinaire ; jamais rendus
    /// à un médecin.
    statuts: Vec<StatutVue>,
    /// Décès, s'il est connu.
    deces: Option<DecesVue>,
    /// Depuis quand un autre organisme a enregistré le numéro de ce patient pour quelqu'un d'autre ; rendu à
    /// la seule caisse du patient.
    numero_dispute_depuis: Option<DateTime<Utc>>,
    /// Ce que l'appelant peut faire maintenant.
    actions: Vec<ActionPatient>,
}

/// Adresse, pendant une période.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdressePatientVue {
    /// Numéro et voie.
    #[schema(example = "4 rue des Lilas")]
    voie: String,
    /// Complément.
    complement: Option<String>,
    /// Code postal.
    #[schema(example = "01000")]
    code_postal: String,
    /// Localité.
    #[schema(example = "Bourg-en-Bresse")]
    localite: String,
    /// Commune, code officiel géographique ; null à l'étranger.
    commune: Option<CommuneExercice>,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie, ou null.
    effet_au: Option<NaiveDate>,
}

/// Statut, pendant une période.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatutVue {
    /// Statut.
    statut: StatutPatient,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie, ou null.
    effet_au: Option<NaiveDate>,
}

/// Décès.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecesVue {
    /// Jour du décès : le dernier jour de la désignation.
    jour: NaiveDate,
    /// D'où la caisse le tient.
    source: SourceDeces,
    /// Le registre le sait depuis cet instant.
    enregistre_le: DateTime<Utc>,
}

/// Noms et naissance, pendant une période.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IdentiteVue {
    /// Nom de naissance.
    #[schema(example = "ESSAI-LECA")]
    nom: String,
    /// Premier prénom.
    #[schema(example = "ANGE")]
    prenom: String,
    /// Date de naissance.
    date_naissance: DateNaissanceAmo,
    /// Rang gémellaire.
    rang: RangGemellaire,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie, ou null.
    effet_au: Option<NaiveDate>,
}

/// Numéro d'une personne, sans sa valeur.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IdentifiantVue {
    /// Type.
    #[serde(rename = "type")]
    #[schema(value_type = TypeIdentifiant)]
    kind: &'static str,
    /// Usage.
    usage: UsageIdentifiant,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie, ou null.
    effet_au: Option<NaiveDate>,
}

/// Caisse, pendant une période.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AffiliationVue {
    /// Organisme.
    organisme: OrganismeVue,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie, ou null.
    effet_au: Option<NaiveDate>,
}

/// Organisme de rattachement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganismeVue {
    /// Régime.
    #[schema(example = "01")]
    regime: String,
    /// Régime, en clair.
    #[schema(example = "régime général")]
    regime_libelle: &'static str,
    /// Caisse.
    #[schema(example = "131")]
    caisse: String,
    /// Centre.
    #[schema(example = "0000")]
    centre: String,
}

impl OrganismeVue {
    /// The shape of an organisme.
    pub(crate) fn new(organisme: &Organisme) -> Self {
        Self {
            regime: organisme.regime().to_owned(),
            regime_libelle: organisme.libelle_regime().unwrap_or_default(),
            caisse: organisme.caisse().to_owned(),
            centre: organisme.centre().to_owned(),
        }
    }
}

impl PatientVue {
    /// The shape of a person.
    pub(crate) fn new(dossier: &DossierPatient) -> Self {
        let patient = &dossier.patient;
        let identite = |fait: &FaitDate<Identite>| IdentiteVue {
            nom: fait.valeur.nom.clone(),
            prenom: fait.valeur.prenom.clone(),
            date_naissance: fait.valeur.date_naissance,
            rang: fait.valeur.rang,
            effet_du: fait.effet.du(),
            effet_au: fait.effet.au(),
        };
        let identifiant = |fait: &FaitDate<IdentifiantPatient>| IdentifiantVue {
            kind: fait.valeur.numero.kind(),
            usage: fait.valeur.usage,
            effet_du: fait.effet.du(),
            effet_au: fait.effet.au(),
        };
        let affiliation = |fait: &FaitDate<Organisme>| AffiliationVue {
            organisme: OrganismeVue::new(&fait.valeur),
            effet_du: fait.effet.du(),
            effet_au: fait.effet.au(),
        };
        let adresse = |fait: &FaitDate<Adresse>| AdressePatientVue {
            voie: fait.valeur.voie.clone(),
            complement: fait.valeur.complement.clone(),
            code_postal: fait.valeur.code_postal.clone(),
            localite: fait.valeur.localite.clone(),
            commune: fait.valeur.commune,
            effet_du: fait.effet.du(),
            effet_au: fait.effet.au(),
        };
        let statut = |fait: &FaitDate<StatutPatient>| StatutVue {
            statut: fait.valeur,
            effet_du: fait.effet.du(),
            effet_au: fait.effet.au(),
        };
        Self {
            patient_id: patient.id,
            version: dossier.version,
            identites: patient.identites.iter().map(identite).collect(),
            identifiants: patient.identifiants.iter().map(identifiant).collect(),
            affiliations: patient.affiliations.iter().map(affiliation).collect(),
            adresses: dossier.adresses.iter().map(adresse).collect(),
            statuts: dossier.statuts.iter().map(statut).collect(),
            deces: dossier.deces.as_ref().map(|fait| DecesVue {
                jour: fait.effet.du(),
                source: fait.valeur,
                enregistre_le: fait.enregistre_le,
            }),
            numero_dispute_depuis: dossier.numero_dispute_depuis,
            actions: dossier.actions.clone(),
        }
    }
}
