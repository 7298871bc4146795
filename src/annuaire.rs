//! `traitant annuaire`: the public extraction of the Annuaire Santé, and files like it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use chrono::NaiveDate;
use indicatif::{ProgressBar, ProgressStyle};
use traitant::app::Registre;
use traitant::config::{Besoin, Config};
use traitant::domain::acteur::{Acteur, Auteur, Sujet};
use traitant::domain::annuaire::{Entete, Rangee, exemple};
use traitant::domain::droits::Demarche;
use traitant::domain::ids::RequestId;
use traitant::domain::reprise::Refusee;
use traitant::services::Contexte;
use traitant::services::annuaire::{Chargee, Chargement};
use traitant::telemetry;

use crate::cli::Annuaire;
use crate::evaluer::count;

/// Who acts, as traces keep it.
const COMMANDE: &str = "traitant annuaire";

/// Does what is asked about the directory.
pub(crate) async fn run(action: &Annuaire) -> anyhow::Result<()> {
    match action {
        Annuaire::Exemple { lignes, dossier } => sample(*lignes, dossier),
        Annuaire::Charger { fichiers, jour, rapport } => {
            let files: Vec<&Path> = fichiers.iter().map(AsRef::as_ref).collect();
            load(&Config::from_env(Besoin::Registre)?, &files, *jour, rapport.as_deref()).await
        }
    }
}

fn sample(lignes: u32, dossier: &Path) -> anyhow::Result<()> {
    let (activites, savoirs) = exemple::fichiers(lignes);
    fs::create_dir_all(dossier).with_context(|| format!("création de {}", dossier.display()))?;
    let mut told = String::new();
    for (name, text) in [
        ("PS_LibreAcces_Personne_activite_exemple.txt", activites),
        ("PS_LibreAcces_SavoirFaire_exemple.txt", savoirs),
    ] {
        let path = dossier.join(name);
        fs::write(&path, text).with_context(|| format!("écriture de {}", path.display()))?;
        told.extend([path.display().to_string(), "\n".to_owned()]);
    }
    crate::print(&told)
}

async fn load(
    config: &Config,
    files: &[&Path],
    jour: Option<NaiveDate>,
    rapport: Option<&Path>,
) -> anyhow::Result<()> {
    telemetry::start(&config.journal);
    // Every heading is read before anything starts.
    for path in files {
        let (_heading, _lines) = open(path)?;
    }
    let registre = Registre::open(config).await?;
    let core = registre.core();
    let sujet = Sujet::new(COMMANDE, None).context("sujet vide")?;
    let auteur = Auteur { acteur: Acteur::Referentiel, sujet };
    let requete_id = RequestId::from_uuid(core.ids().uuid());
    let contexte = Contexte { auteur, demarche: Demarche::EnregistrerMedecin, requete_id };
    let jour = jour.unwrap_or_else(|| core.clock().today());
    let mut refused = Vec::new();
    let done = match Chargement::begin(core, &contexte, jour) {
        Ok(chargement) => read(chargement, files, &mut refused).await,
        Err(error) => Err(error.into()),
    };
    registre.close().await?;
    if let Some(path) = rapport {
        write_report(path, &refused)?;
    }
    crate::print(&told(&done?))
}

async fn read(
    mut chargement: Chargement<'_>,
    files: &[&Path],
    refused: &mut Vec<(String, Refusee)>,
) -> anyhow::Result<Chargee> {
    // Specialties first: they may be in a file of their own.
    for path in files {
        let (entete, lines) = open(path)?;
        for line in lines {
            if let Ok(rangee) = entete.lire(&line?) {
                chargement.note(&rangee);
            }
        }
    }
    for path in files {
        let (entete, lines) = open(path)?;
        if !entete.a_des_lieux() {
            continue;
        }
        let name = path.display().to_string();
        let bar = progress(path);
        for (line, numero) in lines.zip(2_u64..) {
            let line = line?;
            bar.inc(u64::try_from(line.len().saturating_add(1)).unwrap_or_default());
            match entete.lire(&line) {
                Ok(Rangee::Exercice(one)) => chargement.add(numero, *one).await?,
                Ok(Rangee::Specialite(..) | Rangee::SansExercice(_) | Rangee::Autre) => {}
                Err(wrong) => refused.push((name.clone(), refusal(numero, &wrong))),
            }
            refused.extend(chargement.refusals().into_iter().map(|one| (name.clone(), one)));
        }
        bar.finish_and_clear();
    }
    Ok(chargement.end().await?)
}

fn refusal(numero: u64, wrong: &traitant::domain::annuaire::RangeeRefusee) -> Refusee {
    let defaut = traitant::domain::reprise::Defaut {
        champ: wrong.colonne.to_owned(),
        code: wrong.code.to_owned(),
        message: wrong.message.to_owned(),
    };
    Refusee { numero, defauts: vec![defaut] }
}

/// A file: its heading, and the lines after it.
fn open(
    path: &Path,
) -> anyhow::Result<(Entete, impl Iterator<Item = std::io::Result<String>> + use<>)> {
    let file = crate::ouvrir(path)?;
    let mut lines = BufReader::new(file).lines();
    let heading = lines.next().transpose()?.unwrap_or_default();
    let entete = Entete::de(&heading).with_context(|| path.display().to_string())?;
    Ok((entete, lines))
}

/// A bar on the error output; nothing when that is no terminal.
fn progress(path: &Path) -> ProgressBar {
    let length = fs::metadata(path).map(|data| data.len()).unwrap_or_default();
    let style = ProgressStyle::with_template("{bar:40} {percent} %  reste {eta}");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_wrong| ProgressStyle::default_bar()))
}

fn write_report(path: &Path, refused: &[(String, Refusee)]) -> anyhow::Result<()> {
    let mut text =
        format!("{}fichier;ligne;colonne;code;message\r\n", traitant::domain::tableur::MARQUE);
    for (name, one) in refused {
        let numero = one.numero.to_string();
        for wrong in &one.defauts {
            let cells = [name.as_str(), &numero, &wrong.champ, &wrong.code, &wrong.message];
            traitant::domain::tableur::ligne(&mut text, cells);
        }
    }
    fs::write(path, text).with_context(|| format!("écriture de {}", path.display()))
}

/// What the load did, in French.
fn told(done: &Chargee) -> String {
    let bilan = &done.bilan;
    let mut text = format!(
        "{}, {}, {}, {}.\n",
        count(bilan.nouvelles, "exercice enregistré", "exercices enregistrés"),
        count(bilan.deja_connues, "déjà connu", "déjà connus"),
        count(bilan.refusees, "refusé", "refusés"),
        count(done.finies, "exercice terminé", "exercices terminés"),
    );
    if !done.disparus.is_empty() {
        text.push_str("N'exercent plus nulle part d'après l'Annuaire ; une cessation s'enregistre par une opération :\n");
        for rpps in &done.disparus {
            text.extend(["  ", rpps.as_str(), "\n"]);
        }
    }
    text
}
