//! A reform on a lot: one simulation a line, the difference of each and their total, nothing stored.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, BoxStream, StreamExt};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::demande::SimulationDemande;
use super::reforme::{EcartVue, Modifications, loi_reformee};
use crate::auth::Portee;
use crate::domain::evaluation::Montants;
use crate::domain::ids::RequestId;
use crate::http::AppState;
use crate::http::extract::{Appel, exige_type};
use crate::http::json::Json;
use crate::http::lecture::{Lire, lecture, lire_document};
use crate::http::problem::{Code, Probleme, Refus};
use crate::http::v1::evaluation::MontantsVue;
use crate::http::v1::feuilles_de_soins::une_a_une;
use crate::services::simulations::Ecart;
use crate::services::{ChampInvalide, Law, Services};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(simulate))
}

/// First line of a lot: what the reform changes.
#[derive(Debug)]
struct EnTeteDemande {
    reforme: Modifications,
}
lecture!(EnTeteDemande { reforme });

/// Réponse à une ligne du lot, ou, à la fin, total du lot.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LigneSimuleeVue)]
pub(crate) struct LigneSimuleeVue {
    /// Numéro de la ligne, à partir de 1 ; null pour le total.
    ligne: Option<u64>,
    /// « evaluee », « refusee » ou, à la dernière ligne, « total ».
    #[schema(example = "evaluee")]
    resultat: &'static str,
    /// Nombre de simulations évaluées ; pour le total seulement.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    evaluees: Option<u64>,
    /// Nombre de lignes refusées ; pour le total seulement.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refusees: Option<u64>,
    /// Sommes sous la loi en vigueur ; null si la ligne est refusée.
    en_vigueur: Option<MontantsVue>,
    /// Sommes sous la réforme ; null si la ligne est refusée.
    reforme: Option<MontantsVue>,
    /// Différence ; null si la ligne est refusée.
    ecart: Option<EcartVue>,
    /// Le problème, si la ligne est refusée.
    probleme: Option<Probleme>,
}

/// Évaluer une réforme sur un lot
///
/// La première ligne (NDJSON) dit la réforme : `{"reforme": […]}`. Chaque ligne suivante est une
/// simulation, telle que `POST /v1/simulations` la reçoit ; une réponse par ligne, dans le même ordre, avec
/// la différence avec la loi en vigueur, puis le total. Rien n'est lu du registre, rien n'est enregistré.
#[utoipa::path(
    post,
    path = "/v1/simulations/lots",
    tag = "Simulations",
    operation_id = "simuler_reforme_sur_lot",
    security(("jeton" = ["feuilles.evaluer"])),
    request_body(content = String, content_type = "application/x-ndjson", description = "La réforme, puis une simulation par ligne"),
    responses((status = 200, description = "Une réponse par ligne, puis le total", content_type = "application/x-ndjson", body = LigneSimuleeVue)),
    extensions(("x-problemes" = json!(["type_de_contenu", "corps_illisible", "champs_invalides"])))
)]
async fn simulate(
    State(state): State<AppState>,
    appel: Appel,
    request: Request,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Portee::FeuillesEvaluer)?;
    exige_type(request.headers(), "application/x-ndjson", "Le lot")?;
    let mut lignes = une_a_une(request.into_body().into_data_stream());
    let Some((_, first)) = lignes.next().await else {
        let detail = "La première ligne doit dire la réforme : {\"reforme\": […]}.";
        return Err(Refus::new(Code::CorpsIllisible, detail));
    };
    let head: EnTeteDemande = lire(&first?)?;
    let services = state.services;
    let Some(loi) = loi_reformee(&services, Some(head.reforme))? else {
        return Err(Refus::new(Code::ErreurInterne, "Réforme sans valeur."));
    };
    let lot = Lot {
        services,
        loi,
        requete: contexte.requete_id,
        lignes,
        total: Total::default(),
        fini: false,
    };
    let headers =
        [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::OK, headers, Body::from_stream(stream::unfold(lot, Lot::next))).into_response())
}

