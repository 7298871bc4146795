//! Covers, overruns, several acts.

use traitant::domain::adressage::NatureAdressage;
use traitant::domain::evaluation::{AdressageConnu, CouvertureConnue, RelationMt as R};
use traitant::domain::feuille_de_soins::{
    Complementaire as Cover, Convention, Exoneration, Garantie, MotifExclusion, OptionTarifaire,
    QualificatifDepense as Q, TypeLieu,
};

use super::{
    Lue, acte_technique, ailleurs, avec, cardiologue, chez_le_mt, contrat, convention, couverture,
    facture, lieu, plus_tard, tiers_payant,
};
use crate::law::support::Question;

pub fn couvertures() -> Vec<Lue> {
    let date = "2026-03-10";
    let full = Garantie::TauxDeBase(20_000);
    vec![
        (
            "Aide médicale de l'État, spécialiste",
            cardiologue(date, 2650).complementaire(Cover::Ame),
        ),
        (
            "Aide médicale de l'État connue de la caisse seule",
            couverture(ailleurs(date, 3000).complementaire(Cover::Aucune), CouvertureConnue::Ame),
        ),
        (
            "De passage, d'après la caisse",
            couverture(ailleurs(date, 3000), CouvertureConnue::Passage),
        ),
        (
            "Droits fermés, d'après la caisse",
            couverture(ailleurs(date, 3000), CouvertureConnue::SansDroits),
        ),
        (
            "Complémentaire santé solidaire, dépassement autorisé demandé",
            facture(
                cardiologue(date, 2650).complementaire(Cover::C2sSansParticipation),
                4200,
                Some(Q::Da),
            ),
        ),
        (
            "Complémentaire santé solidaire, demande particulière",
            facture(
                chez_le_mt(date, 3000).complementaire(Cover::C2sAvecParticipation),
                4000,
                Some(Q::De),
            ),
        ),
        (
            "Complémentaire santé solidaire, longue maladie, hors du parcours",
            ailleurs(date, 3000).complementaire(Cover::C2sSansParticipation).exoneration("42"),
        ),
        (
            "Contrat qui paie une partie du dépassement",
            contrat(
                facture(convention(chez_le_mt(date, 2300), Convention::Secteur2), 5000, None),
                true,
                full,
            ),
        ),
        (
            "Contrat non responsable, hors du parcours, tiers payant",
            tiers_payant(contrat(ailleurs(date, 3000), false, Garantie::TauxDeBase(10_000))),
        ),
        ("Tiers payant, longue maladie", tiers_payant(chez_le_mt(date, 3000).exoneration("42"))),
        (
            "Adressé par le registre",
            avec(cardiologue(date, 2650), |asked| {
                let known = AdressageConnu {
                    nature: Some(NatureAdressage::AvisPonctuel),
                    ..AdressageConnu::default()
                };
                asked.faits.registre.adressages = vec![(1, known)];
            }),
        ),
    ]
}

