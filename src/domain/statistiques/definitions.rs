//! What each table and each figure means: the only place that says it, from which the answers and `docs/STATISTIQUES.md`
//! come.

use crate::domain::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// A table.
    Tableau ("tableau") {
        /// Table 1 of the chapter.
        Designation = 1 "designation",
        Consultations = 2 "consultations",
        Majorations = 3 "majorations",
        Supplements = 4 "supplements",
        Financement = 5 "financement",
        Forfait = 6 "forfait",
        Changements = 7 "changements",
        Indicateurs = 8 "indicateurs",
        Conciliations = 9 "conciliations",
        Depenses = 10 "depenses",
    }

    /// In what a figure is told.
    Unite ("unite") {
        Nombre = 1 "nombre",
        Centimes = 2 "centimes",
        DixMilliemes = 3 "dix_milliemes",
        Jours = 4 "jours",
    }
);

impl std::str::FromStr for Tableau {
    type Err = UnknownTableau;

    fn from_str(text: &str) -> Result<Self, UnknownTableau> {
        Self::du_mot(text).ok_or(UnknownTableau)
    }
}

/// No table has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such table")]
pub struct UnknownTableau;

impl Tableau {
    /// Its title.
    pub const fn titre(self) -> &'static str {
        match self {
            Self::Designation => "Assurés ayant désigné un médecin traitant (tableau n° 1)",
            Self::Consultations => "Consultations dans le parcours de soins (tableau n° 2)",
            Self::Majorations => "Majoration du ticket modérateur (tableau n° 3)",
            Self::Supplements => "Rémunérations liées au parcours de soins (tableau n° 4)",
            Self::Financement => "Qui finance ces rémunérations (tableau n° 5)",
            Self::Forfait => "Assiette du forfait médecin traitant (tableau n° 6)",
            Self::Changements => "Changements de médecin traitant",
            Self::Indicateurs => "Cases de la feuille de soins non remplies ou contredites",
            Self::Conciliations => "Attente et issue des conciliations",
            Self::Depenses => "Qui paie les actes de médecins",
        }
    }
}

/// What a figure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    pub tableau: Tableau,
    pub libelle: &'static str,
    pub unite: Unite,
    /// What it is, or what is above the bar when it is a share.
    pub numerateur: &'static str,
    /// What is below the bar; empty when it is no share.
    pub denominateur: &'static str,
}

/// Declares the figures: number, word, table, unit, name, what is above the bar and what is below.
macro_rules! indicateurs {
    ($( $member:ident = $code:literal $mot:literal $tableau:ident $unite:ident
        $libelle:literal : $numerateur:literal $(/ $denominateur:literal)? ; )+) => {
        vocabulaire!(
            /// A figure.
            Indicateur ("indicateur") { $( $member = $code $mot ),+ }
        );

        impl Indicateur {
            /// What it means.
            pub const fn definition(self) -> Definition {
                match self {
                    $( Self::$member => Definition {
                        tableau: Tableau::$tableau,
                        libelle: $libelle,
                        unite: Unite::$unite,
                        numerateur: $numerateur,
                        denominateur: concat!($($denominateur)?),
                    } ),+
                }
            }
        }
    };
}

