//! The codes of a decision.

use crate::domain::vocabulary::vocabulaire;

vocabulaire!(
    /// Where an act stands towards the parcours de soins coordonnés.
    Appartenance ("appartenance") {
        /// Inside, or assimilated.
        DansParcours = 1 "dans_parcours",
        HorsParcours = 2 "hors_parcours",
        /// The rule does not concern this act or this patient.
        NonConcerne = 3 "non_concerne",
        Exclu = 4 "exclu",
        /// A fact is missing: see the warnings.
        Indeterminee = 5 "indeterminee",
    }

    /// Situation determined by the caisse (qualificatif calculé, QCP). The numbers are those of the
    /// national nomenclature IR_QPS_V.
    CodeDetermine ("situation_determinee") {
        SansObjet = 0 "sans_objet",
        MedecinTraitant = 1 "medecin_traitant",
        NouveauMedecinTraitant = 2 "nouveau_medecin_traitant",
        Oriente = 3 "oriente",
        /// Direct access, médecin traitant declared.
        AccesDirect = 4 "acces_direct_specifique",
        /// Emergency, médecin traitant declared.
        Urgence = 5 "urgence",
        HorsResidence = 6 "hors_residence",
        Remplacant = 7 "remplacant_du_medecin_traitant",
        ArticleD16216 = 8 "article_d162_1_6",
        /// General practitioner installed for less than five years in a deficit zone.
        ZoneSousMedicalisee = 10 "generaliste_zone_sous_medicalisee",
        CabinetSecondaire = 11 "cabinet_secondaire_du_medecin_traitant",
        /// General practitioner first installed for less than five years.
        GeneralisteRecent = 12 "generaliste_recent",
        /// Temporary exclusion, médecin traitant declared.
        ExclusionTemporaire = 13 "exclusion_temporaire",
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
        Exclusion = 31 "exclusion",
        Mayotte = 32 "mayotte",
        /// Under 16, médecin traitant declared.
        MoinsDe16Ans = 33 "moins_de_16_ans",
        /// Under 16, no médecin traitant.
        MoinsDe16AnsSansMt = 34 "moins_de_16_ans_sans_medecin_traitant",
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
        Hors = 2 "hors",
        /// In neither term of the rate.
        Exclues = 3 "exclues",
    }

    /// Topic of a rule. The word is the prefix of the rule's code.
    Theme ("theme") {
        /// Where the act stands towards the parcours.
        Parcours = 1 "PAR",
        Taux = 2 "TAU",
        Majoration = 3 "MAJ",
        Participation = 4 "PF",
        /// What the complementary insurance may pay.
        Complementaire = 5 "AMC",
        Depassement = 6 "DEP",
    }

    /// The médecin traitant of the patient on a day, seen from the performer.
    RelationMt ("medecin_traitant") {
        Aucun = 1 "aucun",
        /// The performer is the médecin traitant, alone or jointly.
        Executant = 2 "executant",
        Autre = 3 "autre",
        /// Another doctor is, whom the performer replaces.
        Remplace = 4 "remplace",
        /// None is yet: a declaration that names the performer waits for a signature.
        EnAttente = 5 "en_attente",
        /// None is any more: the last one retired or left the département less than a year before.
        Parti = 6 "parti",
        /// The performer is, and acts at a secondary cabinet.
        ExecutantCabinetSecondaire = 7 "executant_cabinet_secondaire",
        Inconnu = 8 "inconnu",
    }
);

impl RelationMt {
    /// Whether a médecin traitant is declared on the day.
    pub const fn declare(self) -> bool {
        matches!(
            self,
            Self::Executant | Self::ExecutantCabinetSecondaire | Self::Autre | Self::Remplace
        )
    }
}
