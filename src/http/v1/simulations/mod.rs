//! Simulations: the same evaluation without storing anything, with facts given inline or taken from the
//! register, under the law in force or a reform of it.

mod demande;
mod lots;
mod reforme;
mod reformes;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::demande::SimulationDemande;
pub(crate) use self::reforme::ReformeVue;
use self::reforme::{Modifications, confronter, loi_reformee};
use super::evaluation::{Contexte, EVALUATION, EvaluationVue};
use super::feuilles_de_soins::demande::FeuilleDemande;
use super::instruction::InstructionVue;
use crate::domain::droits::Demarche;
use crate::domain::evaluation::{Evaluation, FaitsConnus};
use crate::domain::feuille_de_soins::Soins;
use crate::domain::ids::DeclarationId;
use crate::http::AppState;
use crate::http::error;
use crate::http::extract::{Appel, Corps, Requete};
use crate::http::idempotency::{json as respond_json, show};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::problem::{Code, Refus};
use crate::services::ccam;
use crate::services::feuilles_de_soins::NouvelleFeuille;
use crate::services::instructions::Detail;
use crate::services::patients;
use crate::services::simulations;
use crate::services::{ChampInvalide, Core};
use crate::services::{
    Law,
    evaluations::{ask, explain, settle},
    instructions,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(simulate))
        .routes(routes!(simulate_registered))
        .merge(lots::router())
        .merge(reformes::router())
}

lecture! {
    /// How much is asked for.
    struct VueDemande {
        /// « instruction » ajoute toutes les règles, tous les faits et toutes les valeurs.
        vue: Option<Detail>,
    }

    /// Feuille de soins à évaluer contre le registre, sans l'enregistrer.
    #[schema(example = json!({ "feuille": super::feuilles_de_soins::exemple() }))]
    pub(crate) struct SimulationRegistreDemande {
        /// La feuille, telle qu'elle serait transmise.
        feuille: FeuilleDemande,
        /// Ce qui était enregistré à cet instant est pris en compte ; maintenant par défaut.
        connu_le: Option<DateTime<Utc>>,
        /// Autres valeurs de paramètres, pour voir ce qu'elles changeraient.
        reforme: Option<Modifications>,
    }
}

impl SimulationRegistreDemande {
    /// The feuille that is asked about.
    fn nouvelle(self, core: &Core) -> Result<NouvelleFeuille, Refus> {
        self.feuille
            .into_domain(patients::accepts_test_numbers(core))
            .map_err(|wrong| Refus::champs(wrong.into_iter().map(within_feuille).collect()))
    }
}

/// What is rendered of a simulation.
struct Simulee<'a> {
    soins: &'a Soins,
    faits: &'a FaitsConnus,
    evaluation: &'a Evaluation,
    declaration_id: Option<DeclarationId>,
    connu_le: Option<DateTime<Utc>>,
    detail: Option<Detail>,
    reforme: Option<ReformeVue>,
}

impl Simulee<'_> {
    fn render(self, law: &Law) -> Result<EvaluationVue, Refus> {
        let explication = explain(law, self.soins, self.faits, self.evaluation)?;
        let contexte = Contexte {
            numero: None,
            regles_version: *law.empreinte(),
            connu_le: self.connu_le,
            indicateur: self.soins.parcours.indicateur,
            declaration_id: self.declaration_id,
            reglement: settle(self.soins, self.evaluation)?,
            registre: &self.faits.registre,
            explication: &explication,
        };
        let vue = EvaluationVue::new(self.evaluation, &contexte)
            .ok_or_else(|| Refus::new(Code::ErreurInterne, "Évaluation sans acte."))?;
        let vue = match self.detail {
            Some(Detail::Instruction) => {
                let registre = self.connu_le;
                let read =
                    instructions::instruct(law, self.soins, self.faits, self.evaluation, registre)?;
                vue.with_instruction(InstructionVue::new(&read))
            }
            Some(Detail::Decision) | None => vue,
        };
        Ok(vue.with_reforme(self.reforme))
    }
}

