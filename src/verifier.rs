//! `traitant verifier`: what the rows of persons hold already made, compared with the facts; what was written once, with its
//! seals. `traitant racine`: the end of the chain of seals, to be kept elsewhere.

use std::process::ExitCode;

use anyhow::Context;
use chrono::{DateTime, SecondsFormat, Utc};
use traitant::app::Registre;
use traitant::config::Config;
use traitant::domain::digest::Empreinte;
use traitant::services::ServiceError;
use traitant::services::etats::{self, Verification};
use traitant::services::sceaux::{self, Ecart, Racine, Sceaux};
use traitant::telemetry;

use crate::compteur::compteur;
use crate::evaluer::count;

/// Exit code when a row does not say what the facts say.
const DIFFERENCE: u8 = 3;
/// Persons who are named, at most.
const NAMED: usize = 20;

/// Seals what is written, where something may be written, and prints the root.
pub(crate) async fn root(config: &Config) -> anyhow::Result<()> {
    telemetry::start(&config.journal);
    let registre = Registre::existing(config).await?;
    let found = async {
        match sceaux::seal(registre.core()).await {
            // A replica gives the root that came over.
            Err(ServiceError::Storage(error)) if error.is_read_only() => {}
            sealed => sealed.map(|_numero| ())?,
        }
        sceaux::root(registre.core()).await
    }
    .await;
    registre.close().await?;
    let found =
        found?.context("rien n'est encore assez ancien pour être scellé : dans une minute")?;
    crate::print(&format!("{}\n", written(&found)))
}

fn written(root: &Racine) -> String {
    format!(
        "{} {} {}",
        root.numero,
        root.au.to_rfc3339_opts(SecondsFormat::Micros, true),
        root.chaine
    )
}

fn read_root(text: &str) -> Option<Racine> {
    let mut words = text.split_whitespace();
    let numero = words.next()?.parse().ok()?;
    let au = DateTime::parse_from_rfc3339(words.next()?).ok()?.to_utc();
    let chaine = Empreinte::parse(words.next()?)?;
    words.next().is_none().then_some(Racine { numero, au, chaine })
}

/// Verifies, after making what is old again if asked; gives the exit code.
pub(crate) async fn run(
    config: &Config,
    refaire: bool,
    racine: Option<&str>,
) -> anyhow::Result<ExitCode> {
    telemetry::start(&config.journal);
    let kept = racine.map(|text| {
        read_root(text)
            .context("--racine : attendu ce que « traitant racine » a écrit, entre guillemets")
    });
    let kept = kept.transpose()?;
    let registre = Registre::existing(config).await?;
    let bar = compteur("dossiers");
    let seen = |persons: usize| bar.inc(u64::try_from(persons).unwrap_or_default());
    let found = async {
        if refaire {
            etats::remake(registre.core(), seen).await?;
            bar.reset();
        }
        let found = etats::verify(registre.core(), seen).await?;
        bar.reset();
        Ok::<_, ServiceError>((found, sceaux::verify(registre.core(), kept.as_ref(), seen).await?))
    }
    .await;
    bar.finish_and_clear();
    registre.close().await?;
    let (found, sealed) = found?;
    let same = found.est_juste() && sealed.ecarts.is_empty();
    let end = if same { "Rien ne diffère.\n" } else { "" };
    crate::print(&(report(&found) + &seals(&sealed) + end))?;
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENCE) })
}

/// What was found, in French.
fn report(found: &Verification) -> String {
    let mut lines = vec![format!(
        "{} : {} à jour.",
        count(found.personnes, "dossier vérifié", "dossiers vérifiés"),
        count(found.courants, "état tout fait est", "états tout faits sont"),
    )];
    let wrong = [
        (
            "ce que la ligne garde tout fait n'est pas ce que disent les faits",
            &found.etats_differents,
        ),
        ("les participations ne sont pas celles des feuilles", &found.retenues_differentes),
        ("une ligne ne se lit plus", &found.illisibles),
    ];
    for (what, persons) in wrong.into_iter().filter(|(_, persons)| !persons.is_empty()) {
        let number = u64::try_from(persons.len()).unwrap_or(u64::MAX);
        lines.push(format!("{} : {what}.", count(number, "dossier", "dossiers")));
        lines.extend(persons.iter().take(NAMED).map(|person| format!("  {person}")));
        if persons.len() > NAMED {
            lines.push("  …".to_owned());
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// What was found of seals, in French.
fn seals(found: &Sceaux) -> String {
    let instant = |instant: DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::Secs, true);
    let until = found.jusqu_au.map_or_else(|| "rien encore".to_owned(), instant);
    let mut lines = vec![format!(
        "{}, {} ; scellé jusqu'au : {until}.",
        count(found.sceaux, "sceau vérifié", "sceaux vérifiés"),
        count(found.lignes, "ligne scellée", "lignes scellées"),
    )];
    if found.purgees > 0 {
        let gone = count(found.purgees, "ligne purgée", "lignes purgées");
        lines.push(format!("{gone} selon les durées de conservation, avec leur enregistrement."));
    }
    lines.extend(found.ecarts.iter().take(NAMED).map(|gap| match gap {
        Ecart::Lignes { numero, table, du, au, scellees, trouvees } => {
            let from = du.map_or_else(|| "du début".to_owned(), |du| format!("de {}", instant(du)));
            let more = trouvees.saturating_sub(*scellees);
            let what = match more {
                0 => "une ligne au moins a été changée".to_owned(),
                1.. => format!("{more} de plus qu'au scellement"),
                _ => format!("{} de moins qu'au scellement", more.unsigned_abs()),
            };
            format!("  sceau {numero}, table {table}, {from} à {} : {what}", instant(*au))
        }
        Ecart::Chaine { numero } => {
            format!("  sceau {numero} : il manque, ne suit pas le précédent, ou n'a pas été fait sous cette clé")
        }
        Ecart::Purge { numero } => {
            format!("  purge {numero} : son enregistrement manque, ne suit pas le précédent, ou n'a pas été fait sous cette clé")
        }
        Ecart::Fermees { table, colonne, valeurs } => {
            let what = count(*valeurs, "valeur ne s'ouvre pas", "valeurs ne s'ouvrent pas");
            format!("  table {table}, colonne {colonne} : {what} à leur place, ou contredisent leur ligne")
        }
        Ecart::Racine { numero } => format!("  la racine gardée ({numero}) n'est pas dans la chaîne"),
    }));
    if found.ecarts.len() > NAMED {
        lines.push("  …".to_owned());
    }
    lines.push(String::new());
    lines.join("\n")
}
