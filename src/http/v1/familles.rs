//! A family at the surgery: who is on a card, who may sign for whom, what is declared and what would be signed.

use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use utoipa_axum::router::OpenApiRouter;

use super::declarations::ApercuVue;
use super::patients::RecherchePatientDemande;
use crate::domain::declaration::RoleSignataire;
use crate::domain::droits::Demarche;
use crate::domain::evaluation::RelationMt;
use crate::domain::identifiers::{DateNaissanceAmo, RangGemellaire};
use crate::domain::ids::{DesignationId, PatientId, RepresentationId};
use crate::domain::patient::Sexe;
use crate::domain::representation::NatureRepresentation;
use crate::http::AppState;
use crate::http::extract::{Appel, Corps};
use crate::http::idempotency::show;
use crate::http::openapi::{about, routes};
use crate::http::problem::Refus;
use crate::http::v1::acte::consultation;
use crate::http::vue::vue;
use crate::services::declarations::{self, Foyer, Personne, Signataire};
use crate::services::proches;
use crate::services::proches::Proche;

pub(super) fn router() -> OpenApiRouter<AppState> {
    let one = OpenApiRouter::new;
    OpenApiRouter::new()
        .merge(about("declarations", one().routes(routes!(consult))))
        .merge(about("moi", one().routes(routes!(relatives))))
}

vue! {
    /// Famille devant le médecin, telle que la carte et le registre la donnent.
    pub(crate) struct FamilleVue(foyer: &Foyer) {
        /// Jour de la consultation.
        jour: NaiveDate = foyer.jour,
        /// Personnes de la carte, et celles que son porteur représente.
        personnes: Vec<PersonneVue> = foyer.personnes.iter().map(PersonneVue::new).collect(),
    }

    /// Personne d'une famille.
    pub(crate) struct PersonneVue(one: &Personne) {
        let identite = &one.identite;
        let sign = |(role, sinon): &(RoleSignataire, Option<RoleSignataire>)| {
            SignatureRequiseVue { role: *role, sinon: *sinon }
        };

        /// Patient.
        patient_id: PatientId = one.patient_id,
        /// Nom.
        #[schema(example = "ESSAI-COLIN")]
        nom: String = identite.nom.clone(),
        /// Prénom.
        #[schema(example = "LINA")]
        prenom: String = identite.prenom.clone(),
        /// Date de naissance connue de l'Assurance maladie.
        date_naissance: DateNaissanceAmo = identite.date_naissance,
        /// Rang gémellaire.
        rang: RangGemellaire = identite.rang,
        /// Sexe à l'état civil ; null s'il n'est pas connu.
        sexe: Option<Sexe> = identite.sexe,
        /// Âge, en années révolues.
        #[schema(example = 8)]
        age: u8 = one.age,
        /// C'est la personne que la demande désigne.
        demandee: bool = one.demandee,
        /// Inscrite sur cette carte ; faux pour qui n'est que représenté par son porteur.
        sur_la_carte: bool = one.sur_la_carte,
        /// Une autre personne de cette carte est née le même jour, du même rang : seule « visite » la désigne.
        homonyme: bool = one.homonyme,
        /// « executant » si ce médecin est son médecin traitant, « autre » si c'en est un autre.
        relation: RelationMt = one.relation,
        /// Désignation en vigueur, si elle désigne ce médecin.
        designation_id: Option<DesignationId> = one.designation_id,
        /// Jour de son décès, s'il est passé : plus personne ne signe, et rien n'est à signer.
        deces: Option<NaiveDate> = one.deces,
        /// Qui doit signer de son côté.
        signatures_requises: Vec<SignatureRequiseVue> = one.requises.iter().map(sign).collect(),
        /// Qui peut signer. Vide pour qui vit : sa caisse n'a enregistré aucun lien, elle seule le fait.
        signataires: Vec<SignataireVue> = one.signataires.iter().map(SignataireVue::new).collect(),
        /// Ce qu'elle signerait avec ce médecin, à son exercice principal ; null s'il ne peut pas être désigné.
        a_signer: Option<ApercuVue> = one.a_signer.as_ref().map(ApercuVue::new),
        /// Désigne la personne dans les demandes de cette visite, pendant deux heures et pour ce médecin seul.
        #[schema(example = "0192f0c4-0000-7000-8000-000000000001.1750075200.9f86d081884c7d659a2feaa0c55ad015")]
        visite: String = one.visite.to_string(),
    }

    /// Personne qui peut signer.
    pub(crate) struct SignataireVue(one: &Signataire) {
        /// Qualité.
        role: RoleSignataire = one.role,
        /// Lien que sa signature nomme ; null pour la personne elle-même.
        representation_id: Option<RepresentationId> = one.representation_id,
        /// Nom.
        #[schema(example = "ESSAI-COLIN")]
        nom: String = one.nom.clone(),
        /// Prénom.
        #[schema(example = "ALICE")]
        prenom: Option<String> = one.prenom.clone(),
        /// C'est le porteur de la carte lue.
        porteur: bool = one.porteur,
    }

    /// Personne que l'appelant représente.
    pub(crate) struct ProcheVue(one: &Proche) {
        let identite = &one.identite;

        /// Patient.
        patient_id: PatientId = one.patient_id,
        /// Lien.
        representation_id: RepresentationId = one.representation_id,
        /// En quelle qualité.
        nature: NatureRepresentation = one.nature,
        /// Nom.
        #[schema(example = "ESSAI-COLIN")]
        nom: String = identite.nom.clone(),
        /// Prénom.
        #[schema(example = "LINA")]
        prenom: String = identite.prenom.clone(),
        /// Date de naissance connue de l'Assurance maladie.
        date_naissance: DateNaissanceAmo = identite.date_naissance,
        /// Sexe à l'état civil ; null s'il n'est pas connu.
        sexe: Option<Sexe> = identite.sexe,
        /// Âge, en années révolues.
        #[schema(example = 8)]
        age: u8 = one.age,
        /// La personne a l'âge de choisir : à seize et dix-sept ans, avec un titulaire.
        choisit: bool = one.choisit,
        /// Désignation en vigueur ; null sans médecin traitant.
        designation_id: Option<DesignationId> = one.designation_id,
    }

    /// Personnes que l'appelant représente aujourd'hui.
    pub(crate) struct ProchesVue(all: &[Proche]) {
        /// Par identifiant.
        donnees: Vec<ProcheVue> = all.iter().map(ProcheVue::new).collect(),
    }
}

