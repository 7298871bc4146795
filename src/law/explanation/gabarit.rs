//! The sentence of a rule, cut once for each period of the law: what the period already tells is written
//! there, and only what an act tells is left to be filled in.

use super::exclusions;
use crate::domain::evaluation::{ActeEvalue, Montants};
use crate::domain::money::Centimes;
use crate::law::bareme::Bareme;
use crate::law::parameters::Parametre;
use crate::law::situation::Situation;

/// A sentence to be filled in; nothing when a value of the period is missing or zero.
#[derive(Debug, Clone, Default)]
pub(in crate::law) struct Gabarit {
    morceaux: Vec<Morceau>,
    possible: bool,
}

#[derive(Debug, Clone)]
enum Morceau {
    Texte(Box<str>),
    Champ(Champ),
}

#[derive(Debug, Clone, Copy)]
enum Champ {
    Age,
    Taux,
    Majoration,
    Participation,
    PartAmc,
    Depassement,
    Exclusions,
}

/// Names that a sentence may contain between braces.
pub const PLACEHOLDERS: [&str; 14] = [
    "age",
    "age_parcours",
    "age_participation",
    "depassement",
    "exclusions",
    "forfait",
    "installation",
    "majoration",
    "neutralisation",
    "part_amc",
    "participation",
    "plafond_an",
    "plafond_majoration",
    "taux",
];

impl Gabarit {
    /// Cuts a sentence with the values of a period.
    pub(in crate::law) fn new(phrase: &str, bareme: &Bareme) -> Self {
        let mut morceaux = Vec::new();
        let mut text = String::new();
        let mut rest = phrase;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else { return Self::default() };
            text.push_str(before);
            match champ(name) {
                Some(champ) => {
                    morceaux.push(Morceau::Texte(std::mem::take(&mut text).into_boxed_str()));
                    morceaux.push(Morceau::Champ(champ));
                }
                None => match of_period(name, bareme) {
                    Some(value) => text.push_str(&value),
                    None => return Self::default(),
                },
            }
            rest = tail;
        }
        text.push_str(rest);
        morceaux.push(Morceau::Texte(text.into_boxed_str()));
        Self { morceaux, possible: true }
    }

    /// Writes the sentence after what a buffer holds, and says whether it did: a sentence about an
    /// amount that is zero is left out.
    pub(super) fn write(&self, acte: &ActeEvalue, situation: &Situation, out: &mut String) -> bool {
        let start = out.len();
        let written = self.possible
            && self.morceaux.iter().all(|morceau| match morceau {
                Morceau::Texte(text) => {
                    out.push_str(text);
                    true
                }
                Morceau::Champ(champ) => fill(*champ, acte, situation, out),
            });
        if !written {
            out.truncate(start);
        }
        written
    }
}

fn champ(name: &str) -> Option<Champ> {
    Some(match name {
        "age" => Champ::Age,
        "taux" => Champ::Taux,
        "majoration" => Champ::Majoration,
        "participation" => Champ::Participation,
        "part_amc" => Champ::PartAmc,
        "depassement" => Champ::Depassement,
        "exclusions" => Champ::Exclusions,
        _ => return None,
    })
}

/// What the values of a period already tell.
fn of_period(name: &str, bareme: &Bareme) -> Option<String> {
    let years = |parametre| bareme.ans(parametre).ok().map(ans);
    let positive = |parametre| {
        let montant = bareme.centimes(parametre).ok()?;
        (montant > Centimes::ZERO).then(|| montant.in_words())
    };
    match name {
        "age_parcours" => years(Parametre::ParcoursAgeMinimum),
        "age_participation" => years(Parametre::PfAgeExoneration),
        "installation" => years(Parametre::GeneralisteRecentDuree),
        "neutralisation" => bareme
            .valeur(Parametre::NeutralisationDepartMt)
            .ok()
            .map(|months| format!("{months}\u{a0}mois")),
        "forfait" => positive(Parametre::ForfaitActeLourd),
        "plafond_majoration" => positive(Parametre::MtmPlafondActe),
        "plafond_an" => positive(Parametre::PfPlafondAn),
        _ => None,
    }
}

fn ans(age: u8) -> String {
    match age {
        0 => "moins d'un an".to_owned(),
        1 => "1\u{a0}an".to_owned(),
        _ => format!("{age}\u{a0}ans"),
    }
}

fn fill(champ: Champ, acte: &ActeEvalue, situation: &Situation, out: &mut String) -> bool {
    let Montants { majoration, participation, part_amc, depassement, .. } = acte.montants;
    let mut positive = |montant: Centimes| {
        let due = montant > Centimes::ZERO;
        if due {
            montant.write_in_words(out);
        }
        due
    };
    match champ {
        Champ::Majoration => positive(majoration),
        Champ::Participation => positive(participation),
        Champ::PartAmc => positive(part_amc),
        Champ::Depassement => positive(depassement),
        Champ::Age => {
            out.push_str(&ans(situation.age));
            true
        }
        Champ::Taux => {
            acte.taux.write_in_words(out);
            true
        }
        Champ::Exclusions => exclusions(&acte.montants, out),
    }
}
