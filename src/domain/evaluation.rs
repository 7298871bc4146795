//! The evaluation of a feuille: an immutable decision with its amounts and its reasons.
//!
//! Four outcomes are kept apart for every act, because they do not coincide: where it stands
//! ([`Appartenance`]), whether the majoration is due, whether an authorised overrun may be billed,
//! and whether the coordination supplements may be.

use arrayvec::ArrayVec;
use chrono::NaiveDate;
use serde::Serialize;

use super::calendar::age_revolu;
use super::identifiers::DateNaissanceAmo;
use super::money::{AmountOverflow, Centimes, Taux};
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// Where an act stands towards the parcours de soins coordonnés.
    Appartenance ("appartenance") {
        /// Inside, or assimilated.
        DansParcours = 1 "dans_parcours",
        /// Outside.
        HorsParcours = 2 "hors_parcours",
        /// The rule does not concern this act or this patient.
        NonConcerne = 3 "non_concerne",
        /// The patient is excluded from the mechanism.
        Exclu = 4 "exclu",
        /// A fact is missing: see the warnings.
        Indeterminee = 5 "indeterminee",
    }
);

vocabulaire!(
    /// Situation determined by the caisse (qualificatif calculé, QCP). The numbers are those of the
    /// national nomenclature IR_QPS_V.
    CodeDetermine ("situation_determinee") {
        /// Without object.
        SansObjet = 0 "sans_objet",
        /// Declared médecin traitant.
        MedecinTraitant = 1 "medecin_traitant",
        /// New médecin traitant.
        NouveauMedecinTraitant = 2 "nouveau_medecin_traitant",
        /// Sent by a doctor.
        Oriente = 3 "oriente",
        /// Direct access, médecin traitant declared.
        AccesDirect = 4 "acces_direct_specifique",
        /// Emergency, médecin traitant declared.
        Urgence = 5 "urgence",
        /// Away from home.
        HorsResidence = 6 "hors_residence",
        /// Médecin traitant replaced.
        Remplacant = 7 "remplacant_du_medecin_traitant",
        /// Article D162-1-6.
        ArticleD16216 = 8 "article_d162_1_6",
        /// General practitioner installed for less than five years in a deficit zone.
        ZoneSousMedicalisee = 10 "generaliste_zone_sous_medicalisee",
        /// Secondary cabinet of the médecin traitant.
        CabinetSecondaire = 11 "cabinet_secondaire_du_medecin_traitant",
        /// General practitioner first installed for less than five years.
        GeneralisteRecent = 12 "generaliste_recent",
        /// Temporary exclusion, médecin traitant declared.
        ExclusionTemporaire = 13 "exclusion_temporaire",
        /// Tolerance.
        Tolerance = 21 "tolerance",
        /// Indicator not filled by a performer who is not the médecin traitant.
        IndicateurAbsent = 22 "indicateur_absent",
        /// Outside coordination, médecin traitant declared.
        NonRespect = 23 "non_respect",
        /// Outside coordination, no médecin traitant.
        SansMedecinTraitant = 24 "sans_medecin_traitant",
        /// Emergency, no médecin traitant.
        UrgenceSansMedecinTraitant = 25 "urgence_sans_medecin_traitant",
        /// Specialty outside direct access, médecin traitant declared.
        SpecialiteHorsAccesDirect = 26 "specialite_hors_acces_direct",
        /// Temporary exclusion, no médecin traitant.
        ExclusionTemporaireSansMt = 27 "exclusion_temporaire_sans_medecin_traitant",
        /// Act outside the direct access list, médecin traitant declared.
        ActeHorsAccesDirect = 28 "acte_hors_acces_direct",
        /// Excluded.
        Exclusion = 31 "exclusion",
        /// Mayotte.
        Mayotte = 32 "mayotte",
        /// Under 16, médecin traitant declared.
        MoinsDe16Ans = 33 "moins_de_16_ans",
        /// Under 16, no médecin traitant.
        MoinsDe16AnsSansMt = 34 "moins_de_16_ans_sans_medecin_traitant",
        /// Unknown.
        Inconnu = 99 "inconnu",
    }
);

