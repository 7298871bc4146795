//! Warnings, in French: something that the reader of an evaluation should know and that blocks nothing.

use crate::domain::evaluation::Avertissement;

/// Every warning and its sentence.
const PHRASES: &[(Avertissement, &str)] = &[
    (
        Avertissement::BaseLimiteeAuxHonoraires,
        "La base de remboursement dépasse les honoraires : elle a été limitée aux honoraires.",
    ),
    (
        Avertissement::PlafondJournalierDiscute,
        "Au-delà de 4\u{a0}€ de participations forfaitaires le même jour, les sources divergent : ce service en retient quatre au plus.",
    ),
    (
        Avertissement::ActeInconnu,
        "Le code de cet acte n'est pas dans la nomenclature de ce service : il a été compté avec l'acte qu'il accompagne, ou seul s'il n'en accompagne aucun.",
    ),
    (
        Avertissement::DeclarationMtContredite,
        "L'existence d'un médecin traitant, telle qu'elle est déclarée, est contredite par les faits retenus.",
    ),
    (
        Avertissement::IndicateurContredit,
        "La situation déterminée n'est pas celle que l'indicateur de la feuille annonce.",
    ),
    (
        Avertissement::OrganismeContredit,
        "L'organisme de la feuille n'est pas celui du registre le jour des soins.",
    ),
    (
        Avertissement::ExecutantInconnu,
        "Le registre ne connaît pas ce médecin : les faits de la feuille ont été retenus.",
    ),
    (
        Avertissement::SpecialiteContredite,
        "La spécialité de la feuille n'est pas celle du registre le jour des soins : celle du registre a été retenue.",
    ),
    (
        Avertissement::DepassementNonAutorise,
        "Un dépassement autorisé (DA) n'est possible que hors du parcours, pour un spécialiste de secteur 1 ou de l'hôpital, et sans complémentaire santé solidaire.",
    ),
    (
        Avertissement::DepassementExcessif,
        "Les honoraires dépassent le maximum de cet acte avec dépassement autorisé.",
    ),
    (
        Avertissement::CoordinationInterdite,
        "Une majoration de coordination n'est possible que dans le parcours, hors avis ponctuel.",
    ),
    (
        Avertissement::BaseContredite,
        "La base de remboursement n'est pas le tarif de cet acte le jour des soins : elle a été retenue telle quelle.",
    ),
    (
        Avertissement::AdressageInconnu,
        "Le registre ne connaît aucun adressage du médecin traitant à ce médecin ce jour-là : la feuille a été crue.",
    ),
    (
        Avertissement::AdressageNonDeclare,
        "Le registre connaît un adressage du médecin traitant à ce médecin, que la feuille n'annonce pas : il a été retenu.",
    ),
    (
        Avertissement::OrienteurContredit,
        "Le médecin nommé comme orienteur n'est ni le médecin traitant ni l'auteur de l'adressage.",
    ),
    (
        Avertissement::ActeHorsAdressage,
        "L'adressage enregistré donne la liste de ses actes, et celui-ci n'y figure pas.",
    ),
    (
        Avertissement::AvisPonctuelSansDemande,
        "Un avis ponctuel de consultant suppose que le médecin traitant ait adressé le patient.",
    ),
    (
        Avertissement::NatureAdressageContredite,
        "Un avis ponctuel est facturé, alors que l'adressage enregistré prévoit des soins suivis.",
    ),
    (
        Avertissement::AvisPonctuelPatientSuivi,
        "Ce médecin a vu le patient trop près de cet avis ponctuel : un consultant ne suit pas le patient.",
    ),
    (
        Avertissement::AvisPonctuelRompu,
        "Ces soins suivent de trop près un avis ponctuel du même médecin, qui est à réexaminer.",
    ),
    (
        Avertissement::MotifExclusionManquant,
        "Il manque le motif de l'indicateur A : sans lui, la situation ne peut pas être déterminée.",
    ),
    (
        Avertissement::DateInstallationManquante,
        "Il manque la date d'installation du médecin : sans elle, la situation ne peut pas être déterminée.",
    ),
    (
        Avertissement::MedecinTraitantInconnu,
        "Il manque de savoir si un médecin traitant est déclaré : sans cela, la situation ne peut pas être déterminée.",
    ),
    (
        Avertissement::DroitsAVerifier,
        "D'après le registre, les droits du patient n'étaient pas ouverts en France le jour des soins : ils sont à vérifier.",
    ),
    (
        Avertissement::PartSansDepassementInsuffisante,
        "Cette année, les honoraires sans dépassement autorisé de ce médecin ne dépassent pas la part que la convention exige.",
    ),
    (
        Avertissement::CouvertureAnachronique,
        "La couverture complémentaire de la feuille n'existait pas sous ce nom le jour des soins.",
    ),
    (
        Avertissement::OptionAnachronique,
        "L'option tarifaire de la feuille n'existait pas encore le jour des soins.",
    ),
    (
        Avertissement::CouvertureContredite,
        "D'après le registre, le patient avait ce jour-là une couverture que la feuille n'indique pas.",
    ),
    (
        Avertissement::MaterniteHorsPeriode,
        "Les soins ne sont pas dans la période de l'assurance maternité que donne la date de la feuille.",
    ),
    (
        Avertissement::ExigenceSurSupplement,
        "Une exigence particulière du patient (DE) se facture sur l'acte principal seulement.",
    ),
    (
        Avertissement::DepassementInterditC2s,
        "Un bénéficiaire de la complémentaire santé solidaire ne paie pas de dépassement, sauf exigence particulière de sa part.",
    ),
    (
        Avertissement::DepassementSansMotif,
        "Un médecin de secteur 1 ne facture un dépassement que s'il est autorisé (DA) ou demandé par le patient (DE).",
    ),
    (
        Avertissement::ConventionContredite,
        "La convention ou l'option tarifaire de la feuille n'est pas celle du registre le jour des soins : celle du registre a été retenue.",
    ),
    (
        Avertissement::UrgencePrevisible,
        "La situation était prévue depuis trop longtemps pour être une urgence.",
    ),
    (
        Avertissement::CollegueHorsDuGroupe,
        "La feuille dit que ce médecin agit à la place du médecin traitant, mais le registre ne leur connaît ni centre ni locaux communs ce jour-là.",
    ),
    (
        Avertissement::ExonerationSansEffet,
        "Aucune liste publiée ne dit ce que ce code d'exonération exonère : le taux ordinaire a été retenu.",
    ),
    (
        Avertissement::FranchiseNonComptee,
        "La caisse peut encore retenir une franchise médicale sur cet acte : ce service ne la calcule pas.",
    ),
    (
        Avertissement::ActeCcamInconnu,
        "La CCAM chargée ne connaît pas cet acte (code, activité, phase) le jour des soins, ou aucune n'est chargée : ni son existence ni son tarif n'ont été vérifiés.",
    ),
    (
        Avertissement::MontantPlafonne,
        "La base de cet acte, que la CCAM chargée ne connaît pas, dépasse le plafond de ce service : le remboursement a été calculé sur ce plafond.",
    ),
    (
        Avertissement::DesignationContestee,
        "Le patient conteste le choix de médecin traitant qui compte ce jour-là ; sa caisse n'a pas encore tranché.",
    ),
    (
        Avertissement::DesignationEnConflit,
        "Deux dossiers du patient ont été réunis, et leurs choix de médecin traitant se contredisent ce jour-là : sa caisse n'a pas encore tranché.",
    ),
    (
        Avertissement::ExecutantSansExercice,
        "D'après le registre, ce médecin n'exerçait nulle part le jour des soins : il avait cessé, ou n'avait pas commencé.",
    ),
    (
        Avertissement::NumeroDUnAutre,
        "Le numéro de facturation est celui d'un autre médecin, dont la feuille ne dit pas qu'il est remplacé.",
    ),
    (
        Avertissement::OrienteurInconnu,
        "Le registre ne connaît aucun médecin en exercice sous le numéro de celui qui aurait adressé le patient : la feuille a été crue.",
    ),
    (
        Avertissement::DateInstallationContredite,
        "La date d'installation de la feuille n'est pas celle du registre : celle du registre a été retenue.",
    ),
    (
        Avertissement::SoinsApresDeces,
        "D'après le registre, le patient est mort avant ces soins : ils sont à vérifier.",
    ),
    (
        Avertissement::FeuilleTardive,
        "La feuille est arrivée plus de deux ans après le premier jour du trimestre qui suit les soins : la caisse peut refuser de la payer (articles L160-11 et L332-1 du code de la sécurité sociale).",
    ),
    (
        Avertissement::ValeurDiscutee,
        "Les sources ne s'accordent pas, pour le jour des soins, sur une valeur de la loi que cette décision a lue : le livre des règles dit laquelle a été retenue et pourquoi.",
    ),
    (
        Avertissement::ValeurAVerifier,
        "Une valeur de la loi que cette décision a lue n'a pas encore été vérifiée pour le jour des soins : la dernière connue a été retenue.",
    ),
    (
        Avertissement::ActeNonAutorise,
        "Cette lettre est celle d'une autre spécialité, d'un patient d'un autre âge, ou du médecin traitant seul : elle a été comptée telle quelle.",
    ),
    (
        Avertissement::LettreHorsDates,
        "Cette lettre n'existait pas encore, ou n'existait plus, le jour des soins : elle a été comptée telle quelle.",
    ),
    (
        Avertissement::SupplementSansActe,
        "Ce supplément est facturé sans aucun des actes auxquels il s'ajoute.",
    ),
    (
        Avertissement::McgEnfantSansMedecinTraitant,
        "Pour un enfant sans médecin traitant, les textes ne prévoient que les majorations de coordination du spécialiste (MCS) et du cardiologue (MCC).",
    ),
];

