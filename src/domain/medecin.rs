//! Doctors and the places where they practise.

use chrono::NaiveDate;

use super::fait_date::{FaitDate, en_vigueur};
use super::identifiers::{CommuneExercice, Finess, NumeroFacturation, Rpps, Specialite};
use super::ids::{LieuId, MedecinId};
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// Kind of place.
    NatureLieu ("nature_lieu") {
        /// A cabinet in one set of premises.
        Cabinet = 1 "cabinet",
        /// A centre de santé of article L6323-1.
        CentreDeSante = 2 "centre_de_sante",
        /// A maison de santé pluriprofessionnelle, which is not a centre.
        MaisonDeSante = 3 "maison_de_sante",
        Hopital = 4 "hopital",
        MedicoSocial = 5 "medico_social",
    }

    /// How a doctor practises at a place.
    ModeExercice ("mode_exercice") {
        Liberal = 1 "liberal",
        Salarie = 2 "salarie",
        /// Locum, who cannot be designated.
        Remplacant = 3 "remplacant",
    }

    /// Convention of a doctor with the Assurance maladie.
    Convention ("convention") {
        /// Outside any convention (sector 3).
        NonConventionne = 10 "non_conventionne",
        /// Opposable tariffs.
        Secteur1 = 1 "secteur_1",
        /// Opposable tariffs with a permanent right to exceed them.
        Secteur1Dp = 2 "secteur_1_dp",
        /// Free fees.
        Secteur2 = 3 "secteur_2",
        Salarie = 9 "salarie",
    }
);

impl Convention {
    /// The official code of the caisses: 0, 1, 2, 3 or 9.
    pub const fn code_officiel(self) -> &'static str {
        match self {
            Self::NonConventionne => "0",
            Self::Secteur1 => "1",
            Self::Secteur1Dp => "2",
            Self::Secteur2 => "3",
            Self::Salarie => "9",
        }
    }
}

vocabulaire!(
    /// Contract by which a doctor of sector 2 limits overruns.
    OptionTarifaire ("option_tarifaire") {
        Aucune = 1 "aucune",
        /// OPTAM (before 2017: contrat d'accès aux soins).
        Optam = 3 "optam",
        /// OPTAM-CO, for surgeons and obstetricians.
        OptamCo = 4 "optam_co",
    }
);

/// Names of a doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NomMedecin {
    /// Practice name.
    pub nom: String,
    pub prenom: String,
}

/// A place of practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lieu {
    pub id: LieuId,
    pub nature: NatureLieu,
    pub nom: String,
    pub commune: CommuneExercice,
    pub adresse: String,
    pub finess_et: Option<Finess>,
}

/// A doctor practising at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercice {
    pub lieu: Lieu,
    pub mode: ModeExercice,
    /// Principal practice, or secondary cabinet.
    pub principal: bool,
    /// None when only the public directory is known, which does not say it.
    pub convention: Option<Convention>,
    pub option_tarifaire: OptionTarifaire,
    pub facturation: Option<NumeroFacturation>,
}

/// A doctor, with the facts that the register holds together at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Medecin {
    /// For life.
    pub id: MedecinId,
    pub rpps: Rpps,
    pub noms: Vec<FaitDate<NomMedecin>>,
    pub specialites: Vec<FaitDate<Specialite>>,
    /// Practices, several at once.
    pub exercices: Vec<FaitDate<Exercice>>,
}

impl Medecin {
    /// Names on a day, or the earliest known.
    pub fn nom_le(&self, jour: NaiveDate) -> Option<&NomMedecin> {
        en_vigueur(&self.noms, jour).or_else(|| self.noms.first().map(|fait| &fait.valeur))
    }

    /// Specialty on a day.
    pub fn specialite_le(&self, jour: NaiveDate) -> Option<Specialite> {
        en_vigueur(&self.specialites, jour).copied()
    }

