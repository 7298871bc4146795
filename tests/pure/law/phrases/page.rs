//! A situation, its evaluation and what is told of it; the amounts of a sentence and their roles.

use traitant::domain::calendar::en_toutes_lettres;
use traitant::domain::evaluation::{
    ActeEvalue, Avertissement, CodeRegle, Constat, Evaluation, Fait, Issue, Montants, Theme,
};
use traitant::domain::feuille_de_soins::{
    Convention, MotifExoneration, NatureAssurance, QualificatifDepense,
};
use traitant::domain::money::{Centimes, Taux};
use traitant::law::explanation::patient::PourLePatient;

use super::hasard::{Hasard, question};
use crate::law::support::{LAW, Question};

/// What a page is compared with.
pub struct Page {
    pub asked: Question,
    pub evaluation: Evaluation,
    pub told: PourLePatient,
}

/// The pages of so many situations that the law can answer.
pub fn pages(seed: u64, count: usize) -> Vec<Page> {
    let mut rng = Hasard(seed);
    let mut all = Vec::with_capacity(count);
    for _ in 0..count * 4 {
        if all.len() == count {
            break;
        }
        let asked = question(&mut rng);
        let Ok(evaluation) = asked.ask() else { continue };
        let told = LAW.raconter(&asked.soins, &asked.faits, &evaluation).unwrap();
        all.push(Page { asked, evaluation, told });
    }
    assert_eq!(all.len(), count, "most of the situations have an answer");
    all
}

impl Page {
    pub fn text(&self) -> String {
        plain(&self.told.phrases.join("\n"))
    }

    pub fn totaux(&self) -> &Montants {
        &self.evaluation.totaux
    }

    /// The acts of which something is reimbursed.
    pub fn reimbursed(&self) -> impl Iterator<Item = &ActeEvalue> {
        self.evaluation.actes.iter().filter(|acte| acte.montants.base > Centimes::ZERO)
    }

    pub fn alone(&self) -> bool {
        self.evaluation.actes.len() == 1 && self.reimbursed().count() == 1
    }

    pub fn exempted(&self, motif: MotifExoneration) -> bool {
        self.asked.soins.beneficiaire.exoneration.motif() == motif
    }

    pub fn nature(&self, nature: NatureAssurance) -> bool {
        self.asked.soins.assurance.nature == nature
    }

    pub fn all_lines(&self, qualificatif: QualificatifDepense) -> bool {
        self.asked.soins.actes.iter().all(|ligne| ligne.qualificatif == Some(qualificatif))
    }

    /// Whether the only act took its rate from this rule, and nothing rarer takes the room to say it.
    pub fn rate_by(&self, numero: u16) -> bool {
        let crowded = self.urgence_prevue()
            && self.asked.soins.executant.convention == Convention::NonConventionne;
        self.alone() && !crowded && self.reimbursed().all(|acte| kept(acte, Theme::Taux, numero))
    }

    /// Whether an emergency was set aside because it was foreseen.
    pub fn urgence_prevue(&self) -> bool {
        let code = CodeRegle::new(Theme::Parcours, 30);
        let issue = Issue::Ecartee(Fait::UrgencePrevue);
        self.reimbursed().any(|acte| acte.constats.contains(&Constat { regle: code, issue }))
    }

    pub fn warned(&self, code: Avertissement) -> bool {
        self.evaluation.avertissements.iter().any(|warning| warning.code == code)
    }
}

pub fn kept(acte: &ActeEvalue, theme: Theme, numero: u16) -> bool {
    let code = CodeRegle::new(theme, numero);
    acte.constats.iter().any(|one| one.regle == code && one.issue == Issue::Retenue)
}

/// With ordinary spaces.
pub fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

/// The amounts of a sentence: what stands before, cents, what follows.
pub fn amounts(phrase: &str) -> Vec<(String, i64, String)> {
    let mut found = Vec::new();
    for (place, _) in phrase.match_indices('€') {
        let (before, rest) = phrase.split_at(place);
        let number: String = before
            .chars()
            .rev()
            .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '\u{a0}' | '\u{202f}'))
            .collect();
        let digits: String =
            number.chars().rev().filter(|c| c.is_ascii_digit() || *c == ',').collect();
        let cents = match digits.split_once(',') {
            Some((whole, cents)) => {
                whole.parse::<i64>().unwrap() * 100 + cents.parse::<i64>().unwrap()
            }
            None => digits.parse::<i64>().unwrap() * 100,
        };
        let (head, _) = before.split_at(before.len() - number.len());
        found.push((plain(head), cents, plain(rest.trim_start_matches('€'))));
    }
    found
}