/// Warnings that the patient reads in other words: without the letters of invoices, and said to them.
const AU_PATIENT: &[(Avertissement, &str)] = &[
    (
        Avertissement::DeclarationMtContredite,
        "La feuille ne dit pas la même chose que le registre sur votre médecin traitant : c'est le registre qui a été cru.",
    ),
    (
        Avertissement::IndicateurContredit,
        "La feuille annonce une situation, et ce calcul en trouve une autre.",
    ),
    (
        Avertissement::OrganismeContredit,
        "La feuille nomme une autre caisse que la vôtre le jour des soins.",
    ),
    (
        Avertissement::DepassementNonAutorise,
        "Demander plus que le tarif ne semble pas permis ici : parlez-en au médecin ou à votre caisse.",
    ),
    (
        Avertissement::DepassementExcessif,
        "Le médecin a demandé plus que le maximum permis pour ces soins : parlez-en avec lui ou avec votre caisse.",
    ),
    (
        Avertissement::DepassementSansMotif,
        "Ce médecin ne peut demander plus que le tarif que dans certains cas, et la feuille n'en indique aucun : parlez-en avec lui ou avec votre caisse.",
    ),
    (
        Avertissement::DepassementInterditC2s,
        "Avec la Complémentaire santé solidaire, vous ne payez pas plus que le tarif, sauf pour une demande particulière de votre part.",
    ),
    (
        Avertissement::ExigenceSurSupplement,
        "Une demande particulière de votre part se paie une seule fois, avec l'acte principal.",
    ),
    (
        Avertissement::CoordinationInterdite,
        "Un supplément de la feuille ne semble pas permis ici : votre caisse peut le vérifier.",
    ),
    (
        Avertissement::McgEnfantSansMedecinTraitant,
        "Un supplément de la feuille ne semble pas permis pour un enfant sans médecin traitant : votre caisse peut le vérifier.",
    ),
    (
        Avertissement::AvisPonctuelSansDemande,
        "Le tarif d'un avis de spécialiste suppose que votre médecin traitant vous ait adressé à lui.",
    ),
    (
        Avertissement::AvisPonctuelPatientSuivi,
        "Ce médecin vous a vu trop près de cet avis : le tarif d'un avis est pour un médecin qui ne vous suit pas.",
    ),
    (
        Avertissement::MotifExclusionManquant,
        "Le médecin a signalé un cas particulier sans écrire lequel : sans cela, ce calcul ne peut pas finir.",
    ),
    (
        Avertissement::DroitsAVerifier,
        "D'après le registre, vos droits n'étaient pas ouverts en France le jour des soins : votre caisse peut le vérifier.",
    ),
    (
        Avertissement::CouvertureContredite,
        "D'après le registre, vous aviez ce jour-là une couverture que la feuille n'indique pas.",
    ),
    (
        Avertissement::OrienteurInconnu,
        "Le registre ne connaît pas le médecin qui, d'après la feuille, vous a adressé : la feuille a été crue.",
    ),
    (
        Avertissement::ActeInconnu,
        "Ce calcul ne connaît pas le code d'un des actes de la feuille : votre caisse peut le vérifier.",
    ),
    (
        Avertissement::ActeCcamInconnu,
        "Ce calcul ne connaît pas un des actes de la feuille : son tarif n'a pas été vérifié.",
    ),
    (
        Avertissement::MontantPlafonne,
        "Ce calcul ne connaît pas un des actes de la feuille, et son tarif est très élevé : un maximum a été compté.",
    ),
    (
        Avertissement::ActeNonAutorise,
        "Un code de la feuille n'est pas celui de cette spécialité ou de votre âge : il a été compté tel quel.",
    ),
    (
        Avertissement::LettreHorsDates,
        "Un code de la feuille n'existait pas le jour des soins : il a été compté tel quel.",
    ),
    (
        Avertissement::ExonerationSansEffet,
        "La feuille annonce une prise en charge particulière que ce calcul ne connaît pas : le taux ordinaire a été compté.",
    ),
    (
        Avertissement::DesignationContestee,
        "Vous contestez le choix de médecin traitant qui compte ce jour-là : votre caisse n'a pas encore répondu.",
    ),
    (
        Avertissement::DesignationEnConflit,
        "Deux de vos dossiers ont été réunis, et leurs choix de médecin traitant se contredisent : votre caisse n'a pas encore dit lequel compte.",
    ),
    (
        Avertissement::FeuilleTardive,
        "La feuille est arrivée plus de deux ans après les soins : la caisse peut refuser de la payer.",
    ),
];

