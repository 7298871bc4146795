//! Whatever the care, a sentence states nothing that its evaluation does not hold: each amount has its role, each
//! percentage is a rate, each cause is a fact; and what must be told is told.

mod hasard;
mod mots;
mod page;

use traitant::domain::evaluation::{ActeEvalue, Avertissement};
use traitant::domain::feuille_de_soins::Complementaire;
use traitant::domain::identifiers::{Profession, Specialite};
use traitant::law::explanation::Motifs;
use traitant::law::explanation::patient::PHRASES_MAX;
use traitant::law::situation::{DateDesSoins, Situation};

use self::page::{amounts, pages, plain, roles, share};
use super::support::{LAW, Question, consultation, day};

const SEED: u64 = 20_261_129;
const SITUATIONS: usize = 4_000;

#[test]
fn an_amount_that_is_told_is_one_of_the_evaluation_in_its_role() {
    for page in pages(SEED, SITUATIONS) {
        for phrase in &page.told.phrases {
            let found = amounts(phrase);
            if phrase.starts_with("Vous payez ") {
                share(&page, phrase, &found);
                continue;
            }
            for (before, cents, after) in found {
                let allowed = roles(&page, &before, &after);
                assert!(
                    allowed.contains(&cents),
                    "{cents} is none of {allowed:?}: {}",
                    page.text()
                );
            }
        }
    }
}

#[test]
fn what_is_left_to_pay_is_told_with_its_parts() {
    let mut told = 0;
    for page in pages(SEED + 5, SITUATIONS) {
        let all = page.told.phrases.iter().filter(|phrase| phrase.starts_with("Vous payez "));
        let all: Vec<&String> = all.collect();
        let some = page.reimbursed().count() > 0 && page.totaux().reste_a_charge.get() > 0;
        // Where nothing is reimbursed, all that is left is one part, which is said to be the fees.
        assert_eq!(all.len(), usize::from(some), "{}", page.text());
        for phrase in all {
            share(&page, phrase, &amounts(phrase));
            told += 1;
        }
    }
    assert!(told > SITUATIONS / 3, "{told}");
}

#[test]
fn a_percentage_that_is_told_is_a_rate_of_the_evaluation() {
    for page in pages(SEED + 1, SITUATIONS) {
        let rates: Vec<String> =
            page.reimbursed().map(|acte| plain(&acte.taux.in_words())).collect();
        let text = page.text();
        for (place, _) in text.match_indices(" %") {
            let (before, _) = text.split_at(place);
            let rate = format!("{} %", before.rsplit([' ', '\n']).next().unwrap());
            assert!(rates.contains(&rate), "{rate} is none of {rates:?}: {text}");
        }
    }
}

#[test]
fn a_page_is_short_and_well_written() {
    for page in pages(SEED + 2, SITUATIONS) {
        let phrases = &page.told.phrases;
        assert!((2..=PHRASES_MAX).contains(&phrases.len()), "{phrases:#?}");
        let some_reimbursed = page.reimbursed().count() > 0;
        assert!(phrases.len() >= 3 || !some_reimbursed, "{phrases:#?}");
        for phrase in phrases {
            assert!(phrase.split_whitespace().count() <= 40, "long: {phrase}");
            assert!(phrase.ends_with('.') && phrase.starts_with(char::is_uppercase), "{phrase}");
            for wrong in
                [" :", " ;", " €", " %", " »", "« ", "  ", " .", " ,", "{", "}", "_", " 0\u{a0}€"]
            {
                assert!(!phrase.contains(wrong), "{wrong:?} in {phrase}");
            }
        }
    }
}

#[test]
fn an_amount_of_a_reason_is_that_of_its_act() {
    let mut motifs = Motifs::new();
    for page in pages(SEED + 4, SITUATIONS) {
        for evalue in &page.evaluation.actes {
            let first = evalue.lignes[0].numero_ligne;
            let ligne = page.asked.soins.actes.iter().find(|l| l.numero_ligne == first).unwrap();
            let bareme = LAW.bareme_du(DateDesSoins::new(ligne.date_reference())).unwrap();
            let situation = Situation::of(&page.asked.soins, ligne, &page.asked.faits);
            motifs.rediger(evalue, &situation, bareme);
            for motif in motifs.iter() {
                reason(evalue, motif.texte);
            }
        }
    }
}

fn reason(evalue: &ActeEvalue, texte: &str) {
    let montants = &evalue.montants;
    for (before, cents, _) in amounts(texte) {
        let expected = if before.ends_with("rembourse ") {
            Some(montants.majoration)
        } else if before.ends_with("participation forfaitaire de ") {
            Some(montants.participation)
        } else if before.ends_with("Une somme de ") || before.ends_with("l'hôpital demande ") {
            Some(montants.depassement)
        } else if ["complémentaire", "aide médicale", "administration pénitentiaire"]
            .iter()
            .any(|who| before.contains(who))
        {
            Some(montants.part_amc)
        } else {
            let of_the_law = ["une somme fixe de ", "Le plafond annuel de ", "est limitée à "];
            assert!(of_the_law.iter().any(|end| before.ends_with(end)), "no role: {texte}");
            None
        };
        assert!(expected.is_none_or(|known| known.get() == cents), "{texte}");
    }
    let text = plain(texte);
    if let Some((before, _)) = text.split_once(" %") {
        let rate = before.rsplit(' ').next().unwrap();
        assert_eq!(format!("{rate} %"), plain(&evalue.taux.in_words()), "{texte}");
    }
}

#[test]
fn a_franchise_that_is_not_counted_is_told_to_who_may_owe_it() {
    let nurse = |date: &str| {
        let question = consultation(day(date), 1_000).code("AMI").specialite("24");
        question.complementaire(Complementaire::Amc)
    };
    let warned = |question: &Question| {
        let evaluation = question.answer();
        let told = LAW.raconter(&question.soins, &question.faits, &evaluation).unwrap();
        let said = told.phrases.iter().any(|phrase| phrase.contains("franchise médicale"));
        let code = Avertissement::FranchiseNonComptee;
        assert_eq!(said, evaluation.avertissements.iter().any(|one| one.code == code));
        said
    };
    assert!(!warned(&nurse("2007-12-31")));
    assert!(warned(&nurse("2008-01-01")));
    assert!(warned(&nurse("2026-06-15")));
    assert!(!warned(&nurse("2026-06-15").age(17)), "no minor owes it");
    assert!(warned(&nurse("2026-06-15").age(18)));
    assert!(!warned(&nurse("2026-06-15").complementaire(Complementaire::C2sSansParticipation)));
    assert!(!warned(&nurse("2026-06-15").complementaire(Complementaire::Ame)));
    assert!(!warned(&nurse("2026-06-15").exoneration("55")), "the sixth month of a pregnancy");
    for other in ["01", "19", "21", "30"] {
        assert!(!warned(&nurse("2026-06-15").specialite(other)), "{other}");
        assert!(Specialite::parse(other).unwrap().profession() != Profession::Auxiliaire);
    }
}
