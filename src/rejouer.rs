//! `traitant rejouer`: the stored evaluations, made again and compared.

use std::process::ExitCode;

use traitant::app::Registre;
use traitant::config::Config;
use traitant::services::rejeu::{self, Rejeu};
use traitant::telemetry;

use crate::cli::Rejouer;
use crate::compteur::compteur;
use crate::evaluer::count;

/// Exit code when an evaluation does not say the same.
const DIFFERENCE: u8 = 3;
/// Evaluations that are named, at most.
const NAMED: usize = 20;

/// Replays; gives the exit code.
pub(crate) async fn run(config: &Config, asked: &Rejouer) -> anyhow::Result<ExitCode> {
    telemetry::start(&config.journal);
    let registre = Registre::existing(config).await?;
    let bar = compteur("feuilles");
    let seen = |feuilles: usize| bar.inc(u64::try_from(feuilles).unwrap_or_default());
    let found = rejeu::replay(registre.core(), (asked.du, asked.au), seen).await;
    bar.finish_and_clear();
    registre.close().await?;
    let found = found?;
    crate::print(&report(&found))?;
    Ok(if found.differentes.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENCE) })
}

/// What was found, in French.
fn report(found: &Rejeu) -> String {
    let mut lines = vec![format!(
        "{} : {}.",
        count(found.evaluations, "évaluation rejouée", "évaluations rejouées"),
        count(found.identiques, "identique à l'octet", "identiques à l'octet"),
    )];
    if found.autrement_ecrites > 0 {
        lines.push(format!(
            "{} la même chose sous une écriture plus ancienne.",
            count(found.autrement_ecrites, "dit", "disent")
        ));
    }
    if found.autre_programme > 0 {
        lines.push(format!(
            "{} sous des règles que ce programme n'a plus : à rejouer avec celui de leur époque.",
            count(found.autre_programme, "a été faite", "ont été faites")
        ));
    }
    if !found.differentes.is_empty() {
        let number = u64::try_from(found.differentes.len()).unwrap_or(u64::MAX);
        lines.push(format!("{} :", count(number, "diffère", "diffèrent")));
        for (feuille, numero) in found.differentes.iter().take(NAMED) {
            lines.push(format!("  feuille {feuille}, évaluation {numero}"));
        }
        if found.differentes.len() > NAMED {
            lines.push("  …".to_owned());
        }
    }
    lines.push(String::new());
    lines.join("\n")
}
