//! `traitant ccam`: the public file of the CCAM, read one record at a time.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use traitant::app::Registre;
use traitant::config::{Besoin, Config};
use traitant::domain::ccam::ActeCcam;
use traitant::domain::ccam::nx::{BilanNx, LONGUEUR, LecteurNx};
use traitant::services::ccam::{self, Charge, Chargement, VersionChargee};
use traitant::telemetry;

use crate::cli::Ccam;

/// Longest line that is read whole: what is longer is no record, whatever follows.
const LIGNE_MAX: u64 = 1_024;

/// Does what is asked about the CCAM.
pub(crate) async fn run(action: &Ccam) -> anyhow::Result<()> {
    match action {
        Ccam::Verifier { fichier } => verify(fichier),
        Ccam::Charger { fichier } => load(&Config::from_env(Besoin::Registre)?, fichier).await,
        Ccam::Etat => state(&Config::from_env(Besoin::Registre)?).await,
    }
}

/// A file, act by act.
struct Fichier {
    entree: BufReader<File>,
    lecteur: LecteurNx,
    ligne: Vec<u8>,
}

impl Fichier {
    fn open(path: &Path) -> anyhow::Result<Self> {
        let file = crate::ouvrir(path)?;
        let ligne = Vec::with_capacity(LONGUEUR.saturating_add(2));
        Ok(Self { entree: BufReader::new(file), lecteur: LecteurNx::default(), ligne })
    }

    /// The next act; none at the end of the file.
    fn next(&mut self) -> anyhow::Result<Option<ActeCcam>> {
        loop {
            self.ligne.clear();
            let mut limited = self.entree.by_ref().take(LIGNE_MAX);
            if limited.read_until(b'\n', &mut self.ligne)? == 0 {
                return Ok(None);
            }
            let record = self.ligne.strip_suffix(b"\n").unwrap_or(&self.ligne);
            let record = record.strip_suffix(b"\r").unwrap_or(record);
            if let Some(acte) = self.lecteur.lire(record)? {
                return Ok(Some(acte));
            }
        }
    }

    fn end(self) -> anyhow::Result<BilanNx> {
        Ok(self.lecteur.finir()?)
    }
}

fn verify(path: &Path) -> anyhow::Result<()> {
    let mut file = Fichier::open(path)?;
    while file.next()?.is_some() {}
    crate::print(&format!("{}\n", contents(&file.end()?)))
}

/// What a file holds, in French.
fn contents(bilan: &BilanNx) -> String {
    format!(
        "CCAM version {} du {} : {} enregistrements, {} actes, {} activités, {} phases.",
        numero(&bilan.version.numero),
        bilan.version.cree_le.format("%d/%m/%Y"),
        bilan.enregistrements,
        bilan.actes,
        bilan.activites,
        bilan.phases
    )
}

/// The number of a version as people write it: 75.00 for 07500.
fn numero(digits: &str) -> String {
    let (whole, decimals) = digits.split_at_checked(3).unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('0');
    format!("{}.{decimals}", if whole.is_empty() { "0" } else { whole })
}

async fn load(config: &Config, path: &Path) -> anyhow::Result<()> {
    telemetry::start(&config.journal);
    let mut file = Fichier::open(path)?;
    let registre = Registre::open(config).await?;
    let done = write(&registre, &mut file).await;
    let done = match done {
        Ok(chargement) => finish(chargement, file).await,
        Err(error) => Err(error),
    };
    registre.close().await?;
    crate::print(&done?)
}

async fn write<'a>(registre: &'a Registre, file: &mut Fichier) -> anyhow::Result<Chargement<'a>> {
    let mut chargement = Chargement::begin(registre.core()).await?;
    while let Some(acte) = file.next()? {
        chargement.add(&acte).await?;
    }
    Ok(chargement)
}

async fn finish(chargement: Chargement<'_>, file: Fichier) -> anyhow::Result<String> {
    let bilan = file.end()?;
    let told = contents(&bilan);
    match chargement.end(&bilan).await? {
        Charge::Chargee(known) => Ok(format!(
            "{told}\n{} actes nouveaux, {} changés, {} retirés.\n",
            known.nouveaux, known.changes, known.retires
        )),
        Charge::DejaChargee(known) => Ok(format!(
            "{told}\nDéjà chargée le {} : rien n'a changé.\n",
            known.enregistre_le.format("%d/%m/%Y à %H:%M UTC")
        )),
        Charge::PlusAncienne(known) => anyhow::bail!(
            "la version {} du {} est plus ancienne que la version {} du {}, déjà chargée : rien n'a changé",
            numero(&bilan.version.numero),
            bilan.version.cree_le.format("%d/%m/%Y"),
            numero(&known.numero),
            known.cree_le.format("%d/%m/%Y")
        ),
    }
}

async fn state(config: &Config) -> anyhow::Result<()> {
    telemetry::start(&config.journal);
    let registre = Registre::existing(config).await?;
    let versions = ccam::versions(registre.core()).await;
    registre.close().await?;
    let versions = versions?;
    if versions.is_empty() {
        return crate::print("Aucune CCAM chargée : ses actes ne sont pas vérifiés.\n");
    }
    let line = |one: &VersionChargee| {
        let known = one.enregistre_le.format("%d/%m/%Y à %H:%M UTC");
        let until = one.remplace_le.map_or_else(
            || "en vigueur".to_owned(),
            |instant| format!("remplacée le {}", instant.format("%d/%m/%Y à %H:%M UTC")),
        );
        let (numero, made) = (numero(&one.numero), one.cree_le.format("%d/%m/%Y"));
        format!("{numero} du {made} : {} actes ; chargée le {known}, {until}.\n", one.actes)
    };
    let told: String = versions.iter().map(line).collect();
    crate::print(&told)
}
