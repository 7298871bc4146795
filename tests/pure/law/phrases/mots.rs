//! The words that state a cause or a right: when they may be said, and when they must.

use traitant::domain::evaluation::{Avertissement, CodeDetermine, RelationMt, Theme};
use traitant::domain::feuille_de_soins::{
    Convention, MotifExclusion, MotifExoneration, NatureAssurance, QualificatifDepense, RegimeLocal,
};
use traitant::domain::identifiers::Profession;
use traitant::domain::money::{Centimes, Taux};

use super::page::{Page, beyond, kept, pages};
use super::{SEED, SITUATIONS};

/// Words, when they may be said, and when they must.
type Mot = (&'static str, fn(&Page) -> bool, fn(&Page) -> bool);

const MOTS: &[Mot] = &[
    (
        "affection de longue durée",
        |page| page.exempted(MotifExoneration::Ald),
        |page| page.rate_by(10),
    ),
    (
        "assurance maternité",
        |page| {
            page.nature(NatureAssurance::Maternite) || page.exempted(MotifExoneration::Maternite)
        },
        |page| page.rate_by(11),
    ),
    ("accident du travail", |page| page.nature(NatureAssurance::AtMp), |page| page.rate_by(12)),
    (
        "prévention",
        |page| {
            page.nature(NatureAssurance::Prevention)
                || page.exempted(MotifExoneration::Prevention)
                || page.asked.soins.parcours.motif_exclusion
                    == Some(MotifExclusion::DepistageOrganise)
        },
        |page| page.rate_by(13),
    ),
    (
        "pension d'invalidité",
        |page| page.exempted(MotifExoneration::Personne),
        |page| page.rate_by(16) && page.exempted(MotifExoneration::Personne),
    ),
    (
        "Alsace-Moselle",
        |page| page.asked.soins.beneficiaire.regime_local == RegimeLocal::AlsaceMoselle,
        |page| page.rate_by(20),
    ),
    (
        "a déclaré une urgence",
        |page| page.asked.soins.parcours.indicateur.is_some_and(|known| known.as_str() == "U"),
        |page| {
            let foreseen = page.urgence_prevue();
            foreseen && page.reimbursed().any(|acte| acte.qualification.majoration)
        },
    ),
    (
        "hors du parcours de soins",
        |page| page.reimbursed().any(|acte| acte.qualification.majoration),
        |page| page.reimbursed().any(|acte| acte.qualification.majoration),
    ),
    ("rien de plus", |page| page.totaux().majoration == Centimes::ZERO, |_| false),
    (
        "somme fixe",
        |page| page.reimbursed().any(|acte| acte.taux == Taux::FULL),
        |page| {
            page.alone()
                && page.reimbursed().all(|acte| {
                    kept(acte, Theme::Taux, 30)
                        && acte.montants.ticket_moderateur > Centimes::ZERO
                        && acte.montants.part_amo_brute > Centimes::ZERO
                })
        },
    ),
    (
        "non remboursables",
        |page| page.all_lines(QualificatifDepense::NonRemboursable),
        |page| page.all_lines(QualificatifDepense::NonRemboursable),
    ),
    (
        "gratuits",
        |page| {
            page.asked
                .soins
                .actes
                .iter()
                .any(|l| l.qualificatif == Some(QualificatifDepense::Gratuit))
        },
        |page| page.all_lines(QualificatifDepense::Gratuit),
    ),
    (
        "remboursement habituel",
        |page| {
            page.reimbursed().count() > 0
                && page.asked.soins.executant.convention != Convention::NonConventionne
                && page
                    .reimbursed()
                    .all(|acte| kept(acte, Theme::Taux, 1) && !acte.qualification.majoration)
        },
        |_| false,
    ),
    (
        "pas de convention",
        |page| page.asked.soins.executant.convention == Convention::NonConventionne,
        |page| {
            page.asked.soins.executant.convention == Convention::NonConventionne
                && page.reimbursed().count() > 0
        },
    ),
    (
        "franchise médicale",
        |page| page.asked.soins.executant.specialite.profession() == Profession::Auxiliaire,
        |page| {
            let simple = page.asked.soins.executant.convention == Convention::Secteur1
                && page.totaux().depassement == Centimes::ZERO;
            page.alone() && simple && page.warned(Avertissement::FranchiseNonComptee)
        },
    ),
    (
        "pourquoi il faut payer",
        |page| beyond(page, |known| known != Some(QualificatifDepense::De), false) > 0,
        |_| false,
    ),
    (
        "vous avez consulté votre médecin traitant",
        |page| {
            page.asked.faits.relations_mt.iter().any(|(_, relation)| {
                matches!(relation, RelationMt::Executant | RelationMt::ExecutantCabinetSecondaire)
            })
        },
        |page| {
            page.reimbursed().count() > 0
                && page
                    .reimbursed()
                    .all(|acte| acte.qualification.code == CodeDetermine::MedecinTraitant)
        },
    ),
    (
        "maximum de",
        |page| {
            page.reimbursed().any(|acte| {
                kept(acte, Theme::Participation, 20) || kept(acte, Theme::Participation, 21)
            })
        },
        |_| false,
    ),
];

#[test]
fn a_cause_is_told_only_when_it_is_a_fact_and_always_when_it_decides() {
    let mut said = vec![0_usize; MOTS.len()];
    for page in pages(SEED + 3, SITUATIONS) {
        let text = page.text();
        for ((word, may, must), times) in MOTS.iter().zip(&mut said) {
            let there = text.contains(word);
            *times += usize::from(there);
            assert!(
                !there || may(&page),
                "{word} is not a fact of {:#?}\n{text}",
                page.asked.soins
            );
            assert!(there || !must(&page), "{word} is not told: {text}");
        }
        assert!(
            !(text.contains("n'auriez pas payé moins") && text.contains("ne semblent pas permis")),
            "{text}"
        );
    }
    for ((word, ..), times) in MOTS.iter().zip(&said) {
        assert!(*times > 20, "{word} was told {times} times: too few to prove anything");
    }
}
