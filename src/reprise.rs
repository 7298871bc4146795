//! `traitant reprise`: a file of what a caisse had before, tried and applied from the command line, through the same code as
//! the API.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use traitant::app::Registre;
use traitant::config::Config;
use traitant::domain::acteur::{Acteur, Auteur, Caisse, Sujet};
use traitant::domain::digest::Empreinte;
use traitant::domain::droits::Demarche;
use traitant::domain::identifiers::Organisme;
use traitant::domain::ids::RequestId;
use traitant::domain::reprise::{EtatReprise, FormatFichier, NatureReprise, Reprise};
use traitant::domain::tableur::{self, MARQUE};
use traitant::domain::vocabulary::Vocabulaire;
use traitant::http::{Annonce, recevoir};
use traitant::services::reprises::{self, Recu, run_here};
use traitant::services::{Contexte, Core, Demande, Exit, Rendu, VersionsVues};
use traitant::telemetry;

use crate::cli::Reprendre;
use crate::evaluer::count;

/// Who acts, as traces keep it.
const COMMANDE: &str = "traitant reprise";
/// Exit code when lines were refused.
const REFUS: u8 = 3;
/// Lines of a report read at once.
const PAGE: i64 = 1_000;

/// Takes a file over; gives the exit code.
pub(crate) async fn run(config: &Config, asked: &Reprendre) -> anyhow::Result<ExitCode> {
    telemetry::start(&config.journal);
    let annonce = announced(asked)?;
    let organisme =
        Organisme::parse(&asked.organisme).map_err(|why| crate::expected("--organisme", &why))?;
    // Opened before anything else: a file that is not there costs nobody a start.
    let file = crate::ouvrir(&asked.fichier)?;
    let length = file.metadata().map(|data| data.len()).unwrap_or_default();
    let registre = Registre::open(config).await?;
    let done = take(registre.core(), asked, (file, length), (annonce, organisme)).await;
    registre.close().await?;
    let reprise = done?;
    say(&reprise);
    let refused = reprise.bilan.refusees > 0 || reprise.illisibles > 0;
    Ok(if refused { ExitCode::from(REFUS) } else { ExitCode::SUCCESS })
}

/// What the file is, by what the command says of it and by its name.
fn announced(asked: &Reprendre) -> anyhow::Result<Annonce> {
    let nature = NatureReprise::du_mot(&asked.nature);
    let nature = nature.context("--nature : affilies, medecins ou choix")?;
    let extension = asked.fichier.extension().and_then(|name| name.to_str()).unwrap_or_default();
    let format = match extension.to_ascii_lowercase().as_str() {
        "csv" => FormatFichier::Csv,
        "ndjson" | "jsonl" => FormatFichier::Ndjson,
        _ => anyhow::bail!("le nom du fichier finit par .csv, .ndjson ou .jsonl"),
    };
    let windows_1252 = match asked.encodage.to_ascii_lowercase().as_str() {
        "utf-8" => false,
        "windows-1252" => true,
        _ => anyhow::bail!("--encodage : utf-8 ou windows-1252"),
    };
    Ok(Annonce { nature, format, windows_1252 })
}

