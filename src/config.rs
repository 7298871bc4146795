//! Settings, read from the environment: the only file that reads it. Everything wrong is reported
//! together, in French, because operators read it.

mod base;
mod clients;
mod conservation;
mod jetons;
mod noms;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use tracing_subscriber::EnvFilter;

pub use self::base::{BaseConfig, CleMaitre, RoleConfig, Trousseau};
pub use self::clients::ClientsConfig;
pub use self::conservation::ConservationConfig;
pub use self::jetons::{ClesConfig, EmetteurPreuvesConfig, JetonsConfig, PreuvesConfig};
pub use self::noms::unknown;
use crate::domain::vocabulary::Vocabulaire;
use crate::domain::webhook::Hotes;
use crate::law::AuDela;
use crate::services::Mode;

/// Address to listen on, unless another is given.
const ADRESSE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Where measures are usually told.
const MESURES: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// Every setting, checked.
#[derive(Debug)]
pub struct Config {
    /// Sandbox or production.
    pub mode: Mode,
    /// Address to listen on.
    pub adresse: SocketAddr,
    /// Database.
    pub base: BaseConfig,
    /// Callers.
    pub clients: ClientsConfig,
    /// Address on which measures are told, if they are.
    pub mesures: Option<SocketAddr>,
    /// Tokens.
    pub jetons: JetonsConfig,
    /// Proofs of signature.
    pub preuves: PreuvesConfig,
    /// Keys of issuers.
    pub cles: ClesConfig,
    /// Logs.
    pub journal: JournalConfig,
    /// The law.
    pub loi: LoiConfig,
    /// The sites whose pages may read the answers, each as its browser names it.
    pub origines: Vec<String>,
    /// Where callers reach the façade of FHIR, when requests do not say it.
    pub origine_fhir: Option<String>,
    /// Whether the page of the simulator is shown outside a sandbox.
    pub simulateur: bool,
    /// Whether the page on which patients read their own record is shown outside a sandbox.
    pub page_patient: bool,
    /// Whether the page from which the API is tried is shown: always in a sandbox.
    pub documentation: bool,
    /// Hosts to which events may be sent.
    pub webhooks: Hotes,
    /// The collector to which traces are sent, if they are.
    pub otlp: Option<String>,
    /// How long what is recorded is kept.
    pub conservation: ConservationConfig,
    /// The file that says by how many seconds the clock is wrong, in tests of a sandbox.
    pub horloge_d_essai: Option<PathBuf>,
}

/// What a command needs: it asks for no setting of what it does not do. Whoever owns the tables thus migrates them without the master
/// key, and verifies them without an issuer of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Besoin {
    /// Callers, and all that is below.
    Service,
    /// The register, open.
    Registre,
    /// Its tables, or nothing of it.
    Tables,
}

/// What a caisse decides of the law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoiConfig {
    /// The directory of the values that it adds.
    pub ajouts: Option<PathBuf>,
    /// What becomes of days of care that nobody verified.
    pub au_dela: AuDela,
    /// Highest base of an act of the CCAM that is not known, in euros; that of the law without it.
    pub ccam_plafond: Option<u32>,
}

/// Log settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalConfig {
    /// JSON lines, or text.
    pub json: bool,
    /// Filter of levels, in the syntax of `tracing`.
    pub filtre: String,
}

/// Everything wrong with the environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("configuration invalide :\n{}", .0.iter().map(|e| format!("  - {e}")).collect::<Vec<_>>().join("\n"))]
pub struct InvalidConfig(pub Vec<String>);

impl Config {
    /// Reads the environment of the process, in which every setting of this program must be one that it knows.
    pub fn from_env(besoin: Besoin) -> Result<Self, InvalidConfig> {
        let mut wrong = unknown(names());
        match Self::read_for(besoin, variable) {
            Ok(config) if wrong.is_empty() => Ok(config),
            Ok(_) => Err(InvalidConfig(wrong)),
            Err(InvalidConfig(more)) => {
                wrong.extend(more);
                Err(InvalidConfig(wrong))
            }
        }
    }

