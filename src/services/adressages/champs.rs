//! What is wrong with a referral, as the caller named its fields.

use crate::domain::adressage::AdressageInvalide;
use crate::services::{ChampInvalide, ServiceError};

/// The field of a request, its code and what is expected.
pub(super) fn champ(invalide: AdressageInvalide) -> ChampInvalide {
    use AdressageInvalide as A;
    let (pointeur, code, message): (String, &'static str, String) = match invalide {
        A::FinAbsente => fixe("/effet_au", "champ_requis", "la fin de l'adressage"),
        A::FinAvantDebut => fixe("/effet_au", "avant_debut", "une fin après le premier jour"),
        A::DureeExcessive { au_plus_tard } => (
            "/effet_au".to_owned(),
            "duree_excessive",
            format!("une fin au plus tard le {}", au_plus_tard.format("%d/%m/%Y")),
        ),
        A::DebutAvantEtablissement => fixe(
            "/effet_du",
            "avant_etablissement",
            "le jour de l'établissement, ou un jour qui le suit",
        ),
        A::SansActe => fixe("/actes", "champ_requis", "le contenu du plan : au moins un acte"),
        A::SansPeriodicite => fixe("/periodicite", "champ_requis", "la périodicité du plan"),
        A::PeriodiciteInutile => fixe(
            "/periodicite",
            "non_applicable",
            "aucune périodicité : un avis n'est rendu qu'une fois",
        ),
        A::CorrespondantUnique => fixe(
            "/correspondants",
            "taille_invalide",
            "un seul correspondant ; une séquence ou un protocole en a plusieurs",
        ),
        A::CorrespondantEnDouble { rang } => {
            (rang_de(rang), "valeur_en_double", "un autre correspondant".to_owned())
        }
        A::CorrespondantMedecinTraitant { rang } => (
            rang_de(rang),
            "medecin_traitant",
            "un autre médecin que le médecin traitant, qui n'a pas besoin d'adressage".to_owned(),
        ),
        A::ClotureHorsPeriode => fixe(
            "/effet_au",
            "hors_periode",
            "une fin entre aujourd'hui et la fin de l'adressage, après son premier jour",
        ),
        A::SoinsHorsPeriode => {
            fixe("/soins_le", "hors_periode", "un jour de la période de l'adressage")
        }
        A::SoinsFuturs => fixe("/soins_le", "date_future", "un jour passé ou présent"),
    };
    ChampInvalide::new(pointeur, code, format!("attendu : {message}"))
}

/// Everything wrong at once.
pub(super) fn invalide(wrong: Vec<AdressageInvalide>) -> ServiceError {
    ServiceError::Invalide(wrong.into_iter().map(champ).collect())
}

fn fixe(pointeur: &str, code: &'static str, message: &str) -> (String, &'static str, String) {
    (pointeur.to_owned(), code, message.to_owned())
}

fn rang_de(rang: usize) -> String {
    format!("/correspondants/{rang}")
}