indicateurs! {
    TauxDesignation = 1 "taux_designation" Designation DixMilliemes "Taux de désignation" :
        "assurés de 16 ans et plus qui ont un médecin traitant le jour dit" / "assurés de 16 ans et plus le jour dit";
    AssuresDesignants = 2 "assures_designants" Designation Nombre "Assurés ayant un médecin traitant" :
        "assurés de 16 ans et plus qui ont un médecin traitant le jour dit ; qui en a plusieurs conjoints compte une fois";
    Assures = 3 "assures" Designation Nombre "Assurés de 16 ans et plus" :
        "personnes rattachées à une caisse le jour dit, vivantes, âgées de 16 ans et plus, hors aide médicale, passage, sans droits et hors de France";
    PartGeneralistes = 4 "part_generalistes" Designation DixMilliemes "Part des assurés ayant choisi un généraliste" :
        "assurés de 16 ans et plus dont un médecin traitant au moins est généraliste" / "assurés de 16 ans et plus qui ont un médecin traitant";
    MedecinsTraitants = 5 "medecins_traitants" Designation Nombre "Médecins traitants" :
        "médecins distincts désignés le jour dit par une personne au moins, quel que soit son âge ; chacun des conjoints compte";

    TauxParcours = 10 "taux_parcours" Consultations DixMilliemes "Part des consultations dans le parcours" :
        "consultations dans le parcours et assimilées" / "consultations dans le parcours et assimilées, et hors parcours ; les exclues ne sont dans aucun terme";
    ConsultationsParcours = 11 "consultations_parcours" Consultations Nombre "Consultations dans le parcours et assimilées" :
        "consultations de la classe P selon la méthode";
    ConsultationsHors = 12 "consultations_hors" Consultations Nombre "Consultations hors parcours" :
        "consultations de la classe H selon la méthode";
    ConsultationsExclues = 13 "consultations_exclues" Consultations Nombre "Consultations exclues" :
        "consultations de la classe X (cour_2013) ou O (snds)";
    PartParcoursToutes = 14 "part_parcours_toutes" Consultations DixMilliemes "Part dans le parcours, toutes consultations" :
        "consultations dans le parcours et assimilées" / "toutes les consultations";
    PartHorsToutes = 15 "part_hors_toutes" Consultations DixMilliemes "Part hors parcours, toutes consultations" :
        "consultations hors parcours" / "toutes les consultations";
    PartExclues = 16 "part_exclues" Consultations DixMilliemes "Part exclue, toutes consultations" :
        "consultations exclues" / "toutes les consultations";
    PartAccesDirect = 17 "part_acces_direct" Consultations DixMilliemes "Part de l'accès direct spécifique" :
        "consultations de situation déterminée D" / "toutes les consultations";
    ConsultationsNonClassees = 18 "consultations_non_classees" Consultations Nombre "Consultations non classées" :
        "consultations de situation déterminée sans objet ou inconnue (méthode snds)";

    ActesMajorables = 20 "actes_majorables" Majorations Nombre "Actes en situation majorable" :
        "actes de médecins de situation déterminée I, P, S, F ou C";
    MontantMajorations = 21 "montant_majorations" Majorations Centimes "Remboursements évités" :
        "somme des majorations du ticket modérateur retenues sur les actes de médecins, telles qu'évaluées";
    TauxMajoration = 22 "taux_majoration" Majorations DixMilliemes "Taux de la majoration" :
        "taux légal, en part de la base de remboursement, à partir du jour dit";
    PlafondMajoration = 23 "plafond_majoration" Majorations Centimes "Plafond de la majoration par acte" :
        "plafond légal, à partir du jour dit";

    AvisTotal = 30 "avis_total" Supplements Centimes "Avis ponctuels de consultants" :
        "honoraires des lignes C2, C2,5, C3, APC, APU, APV, APY et AVY";
    AvisChirurgiens = 31 "avis_chirurgiens" Supplements Centimes "dont chirurgiens, à déduire" :
        "les mêmes, de spécialités chirurgicales : ils existaient avant le parcours";
    AvisValeur = 32 "avis_valeur" Supplements Centimes "Valeur au prix d'une consultation, à déduire" :
        "pour chaque avis qui n'est pas d'un chirurgien, consultation du spécialiste de secteur 1 et majoration provisoire du jour";
    AvisDifference = 33 "avis_difference" Supplements Centimes "Différentiel des avis ponctuels" :
        "avis ponctuels, moins ceux de chirurgiens, moins leur valeur au prix d'une consultation";
    Coordination = 34 "coordination" Supplements Centimes "Majorations de coordination" :
        "honoraires des lignes MCS, MCG et MCC";
    Depassements = 35 "depassements" Supplements Centimes "Dépassements autorisés" :
        "part dépassement des lignes de qualificatif DA";
    NombreDepassements = 36 "nombre_depassements" Supplements Nombre "Actes avec dépassement autorisé" :
        "lignes de qualificatif DA";
    TotalCorrespondants = 37 "total_correspondants" Supplements Centimes "Total des médecins correspondants" :
        "différentiel des avis, majorations de coordination et dépassements autorisés";

    GainMedecins = 40 "gain_medecins" Financement Centimes "Gains des médecins" :
        "supplément de rémunération du poste";
    ChargeAmo = 41 "charge_amo" Financement Centimes "Assurance maladie obligatoire" :
        "part du gain au taux de remboursement réel des lignes du poste, avant majoration et participation ; moins les majorations";
    ChargeMenages = 42 "charge_menages" Financement Centimes "Ménages" :
        "dépassements autorisés et majorations";
    ChargeAmc = 43 "charge_amc" Financement Centimes "Complémentaires s'il y a lieu" :
        "part du gain au ticket modérateur des lignes du poste";

    ForfaitDesignants = 50 "forfait_designants" Forfait Nombre "Assurés ayant un médecin traitant (1)" :
        "assurés de 16 ans et plus qui ont un médecin traitant le jour dit";

    TauxChangement = 60 "taux_changement" Changements DixMilliemes "Part des assurés ayant changé dans l'année" :
        "personnes qui ont changé de médecin traitant au moins une fois depuis le 1er janvier" / "personnes qui en avaient un au 31 décembre d'avant, ou en ont eu un depuis";
    NombreChangements = 61 "nombre_changements" Changements Nombre "Changements" :
        "désignations depuis le 1er janvier qui suivent une autre sans médecin commun ; une première n'en est pas un";
    AssuresAyantChange = 62 "assures_ayant_change" Changements Nombre "Assurés ayant changé" :
        "personnes qui ont changé au moins une fois depuis le 1er janvier";

    PartNonRemplies = 70 "part_non_remplies" Indicateurs DixMilliemes "Part des cases non remplies" :
        "actes sans indicateur déclaré" / "actes de médecins autres que le médecin traitant, soumis au parcours";
    PartContredites = 71 "part_contredites" Indicateurs DixMilliemes "Part des indicateurs contredits" :
        "actes dont l'indicateur déclaré ne correspond pas à la situation déterminée" / "les mêmes actes, indicateur déclaré";
    ActesSansIndicateur = 72 "actes_sans_indicateur" Indicateurs Nombre "Actes sans indicateur" :
        "actes de médecins autres que le médecin traitant, soumis au parcours, sans indicateur déclaré";

    ConciliationsOuvertes = 80 "conciliations_ouvertes" Conciliations Nombre "Recherches ouvertes" :
        "conciliations demandées et non terminées à la fin du jour dit";
    ConciliationsTerminees = 81 "conciliations_terminees" Conciliations Nombre "Recherches terminées" :
        "conciliations terminées depuis le 1er janvier";
    AttenteMediane = 82 "attente_mediane" Conciliations Jours "Attente médiane" :
        "jours entre la demande et la fin, que la moitié des recherches terminées n'ont pas dépassés";

    Honoraires = 90 "honoraires" Depenses Centimes "Honoraires" :
        "honoraires des actes de médecins";
    RembourseAmo = 91 "rembourse_amo" Depenses Centimes "Assurance maladie obligatoire" :
        "ce qu'elle paie de ces actes, majoration et participation déduites";
    PartAmc = 92 "part_amc" Depenses Centimes "Complémentaires" :
        "ce que paient les complémentaires, complémentaire santé solidaire comprise";
    ResteACharge = 93 "reste_a_charge" Depenses Centimes "Patients" :
        "ce qui reste aux patients";
    PartPatients = 94 "part_patients" Depenses DixMilliemes "Part des patients" :
        "ce qui reste aux patients" / "honoraires des actes de médecins";
}