/// Signature qu'il faut.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct SignatureRequiseVue {
    /// Qualité.
    role: RoleSignataire,
    /// Autre qualité qui convient aussi, ou null.
    sinon: Option<RoleSignataire>,
}

/// Consulter la famille d'une carte
///
/// Un médecin qui a la carte devant lui donne la clé d'une personne : il reçoit celles de la carte, et celles que son
/// porteur représente, avec qui peut signer pour chacune, ce qui est déclaré et ce qui serait signé avec lui. Une seule
/// demande suffit ensuite pour déclarer, la personne désignée par « visite ». Chaque personne montrée peut lire qu'elle
/// l'a été.
#[utoipa::path(
    post,
    path = "/v1/familles/consultation",
    operation_id = "consulter_famille",
    responses((status = 200, description = "La famille", body = FamilleVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable", "patient_ambigu", "trop_d_essais"])))
)]
async fn consult(
    State(state): State<AppState>,
    appel: Appel,
    corps: Corps<RecherchePatientDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ConsulterFamille)?;
    let cle = corps.valeur.into_domain();
    let foyer = declarations::consult_family(&state.core, &contexte, &cle).await?;
    show(&foyer.map(|foyer| FamilleVue::new(&foyer)))
}

consultation! {
    /// Lire qui l'on représente
    ///
    /// Les enfants d'un parent, un majeur protégé : chacun avec le lien que sa signature nomme, et s'il a un médecin
    /// traitant.
    relatives: ListerProches = "/v1/moi/proches" => ProchesVue "Les personnes représentées", [],
    (core, contexte) {
        let found = proches::list(core, contexte).await?;
        show(&found.map(|found| ProchesVue::new(&found)))
    }
}
