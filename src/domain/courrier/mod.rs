//! Letters to patients: which kinds there are, what each is made from, and a lot of them made for the printer of a caisse.
//!
//! A letter is no fact. It is made when it is asked for, from an event that was told and from what the register holds on
//! that day: what was undone since is not written to anybody.

mod mots;

use chrono::{DateTime, NaiveDate, Utc};

pub use self::mots::{Concerne, Fait, Remboursement, lettre};
use super::acteur::Caisse;
use super::digest::Empreinte;
use super::evenement::NatureEvenement;
use super::export::EtatExport;
use super::identifiers::Organisme;
use super::ids::{CourriersId, EvenementId, RequestId};
use super::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// What a letter is about.
    NatureCourrier ("nature_courrier") {
        /// A médecin traitant leaves: retires, stops, dies, goes away, or no longer wants to be that.
        DepartMedecin = 1 "depart_medecin",
        /// A choice was recorded that the patient's side did not sign by a proof of their own, or by none that counts.
        ChoixEnSonNom = 2 "choix_en_son_nom",
        /// The months without majoration after a departure end soon.
        FinProtection = 3 "fin_protection",
        /// A sixteenth birthday comes: who decides changes.
        SeizeAns = 4 "seize_ans",
    }

    /// Why an event of the kind has no letter on the day on which letters are made.
    SansObjet ("sans_objet") {
        /// It was undone, or corrected, since.
        Annule = 1 "annule",
        /// The person is dead.
        Decede = 2 "decede",
        /// The person depends on another caisse.
        AutreCaisse = 3 "autre_caisse",
        /// The person has a médecin traitant by another choice.
        DejaChoisi = 4 "deja_choisi",
        /// The person did it, or signed it by a proof of their own.
        DeSaPart = 5 "de_sa_part",
        /// The choice is contested already.
        DejaConteste = 6 "deja_conteste",
        /// The choice comes from the register that the caisse had before.
        Repris = 7 "repris",
        /// The choice ended, and no other one followed.
        Termine = 8 "termine",
        /// The person keeps a médecin traitant: nobody left that they still had.
        Garde = 9 "garde",
        /// Who signed it for the person turned out not to represent them: what says so has the letter.
        AVerifier = 10 "a_verifier",
    }
);

impl NatureCourrier {
    /// The kinds of events that a letter is made from.
    pub const fn evenements(self) -> &'static [NatureEvenement] {
        match self {
            Self::DepartMedecin => {
                &[NatureEvenement::DeclarationCloturee, NatureEvenement::DesignationMembreParti]
            }
            Self::ChoixEnSonNom => {
                &[NatureEvenement::DeclarationPriseEffet, NatureEvenement::DeclarationAVerifier]
            }
            Self::FinProtection => &[NatureEvenement::NeutralisationFinProche],
            Self::SeizeAns => &[NatureEvenement::PatientMajorite16Ans],
        }
    }
}

/// No kind of letter has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such kind of letter")]
pub struct UnknownCourrier;

impl std::str::FromStr for NatureCourrier {
    type Err = UnknownCourrier;

    fn from_str(text: &str) -> Result<Self, UnknownCourrier> {
        Self::du_mot(text).ok_or(UnknownCourrier)
    }
}

/// Letters that a caisse asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemandeCourriers {
    pub nature: NatureCourrier,
    /// First and last day on which their events were recorded. Both are over: the same days always have the same events.
    pub du: NaiveDate,
    pub au: NaiveDate,
    /// Each letter begins on the front of a sheet printed on both sides.
    pub recto_verso: bool,
}

/// A lot: letters printed together, as one PDF file and as one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// From 1.
    pub rang: i32,
    pub lettres: u64,
    pub octets_pdf: u64,
    pub sha256_pdf: Empreinte,
    pub octets_texte: u64,
    pub sha256_texte: Empreinte,
}

/// Letters asked for, and how far they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Courriers {
    pub id: CourriersId,
    /// That of the caisse that asked for them.
    pub organisme: Organisme,
    pub demande: DemandeCourriers,
    pub etat: EtatExport,
    /// Grows with every transition.
    pub version: i32,
    /// Events of these kinds and of these days.
    pub prevus: u64,
    /// Those of them that were looked at.
    pub traites: u64,
    pub lettres: u64,
    /// Events without a letter, by reason.
    pub sans_objet: Vec<(SansObjet, u64)>,
    pub lots: Vec<Lot>,
    /// The instant of which they are.
    pub etablis_le: Option<DateTime<Utc>>,
    pub requete_id: RequestId,
    pub enregistre_le: DateTime<Utc>,
}

impl Courriers {
    /// Whose they are.
    pub const fn caisse(&self) -> Caisse {
        Caisse::of(self.organisme)
    }
}

/// To whom a letter goes. `Debug` shows nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Destinataire {
    /// Who, a line or two.
    pub lignes: Vec<String>,
    /// Where, as far as the register holds it.
    pub adresse: Option<Vec<String>>,
}

impl std::fmt::Debug for Destinataire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Destinataire(…)")
    }
}

/// A letter, ready to be printed. `Debug` shows nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Lettre {
    /// The event that it comes from: asked for again, it is the same letter.
    pub reference: EvenementId,
    pub caisse: Caisse,
    pub jour: NaiveDate,
    pub destinataire: Destinataire,
    pub objet: String,
    /// Each part with its title.
    pub parties: Vec<(&'static str, Vec<String>)>,
}

impl std::fmt::Debug for Lettre {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Lettre({})", self.reference)
    }
}
