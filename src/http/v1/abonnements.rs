//! Subscriptions: being sent what the feed tells.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::droits::Demarche;
use crate::domain::evenement::NatureEvenement;
use crate::domain::identifiers::texte_libre::contient_un_numero;
use crate::domain::ids::{AbonnementId, EvenementId};
use crate::domain::webhook::AdresseWebhook;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, CleIdempotence, Requete};
use crate::http::idempotency::{Anonymous, json as respond_json, rendre, respond};
use crate::http::lecture::{Entier, Erreurs, Lire, Liste, Noeud, lecture};
use crate::http::openapi::routes;
use crate::http::pagination::{Cadre, Page, PageDemande, SansRappel, Tranche, publier};
use crate::http::problem::Refus;
use crate::http::schemas::formes;
use crate::http::v1::acte::{consultation, creation};
use crate::http::vue::vue;
use crate::services::Rendu;
use crate::services::abonnements::{self, AbonnementLu, AvecSecret, Echec, NouvelAbonnement};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(list))
        .routes(routes!(delete))
        .routes(routes!(renew))
        .routes(routes!(failures))
        .routes(routes!(replay))
}

/// Kinds that somebody subscribes to.
type NaturesDemande = Liste<NatureEvenement, 1, 100>;

formes!(AdresseWebhook);

impl Lire for AdresseWebhook {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let attendu = "une adresse https, sans compte ni fragment";
        let text = noeud.texte(erreurs, attendu)?;
        if contient_un_numero(text) {
            let message = "attendu : une adresse sans numéro de personne";
            erreurs.push(noeud.chemin, "numero_de_personne", message);
            return None;
        }
        let found = Self::parse(text);
        if found.is_none() {
            erreurs.push(noeud.chemin, "format_invalide", &format!("attendu : {attendu}"));
        }
        found
    }
}

lecture! {
    /// Abonnement à faire.
    #[schema(example = json!({ "adresse": "https://si.caisse.example/traitant", "natures": ["declaration.deposee"] }))]
    struct AbonnementDemande {
        /// Où envoyer : un hôte autorisé par l'exploitant.
        adresse: AdresseWebhook,
        /// Seulement ces natures ; absent, toutes.
        natures: Option<NaturesDemande>,
    }

    /// Secret à renouveler.
    #[schema(example = json!({ "recouvrement_heures": 24 }))]
    struct SecretDemande {
        /// Heures pendant lesquelles l'ancien secret signe aussi ; 24 par défaut, 0 s'il est compromis.
        recouvrement_heures: Option<Entier<0, 168>>,
    }

    /// Ce qui est à renvoyer.
    #[schema(example = json!({ "evenement_id": "0192f0c4-0000-7000-8000-000000000001" }))]
    struct RejeuDemande {
        /// Ce seul événement ; absent, tout ce qui a été abandonné.
        evenement_id: Option<EvenementId>,
    }
}

vue! {
    /// Abonnement.
    pub(crate) struct AbonnementVue(lu: &AbonnementLu) {
        /// Identifiant.
        id: AbonnementId = lu.id,
        /// Où les messages sont envoyés.
        #[schema(example = "https://si.caisse.example/traitant")]
        adresse: String = lu.adresse.clone(),
        /// Seulement ces natures ; vide : toutes.
        natures: Vec<NatureEvenement> = lu.natures.clone(),
        /// Depuis cet instant.
        enregistre_le: DateTime<Utc> = lu.enregistre_le,
        /// Messages qui attendent d'être envoyés, ou de l'être encore.
        #[schema(example = 0)]
        en_attente: i64 = lu.en_attente,
        /// Messages abandonnés après plusieurs essais.
        #[schema(example = 0)]
        abandonnes: i64 = lu.abandonnes,
    }

    /// Abonnement et son secret, montré cette seule fois.
    pub(crate) struct AbonnementSecretVue(nouveau: &AvecSecret) {
        /// Abonnement.
        abonnement: AbonnementVue = AbonnementVue::new(&nouveau.abonnement),
        /// Secret sous lequel les messages sont signés, selon Standard Webhooks.
        #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw6qVtfV8q4Zk=")]
        secret: String = format!("whsec_{}", STANDARD.encode(&nouveau.secret.0)),
    }

    /// Message abandonné.
    pub(crate) struct EchecVue(echec: &Echec) {
        /// Événement que le message annonçait.
        evenement_id: EvenementId = echec.evenement,
        /// Nature.
        nature: NatureEvenement = echec.nature,
        /// Essais faits.
        #[schema(example = 9)]
        essais: i16 = echec.essais,
        /// Pourquoi le dernier a échoué.
        #[schema(example = "réponse 500")]
        erreur: Option<String> = echec.erreur.clone(),
        /// En attente depuis cet instant.
        enregistre_le: DateTime<Utc> = echec.enregistre_le,
        /// Abandonné à cet instant.
        abandonne_le: DateTime<Utc> = echec.abandonne_le,
    }
}

