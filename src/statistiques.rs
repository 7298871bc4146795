//! `traitant statistiques`: the counts compared with the register, and an invented population in published proportions.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use traitant::app::Registre;
use traitant::config::{Besoin, Config};
use traitant::sandbox::population::{Population, population};
use traitant::services::statistiques::{self, Bilan};
use traitant::telemetry;

use crate::cli::Statistiques;
use crate::compteur::compteur;
use crate::evaluer::count;

/// Exit code when the counts are not those of the register.
const DIFFERENCE: u8 = 3;

/// Runs one; gives the exit code.
pub(crate) async fn run(action: &Statistiques) -> anyhow::Result<ExitCode> {
    match action {
        Statistiques::Verifier { refaire } => {
            verify(&Config::from_env(Besoin::Registre)?, *refaire).await
        }
        Statistiques::Population { personnes, dossier } => {
            let size = usize::try_from(*personnes).unwrap_or(usize::MAX);
            write(dossier, &population(size))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn verify(config: &Config, refaire: bool) -> anyhow::Result<ExitCode> {
    telemetry::start(&config.journal);
    let registre = Registre::existing(config).await?;
    let bar = compteur("personnes et feuilles");
    let seen = |some: usize| bar.inc(u64::try_from(some).unwrap_or_default());
    let found = statistiques::verify(registre.core(), refaire, seen).await;
    bar.finish_and_clear();
    registre.close().await?;
    let found = found?;
    crate::print(&report(&found, refaire))?;
    Ok(if found.est_juste() || refaire { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENCE) })
}

/// What was found, in French.
fn report(found: &Bilan, refaire: bool) -> String {
    let mut lines = vec![format!(
        "{}, {}.",
        count(found.personnes, "personne recomptée", "personnes recomptées"),
        count(found.feuilles, "feuille recomptée", "feuilles recomptées"),
    )];
    let wrong = u64::try_from(found.personnes_differentes.len()).unwrap_or(u64::MAX);
    if wrong > 0 {
        lines.push(count(wrong, "personne comptée autrement.", "personnes comptées autrement."));
    }
    if found.cellules_differentes > 0 {
        lines.push(count(found.cellules_differentes, "somme diffère.", "sommes diffèrent."));
    }
    if !found.sommes_justes {
        lines.push("Les sommes par an ne sont pas celles des mois, ou des mouvements.".to_owned());
    }
    lines.push(match (found.est_juste(), refaire) {
        (true, _) => "Rien ne diffère.".to_owned(),
        (false, true) => "Les différences sont écrites.".to_owned(),
        (false, false) => "Rien n'est écrit : relancez avec --refaire.".to_owned(),
    });
    lines.push(String::new());
    lines.join("\n")
}

fn write(folder: &Path, made: &Population) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).context("le dossier ne peut pas être créé")?;
    for (name, lines) in [
        ("affilies.ndjson", &made.affilies),
        ("choix.ndjson", &made.choix),
        ("feuilles.ndjson", &made.feuilles),
    ] {
        let path = folder.join(name);
        write_lines(&path, lines)
            .with_context(|| format!("{} ne peut pas être écrit", path.display()))?;
        let number = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        crate::print(&format!("{} : {}\n", path.display(), count(number, "ligne", "lignes")))?;
    }
    Ok(())
}

fn write_lines(path: &Path, lines: &[impl Display]) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for line in lines {
        writeln!(file, "{line}")?;
    }
    file.flush()
}
