//! A reform on a lot: one simulation a line, invented or about a real person, the difference of each
//! and their total, nothing stored.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, BoxStream, StreamExt};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::SimulationRegistreDemande;
use super::demande::SimulationDemande;
use super::reforme::{EcartVue, ModificationDemande, reformer};
use crate::domain::droits::Demarche;
use crate::domain::evaluation::Montants;
use crate::domain::ids::RequestId;
use crate::domain::{evaluation::FaitsConnus, feuille_de_soins::Soins};
use crate::http::AppState;
use crate::http::extract::{Appel, exige_type};
use crate::http::json::Json;
use crate::http::lecture::{Lire, Liste, lecture, lire_document};
use crate::http::openapi::routes;
use crate::http::problem::{Code, Probleme, Refus};
use crate::http::schemas::ResultatSimulation;
use crate::http::transport::streamed;
use crate::http::v1::evaluation::MontantsVue;
use crate::http::v1::feuilles_de_soins::une_a_une;
use crate::services::ServiceError;
use crate::services::ccam;
use crate::services::simulations;
use crate::services::simulations::{Comparee, Ecart};
use crate::services::{ChampInvalide, Contexte, Core, Law};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(simulate))
}

/// Lines asked at once: those about a real person wait for the database, and for their trace to be safe,
/// which the writer of traces commits together. Few, so that a lot leaves connections to others.
const EN_COURS: usize = 4;

/// A reform, or none.
type ReformeDuLot = Liste<ModificationDemande, 0, 20>;

lecture! {
    /// First line of a lot: what the reform changes, or nothing.
    struct EnTeteDemande {
        reforme: ReformeDuLot,
    }
}

/// Réponse à une ligne du lot, ou, à la fin, total du lot.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LigneSimuleeVue)]
pub(crate) struct LigneSimuleeVue {
    /// Numéro de la ligne, à partir de 1 ; null pour le total.
    ligne: Option<u64>,
    /// Ce que la ligne est devenue.
    #[schema(value_type = ResultatSimulation)]
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
/// La première ligne (NDJSON) dit la réforme : `{"reforme": […]}` ; une liste vide laisse la loi en
/// vigueur, et la différence est nulle. Chaque ligne suivante est une simulation, telle que
/// `POST /v1/simulations` la reçoit, ou une feuille d'un patient réel, telle que
/// `POST /v1/simulations/registre` la reçoit (`{"feuille": …, "connu_le": …}`), aux mêmes conditions d'accès
/// et avec la même trace ; les deux peuvent se suivre. Une réponse par ligne, dans le même ordre, avec la
/// différence avec la loi en vigueur, puis le total. Une ligne refusée n'arrête pas les autres. Chaque
/// feuille est évaluée pour elle-même, sans les autres du lot. Rien n'est enregistré, sauf les traces.
#[utoipa::path(
    post,
    path = "/v1/simulations/lots",
    operation_id = "simuler_reforme_sur_lot",
    request_body(content = String, content_type = "application/x-ndjson", description = "La réforme, puis une simulation ou une feuille par ligne"),
    responses((status = 200, description = "Une réponse par ligne, puis le total", content_type = "application/x-ndjson", body = LigneSimuleeVue)),
    extensions(("x-problemes" = json!(["type_de_contenu", "corps_illisible", "champs_invalides"])))
)]
async fn simulate(
    State(state): State<AppState>,
    appel: Appel,
    request: Request,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::SimulerReformeSurLot)?;
    exige_type(request.headers(), "application/x-ndjson", "Le lot")?;
    let mut lignes = une_a_une(request.into_body().into_data_stream());
    let Some((_, first)) = lignes.next().await else {
        let detail = "La première ligne doit dire la réforme : {\"reforme\": […]}.";
        return Err(Refus::new(Code::CorpsIllisible, detail));
    };
    let first = first?;
    let head: EnTeteDemande = lire(&parse(&first)?)?;
    let (core, requete) = (state.core.clone(), contexte.requete_id);
    let loi = reformer(core.law(), head.reforme.0)?;
    let question = Arc::new(Question { core, loi, contexte });
    let comparees = lignes
        .map(move |(ligne, text)| {
            let question = Arc::clone(&question);
            async move { (ligne, question.compare(text).await) }
        })
        .buffered(EN_COURS)
        .boxed();
    let lot = Lot { comparees, requete, total: Total::default(), fini: false };
    let headers =
        [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::OK, headers, streamed(stream::unfold(lot, Lot::next))).into_response())
}

/// What is asked of every line.
struct Question {
    core: Core,
    loi: Law,
    contexte: Contexte,
}

