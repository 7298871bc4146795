//! The other doctors of the sandbox: together, at a centre, in a hospital, overseas, gone.

use super::super::people::{MedecinFictif, medecin};
use crate::domain::feuille_de_soins::{Convention, OptionTarifaire};
use crate::domain::medecin::{ModeExercice, NatureLieu};

pub(super) const RENAUD: &str = "99900008048";
pub(super) const KIEFFER: &str = "99900009079";
pub(super) const TRAORE: &str = "99900010002";
pub(super) const MADI: &str = "99900012065";
pub(super) const GRONDIN: &str = "99900013097";
pub(super) const MULLER: &str = "99900014020";
pub(super) const VIDAL: &str = "99900015050";
pub(super) const ROUX: &str = "99900017015";

/// The place that two doctors share.
const HALLES: (&str, &str, &str) = ("Cabinet des Halles", "01004", "6 place des Halles");

/// Doctors. One who shares the place of another comes after them.
pub const PRATICIENS: [MedecinFictif; 10] = [
    medecin(
        RENAUD,
        ("ESSAI-RENAUD", "INÈS"),
        "01",
        Some("991999608"),
        HALLES,
        "généraliste en cabinet commun : désignation conjointe avec Marc ESSAI-KIEFFER",
    ),
    medecin(
        KIEFFER,
        ("ESSAI-KIEFFER", "MARC"),
        "01",
        Some("991999616"),
        HALLES,
        "généraliste en cabinet commun : désignation conjointe avec Inès ESSAI-RENAUD",
    ),
    MedecinFictif {
        convention: Convention::Salarie,
        mode: ModeExercice::Salarie,
        finess: Some("010999001"),
        nature: NatureLieu::CentreDeSante,
        ..medecin(
            TRAORE,
            ("ESSAI-TRAORÉ", "AÏSSATA"),
            "01",
            None,
            ("Centre de santé des Canuts", "01053", "2 rue des Canuts"),
            "généraliste salariée d'un centre de santé",
        )
    },
    MedecinFictif {
        convention: Convention::Salarie,
        mode: ModeExercice::Salarie,
        finess: Some("010999019"),
        nature: NatureLieu::Hopital,
        ..medecin(
            "99900011034",
            ("ESSAI-BERGER", "ADRIEN"),
            "34",
            None,
            ("Hôpital de l'Essai", "01053", "1 avenue de l'Hôpital"),
            "gériatre salarié d'un hôpital : peut être médecin traitant",
        )
    },
    medecin(
        MADI,
        ("ESSAI-MADI", "SAÏD"),
        "01",
        Some("991999640"),
        ("Cabinet de la Barge", "97611", "4 rue de la Barge"),
        "généraliste à Mayotte",
    ),
    medecin(
        GRONDIN,
        ("ESSAI-GRONDIN", "ROSE-MAY"),
        "01",
        Some("991999657"),
        ("Cabinet du Barachois", "97411", "9 rue du Barachois"),
        "généraliste à La Réunion, où le jour commence plus tôt",
    ),
    medecin(
        MULLER,
        ("ESSAI-MULLER", "EMMA"),
        "01",
        Some("991999665"),
        ("Cabinet de l'Ill", "67482", "15 quai de l'Ill"),
        "généraliste à Strasbourg : régime local d'Alsace-Moselle",
    ),
    medecin(
        VIDAL,
        ("ESSAI-VIDAL", "HENRI"),
        "01",
        Some("991999673"),
        ("Cabinet du Lavoir", "01004", "1 rue du Lavoir"),
        "généraliste parti à la retraite il y a soixante jours",
    ),
    medecin(
        "99900016082",
        ("ESSAI-BESSON", "ZOÉ"),
        "12",
        Some("991999681"),
        ("Cabinet de pédiatrie", "13055", "5 rue du Manège"),
        "pédiatre : peut être médecin traitant d'un enfant",
    ),
    MedecinFictif {
        convention: Convention::Secteur2,
        option: OptionTarifaire::Optam,
        ..medecin(
            ROUX,
            ("ESSAI-ROUX", "SARA"),
            "07",
            Some("991999699"),
            ("Cabinet de gynécologie", "01004", "11 rue des Arts"),
            "gynécologue de secteur 2 avec OPTAM : accès direct et dépassements",
        )
    },
];