/// The amounts that may stand at a place of a sentence.
pub fn roles(page: &Page, before: &str, after: &str) -> Vec<i64> {
    let totaux = page.totaux();
    let deducted = totaux.majoration.plus(totaux.participation).unwrap();
    let other = page.told.autrement.as_ref();
    let of_other = |read: &dyn Fn(&Montants) -> Centimes| {
        other.map_or(vec![], |other| vec![read(&other.evaluation.totaux).get()])
    };
    let ends = |text: &str| before.ends_with(text);
    let covers = [
        "votre complémentaire santé ",
        "la Complémentaire santé solidaire ",
        "l'aide médicale de l'État ",
        "l'administration pénitentiaire ",
    ];
    if ends("Sur les ") {
        vec![totaux.honoraires.get()]
    } else if ends("l'Assurance maladie paie ") {
        vec![totaux.rembourse_amo.get()]
    } else if covers.iter().any(|who| ends(who) || ends(&format!("{who}paie "))) {
        vec![totaux.part_amc.get()]
    } else if ends("il vous reste ") {
        vec![totaux.reste_a_charge.get()]
    } else if after.starts_with(" plus tard") {
        vec![deducted.get()]
    } else if after.starts_with(" de moins ce jour-là") {
        vec![majoration_du_jour(page, before)]
    } else if before.contains("c'est « hors du parcours") && after.starts_with(" de moins") {
        vec![totaux.majoration.get()]
    } else if ends("serait resté ") {
        of_other(&|other| other.reste_a_charge)
    } else if before.starts_with("Si ") && after.starts_with(" de moins") {
        of_other(&|other| totaux.reste_a_charge.minus(other.reste_a_charge).unwrap())
    } else if ends("pas pu demander ") && after.starts_with(" de plus que le tarif") {
        of_other(&|other| totaux.honoraires.minus(other.honoraires).unwrap())
    } else if ends("sur un tarif très petit, ici ") || ends("sur un tarif à part, ici ") {
        vec![totaux.base.get()]
    } else if ends("Vous avez atteint le maximum de ") {
        vec![5_000]
    } else if ends("une somme fixe de ") {
        tickets(page)
    } else if ends("mais elle demande ") {
        vec![beyond(page, |qualificatif| qualificatif == Some(QualificatifDepense::Gratuit), true)]
    } else if ends("pourquoi il faut payer ")
        || (ends("Ces ") && after.contains("au-dessus du tarif"))
    {
        subset_sums(page)
    } else {
        vec![]
    }
}

/// What is kept of the acts of the day that a sentence names.
fn majoration_du_jour(page: &Page, before: &str) -> i64 {
    let named = |acte: &&ActeEvalue| {
        let numero = acte.lignes[0].numero_ligne;
        let ligne = page.asked.soins.actes.iter().find(|known| known.numero_ligne == numero);
        before.starts_with(&plain(&format!(
            "Le {},",
            en_toutes_lettres(ligne.unwrap().date_execution)
        )))
    };
    page.evaluation.actes.iter().filter(named).map(|acte| acte.montants.majoration.get()).sum()
}

/// The flat sums of the acts.
fn tickets(page: &Page) -> Vec<i64> {
    let flat = page.evaluation.actes.iter().filter(|acte| acte.taux == Taux::FULL);
    flat.map(|acte| acte.montants.ticket_moderateur.get()).collect()
}

/// What goes beyond the base on the lines of a kind.
pub fn beyond(
    page: &Page,
    kind: impl Fn(Option<QualificatifDepense>) -> bool,
    no_base: bool,
) -> i64 {
    lines(page)
        .filter(|(qualificatif, amounts)| {
            kind(*qualificatif) && (amounts.base == Centimes::ZERO) == no_base
        })
        .map(|(_, amounts)| amounts.depassement.get())
        .sum()
}

fn lines(page: &Page) -> impl Iterator<Item = (Option<QualificatifDepense>, &Montants)> {
    page.evaluation.actes.iter().flat_map(|acte| &acte.lignes).map(|ligne| {
        let acte =
            page.asked.soins.actes.iter().find(|acte| acte.numero_ligne == ligne.numero_ligne);
        (acte.unwrap().qualificatif, &ligne.montants)
    })
}

/// The overruns that may be spoken of: those of some of the acts, without what the patient asked for and
/// what is not reimbursed at all.
fn subset_sums(page: &Page) -> Vec<i64> {
    let parts: Vec<i64> = lines(page)
        .filter(|(qualificatif, amounts)| {
            amounts.base > Centimes::ZERO && *qualificatif != Some(QualificatifDepense::De)
        })
        .map(|(_, amounts)| amounts.depassement.get())
        .filter(|amount| *amount > 0)
        .collect();
    (1..1_u32 << parts.len())
        .map(|mask| {
            let chosen = parts.iter().enumerate().filter(|(place, _)| mask & (1 << place) != 0);
            chosen.map(|(_, amount)| amount).sum()
        })
        .collect()
}

/// « Vous payez … »: the pieces add up to what is left, and each is what it is called.
pub fn share(page: &Page, phrase: &str, found: &[(String, i64, String)]) {
    let totaux = page.totaux();
    let sum: i64 = found.iter().map(|(_, cents, _)| cents).sum();
    assert_eq!(sum, totaux.reste_a_charge.get(), "{phrase}");
    for (_, cents, after) in found {
        let most = [
            (" parce que c'est hors du parcours", totaux.majoration),
            (" pour le hors parcours", totaux.majoration),
            (" de « participation forfaitaire", totaux.participation),
            (" de participation forfaitaire", totaux.participation),
            (" pour la part ordinaire", totaux.ticket_moderateur),
            (" de « ticket modérateur »", totaux.ticket_moderateur),
            (" de somme", totaux.ticket_moderateur),
            (" que l'Assurance maladie ne rembourse jamais", totaux.depassement),
            (" au-dessus du tarif", totaux.depassement),
            (" pour ce que vous avez demandé", totaux.depassement),
            (" pour votre demande particulière", totaux.depassement),
            (" pour ce que l'Assurance maladie ne rembourse pas", totaux.depassement),
            (" pour ce qui n'est pas remboursé", totaux.depassement),
            (" que l'hôpital demande", totaux.depassement),
        ];
        let role = most.iter().find(|(name, _)| after.starts_with(name));
        let (name, whole) = role.unwrap_or_else(|| panic!("{cents} has no role: {phrase}"));
        assert!(*cents <= whole.get(), "{name}: {cents} of {}: {phrase}", whole.get());
        if totaux.part_amc == Centimes::ZERO
            && (name.contains("parcours") || name.contains("participation"))
        {
            assert_eq!(*cents, whole.get(), "{name}: {phrase}");
        }
    }
}
