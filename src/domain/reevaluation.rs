//! Evaluations made again: a fact came late or was corrected, or the law changed.
//!
//! First tried, which writes nothing about the feuilles and says what would change; then applied. An
//! evaluation is never rewritten: the new one has the next number, and the old one stays.

use chrono::{DateTime, NaiveDate, Utc};

use super::a_revoir::{Alentours, natures};
use super::evaluation::{
    ActeEvalue, Appartenance, Avertissement, AvertissementLigne, CodeDetermine, Evaluation,
};
use super::ids::{FeuilleId, PatientId, ReevaluationId};
use super::money::Centimes;
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// Why feuilles are evaluated again.
    MotifReevaluation ("motif_reevaluation") {
        FaitTardif = 1 "fait_tardif",
        Correction = 2 "correction",
        Loi = 3 "loi",
        Reclamation = 4 "reclamation",
    }

    /// How far it is.
    EtatReevaluation ("etat_reevaluation") {
        /// Feuilles are being tried.
        EnAttente = 1 "en_attente",
        /// What would change is known; nothing was changed.
        Essayee = 2 "essayee",
        EnApplication = 3 "en_application",
        Appliquee = 4 "appliquee",
    }

    /// What a caller may do.
    ActionReevaluation ("action_reevaluation") {
        Appliquer = 1 "appliquer",
    }
);

/// Which feuilles are evaluated again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etendue {
    /// One person, or all those of the caisse.
    pub patient_id: Option<PatientId>,
    /// Only those about whom something was recorded since.
    pub depuis: Option<DateTime<Utc>>,
    /// First day of care.
    pub du: NaiveDate,
    /// Last day of care.
    pub au: NaiveDate,
}

/// Lanes of the persons who are served: while the database works for some, others are decided. Somebody is always in the same one, so that
/// each lane says by itself how far it is.
pub const VOIES: usize = 4;

/// Feuilles to evaluate again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reevaluation {
    pub id: ReevaluationId,
    /// Régime and caisse that asked.
    pub caisse: String,
    pub motif: MotifReevaluation,
    pub etendue: Etendue,
    pub etat: EtatReevaluation,
    /// Grows with every transition.
    pub version: i32,
    pub enregistre_le: DateTime<Utc>,
    /// The last person who was served in each of the [lanes](VOIES).
    pub places: Vec<Option<PatientId>>,
    pub examen: Examen,
}

impl Reevaluation {
    /// What its caisse may do now.
    pub fn actions(&self) -> Vec<ActionReevaluation> {
        match self.etat {
            EtatReevaluation::Essayee => vec![ActionReevaluation::Appliquer],
            EtatReevaluation::EnAttente
            | EtatReevaluation::EnApplication
            | EtatReevaluation::Appliquee => Vec::new(),
        }
    }

    /// Whether the new evaluations are written.
    pub fn ecrit(&self) -> bool {
        self.etat == EtatReevaluation::EnApplication
    }
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Examen {
    pub patients: i64,
    pub feuilles: i64,
    /// Feuilles that the law of today cannot evaluate.
    pub sans_reponse: i64,
    /// Feuilles that are decided otherwise.
    pub changees: i64,
    /// More, or less, in all.
    pub ecart: EcartReevaluation,
}

/// What each payer pays more, or less, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EcartReevaluation {
    /// The compulsory insurance.
    pub rembourse_amo: i64,
    /// The complementary insurance.
    pub part_amc: i64,
    /// The patients.
    pub reste_a_charge: i64,
}

impl Examen {
    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            patients: self.patients.saturating_add(other.patients),
            feuilles: self.feuilles.saturating_add(other.feuilles),
            sans_reponse: self.sans_reponse.saturating_add(other.sans_reponse),
            changees: self.changees.saturating_add(other.changees),
            ecart: self.ecart.plus(&other.ecart),
        }
    }
}