impl Question {
    /// A line under the law in force and under the reform. One that has a feuille is about a real person.
    async fn compare(&self, text: Result<Vec<u8>, Refus>) -> Result<Comparee, Refus> {
        let text = text?;
        let asked = {
            let json = parse(&text)?;
            if has_feuille(&json) { Ok(lire(&json)?) } else { Err(lire(&json)?) }
        };
        match asked {
            Ok(registered) => self.compare_registered(registered).await,
            Err(invented) => self.compare_invented(invented).await,
        }
    }

    fn confront(&self, soins: &Soins, faits: &FaitsConnus) -> Result<Comparee, Refus> {
        let compared = self.core.law().confronter(&self.loi, soins, faits);
        Ok(compared.map_err(ServiceError::from)?)
    }

    async fn compare_invented(&self, asked: SimulationDemande) -> Result<Comparee, Refus> {
        let (soins, mut faits, own) = asked.into_domain().map_err(Refus::champs)?;
        no_own_reform(own.is_some())?;
        ccam::completer(&self.core, &soins, &mut faits).await?;
        self.confront(&soins, &faits)
    }

    async fn compare_registered(
        &self,
        asked: SimulationRegistreDemande,
    ) -> Result<Comparee, Refus> {
        no_own_reform(asked.reforme.is_some())?;
        let connu_le = asked.connu_le;
        let nouvelle = asked.nouvelle(&self.core)?;
        let found =
            simulations::against_register(&self.core, &self.contexte, &nouvelle, connu_le).await?;
        self.confront(&nouvelle.feuille.soins, &found.into_inner().faits)
    }
}

/// The answers to the lines, each taken as the answer to the one before is read.
struct Lot {
    comparees: BoxStream<'static, (u64, Result<Comparee, Refus>)>,
    requete: RequestId,
    total: Total,
    fini: bool,
}

#[derive(Clone, Copy, Default)]
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
        let vue = if let Some((ligne, comparee)) = self.comparees.next().await {
            self.answer(ligne, comparee)
        } else {
            self.fini = true;
            self.total.vue()
        };
        let bytes = serde_json::to_vec(&vue).map(|mut bytes| {
            bytes.push(b'\n');
            Bytes::from(bytes)
        });
        Some((bytes, self))
    }

    fn answer(&mut self, ligne: u64, comparee: Result<Comparee, Refus>) -> LigneSimuleeVue {
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
        match comparee.and_then(|one| Ok((self.total.plus(&one)?, one))) {
            Ok((total, comparee)) => {
                self.total = total;
                LigneSimuleeVue {
                    en_vigueur: Some(MontantsVue::new(&comparee.en_vigueur.totaux)),
                    reforme: Some(MontantsVue::new(&comparee.reforme.totaux)),
                    ecart: Some(EcartVue::new(&comparee.ecart)),
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
}

impl Total {
    /// With one more line.
    fn plus(&self, one: &Comparee) -> Result<Self, Refus> {
        let overflow = |_too_large| Refus::new(Code::ErreurInterne, "Total trop grand.");
        Ok(Self {
            evaluees: self.evaluees.saturating_add(1),
            refusees: self.refusees,
            en_vigueur: self.en_vigueur.plus(&one.en_vigueur.totaux).map_err(overflow)?,
            reforme: self.reforme.plus(&one.reforme.totaux).map_err(overflow)?,
            ecart: self.ecart.plus(&one.ecart).map_err(overflow)?,
        })
    }

    fn vue(&self) -> LigneSimuleeVue {
        LigneSimuleeVue {
            ligne: None,
            resultat: "total",
            evaluees: Some(self.evaluees),
            refusees: Some(self.refusees),
            en_vigueur: Some(MontantsVue::new(&self.en_vigueur)),
            reforme: Some(MontantsVue::new(&self.reforme)),
            ecart: Some(EcartVue::new(&self.ecart)),
            probleme: None,
        }
    }
}

/// The reform of a lot is that of its first line.
fn no_own_reform(own: bool) -> Result<(), Refus> {
    if !own {
        return Ok(());
    }
    let detail = "champ inattendu : la réforme d'un lot est celle de sa première ligne";
    Err(Refus::champs(vec![ChampInvalide::new("/reforme", "champ_inconnu", detail)]))
}

/// Whether a line is about a real person.
fn has_feuille(json: &Json<'_>) -> bool {
    matches!(json, Json::Objet(members) if members.iter().any(|(name, _)| name == "feuille"))
}

/// Parses one line.
fn parse(text: &[u8]) -> Result<Json<'_>, Refus> {
    Json::parse(text).map_err(|error| {
        let cause = Json::cause(text, &error);
        let detail = format!(
            "La ligne n'est pas un document JSON lisible : {cause} (colonne {}).",
            error.column()
        );
        Refus::new(Code::CorpsIllisible, detail)
    })
}

/// Reads what one line asks.
fn lire<T: Lire>(json: &Json<'_>) -> Result<T, Refus> {
    lire_document(json).map_err(Refus::champs)
}
