//! What may be said of a link: by what each quality is proved, why it ends, and beside what it stands. One table, by the Code
//! civil.

use super::{
    FinRepresentation as Fin, NatureRepresentation as Nature, PreuveRepresentation as Preuve,
};

/// What goes with a quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regle {
    pub nature: Nature,
    /// What proves it.
    pub preuves: &'static [Preuve],
    /// Why somebody may say that it ended; majority ends by itself what it ends, on its day.
    pub fins: &'static [Fin],
    /// Whether whoever is protected themselves cannot be that (395, 2°; 445; 480; 494-1). They stay parents (373).
    pub exige_capacite: bool,
    /// The articles, as a refusal cites them.
    pub textes: &'static str,
}

const FINS_D_UNE_MESURE: &[Fin] = &[
    Fin::DecisionDeJustice,
    Fin::FinDeMesure,
    Fin::Deces,
    Fin::ErreurDeSaisie,
    Fin::ProtectionDuRepresentant,
];

/// Every quality. An adult has one kind of protection on a day, exercised by one or several (447): tutelle only where curatelle
/// is not enough (440), no habilitation with either (494-11, 1°) nor where a mandate provides (494-2), and a mandate ends with
/// either (483, 2°). When the judge keeps a mandate beside a measure (485), the link to record is that of whoever acts for care.
pub const TABLE: [Regle; 5] = [
    Regle {
        nature: Nature::TitulaireAutoriteParentale,
        preuves: &[
            Preuve::LivretDeFamille,
            Preuve::ActeDeNaissance,
            Preuve::DecisionDeJustice,
            Preuve::RattachementAyantDroit,
        ],
        fins: &[Fin::DecisionDeJustice, Fin::Deces, Fin::ErreurDeSaisie],
        exige_capacite: false,
        textes: "371-1, 372 et 377",
    },
    Regle {
        nature: Nature::Tutelle,
        preuves: &[Preuve::DecisionDeJustice],
        fins: FINS_D_UNE_MESURE,
        exige_capacite: true,
        textes: "390, 395, 440, 443 et 447",
    },
    Regle {
        nature: Nature::Curatelle,
        preuves: &[Preuve::DecisionDeJustice],
        fins: FINS_D_UNE_MESURE,
        exige_capacite: true,
        textes: "440, 443, 445 et 447",
    },
    Regle {
        nature: Nature::HabilitationFamiliale,
        preuves: &[Preuve::DecisionDeJustice],
        fins: FINS_D_UNE_MESURE,
        exige_capacite: true,
        textes: "494-1 et 494-11",
    },
    Regle {
        nature: Nature::MandatDeProtectionFuture,
        preuves: &[Preuve::MandatVise],
        fins: FINS_D_UNE_MESURE,
        exige_capacite: true,
        textes: "477, 480, 481 et 483",
    },
];

impl Nature {
    /// Its row.
    pub const fn regle(self) -> &'static Regle {
        match self {
            Self::TitulaireAutoriteParentale => &TABLE[0],
            Self::Tutelle => &TABLE[1],
            Self::Curatelle => &TABLE[2],
            Self::HabilitationFamiliale => &TABLE[3],
            Self::MandatDeProtectionFuture => &TABLE[4],
        }
    }

    /// Whether it protects an adult, who is then not able to represent others.
    pub const fn protege_un_majeur(self) -> bool {
        !matches!(self, Self::TitulaireAutoriteParentale)
    }

    /// Whether nobody is under both on one day.
    pub fn exclut(self, other: Self) -> bool {
        self != other
    }
}
