//! The evaluation told to the patient: what happened, who pays what, what would have cost less, what to
//! do. Three to six sentences that can be read aloud; articles and codes are given beside, not inside.

use std::borrow::Cow;

use super::paiement::{bilan, depassement, detail, plus_tard, sinon};
use super::recit::{Recit, en_lettres, euros, jour};
use super::situations::{RIEN, demarche, fait, recours, rembourse_normalement};
use super::{exceptions_du_taux, fondements};
use crate::domain::evaluation::{Appartenance, Evaluation, FaitsConnus};
use crate::domain::feuille_de_soins::Soins;
use crate::domain::money::{Centimes, Taux};
use crate::law::autrement::Autrement;
use crate::law::{Law, LawError};

/// The most sentences that a patient is given.
pub const PHRASES_MAX: usize = 6;

/// The evaluation, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PourLePatient {
    /// Three to six sentences, in the order in which they are read.
    pub phrases: Vec<String>,
    /// What would have kept everything inside the parcours, and what it is worth.
    pub autrement: Option<Autrement>,
    pub references: Vec<Cow<'static, str>>,
}

/// A sentence, and how much it would be missed: the lowest go first when there are too many.
struct Phrase {
    poids: u8,
    texte: String,
}

impl Law {
    /// Tells an evaluation to the patient; an error when its day is outside the law covered.
    pub fn raconter(
        &self,
        soins: &Soins,
        faits: &FaitsConnus,
        evaluation: &Evaluation,
    ) -> Result<PourLePatient, LawError> {
        let Some(recit) = self.recit(soins, faits, evaluation)? else {
            return Ok(PourLePatient { phrases: vec![], autrement: None, references: vec![] });
        };
        let autrement = self.autrement(soins, faits, evaluation);
        let references =
            evaluation.actes.iter().flat_map(|acte| fondements(acte, recit.bareme)).flatten().fold(
                Vec::new(),
                |mut cited: Vec<Cow<'static, str>>, citation| {
                    if !cited.contains(citation) {
                        cited.push(citation.clone());
                    }
                    cited
                },
            );
        Ok(PourLePatient { phrases: phrases(&recit, autrement.as_ref()), autrement, references })
    }
}

fn phrases(recit: &Recit<'_>, autrement: Option<&Autrement>) -> Vec<String> {
    let mut told: Vec<Phrase> = Vec::with_capacity(8);
    let mut say = |poids: u8, texte: Option<String>| {
        told.extend(texte.map(|texte| Phrase { poids, texte }));
    };
    let totaux = &recit.evaluation.totaux;
    let beyond = depassement(recit, totaux);
    let todo = Some(demarche(recit)).filter(|todo| todo != RIEN || beyond.is_none());
    say(9, plusieurs(recit));
    say(9, Some(situation(recit)));
    say(3, taux(recit));
    say(9, Some(bilan(recit, totaux)));
    say(7, detail(recit, totaux));
    say(8, autrement.map(|other| sinon(recit, other)));
    say(8, todo);
    say(5, recours(recit).map(str::to_owned));
    say(6, beyond);
    say(4, plus_tard(recit, totaux));
    while told.len() > PHRASES_MAX {
        let least = told.iter().enumerate().min_by_key(|(_, phrase)| phrase.poids);
        let Some((place, _)) = least else { break };
        told.remove(place);
    }
    told.into_iter().map(|phrase| phrase.texte).collect()
}

/// For a feuille whose acts do not all follow the same rule.
fn plusieurs(recit: &Recit<'_>) -> Option<String> {
    let actes = &recit.evaluation.actes;
    let deciding = recit.acte.qualification.appartenance;
    let concerned = actes.iter().filter(|a| a.qualification.appartenance == deciding).count();
    if concerned == actes.len() {
        return None;
    }
    let count = en_lettres(actes.len());
    let part = match (deciding, concerned) {
        (Appartenance::HorsParcours, 1) => "dont un seul est hors du parcours de soins".to_owned(),
        (Appartenance::HorsParcours, _) => {
            format!("dont {} sont hors du parcours de soins", en_lettres(concerned))
        }
        _ => "qui ne suivent pas tous la même règle".to_owned(),
    };
    Some(format!("Votre feuille de soins compte {count} actes, {part}."))
}

fn situation(recit: &Recit<'_>) -> String {
    let when = jour(recit.jour);
    let what = fait(recit);
    let majoration = recit.evaluation.totaux.majoration;
    let outside = recit.acte.qualification.majoration;
    let end = if outside && majoration > Centimes::ZERO {
        let full = if recit.acte.taux == Taux::FULL { "même à 100\u{a0}%, " } else { "" };
        format!(
            " : c'est « hors du parcours de soins », et {full}l'Assurance maladie rembourse {} de \
             moins",
            euros(majoration)
        )
    } else if outside {
        " : c'est « hors du parcours de soins », mais cela n'a rien changé au remboursement".into()
    } else if rembourse_normalement(recit.code) {
        " : vous avez droit au remboursement habituel".into()
    } else {
        String::new()
    };
    if recit.acte.qualification.appartenance == Appartenance::Indeterminee {
        return format!("Pour vos soins du {when}, {what}.");
    }
    format!("Le {when}, {what}{end}.")
}

/// Why the rate is not the ordinary one.
fn taux(recit: &Recit<'_>) -> Option<String> {
    let outside = recit.acte.qualification.majoration;
    exceptions_du_taux(recit.acte, &recit.situation, recit.bareme)
        .filter(|_| !outside && !recit.somme_fixe())
}
