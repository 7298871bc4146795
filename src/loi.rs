//! `traitant loi`: values checked before they are added to the law, and those that somebody has to verify soon.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use chrono::{Days, NaiveDate};
use clap::Subcommand;
use traitant::ajouts;
use traitant::config::LoiConfig;
use traitant::domain::clock::{Clock, SystemClock};
use traitant::domain::vocabulary::Vocabulaire;
use traitant::law::livre::in_words;
use traitant::law::parameters::ajouts::Ajout;
use traitant::law::parameters::{Historique, Parametre};
use traitant::law::{Law, PREAVIS};

use crate::cli::TEMPLATE;
use crate::evaluer::count;

/// Exit code when values are to be verified.
const A_VERIFIER: u8 = 3;

#[derive(Debug, Subcommand)]
pub(crate) enum Loi {
    /// Vérifie un fichier de valeurs à ajouter, ou un dossier entier.
    ///
    /// Un fichier est lu par-dessus la loi du programme et les autres fichiers de TRAITANT_LOI ; il n'a pas
    /// besoin d'être déjà dans SHA256SUMS, dont la ligne est écrite. Un dossier est lu comme le service le lit à
    /// son démarrage. Rien n'est modifié. Le code de sortie est 0 si le service peut démarrer ainsi.
    #[command(help_template = TEMPLATE, override_usage = "traitant loi verifier <FICHIER>")]
    Verifier {
        /// Fichier de valeurs (TOML), ou dossier.
        #[arg(value_name = "FICHIER", help_heading = "Arguments")]
        fichier: PathBuf,
    },
    /// Dit quelles valeurs ne sont plus vérifiées, ou bientôt plus.
    ///
    /// Le code de sortie est 0 s'il n'y en a pas, 3 sinon.
    #[command(help_template = TEMPLATE, override_usage = "traitant loi echeances [OPTIONS]")]
    Echeances {
        /// Jour à partir duquel compter, AAAA-MM-JJ ; aujourd'hui par défaut.
        #[arg(long, value_name = "JOUR", help_heading = "Options")]
        le: Option<NaiveDate>,
        /// Nombre de jours à regarder [par défaut : 60].
        #[arg(
            long,
            value_name = "JOURS",
            default_value_t = PREAVIS,
            hide_default_value = true,
            help_heading = "Options",
            value_parser = clap::value_parser!(u64).range(0..=36_500)
        )]
        dans: u64,
    },
}

/// Answers; gives the exit code.
pub(crate) fn run(config: &LoiConfig, demande: &Loi) -> anyhow::Result<ExitCode> {
    match demande {
        Loi::Verifier { fichier } => {
            crate::print(&verify(config, fichier)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Loi::Echeances { le, dans } => {
            let from = le.unwrap_or_else(|| SystemClock.today());
            let until =
                from.checked_add_days(Days::new(*dans)).context("--dans : trop de jours")?;
            let (report, due) = ends(&ajouts::law(config)?, until);
            crate::print(&report)?;
            Ok(if due { ExitCode::from(A_VERIFIER) } else { ExitCode::SUCCESS })
        }
    }
}

fn verify(config: &LoiConfig, path: &Path) -> anyhow::Result<String> {
    if path.is_dir() {
        let after = Law::avec(&ajouts::read(path)?)?;
        return Ok(report(&Law::embedded()?, &after));
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    anyhow::ensure!(
        ajouts::est_un_nom(&name),
        "{} : attendu un nom en .toml, de lettres sans accent, chiffres, « - », « _ » et « . »",
        path.display()
    );
    let contenu = std::fs::read_to_string(path)
        .with_context(|| format!("{} : attendu un texte en UTF-8", path.display()))?;
    let mut all = match &config.ajouts {
        Some(dossier) => ajouts::read_beside(dossier, &name)?,
        None => Vec::new(),
    };
    let before = Law::avec(&all)?;
    let ajout = Ajout { fichier: name, contenu };
    let line = format!("{}  {}\n", ajout.sha256(), ajout.fichier);
    all.push(ajout);
    Ok(format!("{}Ligne de SHA256SUMS :\n{line}", report(&before, &Law::avec(&all)?)))
}

/// What additions change, in French.
fn report(before: &Law, after: &Law) -> String {
    let changed: Vec<String> = after
        .parametres()
        .iter()
        .filter_map(|(parametre, now)| {
            let then = before.parametres().get(parametre)?;
            (then != now).then(|| change(parametre, then, now))
        })
        .collect();
    let number = u64::try_from(changed.len()).unwrap_or(u64::MAX);
    format!(
        "{} : {}.\n{}Loi : {}\n",
        if after.ajouts().is_empty() { "Aucun ajout" } else { "Ajouts valides" },
        count(number, "paramètre changé", "paramètres changés"),
        changed.concat(),
        after.empreinte(),
    )
}

fn change(parametre: Parametre, then: &Historique, now: &Historique) -> String {
    let mut lines = vec![format!(
        "  {} : vérifié jusqu'au {} (avant : {})",
        parametre.mot(),
        now.verifie_jusqu_au,
        then.verifie_jusqu_au
    )];
    for valeur in now.valeurs.iter().filter(|valeur| !then.valeurs.contains(valeur)) {
        let worth = valeur.valeur.map(|value| in_words(now.unite, value));
        let last = valeur.periode.au().and_then(|au| au.pred_opt());
        lines.push(format!(
            "    depuis le {}{} : {}",
            valeur.periode.du(),
            last.map_or_else(String::new, |last| format!(", jusqu'au {last}")),
            worth.as_deref().unwrap_or("inconnue")
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The values whose verification ends by a day, and whether there are any.
fn ends(law: &Law, until: NaiveDate) -> (String, bool) {
    let ends = law.echeances(until);
    let mut lines = Vec::new();
    for end in &ends {
        let number = u64::try_from(end.parametres.len()).unwrap_or(u64::MAX);
        lines.push(format!(
            "{} pour des soins jusqu'au {} :",
            count(number, "valeur vérifiée", "valeurs vérifiées"),
            end.verifie_jusqu_au
        ));
        for parametre in &end.parametres {
            let libelle = law.parametres().get(*parametre).map(|known| known.libelle.as_str());
            lines.push(format!("  {} : {}", parametre.mot(), libelle.unwrap_or_default()));
        }
    }
    if ends.is_empty() {
        lines.push(format!("Toutes les valeurs sont vérifiées au-delà du {until}."));
    }
    lines.push(String::new());
    (lines.join("\n"), !ends.is_empty())
}