impl CodeDetermine {
    /// The caisse's letter, when it has one.
    pub const fn lettre(self) -> Option<&'static str> {
        Some(match self {
            Self::SansObjet | Self::ExclusionTemporaireSansMt => "Z",
            Self::MedecinTraitant => "T",
            Self::NouveauMedecinTraitant => "N",
            Self::Oriente => "O",
            Self::AccesDirect => "D",
            Self::Urgence => "U",
            Self::HorsResidence => "H",
            Self::Remplacant => "R",
            Self::ArticleD16216 => "A",
            Self::ZoneSousMedicalisee => "B",
            Self::CabinetSecondaire => "V",
            Self::GeneralisteRecent => "J",
            Self::ExclusionTemporaire => "Y",
            Self::Tolerance => "E",
            Self::IndicateurAbsent => "I",
            Self::NonRespect => "P",
            Self::SansMedecinTraitant => "S",
            Self::UrgenceSansMedecinTraitant => "W",
            Self::SpecialiteHorsAccesDirect => "F",
            Self::ActeHorsAccesDirect => "C",
            Self::Exclusion => "X",
            Self::Mayotte => "K",
            Self::MoinsDe16Ans => "L",
            Self::MoinsDe16AnsSansMt => "G",
            Self::Inconnu => return None,
        })
    }
}

vocabulaire!(
    /// Class of the act in the statistics that the Cour des comptes published in 2013.
    Classe2013 ("classe_2013") {
        /// Inside the parcours, or assimilated.
        ParcoursEtAssimiles = 1 "parcours_et_assimiles",
        /// Outside.
        Hors = 2 "hors",
        /// In neither term of the rate.
        Exclues = 3 "exclues",
    }
);

vocabulaire!(
    /// Topic of a rule. The word is the prefix of the rule's code.
    Theme ("theme") {
        /// Where the act stands towards the parcours.
        Parcours = 1 "PAR",
        /// Rate of the compulsory insurance.
        Taux = 2 "TAU",
        /// Majoration of the ticket modérateur.
        Majoration = 3 "MAJ",
        /// Participation forfaitaire.
        Participation = 4 "PF",
        /// What the complementary insurance may pay.
        Complementaire = 5 "AMC",
        /// Overruns.
        Depassement = 6 "DEP",
    }
);

vocabulaire!(
    /// The médecin traitant of the patient on a day, seen from the performer.
    RelationMt ("medecin_traitant") {
        /// No médecin traitant is declared.
        Aucun = 1 "aucun",
        /// The performer is the médecin traitant, alone or jointly.
        Executant = 2 "executant",
        /// Another doctor is.
        Autre = 3 "autre",
    }
);

/// Where an age comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naissance {
    /// A birth date, from which the age on the day of each act is computed.
    Date(DateNaissanceAmo),
    /// An age that a simulation gives, on every day of the feuille.
    Age(u8),
}

impl Naissance {
    /// Age in completed years on a day.
    pub fn age_le(&self, jour: NaiveDate) -> u8 {
        match self {
            Self::Date(date) => age_revolu(date.pour_calcul_age(), jour),
            Self::Age(age) => *age,
        }
    }
}

/// What is known beside the feuille, from the register or, in a simulation, from the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaitsConnus {
    /// The patient's age.
    pub naissance: Naissance,
    /// The médecin traitant on each reference day of the feuille.
    pub relations_mt: Vec<(NaiveDate, RelationMt)>,
    /// Participations forfaitaires already kept, by day of care, for this performer.
    pub participations_jour: Vec<(NaiveDate, Centimes)>,
    /// Participations forfaitaires already kept, by year of care.
    pub participations_an: Vec<(i32, Centimes)>,
}