/// A warning, as the patient reads it.
pub fn au_patient(code: Avertissement) -> &'static str {
    let own = AU_PATIENT.iter().find(|(known, _)| *known == code);
    own.map_or_else(|| message(code), |(_, phrase)| phrase)
}

/// What is said of what was to be decided when an evaluation was made, once it is decided.
const DECIDEES: [(Avertissement, &str); 2] = [
    (
        Avertissement::DesignationContestee,
        "Le choix de médecin traitant compté le jour des soins était contesté ; la caisse a tranché depuis : cette évaluation peut être refaite.",
    ),
    (
        Avertissement::DesignationEnConflit,
        "Deux dossiers réunis se contredisaient sur le médecin traitant du jour des soins ; la caisse a tranché depuis : cette évaluation peut être refaite.",
    ),
];

/// What was to be decided when an evaluation was made, once it is decided.
pub fn decidee(code: Avertissement) -> Option<&'static str> {
    DECIDEES.iter().find(|(known, _)| *known == code).map(|(_, phrase)| *phrase)
}

/// A warning, in French.
pub fn message(code: Avertissement) -> &'static str {
    PHRASES.iter().find(|(known, _)| *known == code).map_or("", |(_, phrase)| *phrase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vocabulary::Vocabulaire;

    #[test]
    fn the_patient_reads_no_letters_of_invoices_and_is_spoken_to() {
        for code in Avertissement::TOUS {
            let said = au_patient(*code);
            assert!(said.ends_with('.'), "{code:?}");
            // Of somebody who died, whoever reads is told in the third person.
            if *code == Avertissement::SoinsApresDeces {
                continue;
            }
            for not in [
                "(DA)",
                "(DE)",
                "(MCS)",
                "(MCC)",
                "CCAM",
                "IR_",
                "indicateur",
                "Le patient",
                "du patient",
                "le patient",
                "L160",
                "Cette lettre",
                "tranché",
            ] {
                assert!(!said.contains(not), "{not}: {said}");
            }
        }
    }

    #[test]
    fn every_warning_has_a_sentence() {
        for code in Avertissement::TOUS {
            assert!(message(*code).ends_with('.'), "{code:?}");
        }
    }
}
