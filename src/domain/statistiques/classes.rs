//! The classes in which things are counted.

use crate::domain::designation::MotifFin;
use crate::domain::evaluation::CodeDetermine;
use crate::domain::identifiers::{IndicateurParcours, Rpps};
use crate::domain::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// What a cell counts. Its three codes mean something else in each.
    Nature ("nature_de_compte") {
        /// Insured persons, as they come to the cell (+1) and leave it (-1): the sum until a day is the number of that
        /// day. Codes: [`MedecinDesigne`].
        Assure = 1 "assure",
        /// Changes of médecin traitant. Codes: why the one before ended, 1 for the first change of the person in its year.
        Changement = 2 "changement",
        /// Persons who have a médecin traitant for the first time in a year at whose beginning they had none.
        Acquisition = 3 "acquisition",
        /// Consultations and visits of doctors. Codes: specialty, determined situation, class of 2013.
        Consultation = 4 "consultation",
        /// Every other act of doctors, with the same codes.
        AutreActe = 5 "autre_acte",
        /// Acts of doctors by what was written. Codes: declared indicator, determined situation, 1 for a consultation.
        Indicateur = 6 "indicateur",
        /// Lines whose fees come from the parcours. Codes: [`Famille`], specialty.
        Supplement = 7 "supplement",
        /// Persons who have a doctor, as they come to him (+1) and leave him (-1), whatever their age. Codes: his RPPS, see
        /// [`codes_du_medecin`].
        Patientele = 8 "patientele",
    }

    /// Age in completed years, in classes: those of the parcours (16) and of the forfaits (7, 75, 80) are among the limits.
    ClasseAge ("classe_age") {
        DeZeroASix = 1 "0-6",
        DeSeptAQuinze = 2 "7-15",
        DeSeizeAVingtQuatre = 3 "16-24",
        DeVingtCinqATrenteNeuf = 4 "25-39",
        DeQuaranteACinquanteNeuf = 5 "40-59",
        DeSoixanteASoixanteQuatorze = 6 "60-74",
        DeSoixanteQuinzeASoixanteDixNeuf = 7 "75-79",
        QuatreVingtsEtPlus = 8 "80+",
    }

    /// Whom a person chose.
    MedecinDesigne ("medecin_designe") {
        Aucun = 1 "aucun",
        /// At least one general practitioner.
        Generaliste = 2 "generaliste",
        AutreSpecialite = 3 "autre_specialite",
    }

    /// Fees that come from the parcours.
    Famille ("famille_de_supplement") {
        AvisPonctuel = 1 "avis_ponctuel",
        /// That of a surgeon, which was billed before the parcours.
        AvisDeChirurgien = 2 "avis_de_chirurgien",
        MajorationDeCoordination = 3 "majoration_de_coordination",
        DepassementAutorise = 4 "depassement_autorise",
    }

    /// How consultations are grouped.
    Methode ("methode") {
        /// As the Cour des comptes did in its chapter of 2013.
        Cour2013 = 1 "cour_2013",
        /// As the nomenclature of the SNDS does (IR_QPS_V).
        Snds = 2 "snds",
    }

    /// By what a table is broken down.
    Axe ("axe") {
        Age = 1 "age",
        Regime = 2 "regime",
        Caisse = 3 "caisse",
        Specialite = 4 "specialite",
        /// The determined situation: why the act is outside, inside or excluded.
        Situation = 5 "situation",
        /// Why the médecin traitant of before is no longer the one.
        Motif = 6 "motif",
        /// What is paid.
        Poste = 7 "poste",
        /// How a conciliation ended.
        Issue = 8 "issue",
    }

    /// In which form a table is answered.
    FormatStatistiques ("format_statistiques") {
        Json = 1 "json",
        Csv = 2 "csv",
    }

    /// A place of [`super::Mesures`]: its number is its place.
    Part ("mesure") {
        Nombre = 0 "nombre",
        Honoraires = 1 "honoraires",
        Base = 2 "base",
        /// Ticket modérateur.
        Ticket = 3 "ticket_moderateur",
        Amo = 4 "rembourse_amo",
        Amc = 5 "part_amc",
        Reste = 6 "reste_a_charge",
        Majoration = 7 "majoration",
        /// Authorised overruns.
        Depassement = 8 "depassement_autorise",
        /// What an ordinary consultation of a specialist would have cost that day.
        Reference = 9 "reference",
    }
);

impl ClasseAge {
    /// First age of each class but the first.
    pub const LIMITES: [u8; 7] = [7, 16, 25, 40, 60, 75, 80];

    /// The class of an age.
    pub fn de(age: u8) -> Self {
        match age {
            ..7 => Self::DeZeroASix,
            7..16 => Self::DeSeptAQuinze,
            16..25 => Self::DeSeizeAVingtQuatre,
            25..40 => Self::DeVingtCinqATrenteNeuf,
            40..60 => Self::DeQuaranteACinquanteNeuf,
            60..75 => Self::DeSoixanteASoixanteQuatorze,
            75..80 => Self::DeSoixanteQuinzeASoixanteDixNeuf,
            80.. => Self::QuatreVingtsEtPlus,
        }
    }

    /// Whether the parcours concerns it: from sixteen on.
    pub const fn choisit(self) -> bool {
        !matches!(self, Self::DeZeroASix | Self::DeSeptAQuinze)
    }
}

/// The codes under which the patients of a doctor are counted: an RPPS has eleven digits, and three codes hold fourteen.
pub(super) fn codes_du_medecin(rpps: Rpps) -> [i16; 3] {
    let number = rpps.as_str().bytes().fold(0_u64, |number, digit| {
        number.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0')))
    });
    let [_, _, a0, a1, b0, b1, c0, c1] = number.to_be_bytes();
    [[a0, a1], [b0, b1], [c0, c1]].map(i16::from_be_bytes)
}

/// The number under which a declared indicator is counted: 0 for none.
pub fn rang_de_l_indicateur(declare: Option<IndicateurParcours>) -> i16 {
    let place = declare.and_then(|own| IndicateurParcours::ALL.iter().position(|one| *one == own));
    place.and_then(|place| i16::try_from(place).ok()).map_or(0, |place| place.saturating_add(1))
}

/// The indicator counted under a number.
pub fn indicateur_du_rang(rang: i16) -> Option<IndicateurParcours> {
    let place = usize::try_from(rang.checked_sub(1)?).ok()?;
    IndicateurParcours::ALL.get(place).copied()
}

impl Axe {
    /// The nomenclature of the SNDS from which the codes of a class are, and the code there of a class.
    pub fn snds(self, classe: &str) -> Option<(&'static str, String)> {
        match self {
            Self::Situation => {
                let code = CodeDetermine::du_mot(classe)?;
                Some(("IR_QPS_V", code.code().to_string()))
            }
            Self::Specialite => Some(("IR_SPE_V", classe.to_owned())),
            Self::Motif => Some(("IR_MTT_R", MotifFin::du_mot(classe)?.snds()?.to_owned())),
            Self::Age | Self::Regime | Self::Caisse | Self::Poste | Self::Issue => None,
        }
    }
}