    /// Reads the settings of a service from any source of variables.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidConfig> {
        Self::read_for(Besoin::Service, lookup)
    }

    /// Reads those of a command.
    pub fn read_for(
        besoin: Besoin,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, InvalidConfig> {
        let mut variables = Variables { lookup: &lookup, besoin, errors: Vec::new() };
        let outside = variables.get("DATABASE_URL").is_some();
        let mode = match variables.get("TRAITANT_MODE").as_deref() {
            Some("production") => Mode::Production,
            // Without any setting, a database given from outside is taken for a real one.
            None if outside => Mode::Production,
            Some("bac-a-sable") | None => Mode::BacASable,
            Some(_) => {
                variables.wrong("TRAITANT_MODE", "attendu « bac-a-sable » ou « production »");
                Mode::Production
            }
        };
        let adresse = variables.address("TRAITANT_ADRESSE", ADRESSE).unwrap_or(ADRESSE);
        let mesures = variables.address("TRAITANT_MESURES", MESURES);
        let base = BaseConfig::read(mode, &mut variables);
        let clients = ClientsConfig::read(&mut variables);
        let jetons = JetonsConfig::read(mode, &mut variables);
        let preuves = PreuvesConfig::read(mode, &mut variables);
        let cles = ClesConfig::read(&mut variables);
        let ccam_plafond = variables
            .get("TRAITANT_CCAM_PLAFOND")
            .map(|_given| variables.number("TRAITANT_CCAM_PLAFOND", 0..=100_000, 0));
        let json = match variables.get("TRAITANT_JOURNAL_FORMAT").as_deref() {
            Some("json") => true,
            Some("texte") => false,
            None => mode == Mode::Production,
            Some(_) => {
                variables.wrong("TRAITANT_JOURNAL_FORMAT", "attendu « texte » ou « json »");
                true
            }
        };
        let filtre = variables.get("TRAITANT_JOURNAL").unwrap_or_else(|| "info".to_owned());
        if let Err(wrong) = EnvFilter::try_new(&filtre) {
            let expected = "attendu un niveau (error, warn, info, debug, trace), ou module=niveau, séparés par des virgules";
            variables.wrong("TRAITANT_JOURNAL", format!("{expected} ({wrong})"));
        }
        let au_dela = variables.get("TRAITANT_LOI_A_VERIFIER");
        let au_dela = au_dela.map_or(Some(AuDela::Avertir), |text| AuDela::du_mot(&text));
        if au_dela.is_none() {
            variables.wrong("TRAITANT_LOI_A_VERIFIER", "attendu « avertir » ou « refuser »");
        }
        let origines = variables.list("TRAITANT_ORIGINES");
        if !origines.iter().all(|one| est_une_origine(one)) {
            variables.wrong(
                "TRAITANT_ORIGINES",
                "attendu des origines entre virgules, par exemple https://portail.exemple.fr, sans chemin",
            );
        }
        let origine_fhir = variables.get("TRAITANT_FHIR_ORIGINE");
        if origine_fhir.as_deref().is_some_and(|one| !est_une_origine(one)) {
            variables.wrong(
                "TRAITANT_FHIR_ORIGINE",
                "attendu une origine, par exemple https://registre.exemple.fr, sans chemin",
            );
        }
        let hosts = variables.list("TRAITANT_WEBHOOKS");
        let webhooks = Hotes::parse(hosts.iter().map(String::as_str)).unwrap_or_else(|wrong| {
            let expected = "attendu des hôtes, par exemple si.caisse.fr ou relais.fr:8443";
            variables.wrong("TRAITANT_WEBHOOKS", format!("{expected} ; reçu « {wrong} »"));
            Hotes::default()
        });
        let simulateur = variables.oui("TRAITANT_SIMULATEUR");
        let page_patient = variables.oui("TRAITANT_PAGE_PATIENT");
        let documentation = variables.oui("TRAITANT_DOCUMENTATION") || mode == Mode::BacASable;
        let otlp = variables.get("TRAITANT_OTLP");
        let of_http =
            |one: &String| ["https://", "http://"].iter().any(|scheme| one.starts_with(scheme));
        if !otlp.iter().all(of_http) {
            variables.wrong(
                "TRAITANT_OTLP",
                "attendu l'adresse d'un collecteur, par exemple http://127.0.0.1:4318",
            );
        }
        let conservation = ConservationConfig::read(&mut variables);
        let config = Self {
            horloge_d_essai: variables.horloge_d_essai(mode),
            otlp,
            conservation,
            origines,
            origine_fhir,
            simulateur,
            page_patient,
            documentation,
            webhooks,
            loi: LoiConfig {
                ajouts: variables.get("TRAITANT_LOI").map(PathBuf::from),
                au_dela: au_dela.unwrap_or(AuDela::Refuser),
                ccam_plafond,
            },
            mode,
            adresse,
            base,
            clients,
            mesures,
            jetons,
            preuves,
            cles,
            journal: JournalConfig { json, filtre },
        };
        if variables.errors.is_empty() { Ok(config) } else { Err(InvalidConfig(variables.errors)) }
    }
}

