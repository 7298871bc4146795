//! `traitant evaluer`: a lot from a file or from standard input, through the same code as the API.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use axum::body::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use traitant::app::Registre;
use traitant::config::Config;
use traitant::domain::acteur::{Acteur, Auteur, Caisse, Sujet};
use traitant::domain::droits::Demarche;
use traitant::domain::identifiers::{Organisme, Rpps};
use traitant::domain::ids::RequestId;
use traitant::domain::money::Centimes;
use traitant::http::{BilanLot, FormeReponse, evaluer_lot};
use traitant::services::Contexte;
use traitant::telemetry;

use crate::cli::Evaluer;

/// Who acts, as traces keep it.
const COMMANDE: &str = "traitant evaluer";
/// Exit code when lines were refused.
const REFUS: u8 = 3;
/// Bytes read at once.
const PIECE: usize = 256 * 1024;

/// Evaluates a lot; gives the exit code.
pub(crate) async fn run(config: &Config, lot: &Evaluer) -> anyhow::Result<ExitCode> {
    telemetry::start(&config.journal);
    let acteur = acteur(lot)?;
    // Opened before anything else: a file that is not there costs nobody a start.
    let (entree, length) = open(&lot.fichier)?;
    let sortie: Box<dyn Write + Send> = match &lot.sortie {
        Some(path) => {
            Box::new(File::create(path).with_context(|| format!("création de {}", path.display()))?)
        }
        None => Box::new(std::io::stdout()),
    };
    let stop = CancellationToken::new();
    let signals = crate::listen_to_signals(stop.clone())?;
    let registre = Registre::open(config).await?;
    let core = registre.core();
    let requete_id = RequestId::from_uuid(core.ids().uuid());
    let forme = if lot.complete { FormeReponse::Complete } else { FormeReponse::Synthese };
    // The machine's operator sends in the name of whom the command names.
    let sujet = Sujet::new(COMMANDE, None).context("sujet vide")?;
    let auteur = Auteur { acteur, sujet };
    let contexte = Contexte { auteur, demarche: Demarche::EnregistrerLot, requete_id };
    let failure = Arc::new(OnceLock::new());
    let lines = pieces(entree, (stop.clone(), Arc::clone(&failure)));
    let answers = evaluer_lot(core.clone(), contexte, forme, Box::pin(lines));
    let bilan = answer(Box::pin(answers), sortie, (&progress(length), &stop)).await;
    registre.close().await?;
    signals.abort();
    let bilan = bilan?;
    if let Some(error) = failure.get() {
        anyhow::bail!("lecture de {} : {error} ; ce qui précède est fait", lot.fichier.display());
    }
    say(&bilan, stop.is_cancelled());
    Ok(if bilan.refusees > 0 || stop.is_cancelled() {
        ExitCode::from(REFUS)
    } else {
        ExitCode::SUCCESS
    })
}

/// Who sends the lot.
fn acteur(lot: &Evaluer) -> anyhow::Result<Acteur> {
    if let Some(rpps) = &lot.medecin {
        let rpps = Rpps::parse(rpps).map_err(|why| crate::expected("--medecin", &why))?;
        return Ok(Acteur::Medecin(rpps));
    }
    let text = lot.organisme.as_deref().unwrap_or_default();
    let organisme = Organisme::parse(text).map_err(|why| crate::expected("--organisme", &why))?;
    Ok(Acteur::Caisse(Caisse::of(organisme)))
}

/// What is read, and how long it is when that is known.
fn open(path: &Path) -> anyhow::Result<(Box<dyn Read + Send>, Option<u64>)> {
    if path == Path::new("-") {
        return Ok((Box::new(std::io::stdin()), None));
    }
    let file = crate::ouvrir(path)?;
    let length = file.metadata().ok().map(|data| data.len());
    Ok((Box::new(file), length))
}

/// The input, piece by piece, until its end or until it is told to stop. A thread reads ahead, a few
/// pieces at most.
fn pieces(
    mut entree: Box<dyn Read + Send>,
    (stop, failure): (CancellationToken, Arc<OnceLock<String>>),
) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    let (sender, receiver) = mpsc::channel(2);
    std::thread::spawn(move || {
        let mut buffer = vec![0; PIECE];
        loop {
            let piece = match entree.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => Ok(Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default())),
                Err(error) => {
                    // A lot ends where its reader fails: whoever asked for it is told why.
                    failure.get_or_init(|| error.to_string());
                    Err(error)
                }
            };
            let last = piece.is_err();
            if sender.blocking_send(piece).is_err() || last {
                break;
            }
        }
    });
    stream::unfold((receiver, stop), |(mut receiver, stop)| async move {
        let piece = tokio::select! {
            () = stop.cancelled() => None,
            piece = receiver.recv() => piece,
        };
        piece.map(|piece| (piece, (receiver, stop)))
    })
}

/// Writes the answers as they come.
async fn answer(
    mut answers: impl Stream<Item = Result<traitant::http::ReponsesLot, traitant::http::LotInterrompu>>
    + Unpin,
    mut sortie: Box<dyn Write + Send>,
    (bar, stop): (&ProgressBar, &CancellationToken),
) -> anyhow::Result<BilanLot> {
    let mut bilan = BilanLot::default();
    while let Some(done) = answers.next().await {
        let done = done.context("le lot s'est interrompu ; relancez-le en entier")?;
        match tokio::task::block_in_place(|| sortie.write_all(&done.texte)) {
            // Nobody reads any more: what was taken is finished, nothing more is.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => stop.cancel(),
            written => written.context("écriture des réponses")?,
        }
        bilan = bilan.plus(&done.bilan);
        bar.set_position(bilan.octets);
        bar.set_message(format!(
            "{} feuilles",
            bilan.enregistrees.saturating_add(bilan.deja_recues)
        ));
    }
    match sortie.flush() {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => stop.cancel(),
        flushed => flushed.context("écriture des réponses")?,
    }
    bar.finish_and_clear();
    Ok(bilan)
}

/// A bar on the error output; nothing when that is no terminal.
fn progress(length: Option<u64>) -> ProgressBar {
    let Some(length) = length else {
        return ProgressBar::new_spinner();
    };
    let style = ProgressStyle::with_template("{bar:40} {percent} %  {msg}  reste {eta}");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_wrong| ProgressStyle::default_bar()))
}

/// What became of the lot, in French.
fn say(bilan: &BilanLot, interrupted: bool) {
    crate::tell(format_args!(
        "{}, {}, {}.",
        count(bilan.enregistrees, "feuille enregistrée", "feuilles enregistrées"),
        count(bilan.deja_recues, "déjà reçue", "déjà reçues"),
        count(bilan.refusees, "ligne refusée", "lignes refusées"),
    ));
    let [honoraires, amo, amc, patients] =
        bilan.centimes.map(|centimes| Centimes::new(centimes).in_words());
    crate::tell(format_args!(
        "Sur {honoraires} d'honoraires : {amo} pour l'Assurance maladie, {amc} pour les complémentaires, \
         {patients} pour les patients."
    ));
    if interrupted {
        crate::tell(
            "Le lot a été interrompu : relancez la même commande, rien ne sera fait deux fois.",
        );
    }
}

/// A number and its noun.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number < 2 { one } else { many })
}