impl EcartReevaluation {
    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            rembourse_amo: self.rembourse_amo.saturating_add(other.rembourse_amo),
            part_amc: self.part_amc.saturating_add(other.part_amc),
            reste_a_charge: self.reste_a_charge.saturating_add(other.reste_a_charge),
        }
    }

    /// From one decision to another.
    pub fn entre(avant: &Issue, apres: &Issue) -> Self {
        let more = |after: Centimes, before: Centimes| after.get().saturating_sub(before.get());
        Self {
            rembourse_amo: more(apres.rembourse_amo, avant.rembourse_amo),
            part_amc: more(apres.part_amc, avant.part_amc),
            reste_a_charge: more(apres.reste_a_charge, avant.reste_a_charge),
        }
    }
}

/// What an evaluation decides, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issue {
    /// Code of the caisse.
    pub code: CodeDetermine,
    pub appartenance: Appartenance,
    pub rembourse_amo: Centimes,
    pub part_amc: Centimes,
    pub reste_a_charge: Centimes,
}

impl Issue {
    /// The short of an evaluation; none when it has no act.
    pub fn of(evaluation: &Evaluation) -> Option<Self> {
        let synthese = evaluation.synthese()?;
        let totaux = &evaluation.totaux;
        Some(Self {
            code: synthese.code,
            appartenance: synthese.appartenance,
            rembourse_amo: totaux.rembourse_amo,
            part_amc: totaux.part_amc,
            reste_a_charge: totaux.reste_a_charge,
        })
    }
}

/// A feuille whose evaluation changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changement {
    pub patient_id: PatientId,
    pub feuille_id: FeuilleId,
    pub date_soins: NaiveDate,
    /// Number of the evaluation that is replaced.
    pub ancien: i16,
    /// Number of the one that replaces it, once it is written.
    pub nouveau: Option<i16>,
    /// Kinds of what was recorded since and counts on the day of care.
    pub causes: Vec<String>,
    pub avant: Issue,
    pub apres: Issue,
}

/// A cause that no event tells: the law of the service is another.
const LOI: &str = "loi";
/// Another: the CCAM of the service knows now an act that it did not, or no longer knows one.
const CCAM: &str = "ccam";
/// Another: an earlier feuille of the same person changed, and the ceilings of the year with it.
const PLAFONDS: &str = "plafonds";

/// Why an evaluation changes: the facts that came late for it, the law and the CCAM when they are others.
pub fn causes(
    alentours: &Alentours,
    (connu_le, jour): (DateTime<Utc>, NaiveDate),
    (autre_loi, autre_ccam): (bool, bool),
) -> Vec<String> {
    let mut found = natures(&alentours.tardifs(connu_le, jour));
    if autre_loi {
        found.push(LOI.to_owned());
    }
    if autre_ccam {
        found.push(CCAM.to_owned());
    }
    found.sort_unstable();
    if found.is_empty() {
        found.push(PLAFONDS.to_owned());
    }
    found
}

/// Whether two evaluations of one feuille do not know the same acts of the CCAM: the amounts may be the same, but a clerk
/// no longer has to look, or has to.
pub fn autre_ccam(one: &Evaluation, other: &Evaluation) -> bool {
    let unknown = |evaluation: &Evaluation| -> Vec<AvertissementLigne> {
        let all = evaluation.avertissements.iter().copied();
        all.filter(|warning| warning.code == Avertissement::ActeCcamInconnu).collect()
    };
    unknown(one) != unknown(other)
}

/// Whether two evaluations of one feuille decide the same: verdicts, rates and amounts of every line.
/// The facts behind them, the reasons and the warnings may differ.
pub fn decident_pareil(one: &Evaluation, other: &Evaluation) -> bool {
    let same = |(one, other): (&ActeEvalue, &ActeEvalue)| {
        one.qualification == other.qualification
            && one.taux == other.taux
            && one.montants == other.montants
            && one.lignes == other.lignes
    };
    one.totaux == other.totaux
        && one.actes.len() == other.actes.len()
        && one.actes.iter().zip(&other.actes).all(same)
}