/// Whether a text is what a browser sends as the origin of a page (RFC 6454): a scheme, a host in small letters,
/// perhaps a port.
fn est_une_origine(text: &str) -> bool {
    let host = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    host.is_some_and(|host| {
        let (name, port) = host.split_once(':').unwrap_or((host, "443"));
        let of_name =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        !name.is_empty() && name.bytes().all(of_name) && port.parse::<u16>().is_ok()
    })
}

/// Variables being read, and what is wrong with them.
struct Variables<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    besoin: Besoin,
    errors: Vec<String>,
}

impl Variables<'_> {
    /// A variable; one without any text is not set.
    fn get(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.trim().is_empty())
    }

    fn wrong(&mut self, name: &str, why: impl AsRef<str>) {
        self.errors.push(format!("{name} : {}", why.as_ref()));
    }

    /// Yes or no; no when nothing is said.
    fn oui(&mut self, name: &str) -> bool {
        let said = self.get(name);
        if !matches!(said.as_deref(), Some("oui" | "non") | None) {
            self.wrong(name, "attendu « oui » ou « non »");
        }
        said.as_deref() == Some("oui")
    }

    /// The file that makes the clock wrong, which tests alone give.
    fn horloge_d_essai(&mut self, mode: Mode) -> Option<PathBuf> {
        let fichier = self.get("TRAITANT_ESSAI_HORLOGE")?;
        if mode == Mode::Production {
            self.wrong("TRAITANT_ESSAI_HORLOGE", "réservé aux essais, dans un bac à sable");
        }
        Some(PathBuf::from(fichier))
    }

    /// An address and a port.
    fn address(&mut self, name: &str, example: SocketAddr) -> Option<SocketAddr> {
        let text = self.get(name)?;
        let address = text.parse().ok();
        if address.is_none() {
            self.wrong(name, format!("attendu une adresse et un port, par exemple {example}"));
        }
        address
    }

    /// The texts of a list, between commas; none for a variable that is not set.
    fn list(&self, name: &str) -> Vec<String> {
        let text = self.get(name).unwrap_or_default();
        let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
        texts.map(str::to_owned).collect()
    }

    /// The words of a list, each of which must be known.
    fn words<V: Vocabulaire + Ord>(&mut self, name: &str, known: &[V]) -> BTreeSet<V> {
        let given = self.list(name);
        let found = |mot: &String| known.iter().copied().find(|word| word.mot() == mot.as_str());
        let words: Option<BTreeSet<V>> = given.iter().map(found).collect();
        words.unwrap_or_else(|| {
            let all: Vec<&str> = known.iter().map(|word| word.mot()).collect();
            self.wrong(name, format!("attendu une liste de mots parmi {}", all.join(", ")));
            BTreeSet::new()
        })
    }

    fn number(&mut self, name: &str, accepted: RangeInclusive<u32>, default: u32) -> u32 {
        let Some(text) = self.get(name) else { return default };
        text.parse().ok().filter(|number| accepted.contains(number)).unwrap_or_else(|| {
            let (least, most) = accepted.into_inner();
            self.wrong(name, format!("attendu un nombre entre {least} et {most}"));
            default
        })
    }
}

fn names() -> impl Iterator<Item = String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())
}

#[expect(clippy::disallowed_methods, reason = "the one file that reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The directory that the process runs in.
pub fn working_dir() -> std::io::Result<PathBuf> {
    std::env::current_dir()
}

/// Where temporary files go.
pub fn temp_dir() -> PathBuf {
    std::env::temp_dir()
}

/// The directories of `PATH`.
#[expect(clippy::disallowed_methods, reason = "the one file that reads the environment")]
pub fn search_path() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}
