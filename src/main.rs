//! `traitant`: the service, and the commands around it. What they print is read by testers and
//! operators of caisses: it is in French.

mod annuaire;
mod bac;
mod ccam;
mod cles;
mod cli;
mod compteur;
mod diagnostic;
mod evaluer;
mod loi;
mod manuel;
mod purger;
mod rejouer;
mod reprise;
mod statistiques;
mod verifier;

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use self::cli::{Commande, Porteur, Signataire};
use anyhow::Context;
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;
use traitant::app::{self, App, data_dir, horloge};
use traitant::auth::{Emetteur, Prouveur};
use traitant::config::{Besoin, Config, JetonsConfig};
use traitant::domain::acteur::{Acteur, Caisse};
use traitant::domain::clock::{Clock, SystemClock};
use traitant::domain::declaration::{MoyenSignature, RoleSignataire, SignatureAnnoncee};
use traitant::domain::digest::Empreinte;
use traitant::domain::identifiers::texte_libre::est_un_pseudonyme;
use traitant::domain::identifiers::{Invalide, Organisme, Rpps};
use traitant::domain::ids::{IdSource, PatientId};
use traitant::domain::vocabulary::Vocabulaire;
use traitant::storage::migrations;
use traitant::{ajouts, http, sandbox, telemetry};

/// A file to be read; a directory opens like one, and has no line.
fn ouvrir(path: &Path) -> anyhow::Result<File> {
    let reading = || format!("lecture de {}", path.display());
    let file = File::open(path).with_context(reading)?;
    if file.metadata().with_context(reading)?.is_dir() {
        anyhow::bail!("{} : c'est un dossier, attendu un fichier", reading());
    }
    Ok(file)
}

fn main() -> ExitCode {
    let commande = match cli::read() {
        Ok(commande) => commande,
        Err(code) => return code,
    };
    match run(commande) {
        Ok(code) => code,
        Err(error) => {
            tell(format_args!("traitant : {}", app::reason(&error)));
            ExitCode::FAILURE
        }
    }
}

fn run(commande: Commande) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match commande {
        Commande::Evaluer(lot) => {
            return runtime.block_on(evaluer::run(&Config::from_env(Besoin::Registre)?, &lot));
        }
        Commande::Rejouer(asked) => {
            return runtime.block_on(rejouer::run(&Config::from_env(Besoin::Registre)?, &asked));
        }
        Commande::Verifier { refaire, racine } => {
            let config = Config::from_env(Besoin::Registre)?;
            return runtime.block_on(verifier::run(&config, refaire, racine.as_deref()));
        }
        Commande::Diagnostic { json } => return runtime.block_on(diagnostic::run(json)),
        Commande::Statistiques { action } => return runtime.block_on(statistiques::run(&action)),
        Commande::Purger { visa, .. } => {
            return runtime
                .block_on(purger::run(&Config::from_env(Besoin::Registre)?, visa.as_deref()));
        }
        Commande::Racine => runtime.block_on(verifier::root(&Config::from_env(Besoin::Registre)?)),
        Commande::Reprise(asked) => {
            return runtime.block_on(reprise::run(&Config::from_env(Besoin::Registre)?, &asked));
        }
        Commande::Cles { action } => {
            runtime.block_on(cles::run(&Config::from_env(Besoin::Registre)?, action))
        }
        Commande::Annuaire { action } => runtime.block_on(annuaire::run(&action)),
        Commande::Ccam { action } => runtime.block_on(ccam::run(&action)),
        Commande::Servir => runtime.block_on(serve(&Config::from_env(Besoin::Service)?)),
        Commande::Migrer => runtime.block_on(migrate(&Config::from_env(Besoin::Tables)?)),
        Commande::Jeton { porteur } => issue(&Config::from_env(Besoin::Service)?, &porteur),
        Commande::Preuve { signataire } => {
            runtime.block_on(prove(&Config::from_env(Besoin::Service)?, &signataire))
        }
        Commande::BacASable { page: true, .. } => print(&sandbox::page()),
        Commande::BacASable { action, json, .. } => {
            runtime.block_on(bac::run(&Config::from_env(Besoin::Service)?, action.as_ref(), json))
        }
        Commande::Manuel { dossier } => manuel::write(dossier.as_deref()),
        Commande::Completion { interprete } => manuel::complete(interprete),
        Commande::Openapi => print(http::openapi_yaml()),
        Commande::Loi { demande } => {
            return loi::run(&Config::from_env(Besoin::Tables)?.loi, &demande);
        }
        Commande::Regles => print(&ajouts::law(&Config::from_env(Besoin::Tables)?.loi)?.livre()),
    }?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    telemetry::start(&config.journal);
    let stop = CancellationToken::new();
    // Signals are listened to before anything starts: an early Ctrl-C stops cleanly too.
    let signals = listen_to_signals(stop.clone())?;
    let app = App::start(config).await?;
    print(&welcome(config, &app)?)?;
    app.serve(stop).await?;
    signals.abort();
    Ok(())
}