    /// Practices on a day.
    pub fn exercices_le(&self, jour: NaiveDate) -> impl Iterator<Item = &Exercice> {
        self.exercices.iter().filter(move |fait| fait.effet.contient(jour)).map(|fait| &fait.valeur)
    }

    /// The practice for which a patient designates this doctor: the one at `lieu`, or else the
    /// principal one. A locum's is never the one, nor that of somebody who is no doctor.
    pub fn exercice_designable(&self, jour: NaiveDate, lieu: Option<LieuId>) -> Option<&Exercice> {
        self.specialite_le(jour).filter(|specialite| specialite.est_medecin())?;
        let mut own = self.exercices_le(jour).filter(|e| e.mode != ModeExercice::Remplacant);
        if let Some(lieu) = lieu {
            return own.find(|exercice| exercice.lieu.id == lieu);
        }
        let own: Vec<&Exercice> = own.collect();
        own.iter().find(|exercice| exercice.principal).or(own.first()).copied()
    }
}

vocabulaire!(
    /// Whether the register was right until a day, or was wrong.
    NatureCorrection ("nature_correction") {
        /// Right until then: another fact begins on the day.
        Changement = 1 "changement",
        /// Wrong: another fact takes the place of the one of that day, on all its days.
        Rectification = 2 "rectification",
    }
);

/// What is to be said of a doctor instead; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionMedecin {
    pub nature: NatureCorrection,
    /// First day of the change, or a day of what was wrong.
    pub jour: NaiveDate,
    pub nom: Option<String>,
    pub prenom: Option<String>,
    pub exercice: Option<CorrectionExercice>,
    /// A practice that begins.
    pub nouvel_exercice: Option<NouvelExercice>,
}

/// What is to be said of a practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionExercice {
    /// Where it is.
    pub lieu_id: LieuId,
    pub mode: Option<ModeExercice>,
    pub principal: Option<bool>,
    pub convention: Option<Convention>,
    pub option_tarifaire: Option<OptionTarifaire>,
    pub facturation: Option<NumeroFacturation>,
    /// It ends on the day.
    pub termine: bool,
}

impl CorrectionExercice {
    /// The practice as it is to be.
    pub fn de(&self, known: &Exercice) -> Exercice {
        Exercice {
            lieu: known.lieu.clone(),
            mode: self.mode.unwrap_or(known.mode),
            principal: self.principal.unwrap_or(known.principal),
            convention: self.convention.or(known.convention),
            option_tarifaire: self.option_tarifaire.unwrap_or(known.option_tarifaire),
            facturation: self.facturation.or(known.facturation),
        }
    }
}

/// What it takes to register a doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauMedecin {
    pub rpps: Rpps,
    pub nom: NomMedecin,
    pub specialite: Specialite,
    /// Practices, each with its first day.
    pub exercices: Vec<NouvelExercice>,
}

/// A practice to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelExercice {
    pub du: NaiveDate,
    pub lieu: LieuExistantOuNouveau,
    pub mode: ModeExercice,
    /// Principal or secondary.
    pub principal: bool,
    /// None when it is not known.
    pub convention: Option<Convention>,
    pub option_tarifaire: OptionTarifaire,
    pub facturation: Option<NumeroFacturation>,
}

impl NouvelExercice {
    /// The practice, at its place.
    pub const fn en(&self, lieu: Lieu) -> Exercice {
        Exercice {
            lieu,
            mode: self.mode,
            principal: self.principal,
            convention: self.convention,
            option_tarifaire: self.option_tarifaire,
            facturation: self.facturation,
        }
    }
}

/// A place to register, or one that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LieuExistantOuNouveau {
    Existant(LieuId),
    Nouveau(NouveauLieu),
}

/// A place to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauLieu {
    pub nature: NatureLieu,
    pub nom: String,
    pub commune: CommuneExercice,
    pub adresse: String,
    pub finess_et: Option<Finess>,
}