impl FaitsConnus {
    /// The médecin traitant on a day; none when the day was not asked for.
    pub fn relation_le(&self, jour: NaiveDate) -> RelationMt {
        self.relations_mt
            .iter()
            .find(|(day, _)| *day == jour)
            .map_or(RelationMt::Aucun, |(_, relation)| *relation)
    }
}

/// Stable code of a rule, such as `PAR-030`: a topic and a number, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeRegle {
    /// Topic.
    pub theme: Theme,
    /// Number inside the topic, below 1000.
    pub numero: u16,
}

impl CodeRegle {
    /// The code of a topic and a number.
    pub const fn new(theme: Theme, numero: u16) -> Self {
        Self { theme, numero }
    }
}

impl std::fmt::Display for CodeRegle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use super::vocabulary::Vocabulaire;
        write!(f, "{}-{:03}", self.theme.mot(), self.numero)
    }
}

vocabulaire!(
    /// A fact that a rule may look at.
    Fait ("fait") {
        /// Day of care.
        DateSoins = 1 "date_soins",
        /// Age in completed years.
        Age = 2 "age",
        /// The médecin traitant in force on the day of care.
        MedecinTraitant = 3 "medecin_traitant",
        /// Transmitted indicator.
        Indicateur = 4 "indicateur",
        /// The doctor who sent the patient.
        Orienteur = 5 "orienteur",
        /// Profession and specialty of the performer.
        Specialite = 6 "specialite",
        /// Convention of the performer.
        Convention = 7 "convention",
        /// Exemption.
        Exoneration = 8 "exoneration",
        /// Local scheme.
        RegimeLocal = 9 "regime_local",
        /// Complementary cover.
        Complementaire = 10 "complementaire",
        /// Nature d'assurance.
        NatureAssurance = 11 "nature_assurance",
        /// Where the act stands.
        Appartenance = 12 "appartenance",
        /// Participations already kept on the same day or in the same year.
        Cumuls = 13 "cumuls",
        /// Fees and base.
        Montants = 14 "montants",
        /// Particular situation of the beneficiary.
        SituationParticuliere = 15 "situation_particuliere",
        /// Place of the act.
        Lieu = 16 "lieu_execution",
    }
);

/// What became of a rule that was considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issue {
    /// It decided its topic.
    Retenue,
    /// It applies too, but another rule of its topic has priority.
    Surclassee,
    /// It does not apply, because of this fact.
    Ecartee(Fait),
}

/// A rule that was considered, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constat {
    /// The rule.
    pub regle: CodeRegle,
    /// What became of it.
    pub issue: Issue,
}

/// The most rules that one act can meet.
pub const MAX_CONSTATS: usize = 64;

/// Every rule considered for an act, in the order of the registry.
pub type Constats = ArrayVec<Constat, MAX_CONSTATS>;

/// The four separate results about the parcours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Qualification {
    /// Where the act stands.
    pub appartenance: Appartenance,
    /// The caisse's code.
    pub code: CodeDetermine,
    /// Whether the majoration is due.
    pub majoration: bool,
    /// Whether an authorised overrun (DA) may be billed, as far as the parcours is concerned.
    pub da_possible: bool,
    /// Whether the coordination supplements (MCS, MCG, MCC) may be billed.
    pub coordination_possible: bool,
    /// Class in the statistics of 2013.
    pub classe_2013: Classe2013,
}

/// Amounts of a line, of an act or of a feuille.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Montants {
    /// Fees charged.
    pub honoraires: Centimes,
    /// Base of reimbursement retained.
    pub base: Centimes,
    /// Theoretical share of the compulsory insurance: base × rate.
    pub part_amo_brute: Centimes,
    /// Base minus that share.
    pub ticket_moderateur: Centimes,
    /// Majoration of the ticket modérateur.
    pub majoration: Centimes,
    /// Participation forfaitaire.
    pub participation: Centimes,
    /// What the compulsory insurance pays in the end.
    pub rembourse_amo: Centimes,
    /// Fees minus base.
    pub depassement: Centimes,
    /// What the complementary insurance pays.
    pub part_amc: Centimes,
    /// What is left to the patient.
    pub reste_a_charge: Centimes,
}

