//! What a clerk of the caisse needs to defend a decision: every rule considered, kept or set aside and by
//! which fact, every fact with where it comes from, every value with its first day and its basis.

mod faits;

use std::borrow::Cow;

use chrono::NaiveDate;

use self::faits::ActeConnu;
pub use self::faits::{FaitInstruit, Source};
use super::bareme::Bareme;
use super::livre::{ParametreDuJour, titre};
use super::parameters::Parametre;
use super::rule::{Fiche, Rang};
use super::rules::REGISTRY;
use super::situation::{DateDesSoins, Situation};
use super::{AuDela, Law, LawError};
use crate::domain::calendar::en_toutes_lettres;
use crate::domain::evaluation::{
    ActeEvalue, Avertissement, AvertissementLigne, CodeRegle, Constat, Evaluation, Fait,
    FaitsConnus, Issue,
};
use crate::domain::feuille_de_soins::Soins;
use crate::domain::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// What became of a rule.
    Sort ("issue") {
        /// It decided its topic, or explains an amount.
        Retenue = 1 "retenue",
        /// It applies too, but a stronger rule of its topic decided.
        Surclassee = 2 "surclassee",
        /// It does not apply, because of a fact.
        Ecartee = 3 "ecartee",
        /// It is not in force on the day of care.
        HorsPeriode = 4 "hors_periode",
        /// A value that it reads is unknown on the day, and a stronger rule decided without it.
        ValeurInconnue = 5 "valeur_inconnue",
        /// It does not apply, and the rules of this program no longer decide as those of then: what set it aside is not known.
        NonExpliquee = 6 "non_expliquee",
    }
);

/// Everything about one act.
#[derive(Debug, Clone)]
pub struct ActeInstruit {
    /// Principal line.
    pub numero_ligne: u16,
    /// Day that chose the law.
    pub jour: NaiveDate,
    /// Every fact that a rule looked at.
    pub faits: Vec<FaitInstruit>,
    /// Every rule of the registry, by code.
    pub regles: Vec<RegleInstruite>,
    /// Every value that these rules read, with its first day and its basis.
    pub valeurs: Vec<ParametreDuJour>,
    /// Those that the decision read and that nobody verified for its day.
    pub a_verifier: Vec<Parametre>,
}

/// A rule that was considered.
#[derive(Debug, Clone)]
pub struct RegleInstruite {
    pub fiche: &'static Fiche,
    pub sort: Sort,
    /// Why, in one French sentence.
    pub pourquoi: String,
    /// The fact that set it aside.
    pub fait_decisif: Option<Fait>,
    pub surclassee_par: Option<CodeRegle>,
    /// Texts on which it rests that day, those of its values included.
    pub fondement: Vec<Cow<'static, str>>,
}

impl Law {
    /// Every rule, fact and value behind an evaluation, act by act. `registre` says whether what is known
    /// beside the feuille comes from the register.
    pub fn instruire(
        &self,
        soins: &Soins,
        faits: &FaitsConnus,
        evaluation: &Evaluation,
        registre: bool,
    ) -> Result<Vec<ActeInstruit>, LawError> {
        // What is stored names the rules that decided: what set the others aside is found by asking again, and so is what
        // nobody verified.
        let told = |one: &AvertissementLigne| one.code == Avertissement::ValeurAVerifier;
        let warned = evaluation.avertissements.iter().any(told);
        let stored =
            evaluation.actes.iter().flat_map(|acte| &acte.constats).all(|one| a_decide(*one));
        let asking = (stored || warned).then(|| self.examiner(soins, faits, AuDela::Avertir).ok());
        let again = asking.flatten();
        let lues = again.as_ref().filter(|_| warned).map_or(&[][..], |(_, lues)| lues);
        let mut actes = Vec::with_capacity(evaluation.actes.len());
        for kept in &evaluation.actes {
            let made = again.iter().flat_map(|(made, _)| &made.actes);
            let evalue = made.into_iter().find(|made| decide_alike(made, kept)).unwrap_or(kept);
            let principale = evalue.lignes.first();
            let Some(acte) = principale.and_then(|ligne| soins.acte(ligne.numero_ligne)) else {
                continue;
            };
            let jour = acte.date_reference();
            let bareme = self.bareme_du(DateDesSoins::new(jour))?;
            let situation = Situation::of(soins, acte, faits);
            let connu = ActeConnu { soins, acte, faits, evalue, situation, registre };
            let unverified = lues.iter().filter(|(ligne, _)| *ligne == acte.numero_ligne);
            actes.push(ActeInstruit {
                a_verifier: unverified.flat_map(|(_, lues)| lues.iter()).collect(),
                numero_ligne: acte.numero_ligne,
                jour,
                faits: Fait::TOUS.iter().map(|fait| connu.fait(*fait)).collect(),
                regles: regles(&connu, bareme, jour),
                valeurs: self.valeurs_lues(bareme, jour)?,
            });
        }
        Ok(actes)
    }

    /// The values that the rules of a day read.
    fn valeurs_lues(
        &self,
        bareme: &Bareme,
        jour: NaiveDate,
    ) -> Result<Vec<ParametreDuJour>, LawError> {
        let read = |known: &ParametreDuJour| {
            bareme.regles().iter().any(|regle| regle.fiche.parametres.contains(&known.parametre))
        };
        Ok(self.du_jour(jour)?.parametres.into_iter().filter(read).collect())
    }
}

