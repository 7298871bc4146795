//! Holders of parental authority and representatives.

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::ids::{PatientId, RepresentationId};
use crate::domain::representation::{
    FinRepresentation, IdentiteRepresentant, NatureRepresentation, PreuveRepresentation,
    Representant,
};
use crate::http::AppState;
use crate::http::extract::{Chemin, Requete};
use crate::http::idempotency::{rendre, show};
use crate::http::lecture::{Reference, Texte, lecture};
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::schemas::ActionRepresentation;
use crate::http::v1::acte::{acte, consultation, creation};
use crate::http::v1::medecins_traitants::ConnaissanceDemande;
use crate::http::vue::vue;
use crate::services::ChampInvalide;
use crate::services::representations;
use crate::services::representations::{NouvelleRepresentation, RepresentationLue};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(list)).routes(routes!(end))
}

lecture! {
    /// Lien à enregistrer entre un patient et un titulaire de l'autorité parentale ou un représentant.
    #[schema(example = json!({
        "representant": { "nom": "ESSAI-MERCIER", "prenom": "LOU" },
        "nature": "titulaire_autorite_parentale", "preuve": "livret_de_famille", "effet_du": "2015-06-20"
    }))]
    pub(crate) struct RepresentationDemande {
        /// Qui représente.
        representant: RepresentantDemande,
        /// En quelle qualité.
        nature: NatureRepresentation,
        /// Nature de la preuve.
        preuve: PreuveRepresentation,
        /// Archive de la preuve.
        reference_preuve: Option<Reference<128>>,
        /// Premier jour.
        effet_du: NaiveDate,
        /// Premier jour qui n'en fait plus partie. L'autorité parentale s'arrête d'elle-même à la majorité.
        effet_au: Option<NaiveDate>,
    }

    /// Représentant : un patient du registre, ou les noms d'une autre personne.
    pub(crate) struct RepresentantDemande {
        /// Identifiant interne d'un patient.
        patient_id: Option<PatientId>,
        /// Nom d'une personne que le registre ne connaît pas.
        nom: Option<Texte<1, 80>>,
        /// Prénom de cette personne.
        prenom: Option<Texte<1, 80>>,
        /// Nom d'une personne morale : association, service, établissement.
        raison_sociale: Option<Texte<1, 120>>,
    }

    /// Fin d'un lien.
    #[schema(example = json!({ "motif": "decision_de_justice", "jour": "2025-06-16" }))]
    pub(crate) struct FinRepresentationDemande {
        /// Motif. « erreur_de_saisie » : le lien n'a jamais existé.
        motif: FinRepresentation,
        /// Premier jour où le lien n'est plus ; aujourd'hui par défaut, sans objet pour une erreur de saisie.
        jour: Option<NaiveDate>,
    }
}

vue! {
    /// Titulaire de l'autorité parentale ou représentant d'un patient.
    pub(crate) struct RepresentationVue(lue: &RepresentationLue) {
        let lien = &lue.lien;
        let representant = match &lien.representant {
            Representant::Patient(id) => {
                RepresentantVue { patient_id: Some(*id), ..RepresentantVue::default() }
            }
            Representant::PersonneMorale(nom) => RepresentantVue {
                raison_sociale: Some(nom.clone()),
                ..RepresentantVue::default()
            },
            Representant::Autre(identite) => RepresentantVue {
                nom: Some(identite.nom.clone()),
                prenom: Some(identite.prenom.clone()),
                ..RepresentantVue::default()
            },
        };

        /// Identifiant, le même dans toutes les versions.
        id: RepresentationId = lien.id,
        /// Patient représenté.
        patient_id: PatientId = lien.patient_id,
        /// Version : le début de l'ETag du lien.
        #[schema(example = 1)]
        version: i32 = lien.version,
        /// Qui représente.
        representant: RepresentantVue = representant,
        /// En quelle qualité.
        nature: NatureRepresentation = lien.nature,
        /// Nature de la preuve.
        preuve: PreuveRepresentation = lien.preuve,
        /// Archive de la preuve.
        reference_preuve: Option<String> = lien.reference_preuve.clone(),
        /// Premier jour.
        effet_du: NaiveDate = lien.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = lien.effet.au(),
        /// Motif de fin.
        motif_fin: Option<FinRepresentation> = lien.motif_fin,
        /// Le registre connaît cette version depuis cet instant.
        enregistree_le: DateTime<Utc> = lien.enregistre_le,
        /// Une autre version, ou aucune, l'a remplacée à cet instant.
        remplacee_le: Option<DateTime<Utc>> = lien.remplace_le,
        /// Ce que l'appelant peut faire maintenant.
        #[schema(value_type = Vec<ActionRepresentation>)]
        actions: Vec<&'static str> = if lue.se_termine { vec!["terminer"] } else { Vec::new() },
    }
}

