//! What was done with the record of a person, what waits for them and what somebody is to them, in words that are read: the codes are
//! of programs.

/// Codes, and what they say.
const PHRASES: [(&str, &str); 105] = [
    // What was done about a person.
    ("a_faire.lire", "lecture de ce qui est à faire"),
    ("acces.lister", "liste de ceux qui ont lu le dossier"),
    ("adressage.annuler", "annulation d'un adressage"),
    ("adressage.clore", "clôture d'un adressage"),
    ("adressage.etablir", "adressage à un autre médecin"),
    ("adressage.lire", "lecture d'un adressage"),
    ("adressage.lister", "liste des adressages"),
    ("adressage.rectifier", "rectification d'un adressage"),
    ("adressage.rendre_compte", "compte rendu d'un adressage"),
    ("conciliation.abandonner", "abandon de la recherche d'un médecin"),
    ("conciliation.clore", "clôture de la recherche d'un médecin"),
    ("conciliation.conclure", "fin de la recherche : un médecin est trouvé"),
    ("conciliation.contacter", "médecin contacté par la caisse"),
    ("conciliation.lire", "lecture de la recherche d'un médecin"),
    ("conciliation.lister", "liste des recherches d'un médecin"),
    ("conciliation.ouvrir", "ouverture de la recherche d'un médecin"),
    ("conciliation.repondre", "réponse d'un médecin contacté"),
    ("conflit.lire", "lecture d'un conflit entre deux dossiers"),
    ("conflit.lister", "liste des conflits entre deux dossiers"),
    ("conflit.resoudre", "résolution d'un conflit entre deux dossiers"),
    ("courrier.imprimer", "impression d'un courrier"),
    ("courrier.lire", "lecture d'un courrier"),
    ("creance.lister", "liste des sommes dues à la caisse"),
    ("declaration.apercu", "aperçu d'une déclaration"),
    ("declaration.ecrire", "écriture d'une déclaration"),
    ("declaration.formulaire", "impression d'une déclaration"),
    ("declaration.lire", "lecture d'une déclaration"),
    ("declaration.lister", "liste des déclarations"),
    ("designation.ecrire", "écriture d'une désignation"),
    ("designation.lister", "liste des médecins traitants"),
    ("dossier.exporter", "export de tout le dossier"),
    ("evenement.lire", "lecture des événements"),
    ("export.telecharger", "téléchargement d'un export"),
    ("famille.consulter", "consultation du médecin traitant de la famille"),
    ("feuille.enregistrer", "enregistrement d'une feuille de soins"),
    ("feuille.lire", "lecture d'une feuille de soins"),
    ("feuille.lister", "liste des feuilles de soins"),
    ("feuille.revoir", "recherche des feuilles de soins à revoir"),
    ("feuille.simuler", "simulation d'un remboursement"),
    ("fusion.apercu", "aperçu de la réunion de deux dossiers"),
    ("fusion.lire", "lecture de la réunion de deux dossiers"),
    ("fusion.lister", "liste des réunions de dossiers"),
    ("medecin_traitant.consulter", "consultation du médecin traitant, par la carte"),
    ("medecin_traitant.lire", "lecture du médecin traitant"),
    ("neutralisation.lister", "liste des périodes sans majoration"),
    ("patient.annuler_changement_organisme", "annulation d'un changement de caisse"),
    ("patient.changer_adresse", "changement d'adresse"),
    ("patient.changer_identifiant", "changement de numéro"),
    ("patient.changer_identite", "changement d'identité"),
    ("patient.changer_organisme", "changement de caisse"),
    ("patient.changer_statut", "changement de situation"),
    ("patient.declarer_deces", "enregistrement d'un décès"),
    ("patient.enregistrer", "enregistrement du dossier"),
    ("patient.essai_infructueux", "recherche par le numéro, sans que la personne soit trouvée"),
    ("patient.fusionner", "réunion de deux dossiers"),
    ("patient.lever_limitation", "fin de la limitation du traitement"),
    ("patient.limiter", "limitation du traitement"),
    ("patient.lire", "lecture du dossier"),
    ("patient.lister", "liste des assurés de la caisse"),
    ("patient.mutation", "arrivée d'une autre caisse"),
    ("patient.rechercher", "recherche d'un patient"),
    ("patient.rectifier_deces", "rectification d'un décès"),
    ("patient.rectifier_identifiant", "rectification d'un numéro"),
    ("patient.rectifier_identite", "rectification de l'identité"),
    ("patient.reprise", "reprise d'un fichier de la caisse"),
    ("patient.scinder", "séparation d'un dossier en deux"),
    ("patientele.lister", "liste des patients du médecin"),
    ("patientele.mouvements", "arrivées et départs des patients du médecin"),
    ("proche.lister", "liste des proches"),
    ("recouvrement.annuler", "annulation d'un recouvrement"),
    ("recouvrement.enregistrer", "enregistrement d'un recouvrement"),
    ("recouvrement.lire", "lecture d'un recouvrement"),
    ("rectification.demander", "demande de rectification"),
    ("rectification.lire", "lecture d'une demande de rectification"),
    ("rectification.lister", "liste des demandes de rectification"),
    ("rectification.repondre", "réponse à une demande de rectification"),
    ("reevaluation.lire", "lecture d'une réévaluation"),
    ("representation.ecrire", "écriture d'un lien de représentation"),
    ("representation.lister", "liste des représentants"),
    // What waits for somebody.
    ("a_savoir", "quelque chose à savoir"),
    ("choix_en_son_nom", "un choix a été fait en votre nom"),
    ("choix_sans_suite", "un choix n'a pas abouti"),
    ("conciliation_ouverte", "une recherche de médecin est ouverte"),
    ("conflit_ouvert", "deux dossiers se contredisent"),
    ("contestation_ouverte", "un choix est contesté"),
    ("declaration_en_attente", "une déclaration attend une signature"),
    ("doublon_possible", "deux dossiers sont peut-être d'une même personne"),
    ("enregistre", "un fait a été enregistré"),
    ("feuilles_a_revoir", "des feuilles de soins sont à revoir"),
    ("limitation_en_cours", "un traitement est limité"),
    ("mutation", "une personne a changé de caisse"),
    ("operation_a_confirmer", "une opération est à confirmer"),
    ("operation_en_cours", "une opération est en cours"),
    ("patient_arrive", "un patient est arrivé"),
    ("patient_parti", "un patient est parti"),
    ("rectification_demandee", "une rectification est demandée"),
    ("choix_a_verifier", "un choix signé par qui ne représentait pas la personne est à vérifier"),
    ("retour_attendu", "un compte rendu est attendu"),
    ("signature_attendue", "votre signature est attendue"),
    ("signature_demandee", "une signature est demandée"),
    // What somebody is to another.
    ("curatelle", "curateur"),
    ("habilitation_familiale", "personne habilitée par le juge"),
    ("mandat_de_protection_future", "mandataire de protection future"),
    ("titulaire_autorite_parentale", "titulaire de l'autorité parentale"),
    ("tutelle", "tuteur"),
];

/// What a code says, if it is one of them.
pub(crate) fn phrase(code: &str) -> Option<&'static str> {
    PHRASES.iter().find(|(known, _)| *known == code).map(|(_, said)| *said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::a_faire::Rubrique;
    use crate::domain::droits::{Demarche, ESSAI_INFRUCTUEUX};
    use crate::domain::representation::NatureRepresentation;
    use crate::domain::vocabulary::Vocabulaire;

    #[test]
    fn every_code_that_a_person_reads_has_its_words() {
        let done = Demarche::TOUTES.iter().filter_map(|one| one.trace());
        let waits = Rubrique::TOUS.iter().map(|one| one.mot());
        let ties = NatureRepresentation::TOUS.iter().map(|one| one.mot());
        let all: Vec<&str> = done.chain([ESSAI_INFRUCTUEUX]).chain(waits).chain(ties).collect();
        let without: Vec<&&str> = all.iter().filter(|code| phrase(code).is_none()).collect();
        assert!(without.is_empty(), "{without:?}");
        let unused: Vec<&str> =
            PHRASES.iter().map(|(code, _)| *code).filter(|code| !all.contains(code)).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}
