//! Specialty codes of the Assurance maladie.

use serde::Serialize;

use super::Invalide;

/// Specialties of doctors, by code: TRE_G100, and the codes 22 and 23 that the files of the
/// caisses add for specialists in general medicine.
const MEDECINS: [(u8, &str); 54] = [
    (1, "médecine générale"),
    (2, "anesthésie-réanimation"),
    (3, "cardiologie"),
    (4, "chirurgie générale"),
    (5, "dermatologie"),
    (6, "radiologie"),
    (7, "gynécologie obstétrique"),
    (8, "gastro-entérologie"),
    (9, "médecine interne"),
    (10, "neurochirurgie"),
    (11, "oto-rhino-laryngologie"),
    (12, "pédiatrie"),
    (13, "pneumologie"),
    (14, "rhumatologie"),
    (15, "ophtalmologie"),
    (16, "urologie"),
    (17, "neuropsychiatrie"),
    (18, "stomatologie"),
    (20, "réanimation"),
    (22, "médecine générale (spécialiste qualifié)"),
    (23, "médecine générale (spécialiste reconnu)"),
    (31, "médecine physique et de réadaptation"),
    (32, "neurologie"),
    (33, "psychiatrie"),
    (34, "gériatrie"),
    (35, "néphrologie"),
    (37, "anatomo-cytopathologie"),
    (38, "biologie médicale"),
    (41, "chirurgie orthopédique"),
    (42, "endocrinologie"),
    (43, "chirurgie infantile"),
    (44, "chirurgie maxillo-faciale"),
    (45, "chirurgie maxillo-faciale et stomatologie"),
    (46, "chirurgie plastique"),
    (47, "chirurgie thoracique"),
    (48, "chirurgie vasculaire"),
    (49, "chirurgie viscérale"),
    (69, "chirurgie orale"),
    (70, "gynécologie médicale"),
    (71, "hématologie"),
    (72, "médecine nucléaire"),
    (73, "oncologie médicale"),
    (74, "oncologie radiothérapique"),
    (75, "psychiatrie de l'enfant et de l'adolescent"),
    (76, "radiothérapie"),
    (77, "obstétrique"),
    (78, "génétique médicale"),
    (79, "gynécologie obstétrique et médicale"),
    (80, "santé publique"),
    (81, "maladies infectieuses"),
    (82, "médecine légale"),
    (83, "médecine d'urgence"),
    (84, "médecine vasculaire"),
    (85, "allergologie"),
];

/// One bit for each of these codes, all below 128.
#[expect(clippy::indexing_slicing, reason = "computed when compiled: no iterator is const")]
const MEDECINS_MASK: u128 = {
    let mut mask = 0_u128;
    let mut index = 0;
    while index < MEDECINS.len() {
        mask |= 1 << MEDECINS[index].0;
        index += 1;
    }
    mask
};

/// Existing codes of professionals who are not doctors.
const NON_MEDECINS: [(u8, &str); 17] = [
    (19, "chirurgien-dentiste"),
    (21, "sage-femme"),
    (24, "infirmier"),
    (25, "autre professionnel non médecin"),
    (26, "masseur-kinésithérapeute"),
    (27, "pédicure-podologue"),
    (28, "orthophoniste"),
    (29, "orthoptiste"),
    (30, "laboratoire"),
    (36, "chirurgien-dentiste spécialiste en orthopédie dento-faciale"),
    (39, "laboratoire"),
    (40, "laboratoire"),
    (50, "pharmacien"),
    (51, "pharmacien"),
    (53, "chirurgien-dentiste"),
    (54, "chirurgien-dentiste"),
    (86, "infirmier en pratique avancée"),
];

/// A profession, as the rates of reimbursement tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profession {
    Medecin,
    Dentiste,
    SageFemme,
    /// Nurse, nurse of advanced practice, physiotherapist, speech therapist, orthoptist, podologist.
    Auxiliaire,
    /// Laboratory of medical biology.
    Laboratoire,
    /// A profession whose rates the law of this service does not hold.
    Autre,
}