/// The lines of a lot, each taken as the answer to the one before is read.
struct Lot {
    services: Services,
    loi: Law,
    requete: RequestId,
    lignes: BoxStream<'static, (u64, Result<Vec<u8>, Refus>)>,
    total: Total,
    fini: bool,
}

#[derive(Default)]
struct Total {
    evaluees: u64,
    refusees: u64,
    en_vigueur: Montants,
    reforme: Montants,
    ecart: Ecart,
}

impl Lot {
    /// The next answer; the total is the last.
    async fn next(mut self) -> Option<(Result<Bytes, serde_json::Error>, Self)> {
        if self.fini {
            return None;
        }
        let vue = if let Some((ligne, text)) = self.lignes.next().await {
            self.answer(ligne, text)
        } else {
            self.fini = true;
            self.sum()
        };
        let bytes = serde_json::to_vec(&vue).map(|mut bytes| {
            bytes.push(b'\n');
            Bytes::from(bytes)
        });
        Some((bytes, self))
    }

    fn answer(&mut self, ligne: u64, text: Result<Vec<u8>, Refus>) -> LigneSimuleeVue {
        let empty = LigneSimuleeVue {
            ligne: Some(ligne),
            resultat: "evaluee",
            evaluees: None,
            refusees: None,
            en_vigueur: None,
            reforme: None,
            ecart: None,
            probleme: None,
        };
        match text.and_then(|text| self.compare(&text)) {
            Ok((en_vigueur, reforme, ecart)) => {
                self.total.evaluees = self.total.evaluees.saturating_add(1);
                LigneSimuleeVue {
                    en_vigueur: Some(MontantsVue::new(&en_vigueur)),
                    reforme: Some(MontantsVue::new(&reforme)),
                    ecart: Some(EcartVue::new(&ecart)),
                    ..empty
                }
            }
            Err(refus) => {
                self.total.refusees = self.total.refusees.saturating_add(1);
                LigneSimuleeVue {
                    resultat: "refusee",
                    probleme: Some(refus.probleme(self.requete)),
                    ..empty
                }
            }
        }
    }

    fn compare(&mut self, text: &[u8]) -> Result<(Montants, Montants, Ecart), Refus> {
        let demande: SimulationDemande = lire(text)?;
        let (soins, faits, own) = demande.into_domain().map_err(Refus::champs)?;
        if own.is_some() {
            let detail = "champ inattendu : la réforme d'un lot est celle de sa première ligne";
            return Err(Refus::champs(vec![ChampInvalide::new(
                "/reforme",
                "champ_inconnu",
                detail,
            )]));
        }
        let comparee = self.services.confront(&self.loi, &soins, &faits)?;
        let (before, after) = (comparee.en_vigueur.totaux, comparee.reforme.totaux);
        let overflow = |_too_large| Refus::new(Code::ErreurInterne, "Total trop grand.");
        let total = &mut self.total;
        total.en_vigueur = total.en_vigueur.plus(&before).map_err(overflow)?;
        total.reforme = total.reforme.plus(&after).map_err(overflow)?;
        total.ecart = total.ecart.plus(&comparee.ecart).map_err(overflow)?;
        Ok((before, after, comparee.ecart))
    }

    fn sum(&self) -> LigneSimuleeVue {
        LigneSimuleeVue {
            ligne: None,
            resultat: "total",
            evaluees: Some(self.total.evaluees),
            refusees: Some(self.total.refusees),
            en_vigueur: Some(MontantsVue::new(&self.total.en_vigueur)),
            reforme: Some(MontantsVue::new(&self.total.reforme)),
            ecart: Some(EcartVue::new(&self.total.ecart)),
            probleme: None,
        }
    }
}

/// Reads one line.
fn lire<T: Lire>(text: &[u8]) -> Result<T, Refus> {
    let json = Json::parse(text).map_err(|error| {
        let cause = Json::cause(text, &error);
        let detail = format!(
            "La ligne n'est pas un document JSON lisible : {cause} (colonne {}).",
            error.column()
        );
        Refus::new(Code::CorpsIllisible, detail)
    })?;
    lire_document(&json).map_err(Refus::champs)
}
