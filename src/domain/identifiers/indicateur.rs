//! The indicator of the parcours de soins that the professional writes on the feuille (IPS).

use serde::Serialize;

use super::Invalide;

/// What the doctor declared. The caisse's own codes are another list: see
/// [`crate::domain::evaluation::CodeDetermine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum IndicateurParcours {
    /// Performed by the médecin traitant.
    T,
    /// Performed by the new médecin traitant, whose declaration is being registered.
    N,
    /// The médecin traitant is replaced or unavailable.
    R,
    /// Sent by the médecin traitant.
    O,
    /// Sent by another doctor than the médecin traitant.
    M,
    /// Accès direct spécifique.
    D,
    /// Emergency.
    U,
    /// Away from the usual residence.
    H,
    /// Recently installed general practitioner.
    J,
    /// General practitioner of an under-served zone.
    B,
    /// Situation of article D162-1-6, or detainee, or screening.
    A,
    /// Outside the parcours, in the form that hospitals and caisses keep.
    S,
    /// Outside the parcours: outside the conditions of the accès direct spécifique.
    S1,
    /// Outside the parcours: not respected.
    S2,
}

impl IndicateurParcours {
    /// Every indicator, in the order of the forms.
    pub const ALL: [Self; 14] = [
        Self::T,
        Self::N,
        Self::R,
        Self::O,
        Self::M,
        Self::D,
        Self::U,
        Self::H,
        Self::J,
        Self::B,
        Self::A,
        Self::S,
        Self::S1,
        Self::S2,
    ];

    /// Letters that only the caisse computes, refused in a request.
    const COMPUTED: [&'static str; 13] =
        ["V", "K", "L", "G", "E", "I", "P", "W", "Z", "F", "C", "X", "Y"];

    /// Reads a transmitted indicator. Letters computed by the caisse are refused by name.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        if let Some(found) = Self::ALL.into_iter().find(|indicator| indicator.as_str() == text) {
            return Ok(found);
        }
        if Self::COMPUTED.contains(&text) {
            return Err(Invalide::new(
                "code_calcule",
                "un indicateur transmis par le médecin ; cette lettre est calculée par la caisse",
            ));
        }
        if text.chars().any(|c| c.is_ascii_lowercase()) {
            return Err(Invalide::new("format_invalide", "une lettre majuscule"));
        }
        Err(Invalide::new(
            "code_inconnu",
            "un indicateur parmi T, N, R, O, M, D, U, H, J, B, A, S, S1 et S2",
        ))
    }

    /// The letters, as transmitted.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::T => "T",
            Self::N => "N",
            Self::R => "R",
            Self::O => "O",
            Self::M => "M",
            Self::D => "D",
            Self::U => "U",
            Self::H => "H",
            Self::J => "J",
            Self::B => "B",
            Self::A => "A",
            Self::S => "S",
            Self::S1 => "S1",
            Self::S2 => "S2",
        }
    }

    /// What the indicator says, in French.
    pub const fn libelle(self) -> &'static str {
        match self {
            Self::T => "acte du médecin traitant",
            Self::N => "acte du nouveau médecin traitant",
            Self::R => "médecin traitant remplacé ou indisponible",
            Self::O => "patient orienté par le médecin traitant",
            Self::M => "patient orienté par un autre médecin que le médecin traitant",
            Self::D => "accès direct spécifique",
            Self::U => "urgence",
            Self::H => "patient éloigné de sa résidence habituelle",
            Self::J => "généraliste récemment installé",
            Self::B => "généraliste d'une zone sous-médicalisée",
            Self::A => "situation de l'article D162-1-6",
            Self::S => "hors parcours de soins",
            Self::S1 => "hors accès direct spécifique",
            Self::S2 => "parcours de soins non respecté",
        }
    }
}
