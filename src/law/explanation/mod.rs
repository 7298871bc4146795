//! Reasons in French, rendered from the sheets of the rules, the facts and the amounts.

mod demarches;
mod paiement;
mod part;
pub mod patient;
mod recit;
mod refus;
mod remarques;
mod situations;
mod taux;

use std::borrow::Cow;
use std::ops::Range;

pub use self::paiement::sans_reclamation;
pub use super::avertissements::{au_patient, decidee, message};
use super::bareme::Bareme;
use super::rule::Fiche;
use super::situation::Situation;
use crate::domain::evaluation::{ActeEvalue, CodeRegle, Montants, Theme};
use crate::domain::feuille_de_soins::Complementaire;
use crate::domain::money::Centimes;

/// A reason: the rule that decided, its sentence, and the texts that say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Motif<'a> {
    pub code: CodeRegle,
    pub titre: &'static str,
    /// Sentence for the patient.
    pub texte: &'a str,
    /// Texts, as cited to a person.
    pub fondement: &'a [Cow<'static, str>],
}

/// The reasons of an act, topic by topic: where it stands, the rate, the majoration, the
/// participation, the complementary share, the overrun.
///
/// They are written one after the other in one buffer, which serves again for the next act; nothing else
/// is allocated. A sentence about an amount that is zero is left out: a patient is not told of a
/// participation of 0,00 €, nor of the rate of what is not reimbursed.
#[derive(Debug, Clone, Default)]
pub struct Motifs<'a> {
    texte: String,
    places: Vec<Place<'a>>,
}

#[derive(Debug, Clone)]
struct Place<'a> {
    fiche: &'static Fiche,
    fondement: &'a [Cow<'static, str>],
    texte: Range<usize>,
}

impl<'a> Motifs<'a> {
    /// No reason yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the reasons of an act, writes those of another.
    pub fn rediger(&mut self, acte: &ActeEvalue, situation: &Situation, bareme: &'a Bareme) {
        self.texte.clear();
        self.places.clear();
        let nothing = acte.montants.base == Centimes::ZERO;
        for (constat, known) in bareme.retenues(&acte.constats) {
            if nothing && constat.regle.theme == Theme::Taux {
                continue;
            }
            let start = self.texte.len();
            if known.phrase.write(acte, situation, &mut self.texte) {
                self.places.push(Place {
                    fiche: &known.regle.fiche,
                    fondement: known.fondement,
                    texte: start..self.texte.len(),
                });
            }
        }
        self.places.sort_unstable_by_key(|place| place.fiche.code);
    }

    /// The reasons, topic by topic.
    pub fn iter(&self) -> impl Iterator<Item = Motif<'_>> {
        self.places.iter().map(|place| Motif {
            code: place.fiche.code,
            titre: place.fiche.titre,
            texte: self.texte.get(place.texte.clone()).unwrap_or_default(),
            fondement: place.fondement,
        })
    }
}

/// Texts on which the rules that decided an act rest, in the order of its reasons.
fn fondements<'a>(acte: &ActeEvalue, bareme: &'a Bareme) -> Vec<&'a [Cow<'static, str>]> {
    let mut kept: Vec<_> = bareme
        .retenues(&acte.constats)
        .map(|(constat, known)| (constat.regle, known.fondement))
        .collect();
    kept.sort_unstable_by_key(|(code, _)| *code);
    kept.into_iter().map(|(_, texts)| texts).collect()
}

/// Who pays what, in one sentence: the last one that a patient reads.
pub fn bilan(totaux: &Montants, cover: Complementaire) -> String {
    let mut text = String::with_capacity(160);
    ecrire_bilan(totaux, cover, &mut text);
    text
}

/// The same, after what a buffer holds.
pub fn ecrire_bilan(totaux: &Montants, cover: Complementaire, out: &mut String) {
    out.push_str("Sur ");
    totaux.honoraires.write_in_words(out);
    out.push_str(" d'honoraires, l'Assurance maladie rembourse ");
    totaux.rembourse_amo.write_in_words(out);
    if totaux.part_amc > Centimes::ZERO {
        out.push_str(", ");
        out.push_str(paiement::payeur(cover).unwrap_or("votre complémentaire"));
        out.push(' ');
        totaux.part_amc.write_in_words(out);
    }
    out.push_str(" et ");
    if totaux.reste_a_charge > Centimes::ZERO {
        totaux.reste_a_charge.write_in_words(out);
        out.push_str(" restent à votre charge.");
    } else {
        out.push_str("rien ne reste à votre charge.");
    }
}
