//! A reform on the feuilles of the register: a job evaluates those of some months under the law in force and under another
//! one, and counts both as the statistics do.
//!
//! Each feuille is evaluated with what was known when it was last evaluated: the difference is of the law alone. Counts of
//! nobody are kept, of the whole register, and whoever reads a table reads what is theirs of it.

use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use super::comptes::under_both;
use super::is_month_end;
use crate::domain::acteur::Caisse;
use crate::domain::calendar::{debut_de_mois, plus_mois};
use crate::domain::ids::SimulationId;
use crate::domain::statistiques::{
    Avancement, Axe, CodeCaisse, Confrontes, EtatSimulation, LigneConfrontee, Methode, Simulation,
    Tableau, confronter,
};
use crate::law::Law;
use crate::services::simulations::{ModificationDemandee, reformed};
use crate::services::{ChampInvalide, Contexte, Core, Demande, Done, Render, ServiceError};
use crate::storage::statistiques::simulations as stored;
use crate::storage::taches::Tache;
use crate::storage::{Connection, feuilles_de_soins};

/// The job that counts one.
pub const SIMULER: &str = "simuler_reforme";

/// Feuilles read at once.
const PAGE: i64 = 500;
/// Pages between which nothing is kept: what a run that stops does again.
const PAGES: usize = 20;
/// Reforms that are being counted, at most: each reads every feuille of its months.
const EN_COURS: i64 = 3;
/// Months of one, at most.
const MOIS: i32 = 120;

/// A reform, and what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulationSuivie {
    pub simulation: Simulation,
    pub reforme: Vec<ModificationDemandee>,
}

/// A table of a reform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableauReforme {
    pub simulation: Simulation,
    pub tableau: Tableau,
    pub methode: Methode,
    pub axe: Option<Axe>,
    /// Of this caisse alone; none for the whole register.
    pub caisse: Option<String>,
    pub lignes: Vec<LigneConfrontee>,
}

/// Asks for a reform to be counted on the feuilles of some months.
pub async fn create(
    core: &Core,
    demande: &Demande,
    ((du, au), reforme): ((NaiveDate, NaiveDate), Vec<ModificationDemandee>),
    rendre: impl Render<SimulationSuivie>,
) -> Done {
    let contexte = &demande.contexte;
    contexte.demarche.verify_role(contexte.acteur()).map_err(ServiceError::from)?;
    verify_months((du, au), &reforme)?;
    reformed(core.law(), &reforme)?;
    let mut opening = core.open(demande).await?;
    if stored::count_waiting(opening.conn()).await? >= EN_COURS {
        let state = "trois simulations se calculent déjà : attendre la fin de l'une d'elles";
        return Err(ServiceError::EtatIncompatible(state).into());
    }
    let now = core.now();
    let simulation = Simulation {
        id: SimulationId::from_uuid(core.ids().uuid()),
        du,
        au,
        etat: EtatSimulation::EnCours,
        version: 1,
        enregistre_le: now,
        avancement: Avancement::default(),
    };
    let auteur_id = opening.auteur_id();
    stored::insert(opening.conn(), &simulation, (&written(&reforme), auteur_id)).await?;
    let (key, charge) = (simulation.id.to_string(), json!({ "simulation_id": simulation.id }));
    opening.queue(SIMULER, (&key, &charge)).await?;
    Ok(opening.close(rendre(&SimulationSuivie { simulation, reforme })?).await?)
}

/// Reads how far one is.
pub async fn get(
    core: &Core,
    contexte: &Contexte,
    id: SimulationId,
) -> Result<SimulationSuivie, ServiceError> {
    let mut search = core.search(contexte).await?;
    let (simulation, reforme) =
        stored::get(search.conn(), id).await?.ok_or(ServiceError::Introuvable)?;
    Ok(SimulationSuivie { simulation, reforme: read(&reforme) })
}

/// A table of one that is counted: of the whole register, or of the calling caisse.
pub async fn table(
    core: &Core,
    contexte: &Contexte,
    id: SimulationId,
    (tableau, methode, axe): (Tableau, Methode, Option<Axe>),
) -> Result<TableauReforme, ServiceError> {
    let mut search = core.search(contexte).await?;
    let found = stored::get(search.conn(), id).await?.ok_or(ServiceError::Introuvable)?;
    let simulation = found.0;
    if simulation.etat != EtatSimulation::Terminee {
        return Err(ServiceError::EtatIncompatible("la simulation n'est pas encore terminée"));
    }
    let mut counts = stored::counts(search.conn(), id).await?;
    let caisse = contexte.acteur().caisse().map(Caisse::code);
    if let Some(own) = caisse.as_deref().and_then(CodeCaisse::parse) {
        counts = counts.de_la_caisse(own);
    }
    let lignes = confronter(tableau, (methode, axe), &counts);
    Ok(TableauReforme { simulation, tableau, methode, axe, caisse, lignes })
}

