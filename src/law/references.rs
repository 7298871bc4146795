//! Legal bases: the only place where an article is named.
//!
//! Every parameter value and every rule cites bases of this table by key. Whether somebody read
//! the text, or knows it only by other texts, is said for each: an explanation never pretends.

use std::borrow::Cow;

/// How far a basis was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// The text, or a publication that quotes it, was read; last on this day (`AAAA-MM-JJ`).
    Lue(Cow<'static, str>),
    /// Known by general knowledge only; to be checked against the official text.
    AVerifier,
}

/// One legal or documentary basis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Key, cited by parameters and rules.
    pub cle: Cow<'static, str>,
    /// How to cite it to a person.
    pub citation: Cow<'static, str>,
    /// What it says, for the rule book.
    pub objet: Cow<'static, str>,
    pub verification: Verification,
}

/// What a value rests on: a basis of this table, or one that an addition cites itself.
pub type Texte = Cow<'static, Reference>;

const fn texte([cle, citation, objet]: [&'static str; 3], verification: Verification) -> Reference {
    Reference {
        cle: Cow::Borrowed(cle),
        citation: Cow::Borrowed(citation),
        objet: Cow::Borrowed(objet),
        verification,
    }
}

const fn lue(cle: &'static str, citation: &'static str, objet: &'static str) -> Reference {
    texte([cle, citation, objet], Verification::Lue(Cow::Borrowed("2026-04-30")))
}

const fn a_verifier(cle: &'static str, citation: &'static str, objet: &'static str) -> Reference {
    texte([cle, citation, objet], Verification::AVerifier)
}

/// Every basis, in alphabetical order of keys.
pub static REFERENCES: &[Reference] = &[
    lue(
        "ARRETE-2005-07-28",
        "arrêté du 28 juillet 2005, article 1er",
        "somme due à l'hôpital pour une consultation externe sans prescription du médecin traitant",
    ),
    lue(
        "AVENANT-6",
        "avenant 6 à la convention médicale de 2016",
        "téléconsultation depuis le 15 septembre 2018, exceptions au parcours",
    ),
    a_verifier(
        "CASF-L251-2",
        "Code de l'action sociale et des familles, article L251-2",
        "prise en charge par l'aide médicale de l'État",
    ),
    lue(
        "CDC-2013",
        "Cour des comptes, Rapport public annuel 2013, « Le médecin traitant et le parcours de soins coordonnés »",
        "taux et plafonds de la majoration depuis 2006, tarifs, convention, statistiques",
    ),
    lue(
        "CHOIX-TRAITANT",
        "choix de ce service, faute de texte",
        "valeur fixée par ce service et modifiable par la caisse qui l'exploite",
    ),
    lue(
        "CONV-2016",
        "convention médicale du 25 août 2016, article 17",
        "accès direct spécifique : spécialités, actes et âges",
    ),
    a_verifier(
        "CSS-D162-1-6",
        "Code de la sécurité sociale, article D162-1-6",
        "actes et situations qui échappent au parcours : plan de soins, permanence des soins, addictologie, génétique…",
    ),
    a_verifier(
        "CSS-L160-13",
        "Code de la sécurité sociale, article L160-13",
        "participation forfaitaire pour les actes et consultations de médecins",
    ),
    a_verifier(
        "CSS-L162-26",
        "Code de la sécurité sociale, article L162-26",
        "consultations et actes externes des établissements de santé",
    ),
    lue(
        "CSS-L162-5-3",
        "Code de la sécurité sociale, article L162-5-3",
        "choix du médecin traitant, désignation conjointe, principe de la majoration et cas où elle n'est pas due",
    ),
    a_verifier(
        "CSS-L325-1",
        "Code de la sécurité sociale, article L325-1",
        "régime local d'assurance maladie du Haut-Rhin, du Bas-Rhin et de la Moselle",
    ),
    a_verifier(
        "CSS-L871-1",
        "Code de la sécurité sociale, articles L871-1 et R871-1",
        "contrats complémentaires responsables : ce qu'ils doivent et ne peuvent pas prendre en charge",
    ),
    a_verifier(
        "CSS-R160-16",
        "Code de la sécurité sociale, article R160-16",
        "somme fixe à la charge de l'assuré pour les actes au-dessus d'un tarif",
    ),
    a_verifier(
        "CSS-R160-5",
        "Code de la sécurité sociale, article R160-5",
        "participation de l'assuré aux frais, par catégorie",
    ),
    a_verifier(
        "CSS-R160-6",
        "Code de la sécurité sociale, article R160-6 (ancien article R322-1-1)",
        "niveau et plafond de la majoration, urgence, éloignement, assurés exonérés",
    ),
    lue(
        "DECRET-2005-1226",
        "décret du 29 septembre 2005 relatif aux contrats responsables",
        "exclusion de la majoration et de la participation forfaitaire",
    ),
    lue(
        "DECRET-2014-1374",
        "décret n° 2014-1374 du 18 novembre 2014 sur les contrats responsables",
        "prise en charge intégrale du ticket modérateur dans le parcours à partir du 1er avril 2015",
    ),
    lue(
        "DREES-MTM",
        "DREES, fiche sur la majoration du ticket modérateur",
        "codes majorés, plafond de 10,60 €, cas des bénéficiaires de la C2S",
    ),
    lue(
        "FAS",
        "France Assos Santé, fiche « Médecin traitant et parcours de soins coordonnés »",
        "choix du médecin traitant, situations dans et hors parcours, remboursement",
    ),
    lue(
        "IPS-N",
        "indicateur de parcours de soins N, « nouveau médecin traitant »",
        "un acte du médecin nouvellement choisi est dans le parcours avant l'enregistrement",
    ),
    lue(
        "SITE-C2S",
        "site public de la complémentaire santé solidaire",
        "création le 1er novembre 2019, par fusion de la CMU complémentaire et de l'aide à la complémentaire",
    ),
    lue(
        "SNDS-IR-QPS-V",
        "nomenclature nationale IR_QPS_V, qualificatif du parcours de soins",
        "codes calculés par la caisse",
    ),
    lue(
        "SV-RG-BS",
        "cahier des charges SESAM-Vitale des établissements, règles de facturation",
        "arrondi, plafond par acte, actes soumis au parcours",
    ),
    a_verifier(
        "UNCAM-2024",
        "décision de l'UNCAM publiée au Journal officiel du 21 avril 2024",
        "participation forfaitaire de 2 € à partir du 15 mai 2024",
    ),
];

/// The basis of a key.
pub fn reference(cle: &str) -> Option<&'static Reference> {
    REFERENCES.iter().find(|reference| reference.cle == cle)
}
