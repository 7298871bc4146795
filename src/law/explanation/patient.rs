//! The evaluation told to the patient: what happened, who pays what, what would have cost less, what to
//! do. Three to six sentences that can be read aloud; articles and codes are given beside, not inside.

use std::borrow::Cow;

use super::demarches::{RIEN, demarche, recours};
use super::fondements;
use super::paiement::{bilan, depassement, plus_tard, sinon};
use super::part::{Part, Piece, detail};
use super::recit::{Recit, en_lettres};
use super::refus::refus;
use super::remarques::{a_verifier, decidee, franchise, hors_convention, plafond};
use super::situations::{fait, rembourse_normalement};
use super::taux::{taux, tout_est_ordinaire};
use crate::domain::calendar::en_toutes_lettres as jour;
use crate::domain::evaluation::{Appartenance, Avertissement, Evaluation, FaitsConnus};
use crate::domain::feuille_de_soins::{Acte, Convention, QualificatifDepense, Soins};
use crate::domain::money::Centimes;
use crate::law::autrement::Autrement;
use crate::law::{Law, LawError};

/// How the lists of codes of invoices are cited: the patient is given the texts.
const CODES: &str = "nomenclature nationale";

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

impl PourLePatient {
    /// Tells of what waited for a decision of the caisse that it is decided.
    pub fn depuis(&mut self, code: Avertissement) {
        self.phrases.iter_mut().for_each(|phrase| decidee(code, phrase));
    }
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
        let references = evaluation
            .actes
            .iter()
            .flat_map(|acte| fondements(acte, recit.bareme))
            .flatten()
            .filter(|citation| !citation.starts_with(CODES))
            .fold(Vec::new(), |mut cited: Vec<Cow<'static, str>>, citation| {
                if !cited.contains(citation) {
                    cited.push(citation.clone());
                }
                cited
            });
        Ok(PourLePatient { phrases: phrases(&recit, autrement.as_ref()), autrement, references })
    }
}

fn phrases(recit: &Recit<'_>, autrement: Option<&Autrement>) -> Vec<String> {
    let mut told: Vec<Phrase> = Vec::with_capacity(12);
    let mut say = |poids: u8, texte: Option<String>| {
        told.extend(texte.map(|texte| Phrase { poids, texte }));
    };
    let totaux = &recit.evaluation.totaux;
    if recit.rien_de_rembourse() {
        say(90, Some(rien_de_rembourse(recit)));
        say(90, Some(bilan(recit, totaux)));
        let beyond = depassement(recit);
        let todo = beyond.is_none().then(|| RIEN.to_owned());
        say(60, beyond);
        say(20, todo);
        return told.into_iter().map(|phrase| phrase.texte).collect();
    }
    let beyond = depassement(recit);
    let part = Part::of(recit);
    let share = part.as_ref().and_then(|part| detail(recit, part));
    let sum_told = part.as_ref().is_some_and(|part| part.due(Piece::SommeFixe) > Centimes::ZERO);
    let cause_told = share.as_ref().is_some_and(|share| share.cause_dite);
    let (refused, check) = (refus(recit), a_verifier(recit));
    let todo = demarche(recit);
    // Two ways to the caisse would be one too many.
    let to_the_caisse = refused.as_ref().is_some_and(|refus| refus.caisse);
    let appeal = recours(recit).filter(|_| !to_the_caisse && check.is_none());
    let idle = todo == RIEN;
    let other = autrement.and_then(|other| Some((other.gain, sinon(recit, other)?)));
    say(90, plusieurs(recit));
    say(90, Some(situation(recit)));
    say(82, refused.map(|refus| refus.texte));
    say(84, hors_convention(recit));
    say(65, taux(recit, sum_told).filter(|_| !cause_told));
    say(90, Some(bilan(recit, totaux)));
    // Nobody reads what is left to pay without reading what it is made of.
    say(88, share.map(|share| share.texte));
    if let Some((gain, text)) = other {
        say(if gain > Centimes::ZERO { 76 } else { 62 }, Some(text));
    }
    say(45, plafond(recit));
    if !idle || (beyond.is_none() && check.is_none()) {
        say(if idle { 20 } else { 80 }, Some(todo));
    }
    say(50, appeal.map(str::to_owned));
    say(60, beyond);
    say(58, check.map(str::to_owned));
    say(55, franchise(recit).map(str::to_owned));
    say(56, plus_tard(recit, totaux));
    while told.len() > PHRASES_MAX {
        let least = told.iter().enumerate().min_by_key(|(_, phrase)| phrase.poids);
        let Some((place, _)) = least else { break };
        told.remove(place);
    }
    told.into_iter().map(|phrase| phrase.texte).collect()
}

