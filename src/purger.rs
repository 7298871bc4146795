//! `traitant purger`: what is older than the periods that were set is removed, and proves that nothing else was.

use std::process::ExitCode;

use anyhow::Context;
use traitant::app;
use traitant::config::Config;
use traitant::domain::conservation::Classe;
use traitant::domain::identifiers::texte_libre::contient_un_numero;
use traitant::services::purges::{Compte, PurgeError};
use traitant::telemetry;

use crate::compteur::compteur;
use crate::evaluer::count;

/// Exit code when something is not as it was sealed.
const DIFFERENCE: u8 = 3;
/// Longest reference of an agreement.
const VISA: usize = 80;

/// What is said when no period is set.
const RIEN: &str = "Aucune durée de conservation n'est réglée : rien n'est purgé.
Réglages, en mois : TRAITANT_CONSERVATION_TRACES, TRAITANT_CONSERVATION_EVENEMENTS,
TRAITANT_CONSERVATION_FEUILLES, TRAITANT_CONSERVATION_PERSONNES.
";

/// Purges, or tries; gives the exit code.
pub(crate) async fn run(config: &Config, visa: Option<&str>) -> anyhow::Result<ExitCode> {
    telemetry::start(&config.journal);
    if config.conservation.classes.est_vide() {
        crate::print(RIEN)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(visa) = visa {
        let suits = !visa.trim().is_empty()
            && visa.chars().count() <= VISA
            && !visa.contains(char::is_control)
            && !contient_un_numero(visa);
        anyhow::ensure!(
            suits,
            "--visa : attendu la référence du visa d'élimination, {VISA} caractères au plus, sans numéro de personne"
        );
    }
    let bar = compteur("tranches et dossiers");
    let seen = |looked: usize| bar.inc(u64::try_from(looked).unwrap_or_default());
    let done = app::purger(config, visa, seen).await;
    bar.finish_and_clear();
    match done? {
        Ok(all) => {
            crate::print(&report(&all, visa.is_some()))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(PurgeError::Alteree { sceau, table }) => {
            crate::print(&format!(
                "sceau {sceau}, table {table} : ce qui s'y trouve n'est pas ce qui a été scellé. Une purge l'effacerait : rien \
                 n'en est retiré, ni de ce qui suit. Lancez « traitant verifier » et retrouvez qui l'a changé.\n"
            ))?;
            Ok(ExitCode::from(DIFFERENCE))
        }
        Err(PurgeError::EnCours) => anyhow::bail!("une autre purge est en cours"),
        Err(PurgeError::Droits) => {
            anyhow::bail!(
                "DATABASE_URL doit être celle du propriétaire des tables : le rôle du service ne retire rien"
            )
        }
        Err(PurgeError::Service(error)) => {
            Err(error).context("la purge s'est arrêtée ; relancée, elle reprend")
        }
    }
}

/// What was done, in French.
fn report(all: &[Compte], done: bool) -> String {
    let mut lines: Vec<String> = all.iter().map(|one| line(one, done)).collect();
    if !done {
        lines.push("Simulation : rien n'est retiré. --visa purge.".to_owned());
    }
    lines.push(String::new());
    lines.join("\n")
}

fn line(one: &Compte, done: bool) -> String {
    let (what, one_gone, gone) = match one.classe {
        Classe::Personnes => (count(one.retirees, "dossier", "dossiers"), "retiré", "retirés"),
        Classe::Traces | Classe::Evenements | Classe::Feuilles => {
            (count(one.retirees, "ligne", "lignes"), "retirée", "retirées")
        }
    };
    let verb = match (done, one.retirees) {
        (false, _) => "à retirer",
        (true, 0 | 1) => one_gone,
        (true, _) => gone,
    };
    let kept = count(one.retenues, "retenue", "retenues");
    format!(
        "{}, avant le {} : {what} {verb}, {kept} (utiles à ce qui est en cours).",
        one.regle,
        one.depuis.format("%d/%m/%Y")
    )
}