/// Représentant.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct RepresentantVue {
    /// Patient du registre, ou null.
    patient_id: Option<PatientId>,
    /// Nom d'une personne que le registre ne connaît pas.
    nom: Option<String>,
    /// Prénom de cette personne.
    prenom: Option<String>,
    /// Nom d'une personne morale.
    raison_sociale: Option<String>,
}

/// Représentants d'un patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RepresentationsVue {
    /// Par premier jour.
    donnees: Vec<RepresentationVue>,
}

impl RepresentationDemande {
    fn into_domain(self) -> Result<NouvelleRepresentation, Vec<ChampInvalide>> {
        Ok(NouvelleRepresentation {
            representant: self.representant.into_domain()?,
            nature: self.nature,
            preuve: self.preuve,
            reference_preuve: self.reference_preuve.map(|text| text.0),
            effet_du: self.effet_du,
            effet_au: self.effet_au,
        })
    }
}

impl RepresentantDemande {
    fn into_domain(self) -> Result<Representant, Vec<ChampInvalide>> {
        match (self.patient_id, self.nom, self.prenom, self.raison_sociale) {
            (Some(id), None, None, None) => Ok(Representant::Patient(id)),
            (None, None, None, Some(nom)) => Ok(Representant::PersonneMorale(nom.0)),
            (None, Some(nom), Some(prenom), None) => {
                Ok(Representant::Autre(IdentiteRepresentant { nom: nom.0, prenom: prenom.0 }))
            }
            _ => Err(vec![ChampInvalide::new(
                "/representant",
                "un_seul_des_deux",
                "attendu : « patient_id » seul, « raison_sociale » seule, ou « nom » et « prenom »",
            )]),
        }
    }
}

creation! {
    /// Enregistrer un titulaire de l'autorité parentale ou un représentant
    ///
    /// La caisse enregistre le lien et la nature de sa preuve, celle qui établit cette qualité. L'autorité parentale
    /// s'arrête d'elle-même le jour de la majorité. Une personne n'a qu'une sorte de protection le même jour ; qui est
    /// soi-même protégé ne représente personne d'autre, et ses liens s'arrêtent le premier jour de sa protection.
    create: EnregistrerRepresentation = "/v1/patients/{id}/representations" (id: PatientId),
        RepresentationDemande => 201 RepresentationVue "Le lien", ["representation_existante"],
    |core, demande, recue| {
        let nouvelle = recue.into_domain().map_err(Refus::champs)?;
        representations::create(core, demande, id, &nouvelle, |lue| {
            rendre(StatusCode::CREATED, None, Some(lue.lien.version), &RepresentationVue::new(lue))
        }).await
    }
}

consultation! {
    /// Lire les titulaires de l'autorité parentale et les représentants d'un patient
    ///
    /// Passés et présents, tels que connus à un instant donné.
    list: ListerRepresentations = "/v1/patients/{id}/representations"
        => RepresentationsVue "Les liens, par premier jour", [],
    (core, contexte, Chemin(id): Chemin<PatientId>, Requete(demande): Requete<ConnaissanceDemande>) {
        let liens = representations::list(core, contexte, id, demande.connu_le).await?;
        show(&liens.map(|liens| RepresentationsVue {
            donnees: liens.iter().map(RepresentationVue::new).collect(),
        }))
    }
}

acte! {
    /// Terminer un lien
    ///
    /// Les déclarations déjà signées restent : le lien compte au jour de la signature. Un choix en vigueur signé un jour où le
    /// lien n'était pas en vigueur est à vérifier par la caisse (« choix_a_verifier »). Un lien qui n'a pas commencé
    /// se termine avant son premier jour pour tout motif : il n'existe alors pas.
    end: TerminerRepresentation = "/v1/representations/{id}/fin" (RepresentationId),
        FinRepresentationDemande => 200 RepresentationVue "Le lien", [],
    |core, demande, vu, recue| {
        representations::end(core, demande, vu, (recue.motif, recue.jour), |lue| {
            rendre(StatusCode::OK, None, Some(lue.lien.version), &RepresentationVue::new(lue))
        }).await
    }
}