pub fn depassements() -> Vec<Lue> {
    let date = "2026-03-10";
    let outside_convention = |question: Question| convention(question, Convention::NonConventionne);
    vec![
        (
            "Médecin sans convention, médecin traitant",
            facture(outside_convention(chez_le_mt(date, 61)), 6000, None),
        ),
        (
            "Médecin sans convention, hors du parcours",
            facture(outside_convention(ailleurs(date, 61)), 6000, None),
        ),
        (
            "Spécialiste sans convention, adressé, sans mutuelle",
            facture(
                outside_convention(
                    cardiologue(date, 122).complementaire(Cover::Aucune).adresse_par("ESSAI"),
                ),
                12_000,
                None,
            ),
        ),
        ("Demande particulière", facture(chez_le_mt(date, 3000), 5000, Some(Q::De))),
        (
            "Demande particulière, hors du parcours",
            facture(cardiologue(date, 2650), 6000, Some(Q::De)),
        ),
        (
            "Dépassement autorisé et demande particulière",
            facture(cardiologue(date, 2650), 7000, Some(Q::DaDe)),
        ),
        ("Dépassement sans motif en secteur 1", facture(chez_le_mt(date, 3000), 4500, None)),
        (
            "Dépassement trop élevé",
            facture(
                acte_technique(date, "DEQP003", 1426).mt(R::Autre).indicateur("S2"),
                4000,
                Some(Q::Da),
            ),
        ),
        (
            "Option tarifaire maîtrisée",
            avec(
                facture(
                    convention(chez_le_mt(date, 3000), Convention::Secteur2),
                    4000,
                    Some(Q::Dm),
                ),
                |asked| {
                    asked.soins.executant.option_tarifaire = OptionTarifaire::Optam;
                },
            ),
        ),
        (
            "Hôpital, consultation sans lettre",
            facture(
                lieu(
                    convention(cardiologue(date, 2650), Convention::Salarie),
                    TypeLieu::Etablissement,
                ),
                3800,
                Some(Q::Da),
            ),
        ),
        ("Acte non remboursable", facture(chez_le_mt(date, 5000), 5000, Some(Q::NonRemboursable))),
        (
            "Acte non remboursable, hors du parcours, complémentaire santé solidaire",
            facture(
                ailleurs(date, 5000).complementaire(Cover::C2sSansParticipation),
                5000,
                Some(Q::NonRemboursable),
            ),
        ),
        ("Acte dit gratuit, mais payé", facture(chez_le_mt(date, 2200), 2200, Some(Q::Gratuit))),
        ("Acte sans tarif de remboursement", chez_le_mt(date, 4000).base(0)),
        ("Tarif qui n'est pas celui du jour", chez_le_mt(date, 3300)),
        ("Acte inconnu", chez_le_mt(date, 3000).code("ZZ9")),
        ("Acte inconnu, hors du parcours", ailleurs(date, 3000).code("ZZ9")),
    ]
}

pub fn plusieurs_actes() -> Vec<Lue> {
    let date = "2026-03-10";
    vec![
        (
            "Acte coûteux, avec mutuelle",
            acte_technique(date, "DEQP003", 20_000).complementaire(Cover::Amc),
        ),
        (
            "Acte coûteux, hors du parcours",
            acte_technique(date, "DEQP003", 20_000).indicateur("S2"),
        ),
        (
            "Acte coûteux en Alsace-Moselle",
            acte_technique(date, "DEQP003", 20_000).alsace_moselle(),
        ),
        ("Acte coûteux en 2007", acte_technique("2007-03-10", "DEQP003", 20_000)),
        (
            "Deux actes coûteux le même jour",
            avec(acte_technique(date, "DEQP003", 20_000).puis("CS", 15_000), |asked| {
                asked.soins.actes[1].code = asked.soins.actes[0].code;
            }),
        ),
        (
            "Deux actes coûteux, deux jours",
            avec(
                plus_tard(
                    acte_technique(date, "DEQP003", 20_000),
                    "CS",
                    15_000,
                    "2026-03-12",
                    R::Autre,
                ),
                |asked| {
                    asked.soins.actes[1].code = asked.soins.actes[0].code;
                },
            ),
        ),
        ("Imagerie coûteuse", acte_technique(date, "ZBQK002", 20_000)),
        (
            "Consultation et acte non remboursable",
            avec(chez_le_mt(date, 3000).puis("V", 4000), |asked| {
                asked.soins.actes[1].qualificatif = Some(Q::NonRemboursable);
            }),
        ),
        (
            "Deux actes, un seul pour la longue maladie",
            avec(chez_le_mt(date, 3000).puis("V", 3000), |asked| {
                asked.soins.actes[1].exoneration = Some(Exoneration::parse("42").unwrap());
            }),
        ),
        (
            "Deux jours, hors du parcours",
            plus_tard(ailleurs(date, 3000), "G", 3000, "2026-03-17", R::Autre),
        ),
        (
            "Deux jours, un seul hors du parcours",
            plus_tard(chez_le_mt(date, 3000), "G", 3000, "2026-03-17", R::Aucun),
        ),
        ("Supplément de coordination hors du parcours", cardiologue(date, 2650).puis("MCS", 500)),
        (
            "Soins d'un plan, un acte de dépistage",
            ailleurs(date, 3000).motif(MotifExclusion::DepistageOrganise),
        ),
    ]
}