/// A figure of the chapter that this register does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manque {
    pub tableau: Tableau,
    pub libelle: &'static str,
    /// What it would take.
    pub raison: &'static str,
}

/// What the chapter has and the register does not hold.
pub const NON_TENUS: &[Manque] = &[
    Manque {
        tableau: Tableau::Designation,
        libelle: "périmètre hors sections locales mutualistes",
        raison: "le rattachement à une section locale n'est pas au registre ; le régime (par=regime) est le périmètre le plus proche",
    },
    Manque {
        tableau: Tableau::Supplements,
        libelle: "forfaits ALD, sur stock et sur flux",
        raison: "ni les protocoles ALD ni les forfaits versés ne sont au registre : le différentiel ALD et le total du tableau n° 4 n'en sont pas donnés",
    },
    Manque {
        tableau: Tableau::Financement,
        libelle: "ligne « affection de longue durée »",
        raison: "les forfaits ALD ne sont pas au registre : le total ne les comprend pas",
    },
    Manque {
        tableau: Tableau::Forfait,
        libelle: "forfaits ALD (2), nouveaux forfaits (1) - (2) et leur coût",
        raison: "les patients en ALD ne sont pas au registre, et les tarifs des forfaits sont ceux de chaque médecin",
    },
    Manque {
        tableau: Tableau::Forfait,
        libelle: "CAPI, rémunération sur objectifs, volet de synthèse",
        raison: "les contrats, les refus et les sommes versées aux médecins ne sont pas au registre",
    },
    Manque {
        tableau: Tableau::Depenses,
        libelle: "part des ménages dans l'ensemble des dépenses de santé",
        raison: "le registre ne reçoit que les feuilles de soins : ni médicaments, ni hôpital, ni transports",
    },
];