impl Montants {
    /// Sums every amount.
    pub fn plus(&self, other: &Self) -> Result<Self, AmountOverflow> {
        Ok(Self {
            honoraires: self.honoraires.plus(other.honoraires)?,
            base: self.base.plus(other.base)?,
            part_amo_brute: self.part_amo_brute.plus(other.part_amo_brute)?,
            ticket_moderateur: self.ticket_moderateur.plus(other.ticket_moderateur)?,
            majoration: self.majoration.plus(other.majoration)?,
            participation: self.participation.plus(other.participation)?,
            rembourse_amo: self.rembourse_amo.plus(other.rembourse_amo)?,
            depassement: self.depassement.plus(other.depassement)?,
            part_amc: self.part_amc.plus(other.part_amc)?,
            reste_a_charge: self.reste_a_charge.plus(other.reste_a_charge)?,
        })
    }
}

/// The amounts of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LigneEvaluee {
    /// Number of the line on the feuille.
    pub numero_ligne: u16,
    /// Amounts.
    pub montants: Montants,
}

/// The decision about one act: a principal line and the supplements attached to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActeEvalue {
    /// The four results.
    pub qualification: Qualification,
    /// Rate of the compulsory insurance before any majoration.
    pub taux: Taux,
    /// Every rule considered.
    pub constats: Constats,
    /// Amounts of the act.
    pub montants: Montants,
    /// Amounts of its lines, the principal one first.
    pub lignes: Vec<LigneEvaluee>,
}

vocabulaire!(
    /// Something that the reader of an evaluation should know and that blocks nothing.
    Avertissement ("avertissement") {
        /// The fees are below the base: the base was limited to the fees.
        BaseLimiteeAuxHonoraires = 1 "base_limitee_aux_honoraires",
        /// The sources disagree on the daily ceiling and it was reached.
        PlafondJournalierDiscute = 2 "plafond_journalier_discute",
        /// The code of an act is not in the embedded nomenclature.
        ActeInconnu = 3 "acte_inconnu",
        /// The professional said that a médecin traitant is declared, the register says otherwise.
        DeclarationMtContredite = 4 "declaration_mt_contredite",
        /// The declared indicator does not match the determined situation.
        IndicateurContredit = 5 "indicateur_contredit",
        /// The organisme of the feuille is not the one of the register on the day of care.
        OrganismeContredit = 6 "organisme_contredit",
        /// The register does not know the performer.
        ExecutantInconnu = 7 "executant_inconnu",
        /// The specialty of the feuille is not the one of the register on the day of care.
        SpecialiteContredite = 8 "specialite_contredite",
    }
);

/// A warning, and the line it is about when it is about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AvertissementLigne {
    /// What.
    pub code: Avertissement,
    /// Which line.
    pub numero_ligne: Option<u16>,
}

/// The decision about a whole feuille.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// Decisions act by act.
    pub actes: Vec<ActeEvalue>,
    /// Sums of the acts.
    pub totaux: Montants,
    /// Warnings.
    pub avertissements: Vec<AvertissementLigne>,
}

impl Evaluation {
    /// Verdict of the feuille, a summary of its acts: outside as soon as one is outside, otherwise
    /// undetermined as soon as one is, otherwise inside as soon as one is.
    pub fn synthese(&self) -> Option<Qualification> {
        const ORDER: [Appartenance; 5] = [
            Appartenance::HorsParcours,
            Appartenance::Indeterminee,
            Appartenance::DansParcours,
            Appartenance::NonConcerne,
            Appartenance::Exclu,
        ];
        ORDER.iter().find_map(|wanted| {
            self.actes.iter().map(|acte| acte.qualification).find(|q| q.appartenance == *wanted)
        })
    }
}
