//! The life of a person beside their choices: caisse, numbers, address, status, death, and two
//! records that turn out to be one person.

pub mod fusion;
pub mod histoire;
pub mod sommeil;

use chrono::{DateTime, NaiveDate, Utc};

use super::fait_date::FaitDate;
use super::identifiers::CommuneExercice;
use super::ids::DeclarationId;
use super::patient::Patient;
use super::vocabulary::vocabulaire;
use sommeil::StatutPatient;

/// Where a person lives. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Adresse {
    pub voie: String,
    /// Building, floor, care of.
    pub complement: Option<String>,
    /// Postcode, or its like abroad.
    pub code_postal: String,
    pub localite: String,
    /// COG code of the commune, in France.
    pub commune: Option<CommuneExercice>,
}

impl std::fmt::Debug for Adresse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Adresse(…)")
    }
}

vocabulaire!(
    /// Who told the caisse of a death.
    SourceDeces ("source_deces") {
        /// The civil registry, through the national directory of persons.
        EtatCivil = 1 "etat_civil",
        /// A relative, with a certificate.
        Famille = 2 "famille",
        Etablissement = 3 "etablissement",
        Organisme = 4 "organisme",
    }

    /// Why the caisse corrects what was recorded. Never a sentence: a reason tells nothing of health.
    MotifRectification ("motif_rectification") {
        ErreurSaisie = 1 "erreur_de_saisie",
        EtatCivil = 2 "etat_civil",
        /// The national directory of persons says otherwise.
        Repertoire = 3 "repertoire_national",
        Usurpation = 4 "usurpation",
        /// Two records of one person.
        Doublon = 5 "doublon",
        /// One record of two persons.
        Collision = 6 "collision",
    }

    /// Why the processing of a person's data is limited (RGPD, art. 18, 1).
    MotifLimitation ("motif_limitation") {
        /// The person says that what is recorded is wrong, while the caisse verifies it (a).
        ExactitudeContestee = 1 "exactitude_contestee",
        /// It is unlawful, and the person does not want it erased (b).
        TraitementIllicite = 2 "traitement_illicite",
        /// It is no longer needed but for the person's legal claims (c).
        DroitsEnJustice = 3 "droits_en_justice",
        /// The person objected, while the caisse verifies whose grounds prevail (d).
        Opposition = 4 "opposition",
    }

    /// What a caisse did about a person.
    ActePatient ("acte_patient") {
        Organisme = 1 "changement_organisme",
        /// Another number, the former one having been right.
        Identifiant = 2 "changement_identifiant",
        /// Another number, the former one having been wrong.
        RectificationIdentifiant = 3 "rectification_identifiant",
        Adresse = 4 "changement_adresse",
        Statut = 5 "changement_statut",
        Deces = 6 "deces",
        /// Another day of death, or no death.
        RectificationDeces = 7 "rectification_deces",
        /// Another record was merged into this one.
        Fusion = 8 "fusion",
        /// This record was merged into another.
        Absorption = 9 "absorption",
        AnnulationFusion = 10 "annulation_fusion",
        Scission = 11 "scission",
        /// A conflict between designations was settled.
        Arbitrage = 12 "arbitrage",
        /// A change of caisse was a mistake, and never was.
        AnnulationOrganisme = 13 "annulation_changement_organisme",
        /// Other names, the former ones having been right.
        Identite = 14 "changement_identite",
        /// Other names, birth or rank, the former ones having been wrong.
        RectificationIdentite = 15 "rectification_identite",
        /// The processing of their data was limited.
        Limitation = 16 "limitation",
        LeveeLimitation = 17 "levee_limitation",
    }

    /// What a caisse may do about a person now.
    ActionPatient ("action_patient") {
        ChangerOrganisme = 1 "changer_organisme",
        ChangerIdentifiant = 2 "changer_identifiant",
        RectifierIdentifiant = 3 "rectifier_identifiant",
        ChangerAdresse = 4 "changer_adresse",
        ChangerStatut = 5 "changer_statut",
        DeclarerDeces = 6 "declarer_deces",
        RectifierDeces = 7 "rectifier_deces",
        Fusionner = 8 "fusionner",
        Scinder = 9 "scinder",
        AnnulerOrganisme = 10 "annuler_changement_organisme",
        ChangerIdentite = 11 "changer_identite",
        RectifierIdentite = 12 "rectifier_identite",
        LimiterTraitement = 13 "limiter_traitement",
        LeverLimitation = 14 "lever_limitation",
    }
);

impl ActionPatient {
    /// What the caisse of affiliation may do about a person, dead or not.
    pub fn possibles(decede: bool) -> Vec<Self> {
        let death = if decede { Self::RectifierDeces } else { Self::DeclarerDeces };
        vec![
            Self::ChangerOrganisme,
            Self::ChangerIdentifiant,
            Self::RectifierIdentifiant,
            Self::ChangerIdentite,
            Self::RectifierIdentite,
            Self::ChangerAdresse,
            Self::ChangerStatut,
            death,
            Self::Fusionner,
            Self::Scinder,
        ]
    }
}

/// A limitation that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limitation {
    pub motif: MotifLimitation,
    pub depuis: DateTime<Utc>,
}

/// What is dated after the death of a person, and was recorded before it was known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApresDeces {
    /// Declarations signed after it, which never counted.
    pub declarations: Vec<DeclarationId>,
    /// How many feuilles are of days after it.
    pub feuilles: i64,
}

/// A person with everything that the register knows beside the choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierPatient {
    /// Identity, numbers, caisses.
    pub patient: Patient,
    /// Number of the record's last act, from 1.
    pub version: i32,
    pub adresses: Vec<FaitDate<Adresse>>,
    pub statuts: Vec<FaitDate<StatutPatient>>,
    pub deces: Option<FaitDate<SourceDeces>>,
    /// What the death touches, for the caisse that keeps the file.
    pub apres_deces: ApresDeces,
    /// Since when the caisse of another person says that the number is theirs.
    pub numero_dispute_depuis: Option<DateTime<Utc>>,
    /// Their own number says another sex than their identity: for the caisse that keeps the file.
    pub sexe_autre_que_numero: bool,
    /// Why the processing of their data is limited, and since when, if it is.
    pub limitation: Option<Limitation>,
    pub actions: Vec<ActionPatient>,
}

impl DossierPatient {
    /// A person just registered.
    pub fn nouveau(patient: Patient) -> Self {
        Self {
            patient,
            version: 1,
            adresses: Vec::new(),
            statuts: Vec::new(),
            deces: None,
            apres_deces: ApresDeces::default(),
            numero_dispute_depuis: None,
            sexe_autre_que_numero: false,
            limitation: None,
            actions: Vec::new(),
        }
    }

    /// Day of death, when it is known.
    pub fn jour_deces(&self) -> Option<NaiveDate> {
        self.deces.as_ref().map(|fait| fait.effet.du())
    }
}
