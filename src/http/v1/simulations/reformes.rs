//! A reform on the feuilles of the register: asked, followed, and read as the tables of the statistics.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

use super::reforme::{Modifications, demandees};
use crate::domain::droits::Demarche;
use crate::domain::ids::SimulationId;
use crate::domain::statistiques::{
    Axe, ChiffreConfronte, EtatSimulation, Indicateur, LigneConfrontee, Methode, SEUIL, Tableau,
    Valeur,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Chemins, Requete};
use crate::http::idempotency::{Anonymous, json as respond_json, rendre};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::v1::acte::{consultation, creation};
use crate::http::v1::statistiques::{DefinitionVue, definitions, verify_axis};
use crate::http::vue::vue;
use crate::services::Rendu;
use crate::services::simulations::ModificationDemandee;
use crate::services::statistiques::reformes::{self, SimulationSuivie, TableauReforme};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(get)).routes(routes!(table))
}

lecture! {
    /// Réforme à compter sur les feuilles du registre.
    #[schema(example = json!({
        "du": "2025-01-01", "au": "2025-12-31",
        "reforme": [{"code": "DA_SECTEUR_1", "valeur": 0, "du": "2025-01-01"}]
    }))]
    pub(crate) struct SimulationReformeDemande {
        /// Premier jour de soins : le premier d'un mois.
        du: NaiveDate,
        /// Dernier jour de soins : le dernier d'un mois, dix ans après au plus.
        au: NaiveDate,
        /// Autres valeurs de paramètres, chacune pour des mois entiers.
        reforme: Modifications,
    }

    /// Ce qu'un tableau d'une réforme compte.
    struct TableauReformeDemande {
        /// Méthode de classement des consultations ; cour_2013 par défaut.
        methode: Option<Methode>,
        /// Ventilation ; aucune par défaut. Chaque tableau dit les siennes.
        par: Option<Axe>,
    }
}

vue! {
    /// Réforme comptée sur les feuilles du registre.
    pub(crate) struct SimulationReformeVue(suivie: &SimulationSuivie) {
        let simulation = &suivie.simulation;
        let avancement = &simulation.avancement;

        /// Identifiant.
        id: SimulationId = simulation.id,
        /// Premier jour de soins.
        du: NaiveDate = simulation.du,
        /// Dernier jour de soins.
        au: NaiveDate = simulation.au,
        /// Autres valeurs de paramètres.
        reforme: Vec<ModificationVue> = suivie.reforme.iter().map(ModificationVue::new).collect(),
        /// Avancement.
        etat: EtatSimulation = simulation.etat,
        /// Part des feuilles de ces mois qui est déjà évaluée, en dix-millièmes.
        #[schema(example = 4200)]
        avancement: i64 = share(avancement.vues, avancement.prevues, simulation.etat),
        /// Feuilles dont une des deux lois ne dit rien, et qui ne sont comptées nulle part ; null de 1 à 10.
        #[schema(example = 0)]
        sans_reponse: Option<i64> =
            Some(avancement.sans_reponse).filter(|own| !(1..SEUIL).contains(own)),
        /// Demande.
        enregistree_le: DateTime<Utc> = simulation.enregistre_le,
    }

    /// Autre valeur d'un paramètre.
    pub(crate) struct ModificationVue(one: &ModificationDemandee) {
        /// Code du paramètre.
        #[schema(example = "DA_SECTEUR_1")]
        code: String = one.code.clone(),
        /// Valeur, dans l'unité du paramètre.
        #[schema(example = 0)]
        valeur: i64 = one.valeur,
        /// Premier jour de soins de cette valeur.
        du: NaiveDate = one.du,
        /// Dernier jour ; null sans fin.
        au: Option<NaiveDate> = one.au,
    }

    /// Tableau d'une réforme : les mêmes feuilles sous la loi en vigueur et sous la réforme.
    pub(crate) struct TableauReformeVue(found: &TableauReforme) {
        let tableau = found.tableau;

        /// Tableau.
        tableau: Tableau = tableau,
        /// Titre.
        titre: &'static str = tableau.titre(),
        /// Méthode ; null quand il n'y en a qu'une.
        methode: Option<Methode> = Some(found.methode).filter(|_| tableau.a_methodes()),
        /// Ventilation, ou null.
        par: Option<Axe> = found.axe,
        /// Caisse, cinq chiffres ; null pour tout le registre.
        #[schema(example = "01131")]
        caisse: Option<String> = found.caisse.clone(),
        /// Premier jour de soins.
        du: NaiveDate = found.simulation.du,
        /// Dernier jour de soins.
        au: NaiveDate = found.simulation.au,
        /// Plus petit nombre qui est dit ; les nombres non nuls plus petits sont secrets.
        #[schema(example = 11)]
        seuil_du_secret: i64 = SEUIL,
        /// Définitions des chiffres.
        indicateurs: Vec<DefinitionVue> = definitions(tableau),
        /// Chiffres, classe par classe.
        lignes: Vec<LigneReformeVue> = found.lignes.iter().map(LigneReformeVue::new).collect(),
    }

    /// Chiffres d'une classe sous les deux lois.
    pub(crate) struct LigneReformeVue(ligne: &LigneConfrontee) {
        let class = ligne.classe.as_ref();
        let snds = class.and_then(|(axe, code)| axe.snds(code));

        /// Classe de la ventilation ; null pour le total.
        classe: Option<String> = class.map(|(_, code)| code.clone()),
        /// Nomenclature du SNDS qui a cette classe, ou null.
        nomenclature: Option<&'static str> = snds.as_ref().map(|(name, _)| *name),
        /// Code de la classe dans cette nomenclature, ou null.
        code_snds: Option<String> = snds.map(|(_, code)| code),
        /// Chiffres.
        chiffres: Vec<ChiffreReformeVue> =
            ligne.chiffres.iter().map(ChiffreReformeVue::new).collect(),
    }

    /// Un chiffre sous les deux lois, dans l'unité de sa définition.
    pub(crate) struct ChiffreReformeVue(chiffre: &ChiffreConfronte) {
        /// Code stable.
        indicateur: Indicateur = chiffre.indicateur,
        /// Sous la loi en vigueur ; null s'il est secret ou sans objet.
        #[schema(example = 24050)]
        en_vigueur: Option<i64> = chiffre.en_vigueur.nombre(),
        /// Sous la réforme ; null s'il est secret ou sans objet.
        #[schema(example = 21950)]
        reforme: Option<i64> = chiffre.reforme.nombre(),
        /// Ce que la réforme ajoute ; null quand l'un des deux l'est.
        #[schema(example = -2100)]
        ecart: Option<i64> = chiffre.ecart(),
        /// Vrai quand le chiffre de la réforme est trop petit pour être dit, ou dirait ce que deviennent moins de onze actes.
        secret: bool = chiffre.reforme == Valeur::Secret,
    }
}

