//! The sentence of a rule, cut once for each period of the law: what the period already tells is written
//! there, and only what an act tells is left to be filled in.

use super::parameters::Parametre;
use super::situation::Situation;
use super::valeurs::Valeurs;
use crate::domain::evaluation::{ActeEvalue, Montants};
use crate::domain::feuille_de_soins::MotifExoneration;
use crate::domain::money::Centimes;

/// A sentence to be filled in; nothing when a value of the period is missing or zero.
#[derive(Debug, Clone, Default)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Text(Box<str>),
    Field(Field),
}

/// What an act tells.
#[derive(Debug, Clone, Copy)]
enum Field {
    Age,
    Taux,
    Majoration,
    Participation,
    PartAmc,
    Depassement,
    Exclusions,
    Exoneration,
}

/// Who knows what stands between braces.
#[derive(Debug, Clone, Copy)]
enum Source {
    Act(Field),
    Years(Parametre),
    Months(Parametre),
    Amount(Parametre),
}

/// Names that a sentence may contain between braces.
const PLACEHOLDERS: [(&str, Source); 15] = [
    ("age", Source::Act(Field::Age)),
    ("age_parcours", Source::Years(Parametre::ParcoursAgeMinimum)),
    ("age_participation", Source::Years(Parametre::PfAgeExoneration)),
    ("depassement", Source::Act(Field::Depassement)),
    ("exclusions", Source::Act(Field::Exclusions)),
    ("exoneration", Source::Act(Field::Exoneration)),
    ("forfait", Source::Amount(Parametre::ForfaitActeLourd)),
    ("installation", Source::Years(Parametre::GeneralisteRecentDuree)),
    ("majoration", Source::Act(Field::Majoration)),
    ("neutralisation", Source::Months(Parametre::NeutralisationDepartMt)),
    ("part_amc", Source::Act(Field::PartAmc)),
    ("participation", Source::Act(Field::Participation)),
    ("plafond_an", Source::Amount(Parametre::PfPlafondAn)),
    ("plafond_majoration", Source::Amount(Parametre::MtmPlafondActe)),
    ("taux", Source::Act(Field::Taux)),
];

fn source(name: &str) -> Option<Source> {
    PLACEHOLDERS.iter().find(|(known, _)| *known == name).map(|(_, source)| *source)
}

/// Whether a sentence may contain this name between braces.
pub fn is_placeholder(name: &str) -> bool {
    source(name).is_some()
}

impl Template {
    /// Cuts a sentence with the values of a period.
    pub(super) fn new(phrase: &str, valeurs: &Valeurs<'_>) -> Self {
        Self::cut(phrase, valeurs).unwrap_or_default()
    }

    fn cut(phrase: &str, valeurs: &Valeurs<'_>) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut rest = phrase;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}')?;
            text.push_str(before);
            match source(name)? {
                Source::Act(field) => {
                    pieces.push(Piece::Text(std::mem::take(&mut text).into_boxed_str()));
                    pieces.push(Piece::Field(field));
                }
                Source::Years(parametre) => text.push_str(&ans(valeurs.ans(parametre).ok()?)),
                Source::Months(parametre) => {
                    text.push_str(&valeurs.valeur(parametre).ok()?.to_string());
                    text.push_str("\u{a0}mois");
                }
                Source::Amount(parametre) => {
                    let montant = valeurs.centimes(parametre).ok()?;
                    if !write_positive(montant, &mut text) {
                        return None;
                    }
                }
            }
            rest = tail;
        }
        text.push_str(rest);
        pieces.push(Piece::Text(text.into_boxed_str()));
        Some(Self(pieces))
    }

    /// Writes the sentence after what a buffer holds, and says whether it did: a sentence about an
    /// amount that is zero is left out.
    pub(super) fn write(&self, acte: &ActeEvalue, situation: &Situation, out: &mut String) -> bool {
        let start = out.len();
        let written = !self.0.is_empty()
            && self.0.iter().all(|piece| match piece {
                Piece::Text(text) => {
                    out.push_str(text);
                    true
                }
                Piece::Field(field) => fill(*field, acte, situation, out),
            });
        if !written {
            out.truncate(start);
        }
        written
    }
}

fn ans(age: u8) -> String {
    match age {
        0 => "moins d'un an".to_owned(),
        1 => "1\u{a0}an".to_owned(),
        _ => format!("{age}\u{a0}ans"),
    }
}

fn write_positive(montant: Centimes, out: &mut String) -> bool {
    let due = montant > Centimes::ZERO;
    if due {
        montant.write_in_words(out);
    }
    due
}

fn fill(field: Field, acte: &ActeEvalue, situation: &Situation, out: &mut String) -> bool {
    let Montants { majoration, participation, part_amc, depassement, .. } = acte.montants;
    match field {
        Field::Majoration => write_positive(majoration, out),
        Field::Participation => write_positive(participation, out),
        Field::PartAmc => write_positive(part_amc, out),
        Field::Depassement => write_positive(depassement, out),
        Field::Age => {
            out.push_str(&ans(situation.age));
            true
        }
        Field::Taux => {
            acte.taux.write_in_words(out);
            true
        }
        Field::Exclusions => exclusions(&acte.montants, out),
        Field::Exoneration => {
            out.push_str(exoneration(situation.exoneration.motif()));
            true
        }
    }
}

/// Writes what a responsible contract may not pay, among what is due; says whether something is.
fn exclusions(montants: &Montants, out: &mut String) -> bool {
    let mut said = false;
    for (due, name) in [
        (montants.majoration, "la majoration hors parcours"),
        (montants.participation, "la participation forfaitaire"),
    ] {
        if due > Centimes::ZERO {
            if said {
                out.push_str(" ni ");
            }
            out.push_str(name);
            said = true;
        }
    }
    said
}

/// Why somebody is exempted who has neither a long-term condition nor a pregnancy. It names nothing that was said
/// before it: the cause stands after « ces soins », « l'un de ces actes » and an amount alike.
const fn exoneration(motif: MotifExoneration) -> &'static str {
    match motif {
        MotifExoneration::Personne => {
            "grâce à votre situation, comme une pension d'invalidité ou une rente"
        }
        MotifExoneration::PensionMilitaire => "grâce à votre pension militaire",
        MotifExoneration::Regime => "grâce à votre régime d'assurance maladie",
        MotifExoneration::LongSejour => "car votre séjour dure depuis plus de 30\u{a0}jours",
        MotifExoneration::SuiteActe => "car c'est lié à un acte coûteux",
        MotifExoneration::SoinsParticuliers
        | MotifExoneration::Aucun
        | MotifExoneration::Ald
        | MotifExoneration::Maternite
        | MotifExoneration::Acte
        | MotifExoneration::Prevention
        | MotifExoneration::Aspa
        | MotifExoneration::NonPublie => "car la loi le prévoit pour ce genre de soins",
    }
}