/// Évaluer des soins sans registre
///
/// La même évaluation que pour une feuille de soins, avec des faits donnés dans la requête. Rien n'est lu
/// que la CCAM chargée, rien n'est enregistré, aucun jeton n'est demandé : chacun peut essayer. Avec « reforme »,
/// la réponse dit aussi ce que d'autres valeurs de la loi changeraient.
#[utoipa::path(
    post,
    path = "/v1/simulations",
    operation_id = "simuler",
    responses((status = 200, description = "L'évaluation", body = EvaluationVue)),
    extensions(("x-problemes" = json!([EVALUATION])))
)]
async fn simulate(
    State(state): State<AppState>,
    Requete(asked): Requete<VueDemande>,
    corps: Corps<SimulationDemande>,
) -> Result<Response, Refus> {
    respond_json(&simuler(&state.core, corps.valeur, asked.vue).await?)
}

/// The evaluation of care described whole, for a program as for a page.
pub(crate) async fn simuler(
    core: &Core,
    demande: SimulationDemande,
    detail: Option<Detail>,
) -> Result<EvaluationVue, Refus> {
    let (soins, mut faits, reforme) = demande.into_domain().map_err(Refus::champs)?;
    ccam::completer(core, &soins, &mut faits).await?;
    let law = core.law();
    let loi = loi_reformee(law, reforme)?;
    let evaluation = ask(law, &soins, &faits).map_err(error::simulation)?;
    let reforme = loi.map(|loi| confronter(law, &loi, &soins, &faits)).transpose()?;
    let simulee = Simulee {
        soins: &soins,
        faits: &faits,
        evaluation: &evaluation,
        declaration_id: None,
        connu_le: None,
        detail,
        reforme,
    };
    simulee.render(law)
}

/// Évaluer une feuille de soins contre le registre, sans l'enregistrer
///
/// La feuille est évaluée comme si elle était transmise, avec ce que le registre savait le jour des soins :
/// médecin traitant, participations déjà retenues, organisme. Une feuille déjà reçue est évaluée sans ce
/// qu'elle a elle-même laissé au registre. Le médecin interroge pour les feuilles dont il
/// est l'exécutant, la caisse pour ses assurés. Rien n'est enregistré, sauf la trace de l'accès, que le
/// patient peut lire. Avec « connu_le », tout ce que l'évaluation lit du registre est ce qui était enregistré
/// à cet instant : dossier, naissance, caisse, statut, médecin traitant, adressages, départs, exercice du
/// médecin, et les autres feuilles du patient avec leur évaluation d'alors. Seuls les honoraires de l'année
/// d'un médecin, dont aucune histoire n'est gardée, sont ceux d'aujourd'hui ; la loi est celle en vigueur.
#[utoipa::path(
    post,
    path = "/v1/simulations/registre",
    operation_id = "simuler_contre_registre",
    responses((status = 200, description = "L'évaluation", body = EvaluationVue)),
    extensions(("x-problemes" = json!(["trop_d_essais", EVALUATION])))
)]
async fn simulate_registered(
    State(state): State<AppState>,
    appel: Appel,
    Requete(asked): Requete<VueDemande>,
    corps: Corps<SimulationRegistreDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::SimulerContreRegistre)?;
    let mut demande = corps.valeur;
    let (connu_le, reforme) = (demande.connu_le, demande.reforme.take());
    let (core, law) = (&state.core, state.core.law());
    let nouvelle = demande.nouvelle(core)?;
    let loi = loi_reformee(law, reforme)?;
    if asked.vue == Some(Detail::Instruction) {
        instructions::verify_instructor(&contexte)?;
    }
    let found = simulations::against_register(core, &contexte, &nouvelle, connu_le).await?;
    let soins = &nouvelle.feuille.soins;
    let seen = found.try_map(|found| {
        let reforme = loi.map(|loi| confronter(law, &loi, soins, &found.faits)).transpose()?;
        let simulee = Simulee {
            soins,
            faits: &found.faits,
            evaluation: &found.evaluation,
            declaration_id: found.declaration_id,
            connu_le: Some(found.connu_le),
            detail: asked.vue,
            reforme,
        };
        simulee.render(law)
    });
    show(&seen?)
}

/// A field of the feuille, where the caller wrote it.
fn within_feuille(wrong: ChampInvalide) -> ChampInvalide {
    ChampInvalide { pointeur: format!("/feuille{}", wrong.pointeur), ..wrong }
}
