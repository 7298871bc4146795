//! Taking over what a caisse has already: a file of its affiliates, of the doctors of its territory or of the
//! choices of its affiliates. A file is read, tried without consequence, then applied.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::acteur::Caisse;
use super::declaration::OrigineSaisie;
use super::designation::MotifDepart;
use super::digest::Empreinte;
use super::frise::Jours;
use super::identifiers::{Organisme, Rpps};
use super::ids::{RepriseId, RequestId};
use super::medecin::NouveauMedecin;
use super::patient::{ClePatient, NouveauPatient};
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// What the lines of a file are.
    NatureReprise ("nature_reprise") {
        Affilies = 1 "affilies",
        Medecins = 2 "medecins",
        Choix = 3 "choix",
    }

    /// How a file is written.
    FormatFichier ("format_fichier") {
        /// One JSON object a line.
        Ndjson = 1 "ndjson",
        /// Columns separated by semicolons, under a line of their names.
        Csv = 2 "csv",
    }

    /// How far a takeover is.
    EtatReprise ("etat_reprise") {
        /// The file is arriving, or its sender went away.
        EnReception = 1 "en_reception",
        /// Each line is done and forgotten: what it would become is noted.
        EnEssai = 2 "en_essai",
        /// What would be done is known; nothing was done.
        Essayee = 3 "essayee",
        EnApplication = 4 "en_application",
        Appliquee = 5 "appliquee",
        /// Never applied: its lines were removed.
        Perimee = 6 "perimee",
        /// Dropped by its caisse, or replaced by another trial of the same file: its lines were removed.
        Abandonnee = 7 "abandonnee",
    }

    /// What the caisse may do of a takeover.
    ActionReprise ("action_reprise") {
        Executer = 1 "executer",
        Abandonner = 2 "abandonner",
    }

    /// Why a choice had ended where it comes from.
    FinReprise ("fin_reprise") {
        /// By another choice.
        Remplacement = 1 "remplacement",
        Patient = 2 "patient",
        Medecin = 3 "medecin",
        /// The doctor had stopped practising.
        Cessation = 4 "cessation",
    }
);

impl FinReprise {
    /// Why each doctor of the choice leaves.
    pub const fn depart(self) -> MotifDepart {
        match self {
            Self::Remplacement => MotifDepart::Remplacement,
            Self::Patient => MotifDepart::Patient,
            Self::Medecin => MotifDepart::Medecin,
            Self::Cessation => MotifDepart::Cessation,
        }
    }
}

/// A choice of the stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoixRepris {
    pub cle: ClePatient,
    pub medecins: BTreeSet<Rpps>,
    /// Day from which it counts.
    pub effet_du: NaiveDate,
    /// Day of its signatures, when it is known.
    pub signe_le: Option<NaiveDate>,
    /// First day on which it no longer counts, and why.
    pub fin: Option<(NaiveDate, FinReprise)>,
    pub origine: OrigineSaisie,
    /// Where its proof is.
    pub reference: Option<String>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contenu {
    Affilie(Box<NouveauPatient>),
    /// One practice of a doctor.
    Medecin(Box<NouveauMedecin>),
    Choix(Box<ChoixRepris>),
}

/// A line that was read, and where it is in the file, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ligne {
    pub numero: u64,
    pub contenu: Contenu,
}

/// Why a line was refused: which field, by which code, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defaut {
    /// Name of the field, as the file has it; nothing for the whole line.
    pub champ: String,
    pub code: String,
    pub message: String,
}

/// A line that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusee {
    pub numero: u64,
    /// What is wrong with it.
    pub defauts: Vec<Defaut>,
}

/// How many lines became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bilan {
    pub nouvelles: u64,
    /// The register says the same already.
    pub deja_connues: u64,
    pub refusees: u64,
}

impl Bilan {
    /// All of them.
    pub const fn total(&self) -> u64 {
        self.nouvelles.saturating_add(self.deja_connues).saturating_add(self.refusees)
    }
}

/// A takeover, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reprise {
    pub id: RepriseId,
    /// That of the caisse that sent it.
    pub organisme: Organisme,
    pub nature: NatureReprise,
    pub format: FormatFichier,
    /// Whether it is read as Windows-1252; else as UTF-8.
    pub windows_1252: bool,
    pub etat: EtatReprise,
    /// Grows with every transition.
    pub version: i32,
    /// Of the file.
    pub octets: u64,
    /// Digest of the file, once it is whole.
    pub sha256: Option<Empreinte>,
    /// Lines of the file, its heading and empty ones left out.
    pub lignes: u64,
    /// Those that could not be read.
    pub illisibles: u64,
    /// What became of those that were looked at, in the trial or in the application; unreadable ones left out.
    pub bilan: Bilan,
    /// The request that sent it.
    pub requete_id: RequestId,
    pub enregistre_le: DateTime<Utc>,
}

impl Reprise {
    /// Whose it is.
    pub const fn caisse(&self) -> Caisse {
        Caisse::of(self.organisme)
    }

    /// What its caisse may do now.
    pub fn actions(&self) -> Vec<ActionReprise> {
        match self.etat {
            EtatReprise::EnEssai => vec![ActionReprise::Abandonner],
            EtatReprise::Essayee => vec![ActionReprise::Executer, ActionReprise::Abandonner],
            EtatReprise::EnReception
            | EtatReprise::EnApplication
            | EtatReprise::Appliquee
            | EtatReprise::Perimee
            | EtatReprise::Abandonnee => Vec::new(),
        }
    }
}

/// The first day that a timeline said of a doctor and that another no longer says, if there is one: what is taken over
/// completes what is known, and changes none of it.
pub fn perdu(avant: &[Jours], apres: &[Jours]) -> Option<NaiveDate> {
    let lost = |held: &Jours| {
        let mut day = held.effet.du();
        // Periods of one doctor that follow each other say the same as one.
        loop {
            if held.effet.au().is_some_and(|au| day >= au) {
                return None;
            }
            let same = |one: &&Jours| one.medecin_id == held.medecin_id && one.effet.contient(day);
            match apres.iter().find(same).map(|one| one.effet.au()) {
                Some(Some(next)) => day = next,
                Some(None) => return None,
                None => return Some(day),
            }
        }
    };
    avant.iter().filter_map(lost).min()
}