/// A specialty code of the Assurance maladie, two digits, of a doctor or of another professional.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Specialite(u8);

impl Specialite {
    /// Reads an existing code.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let unknown = Invalide::new(
            "code_inconnu",
            "un code de la liste des spécialités, à deux chiffres, par exemple 01",
        );
        if text.len() != 2 || !super::all_digits(text.as_bytes()) {
            return Err(unknown);
        }
        let code = Self(u8::try_from(super::number(text.as_bytes())).unwrap_or_default());
        if code.lookup(&MEDECINS).or_else(|| code.lookup(&NON_MEDECINS)).is_none() {
            return Err(unknown);
        }
        Ok(code)
    }

    /// Reads the code of a doctor's specialty.
    pub fn parse_medecin(text: &str) -> Result<Self, Invalide> {
        let code = Self::parse(text)?;
        if code.est_medecin() {
            Ok(code)
        } else {
            Err(Invalide::new(
                "profession_non_medecin",
                "la spécialité d'un médecin ; ce code est celui d'une autre profession",
            ))
        }
    }

    /// Whether the code is that of a doctor.
    pub fn est_medecin(self) -> bool {
        1_u128.checked_shl(u32::from(self.0)).is_some_and(|bit| MEDECINS_MASK & bit != 0)
    }

    /// Whether the code is that of a general practitioner: 01, and 22 and 23 in the files of the
    /// caisses.
    pub const fn est_generaliste(self) -> bool {
        matches!(self.0, 1 | 22 | 23)
    }

    /// Whether the specialty is one of those of the specific direct access: gynaecology, ophthalmology,
    /// psychiatry, stomatology, oral and maxillo-facial surgery.
    pub const fn est_en_acces_direct(self) -> bool {
        matches!(self.0, 7 | 15 | 18 | 44 | 45 | 69 | 70 | 77 | 79) || self.est_psychiatrie()
    }

    /// Whether the specialty is psychiatry or neuropsychiatry; neurology alone is not.
    pub const fn est_psychiatrie(self) -> bool {
        matches!(self.0, 17 | 33 | 75)
    }

    /// Whether the specialty is cardiology.
    pub const fn est_cardiologie(self) -> bool {
        self.0 == 3
    }

    /// Whether the specialty is paediatrics.
    pub const fn est_pediatrie(self) -> bool {
        self.0 == 12
    }

    /// Whether the specialty is geriatrics.
    pub const fn est_geriatrie(self) -> bool {
        self.0 == 34
    }

    /// Whether the specialty is neurology.
    pub const fn est_neurologie(self) -> bool {
        self.0 == 32
    }

    /// Whether the specialty is medical gynaecology.
    pub const fn est_gynecologie_medicale(self) -> bool {
        self.0 == 70
    }

    /// Whether the specialty is medical biology, whose acts the parcours does not look at.
    pub const fn est_biologie(self) -> bool {
        self.0 == 38
    }

    /// Whether the specialty is pathological anatomy.
    pub const fn est_anatomopathologie(self) -> bool {
        self.0 == 37
    }

    /// The profession behind the code.
    pub fn profession(self) -> Profession {
        match self.0 {
            19 | 36 | 53 | 54 => Profession::Dentiste,
            21 => Profession::SageFemme,
            24 | 26..=29 | 86 => Profession::Auxiliaire,
            30 | 39 | 40 => Profession::Laboratoire,
            _ if self.est_medecin() => Profession::Medecin,
            _ => Profession::Autre,
        }
    }

    /// The code as a number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Name of the specialty, in French.
    pub fn libelle(self) -> &'static str {
        self.lookup(&MEDECINS)
            .or_else(|| self.lookup(&NON_MEDECINS))
            .unwrap_or("spécialité inconnue")
    }

    fn lookup(self, table: &[(u8, &'static str)]) -> Option<&'static str> {
        table.iter().find(|(code, _)| *code == self.0).map(|(_, label)| *label)
    }
}

impl std::fmt::Display for Specialite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl std::fmt::Debug for Specialite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl Serialize for Specialite {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