/// Whether all days asked are those of whole months: the tables of two neighbouring days would differ by one person.
fn verify_months(
    (du, au): (NaiveDate, NaiveDate),
    reforme: &[ModificationDemandee],
) -> Result<(), ServiceError> {
    let first = |place: String, jour: NaiveDate| {
        let message = "attendu : le premier jour d'un mois";
        (jour.day() != 1).then(|| ChampInvalide::new(place, "pas_un_debut_de_mois", message))
    };
    let last = |place: String, jour: NaiveDate| {
        let message = "attendu : le dernier jour d'un mois";
        (!is_month_end(jour)).then(|| ChampInvalide::new(place, "pas_une_fin_de_mois", message))
    };
    let mut wrong: Vec<ChampInvalide> =
        first("/du".to_owned(), du).into_iter().chain(last("/au".to_owned(), au)).collect();
    if au < du {
        let message = "attendu : une date qui ne précède pas la première";
        wrong.push(ChampInvalide::new("/au", "periode_vide", message));
    } else if plus_mois(du, MOIS).is_some_and(|end| au >= end) {
        wrong.push(ChampInvalide::new("/au", "hors_bornes", "attendu : dix ans au plus"));
    }
    for (index, one) in reforme.iter().enumerate() {
        wrong.extend(first(format!("/reforme/{index}/du"), one.du));
        wrong.extend(one.au.and_then(|au| last(format!("/reforme/{index}/au"), au)));
    }
    if wrong.is_empty() { Ok(()) } else { Err(ServiceError::Invalide(wrong)) }
}

/// A reform as it is stored.
fn written(reforme: &[ModificationDemandee]) -> Value {
    let one = |one: &ModificationDemandee| json!({ "code": one.code, "unite": one.unite, "valeur": one.valeur, "du": one.du, "au": one.au });
    reforme.iter().map(one).collect()
}

/// The same, read again.
fn read(stored: &Value) -> Vec<ModificationDemandee> {
    let one = |one: &Value| {
        let text = |name: &str| Some(one.get(name)?.as_str()?.to_owned());
        let day = |name: &str| one.get(name)?.as_str()?.parse().ok();
        Some(ModificationDemandee {
            code: text("code")?,
            unite: text("unite"),
            valeur: one.get("valeur")?.as_i64()?,
            du: day("du")?,
            au: day("au"),
        })
    };
    stored.as_array().into_iter().flatten().filter_map(one).collect()
}

/// Counts one, from where an earlier run stopped, or from nothing when the law in force became another.
pub async fn run(core: &Core, task: &Tache) -> Result<(), ServiceError> {
    let id = task.charge.get("simulation_id").and_then(|id| id.as_str()?.parse().ok());
    let Some(id) = id else { return Ok(()) };
    let loi_id = core.loi_id().await?;
    let mut conn = core.public("simulation_reforme.of_task").await?;
    let Some((mut asked, reforme)) = stored::get(&mut conn, id).await? else { return Ok(()) };
    let loi = reformed(core.law(), &read(&reforme))?;
    let mut counts = stored::counts(&mut conn, id).await?;
    if asked.avancement.loi_id != Some(loi_id) {
        let prevues = stored::feuilles(&mut conn, (asked.du, asked.au)).await?;
        counts = Confrontes::default();
        asked.avancement = Avancement { loi_id: Some(loi_id), prevues, ..Avancement::default() };
    }
    drop(conn);
    while asked.etat == EtatSimulation::EnCours {
        let before = asked.clone();
        for _ in 0..PAGES {
            let mut conn = core.public("simulation_reforme.page").await?;
            step(core, (&mut conn, &loi), &mut asked, &mut counts).await?;
        }
        let mut job = core.job("simulation_reforme.keep").await?;
        if !stored::keep(job.conn(), &before, &asked, &counts).await? {
            return Ok(());
        }
        job.close().await?;
        asked.version = asked.version.saturating_add(1);
        if !core.still_ours(task).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Counts a page of the month at hand, or goes to the next month; ends after the last.
async fn step(
    core: &Core,
    (conn, loi): (&mut Connection, &Law),
    asked: &mut Simulation,
    counts: &mut Confrontes,
) -> Result<(), ServiceError> {
    let Avancement { mois, place, .. } = asked.avancement;
    let month = mois.unwrap_or_else(|| debut_de_mois(asked.du));
    let next = plus_mois(month, 1).filter(|_| month <= asked.au);
    let Some(next) = next else {
        asked.etat = EtatSimulation::Terminee;
        return Ok(());
    };
    let page = feuilles_de_soins::page(conn, core.coffre(), (month, next), (place, PAGE)).await?;
    let now = &mut asked.avancement;
    let Some(last) = page.last() else {
        (now.mois, now.place) = (Some(next), None);
        return Ok(());
    };
    (now.mois, now.place) = (Some(month), Some(last.feuille.id));
    now.vues = now.vues.saturating_add(i64::try_from(page.len()).unwrap_or_default());
    let sums = (debut_de_mois(asked.du), counts);
    let without = under_both(core, loi, conn, (&page, sums)).await?;
    now.sans_reponse = now.sans_reponse.saturating_add(without);
    Ok(())
}
