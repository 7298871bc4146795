//! `traitant verifier`: what the rows of persons hold already made, compared with the facts.

use std::process::ExitCode;

use traitant::app::Registre;
use traitant::config::Config;
use traitant::services::etats::{self, Verification};
use traitant::telemetry;

use crate::compteur::compteur;
use crate::evaluer::count;

/// Exit code when a row does not say what the facts say.
const DIFFERENCE: u8 = 3;
/// Persons who are named, at most.
const NAMED: usize = 20;

/// Verifies, after making what is old again if asked; gives the exit code.
pub(crate) async fn run(config: &Config, refaire: bool) -> anyhow::Result<ExitCode> {
    telemetry::start(&config.journal);
    let registre = Registre::open(config).await?;
    let bar = compteur("dossiers");
    let seen = |persons: usize| bar.inc(u64::try_from(persons).unwrap_or_default());
    let found = async {
        if refaire {
            etats::remake(registre.core(), seen).await?;
            bar.reset();
        }
        etats::verify(registre.core(), seen).await
    }
    .await;
    bar.finish_and_clear();
    registre.close().await?;
    let found = found?;
    crate::print(&report(&found))?;
    let wrong = found.etats_differents.len().saturating_add(found.retenues_differentes.len());
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENCE) })
}

/// What was found, in French.
fn report(found: &Verification) -> String {
    let mut lines = vec![format!(
        "{} : {} à jour.",
        count(found.personnes, "dossier vérifié", "dossiers vérifiés"),
        count(found.courants, "état tout fait est", "états tout faits sont"),
    )];
    let wrong = [
        ("l'état tout fait n'est pas ce que disent les faits", &found.etats_differents),
        ("les participations ne sont pas celles des feuilles", &found.retenues_differentes),
    ];
    for (what, persons) in wrong.into_iter().filter(|(_, persons)| !persons.is_empty()) {
        let number = u64::try_from(persons.len()).unwrap_or(u64::MAX);
        lines.push(format!("{} : {what}.", count(number, "dossier", "dossiers")));
        lines.extend(persons.iter().take(NAMED).map(|person| format!("  {person}")));
        if persons.len() > NAMED {
            lines.push("  …".to_owned());
        }
    }
    if found.etats_differents.is_empty() && found.retenues_differentes.is_empty() {
        lines.push("Rien ne diffère.".to_owned());
    }
    lines.push(String::new());
    lines.join("\n")
}