/// What happened when nothing is reimbursed, whatever the parcours.
fn rien_de_rembourse(recit: &Recit<'_>) -> String {
    let when = match recit.jours() {
        Some((first, last)) if first != last => format!("Du {} au {}", jour(first), jour(last)),
        _ => format!("Le {}", jour(recit.jour)),
    };
    let asked = recit.evaluation.totaux.honoraires;
    let tariff = |acte: &Acte| acte.base.is_some_and(|base| base > Centimes::ZERO);
    let what = if recit.tout_est(QualificatifDepense::Gratuit) {
        if asked == Centimes::ZERO {
            "des soins gratuits"
        } else {
            "des soins que la feuille annonce comme gratuits"
        }
    } else if recit.tout_est(QualificatifDepense::NonRemboursable) {
        "des soins non remboursables\u{a0}: l'Assurance maladie n'en paie rien, quel que soit le médecin"
    } else if asked == Centimes::ZERO {
        "des soins pour lesquels la feuille ne demande rien"
    } else if recit.soins.actes.iter().any(tariff) {
        "des soins dont l'Assurance maladie ne rembourse rien"
    } else {
        "des soins pour lesquels la feuille ne donne aucun tarif de remboursement"
    };
    format!("{when}, vous avez reçu {what}.")
}

/// For a feuille whose acts do not all follow the same rule, or are of several days.
fn plusieurs(recit: &Recit<'_>) -> Option<String> {
    let total = recit.actes.len();
    if total < 2 {
        return None;
    }
    let outside = recit.rembourses().filter(|acte| acte.evalue.qualification.majoration).count();
    let unpaid = total.saturating_sub(recit.rembourses().count());
    let said = |count: usize, one: &str, many: &str| match count {
        1 => format!("un {one}"),
        _ => format!("{} {many}", en_lettres(count)),
    };
    let mut parts = Vec::new();
    if outside > 0 && outside < total {
        let place = "hors du parcours de soins";
        parts.push(said(outside, &format!("seul est {place}"), &format!("sont {place}")));
    }
    if unpaid > 0 {
        parts.push(said(unpaid, "n'est pas remboursé", "ne sont pas remboursés"));
    }
    let deciding = recit.acte.qualification.appartenance;
    let differ = recit.rembourses().any(|acte| acte.evalue.qualification.appartenance != deciding);
    let part = if !parts.is_empty() {
        format!(", dont {}", parts.join(" et "))
    } else if differ {
        ", qui ne suivent pas tous la même règle".to_owned()
    } else {
        String::new()
    };
    let (first, last) = recit.jours()?;
    let span = if first == last {
        String::new()
    } else {
        format!(", du {} au {}", jour(first), jour(last))
    };
    let part = if part.is_empty() && outside == total && !span.is_empty() {
        ", tous hors du parcours de soins".to_owned()
    } else {
        part
    };
    let count = en_lettres(total);
    (!(part.is_empty() && span.is_empty()))
        .then(|| format!("Votre feuille de soins compte {count} actes{span}{part}."))
}

fn situation(recit: &Recit<'_>) -> String {
    let mut when = jour(recit.jour);
    let decisive = recit.situation.date.jour();
    if decisive != recit.jour {
        // The day that decides for the whole series.
        when = format!("{when} (série prescrite le {})", jour(decisive));
    }
    let what = fait(recit);
    if recit.acte.qualification.appartenance == Appartenance::Indeterminee {
        return format!("Pour vos soins du {when}, {what}.");
    }
    let end = if recit.acte.qualification.majoration {
        hors_parcours(recit)
    } else if habituel(recit) {
        "\u{a0}: vous avez droit au remboursement habituel".into()
    } else {
        String::new()
    };
    format!("Le {when}, {what}{end}.")
}

/// What being outside changes that day. What belongs to other days is in the sum that the patient pays.
fn hors_parcours(recit: &Recit<'_>) -> String {
    let total = recit.evaluation.totaux.majoration;
    let that_day: Vec<Centimes> = recit
        .actes
        .iter()
        .filter(|acte| acte.situation.date_execution == recit.jour)
        .map(|acte| acte.evalue.montants.majoration)
        .filter(|majoration| *majoration > Centimes::ZERO)
        .collect();
    let sum = that_day.iter().try_fold(Centimes::ZERO, |sum, one| sum.plus(*one));
    let sum = sum.unwrap_or(total);
    if sum == Centimes::ZERO {
        return "\u{a0}: c'est «\u{a0}hors du parcours de soins\u{a0}», mais cela n'a rien changé au remboursement"
            .into();
    }
    let (all, day) = match that_day.len() {
        _ if sum != total => ("", " ce jour-là"),
        1 => ("", ""),
        _ => ("en tout ", ""),
    };
    format!(
        "\u{a0}: c'est «\u{a0}hors du parcours de soins\u{a0}», et l'Assurance maladie rembourse {all}{} de moins{day}",
        sum.in_euros()
    )
}

/// Whether all is reimbursed as usual: at the ordinary rate, of the tariffs of the convention, inside the
/// parcours.
fn habituel(recit: &Recit<'_>) -> bool {
    let usual = |code| rembourse_normalement(code);
    usual(recit.code)
        && recit.situation.convention != Convention::NonConventionne
        && recit.rembourses().all(|acte| usual(acte.code()))
        && tout_est_ordinaire(recit)
}