/// Whether a rule applied, which is what is stored of it.
const fn a_decide(constat: Constat) -> bool {
    matches!(constat.issue, Issue::Retenue | Issue::Surclassee)
}

/// Whether two evaluations of one act say the same, whatever they keep of the rules that decided nothing.
fn decide_alike(one: &ActeEvalue, other: &ActeEvalue) -> bool {
    let decided = |acte: &ActeEvalue| {
        let mut acte = acte.clone();
        acte.constats.retain(|constat| a_decide(*constat));
        acte.constats.sort_by_key(|constat| constat.regle);
        acte
    };
    decided(one) == decided(other)
}

fn regles(connu: &ActeConnu<'_>, bareme: &Bareme, jour: NaiveDate) -> Vec<RegleInstruite> {
    let mut found: Vec<RegleInstruite> = REGISTRY
        .iter()
        .map(|regle| {
            let fiche = &regle.fiche;
            let constat = connu.evalue.constats.iter().find(|c| c.regle == fiche.code);
            let fondement = bareme.regle(fiche.code).map_or_else(
                || fiche.textes().map(|texte| texte.citation.clone()).collect(),
                |known| known.fondement.to_vec(),
            );
            let mut told = RegleInstruite {
                fiche,
                sort: Sort::HorsPeriode,
                pourquoi: hors_periode(fiche, jour),
                fait_decisif: None,
                surclassee_par: None,
                fondement,
            };
            match constat.map(|constat| constat.issue) {
                Some(Issue::Retenue) => {
                    told.sort = Sort::Retenue;
                    told.pourquoi = retenue(fiche);
                }
                Some(Issue::Surclassee) => {
                    let stronger = decisive(connu.evalue, fiche.code);
                    told.sort = Sort::Surclassee;
                    told.pourquoi = surclassee(stronger);
                    told.surclassee_par = stronger.map(|fiche| fiche.code);
                }
                Some(Issue::Ecartee(fait)) => {
                    told.sort = Sort::Ecartee;
                    told.pourquoi = ecartee(&connu.parce_que(fait));
                    told.fait_decisif = Some(fait);
                }
                Some(Issue::ValeurInconnue) => {
                    told.sort = Sort::ValeurInconnue;
                    told.pourquoi = valeur_inconnue(decisive(connu.evalue, fiche.code));
                    told.surclassee_par = decisive(connu.evalue, fiche.code).map(|kept| kept.code);
                }
                None if bareme.regle(fiche.code).is_some() => {
                    told.sort = Sort::NonExpliquee;
                    NON_EXPLIQUEE.clone_into(&mut told.pourquoi);
                }
                None => {}
            }
            told
        })
        .collect();
    found.sort_by_key(|regle| regle.fiche.code);
    found
}

/// The sentence of a rule that did not apply to an evaluation that cannot be made again.
const NON_EXPLIQUEE: &str = "Écartée lors de l'évaluation ; les règles ont été récrites depuis, et le fait qui l'écartait n'a pas été conservé.";

/// The sentence of a rule that a fact sets aside.
fn ecartee(cause: &str) -> String {
    let elided = cause.starts_with(['a', 'e', 'i', 'o', 'u', 'é']);
    format!("Écartée parce {}{cause}.", if elided { "qu'" } else { "que " })
}

fn retenue(fiche: &Fiche) -> String {
    match fiche.rang {
        Rang::Principe => {
            format!(
                "Retenue : c'est le principe de « {} », sans exception plus forte.",
                titre(fiche.code.theme)
            )
        }
        Rang::Exception { priorite } => format!(
            "Retenue : c'est l'exception la plus forte de « {} » (force {priorite}).",
            titre(fiche.code.theme)
        ),
        Rang::Montant => "Retenue : elle explique un montant de cet acte.".to_owned(),
    }
}

fn surclassee(stronger: Option<&Fiche>) -> String {
    stronger.map_or_else(
        || "Elle s'applique aussi, mais une autre règle de ce thème est plus forte.".to_owned(),
        |fiche| {
            format!(
                "Elle s'applique aussi, mais {} « {} » est plus forte.",
                fiche.code, fiche.titre
            )
        },
    )
}

fn valeur_inconnue(stronger: Option<&Fiche>) -> String {
    let unknown =
        "Une valeur qu'elle lit n'est pas connue ce jour-là, mais une règle plus forte décide";
    stronger.map_or_else(
        || format!("{unknown}."),
        |fiche| format!("{unknown} : {} « {} ».", fiche.code, fiche.titre),
    )
}

/// The rule that decided the topic of another.
fn decisive(evalue: &ActeEvalue, code: CodeRegle) -> Option<&'static Fiche> {
    let kept = evalue
        .constats
        .iter()
        .find(|c| c.issue == Issue::Retenue && c.regle.theme == code.theme)?
        .regle;
    REGISTRY.iter().map(|regle| &regle.fiche).find(|fiche| fiche.code == kept)
}

fn hors_periode(fiche: &Fiche, jour: NaiveDate) -> String {
    let care = en_toutes_lettres(jour);
    match fiche.periode() {
        Some(periode) if jour < periode.du() => format!(
            "Écartée parce qu'elle ne vaut que depuis le {}, et que les soins sont du {care}.",
            en_toutes_lettres(periode.du())
        ),
        _ => format!("Écartée parce qu'elle n'est pas en vigueur pour des soins du {care}."),
    }
}