async fn take(
    core: &Core,
    asked: &Reprendre,
    (file, length): (File, u64),
    (annonce, organisme): (Annonce, Organisme),
) -> anyhow::Result<Reprise> {
    let sujet = Sujet::new(COMMANDE, None).context("sujet vide")?;
    let auteur = Auteur { acteur: Acteur::Caisse(Caisse::of(organisme)), sujet };
    let requete_id = RequestId::from_uuid(core.ids().uuid());
    let contexte = |demarche| Contexte { auteur: auteur.clone(), demarche, requete_id };
    let bar = progress(length, "lecture");
    let sending = contexte(Demarche::DeposerReprise);
    let seen = |octets| bar.set_position(octets);
    let received = recevoir(core, &sending, (file, annonce), (seen, false)).await?;
    bar.finish_and_clear();
    if let Recu::DejaRecue(known) = &received {
        already(known);
    }
    let id = received.reprise().id;
    let reading = contexte(Demarche::LireReprise);
    work(core, received.reprise(), "essai").await?;
    let mut reprise = reprises::get(core, &reading, id).await?;
    if asked.executer && reprise.etat == EtatReprise::Essayee {
        let demande = Demande {
            contexte: contexte(Demarche::ExecuterReprise),
            cle: format!("reprise-{id}"),
            requete: Empreinte::of(format!("{COMMANDE} {id}")),
        };
        let nothing = |_: &Reprise| Ok(Rendu { statut: 202, reponse: Vec::new() });
        let seen = VersionsVues::une(reprise.version);
        Exit::outcome(reprises::apply(core, &demande, (id, seen), nothing).await)?;
        reprise = reprises::get(core, &reading, id).await?;
        work(core, &reprise, "application").await?;
        reprise = reprises::get(core, &reading, id).await?;
    }
    if let Some(path) = &asked.rapport {
        let lines = contexte(Demarche::TelechargerRapportReprise);
        report(core, &lines, &reprise, path).await?;
    }
    Ok(reprise)
}

/// Says that the file was there.
#[expect(clippy::print_stderr, reason = "a command says what it does, beside its report")]
fn already(known: &Reprise) {
    let how = match known.etat {
        EtatReprise::Essayee => "essayé sans refus",
        EtatReprise::EnApplication => "en cours d'application",
        EtatReprise::EnReception
        | EtatReprise::EnEssai
        | EtatReprise::Appliquee
        | EtatReprise::Perimee
        | EtatReprise::Abandonnee => "à l'essai",
    };
    eprintln!("Ce fichier est déjà {how} : la reprise {} continue.", known.id);
}

/// Does what a takeover waits for, with a bar.
async fn work(core: &Core, reprise: &Reprise, what: &'static str) -> anyhow::Result<()> {
    let bar = progress(reprise.lignes.saturating_sub(reprise.illisibles), what);
    run_here(core, reprise.id, |done| bar.inc(done)).await?;
    bar.finish_and_clear();
    Ok(())
}

/// A bar on the error output; nothing when that is no terminal.
fn progress(length: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:12} {bar:40} {percent} %  reste {eta}");
    let bar = ProgressBar::new(length)
        .with_style(style.unwrap_or_else(|_wrong| ProgressStyle::default_bar()));
    bar.set_message(what);
    bar
}

/// Writes what is wrong with the lines, for a spreadsheet.
async fn report(
    core: &Core,
    contexte: &Contexte,
    reprise: &Reprise,
    path: &Path,
) -> anyhow::Result<()> {
    let mut file = File::create(path).with_context(|| format!("création de {}", path.display()))?;
    let mut text = format!("{MARQUE}ligne;champ;code;message\r\n");
    let mut after = (0, 0);
    loop {
        let found = reprises::refused(core, contexte, reprise.id, after, PAGE).await?;
        for (ligne, _, wrong) in &found {
            let cells =
                [ligne.to_string(), wrong.champ.clone(), wrong.code.clone(), wrong.message.clone()];
            tableur::ligne(&mut text, cells.iter().map(String::as_str));
        }
        file.write_all(text.as_bytes()).context("écriture du rapport")?;
        text.clear();
        match found.last() {
            Some((ligne, rang, _)) => after = (*ligne, *rang),
            None => return Ok(()),
        }
    }
}

/// What became of the file, in French.
fn say(reprise: &Reprise) {
    let bilan = &reprise.bilan;
    let done = reprise.etat == EtatReprise::Appliquee;
    let (one, many) = if done {
        ("ligne enregistrée", "lignes enregistrées")
    } else {
        ("ligne à enregistrer", "lignes à enregistrer")
    };
    crate::tell(format_args!(
        "{}, {}, {}.",
        count(bilan.nouvelles, one, many),
        count(bilan.deja_connues, "déjà connue", "déjà connues"),
        count(
            bilan.refusees.saturating_add(reprise.illisibles),
            "ligne refusée",
            "lignes refusées"
        ),
    ));
    if !done {
        crate::tell("Rien n'est enregistré : relancez avec --executer pour appliquer.");
    }
}
