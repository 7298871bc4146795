//! The same in French, for the doctor and for his caisse.

use super::table::Definition;
use super::{Encadrement, Patientele, Remuneration};
use crate::domain::money::Centimes;
use crate::domain::remuneration::{Manque, TarifsPratiques};

/// What is said of one remuneration; `point` is what a point is worth, when it is counted in points.
pub(super) fn of(
    done: &Remuneration,
    patientele: &Patientele,
    (definition, point): (&Definition, Option<Centimes>),
) -> String {
    let patients = patientele.patients();
    let mut phrases = vec![match patients {
        0 => format!("{} : aucun patient compté.", done.libelle),
        1 => format!("{} : 1 patient compté.", done.libelle),
        _ => format!("{} : {patients} patients comptés.", done.libelle),
    }];
    if definition.opposables {
        phrases.extend(reservee(patientele.tarifs).map(str::to_owned));
    }
    if let Some(point) = point {
        phrases.push(format!("Un point vaut {} pour cette patientèle.", point.in_words()));
    }
    phrases.push(match done.total {
        Some(total) if total.minimum == total.maximum => {
            format!("Le montant est de {}.", total.minimum.in_words())
        }
        Some(total) => format!("Le montant est {}.", entre(total)),
        None => "Le montant ne peut pas être calculé.".to_owned(),
    });
    if !done.manque.is_empty() {
        let missing: Vec<&str> = done.manque.iter().map(|one| inconnu(*one)).collect();
        phrases.push(format!("Ce qui manque pour le dire exactement : {}.", missing.join(" ; ")));
    }
    if !definition.remarque.is_empty() {
        phrases.push(definition.remarque.to_owned());
    }
    phrases.join(" ")
}

/// What is said of a year.
pub(super) fn of_year(annee: i32, total: Encadrement, all: &[Remuneration]) -> String {
    let left: Vec<&str> =
        all.iter().filter(|one| one.total.is_none()).map(|one| one.libelle).collect();
    if left.len() == all.len() {
        return format!("Pour {annee}, rien de ce qui était payé ne peut être calculé ici.");
    }
    let sum = if total.minimum == total.maximum {
        format!("est de {}", total.minimum.in_words())
    } else {
        format!("est {}", entre(total))
    };
    let rest = if left.is_empty() {
        String::new()
    } else {
        format!(" Ne sont pas dans ce total : {}.", left.join(" ; "))
    };
    format!("Pour {annee}, le total de ce qui peut être calculé {sum}.{rest}")
}

fn entre(total: Encadrement) -> String {
    format!("compris entre {} et {}", total.minimum.in_words(), total.maximum.in_words())
}

const fn reservee(tarifs: TarifsPratiques) -> Option<&'static str> {
    match tarifs {
        TarifsPratiques::Opposables => None,
        TarifsPratiques::Libres => Some(
            "Il est réservé aux médecins du secteur 1 et à ceux qui limitent leurs dépassements par une option : ce médecin n'en était pas.",
        ),
        TarifsPratiques::Inconnus => Some(
            "Il est réservé aux médecins du secteur 1 et à ceux qui limitent leurs dépassements par une option : le registre ne le dit pas de ce médecin, ou c'est sa structure qui est payée.",
        ),
    }
}

/// What the register does not know.
const fn inconnu(manque: Manque) -> &'static str {
    match manque {
        Manque::Ald => "qui est en affection de longue durée",
        Manque::C2s => "qui a la complémentaire santé solidaire",
        Manque::PatientsVus => "qui a été vu depuis deux ans",
        Manque::PartageConjoint => {
            "comment plusieurs médecins traitants d'un même patient partagent"
        }
        Manque::Tarifs => "les tarifs que le médecin pratique",
        Manque::Adhesion => "si le médecin avait signé, ou refusé, ce contrat",
        Manque::Indicateurs => {
            "ce que mesurent les indicateurs (prescriptions, analyses, vaccinations, dépistages)"
        }
        Manque::VoletsEtablis => "pour combien de patients le volet a été établi",
        Manque::SituationDuMedecin => "l'âge du médecin, sa zone et le jour de son installation",
        Manque::ActesFactures => "combien d'actes ont été facturés ainsi",
        Manque::Montant => "le montant, que deux sources ne donnent pas",
    }
}