/// What a newcomer needs to know, with a first command that works.
fn welcome(config: &Config, app: &App) -> anyhow::Result<String> {
    let address = app.address()?;
    let mut lines = vec![String::new()];
    if config.jetons == JetonsConfig::BacASable {
        let acteur = Acteur::Medecin(Rpps::parse("99900001233")?);
        let token = token(config, (&acteur, &acteur.cle()), 3600)?;
        lines.extend([
            "Bac à sable, personnes fictives. Un premier essai, avec un jeton de médecin valable une heure :".to_owned(),
            String::new(),
            format!("  curl -s http://{address}/v1/medecins-traitants/consultation \\"),
            format!("    -H 'Authorization: Bearer {token}' \\"),
            "    -H 'Content-Type: application/json' \\".to_owned(),
            "    -d '{\"identifiant\":{\"type\":\"nir\",\"valeur\":\"158070100199152\"},\"date_naissance\":\"1958-07-14\"}'".to_owned(),
            String::new(),
            "D'autres jetons : traitant jeton medecin | patient | caisse | referentiel".to_owned(),
            format!("Qui est là, et pour essayer quoi : http://{address}/ ou traitant bac-a-sable"),
        ]);
    }
    if let Some(address) = app.measures_address() {
        lines.push(format!("Mesures : http://{address}/metrics"));
    }
    if app.owns_database() {
        lines.push(format!("Données : {}", app.data_dir().display()));
    }
    // Last, where the eye is, and so that whoever reads this line has read everything.
    let pages = if config.documentation {
        format!("documentation : http://{address}/docs/")
    } else {
        format!("contrat : http://{address}/openapi.yaml")
    };
    lines.push(format!("Traitant écoute sur http://{address} ({pages})\n"));
    Ok(lines.join("\n"))
}

fn listen_to_signals(stop: CancellationToken) -> anyhow::Result<tokio::task::JoinHandle<()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        stop.cancel();
    }))
}

async fn migrate(config: &Config) -> anyhow::Result<()> {
    telemetry::start(&config.journal);
    let url = config.base.url.as_ref().context("DATABASE_URL désigne la base à migrer")?;
    let role =
        config.base.role.as_ref().map(|role| (role.nom.as_str(), role.mot_de_passe.as_ref()));
    app::migrate(url.expose_secret(), role).await?;
    print(&format!("Base à la version {}.\n", migrations::expected()))?;
    let Some((nom, _)) = role else { return Ok(()) };
    print(&format!("Rôle « {nom} » prêt pour le service : il lit et écrit, sans rien posséder.\n"))
}

fn issue(config: &Config, porteur: &Porteur) -> anyhow::Result<()> {
    let mut sub = None;
    let (acteur, seconds) = match porteur {
        Porteur::Medecin { rpps, validite } => {
            let rpps = Rpps::parse(rpps).map_err(|why| expected("--rpps", &why))?;
            (Acteur::Medecin(rpps), validite.duree)
        }
        Porteur::Patient { patient, validite } => {
            (Acteur::Patient(patient_of(patient)?), validite.duree)
        }
        Porteur::Caisse { organisme, validite } => {
            let organisme =
                Organisme::parse(organisme).map_err(|why| expected("--organisme", &why))?;
            (Acteur::Caisse(Caisse::of(organisme)), validite.duree)
        }
        Porteur::Referentiel { sujet, validite } => {
            let named = Some(sujet.clone()).filter(|sujet| est_un_pseudonyme(sujet));
            sub = Some(named.context("--sujet : attendu un pseudonyme, sans numéro de personne")?);
            (Acteur::Referentiel, validite.duree)
        }
        Porteur::Statistiques { validite } => (Acteur::Statistiques, validite.duree),
    };
    if config.jetons == JetonsConfig::BacASable {
        verify_used(&data_dir(config)?)?;
    }
    let sub = sub.unwrap_or_else(|| acteur.cle());
    print(&format!("{}\n", token(config, (&acteur, &sub), seconds)?))
}