/// Abonnements de l'appelant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AbonnementsVue {
    /// Abonnements, le plus ancien d'abord.
    donnees: Vec<AbonnementVue>,
}

/// Messages that were given up, the oldest first.
type EchecsVue = Page<EchecVue>;

impl Anonymous for AbonnementsVue {}
impl Anonymous for EchecVue {}

fn with_secret(statut: StatusCode) -> impl Fn(&AvecSecret) -> Result<Rendu, serde_json::Error> {
    move |nouveau| rendre(statut, None, None, &AbonnementSecretVue::new(nouveau))
}

fn plain(lu: &AbonnementLu) -> Result<Rendu, serde_json::Error> {
    rendre(StatusCode::OK, None, None, &AbonnementVue::new(lu))
}

creation! {
    /// S'abonner à ce qui se passe
    ///
    /// Chaque événement du fil de l'appelant est annoncé à une adresse, par un message signé selon Standard Webhooks
    /// (en-têtes webhook-id, webhook-timestamp et webhook-signature). Le message ne dit que la nature et
    /// l'identifiant de l'événement : le reste se lit par /v1/evenements. Sans réponse 2xx en dix secondes, il est
    /// renvoyé de plus en plus tard pendant deux jours, puis abandonné.
    create: CreerAbonnement = "/v1/abonnements", AbonnementDemande
        => 201 AbonnementSecretVue "L'abonnement, et son secret", [],
    |core, demande, recue| {
        let natures = recue.natures.map(|natures| natures.0).unwrap_or_default();
        let nouvel = NouvelAbonnement { adresse: recue.adresse, natures };
        abonnements::create(core, demande, &nouvel, with_secret(StatusCode::CREATED)).await
    }
}

consultation! {
    /// Lire ses abonnements
    ///
    /// Ceux de l'appelant, sans leurs secrets, avec ce qui attend d'être envoyé et ce qui a été abandonné.
    list: ListerAbonnements = "/v1/abonnements" => AbonnementsVue "Les abonnements", [],
    (core, contexte) {
        let found = abonnements::list(core, contexte).await?;
        respond_json(&AbonnementsVue { donnees: found.iter().map(AbonnementVue::new).collect() })
    }
}

/// Se désabonner
///
/// Ce qui restait à envoyer est oublié.
#[utoipa::path(
    delete,
    path = "/v1/abonnements/{id}",
    operation_id = "supprimer_abonnement",
    responses((status = 200, description = "L'abonnement qui n'est plus", body = AbonnementVue))
)]
async fn delete(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<AbonnementId>,
    cle: CleIdempotence,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::SupprimerAbonnement)?;
    let demande = cle.demande_sans_corps(contexte, &format!("abonnement {id} suppression"));
    respond(abonnements::delete(&state.core, &demande, id, plain).await)
}

creation! {
    /// Renouveler le secret d'un abonnement
    ///
    /// Les deux secrets signent chaque message pendant le recouvrement : le destinataire en vérifie un.
    renew: RenouvelerSecret = "/v1/abonnements/{id}/secret" (id: AbonnementId), SecretDemande
        => 200 AbonnementSecretVue "L'abonnement, et son nouveau secret", ["introuvable"],
    |core, demande, recue| {
        let hours = recue.recouvrement_heures.map(|hours| hours.0);
        abonnements::renew(core, demande, (id, hours), with_secret(StatusCode::OK)).await
    }
}

consultation! {
    /// Lire les messages abandonnés d'un abonnement
    ///
    /// Ceux que le destinataire n'a jamais acceptés, et pourquoi le dernier essai a échoué.
    failures: ListerEchecs = "/v1/abonnements/{id}/echecs" => EchecsVue "Les messages abandonnés", [],
    (core, contexte, Chemin(id): Chemin<AbonnementId>, Requete(page): Requete<PageDemande>) {
        let cadre = Cadre::new(core, contexte.acteur(), &format!("echecs {id}"));
        let page = page.voulue::<i64>(&cadre)?;
        let found = abonnements::echecs(core, contexte, id, page).await?;
        let key = |one: &Echec| one.sequence.to_string();
        let found = Tranche::suivie(found, page.limite, &cadre, key);
        publier(found, SansRappel {}, EchecVue::new)
    }
}

creation! {
    /// Renvoyer ce qui a été abandonné
    ///
    /// Un message, ou tous : chacun repart du premier essai, sous le même webhook-id.
    replay: RejouerEchecs = "/v1/abonnements/{id}/rejeu" (id: AbonnementId), RejeuDemande
        => 200 AbonnementVue "L'abonnement, dont les messages attendent de nouveau", ["introuvable"],
    |core, demande, recue| {
        abonnements::replay(core, demande, (id, recue.evenement_id), plain).await
    }
}