impl Anonymous for SimulationReformeVue {}
impl Anonymous for TableauReformeVue {}

/// A share, in ten-thousandths; all of it once it is done.
fn share(vues: i64, prevues: i64, etat: EtatSimulation) -> i64 {
    let part = vues.saturating_mul(10_000).checked_div(prevues).unwrap_or_default();
    if etat == EtatSimulation::Terminee { 10_000 } else { part.min(10_000) }
}

/// Renders a simulation that begins.
fn accepted(suivie: &SimulationSuivie) -> Result<Rendu, serde_json::Error> {
    let location = format!("/v1/simulations/reformes/{}", suivie.simulation.id);
    rendre(StatusCode::ACCEPTED, Some(location), None, &SimulationReformeVue::new(suivie))
}

creation! {
    /// Compter une réforme sur les feuilles du registre
    ///
    /// Un travail de fond évalue les feuilles de ces mois sous la loi en vigueur et sous la réforme, chacune avec ce qui était
    /// connu lors de sa dernière évaluation, et compte les deux comme les statistiques. Rien n'est écrit sur les feuilles, et
    /// personne n'est compté en particulier. Les mois sont entiers : deux jours voisins diffèrent d'une personne.
    create: SimulerReformeSurRegistre = "/v1/simulations/reformes", SimulationReformeDemande
        => 202 SimulationReformeVue "La simulation, dont le calcul commence" ("Location"), ["transition_interdite"],
    |core, demande, recue| {
        let SimulationReformeDemande { du, au, reforme } = recue;
        reformes::create(core, demande, ((du, au), demandees(reforme.0)), accepted).await
    }
}

consultation! {
    /// Suivre une réforme comptée sur le registre
    ///
    /// Son avancement. Les tableaux se lisent quand elle est terminée.
    get: LireSimulationReforme = "/v1/simulations/reformes/{id}" => SimulationReformeVue "La simulation", [],
    (core, contexte, Chemin(id): Chemin<SimulationId>) {
        let suivie = reformes::get(core, contexte, id).await?;
        respond_json(&SimulationReformeVue::new(&suivie))
    }
}

/// Lire un tableau d'une réforme
///
/// Les chiffres des statistiques qui se comptent sur des feuilles, sous la loi en vigueur et sous la réforme : qui paie,
/// majorations, consultations dans le parcours, hors et exclues, suppléments, indicateurs. Une caisse lit ce qui est de
/// ses assurés, le rôle statistiques tout le registre. Un nombre de 1 à 10 n'est pas dit, ni ce qui le rendrait, ni ce que
/// deviennent moins de onze actes.
#[utoipa::path(
    get,
    path = "/v1/simulations/reformes/{id}/{tableau}",
    operation_id = "lire_tableau_reforme",
    params(("tableau" = Tableau, Path, description = "Nom du tableau, que les définitions donnent")),
    responses((status = 200, description = "Le tableau", body = TableauReformeVue)),
    extensions(("x-problemes" = json!(["transition_interdite"])))
)]
async fn table(
    State(state): State<AppState>,
    appel: Appel,
    Chemins(id, tableau): Chemins<SimulationId, Tableau>,
    Requete(asked): Requete<TableauReformeDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireTableauReforme)?;
    if !tableau.est_de_feuilles() {
        let known = Tableau::TOUS.iter().filter(|one| one.est_de_feuilles());
        let known: Vec<&str> = known.map(|one| one.mot()).collect();
        let attendu = format!("attendu : un tableau de feuilles, {}", known.join(", "));
        return Err(Refus::parametre("tableau", "champ_inadapte", attendu));
    }
    verify_axis(tableau, asked.par)?;
    let how = (tableau, asked.methode.unwrap_or(Methode::Cour2013), asked.par);
    let found = reformes::table(&state.core, &contexte, id, how).await?;
    respond_json(&TableauReformeVue::new(&found))
}