/// Refuses a directory in which no service ever made the keys of the sandbox.
fn verify_used(dir: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        Emetteur::exists_in(dir),
        "aucun service n'a encore démarré avec les données de {} : lancez d'abord « traitant », \
         ou indiquez le dossier du service par TRAITANT_DONNEES",
        dir.display()
    );
    Ok(())
}

async fn prove(config: &Config, signataire: &Signataire) -> anyhow::Result<()> {
    let (role, moyen, rpps, signature) = match signataire {
        Signataire::Patient { role, moyen, signature } => (role.as_str(), moyen, None, signature),
        Signataire::Medecin { rpps, moyen, signature } => {
            let rpps = Rpps::parse(rpps).map_err(|why| expected("--rpps", &why))?;
            ("medecin", moyen, Some(rpps), signature)
        }
    };
    let role = RoleSignataire::du_mot(role)
        .filter(|role| (*role == RoleSignataire::Medecin) == rpps.is_some());
    let role =
        role.context("--role : attendu assure, titulaire_autorite_parentale, tuteur ou curateur")?;
    let suits = |moyen: &MoyenSignature| !moyen.est_papier() && moyen.convient_a(role);
    let annoncee = SignatureAnnoncee {
        role,
        rpps,
        moyen: MoyenSignature::du_mot(moyen).filter(suits).with_context(|| {
            let all = MoyenSignature::ELECTRONIQUES.into_iter().filter(suits);
            let all: Vec<&str> = all.map(Vocabulaire::mot).collect();
            format!("--moyen : attendu un mot parmi {}", all.join(", "))
        })?,
        contenu_sha256: Empreinte::parse(&signature.contenu)
            .context("SHA256 : attendu 64 caractères hexadécimaux")?,
        signe_a: signature.signe_a,
    };
    anyhow::ensure!(
        est_un_pseudonyme(&signature.support),
        "--support : attendu un pseudonyme, sans numéro de personne"
    );
    anyhow::ensure!(
        config.preuves.bac_a_sable,
        "les preuves du bac à sable ne sont délivrées que par un bac à sable sans autre émetteur de preuves"
    );
    let dir = data_dir(config)?;
    verify_used(&dir)?;
    // A signature is taken on the day that the sandbox has reached.
    let clock = horloge(config).await?;
    let ids = IdSource::from_system(Arc::clone(&clock));
    let preuve = Prouveur::in_dir(&dir)?.prove(&annoncee, &signature.support, &*clock, &ids)?;
    print(&format!("{preuve}\n"))
}

/// What an option expects.
fn expected(option: &str, why: &Invalide) -> anyhow::Error {
    anyhow::anyhow!("{option} : attendu {}", why.attendu)
}

fn token(config: &Config, (acteur, sub): (&Acteur, &str), seconds: i64) -> anyhow::Result<String> {
    anyhow::ensure!(
        config.jetons == JetonsConfig::BacASable,
        "les jetons du bac à sable ne sont pas délivrés en production"
    );
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = IdSource::from_system(Arc::clone(&clock));
    Ok(Emetteur::in_dir(&data_dir(config)?)?.issue_as(acteur, sub, &*clock, &ids, seconds)?)
}

fn patient_of(text: &str) -> anyhow::Result<PatientId> {
    if let Some(id) = sandbox::patient_id(text) {
        return Ok(id);
    }
    text.parse().map_err(|_not_an_id: Invalide| {
        let first = sandbox::PATIENTS.iter().map(|person| person.prenom);
        let names = first.chain(sandbox::HABITANTS.iter().map(|person| person.prenom));
        let names = names.collect::<Vec<_>>().join(", ").to_lowercase();
        anyhow::anyhow!("--patient : attendu un prénom parmi {names}, ou un identifiant interne")
    })
}

/// Writes on the standard output. Nobody reads any more when it is closed: that is no failure.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a line on the error output, for whoever still reads it.
pub(crate) fn tell(line: impl std::fmt::Display) {
    writeln!(std::io::stderr(), "{line}").unwrap_or_default();
}
