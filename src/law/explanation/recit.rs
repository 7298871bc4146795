//! What an evaluation is told from: the act that decides for the whole feuille, its facts and the law of
//! its day. And how days, counts and amounts are said.

use chrono::{Datelike, NaiveDate};

use crate::domain::evaluation::{
    ActeEvalue, Avertissement, CodeDetermine, Evaluation, FaitsConnus,
};
use crate::domain::feuille_de_soins::Soins;
use crate::domain::money::{Centimes, Taux};
use crate::law::bareme::Bareme;
use crate::law::situation::{DateDesSoins, Situation};
use crate::law::valeurs::Valeurs;
use crate::law::{Law, LawError};

/// The act that decides for the whole feuille, and its facts.
pub(super) struct Recit<'a> {
    pub(super) situation: Situation,
    pub(super) bareme: &'a Bareme,
    pub(super) code: CodeDetermine,
    pub(super) jour: NaiveDate,
    pub(super) acte: &'a ActeEvalue,
    pub(super) soins: &'a Soins,
    pub(super) evaluation: &'a Evaluation,
}

impl Recit<'_> {
    /// The values of its day.
    pub(super) fn valeurs(&self) -> &Valeurs {
        &self.bareme.valeurs
    }

    /// Whether a flat sum took the place of the ticket modérateur.
    pub(super) fn somme_fixe(&self) -> bool {
        self.acte.taux == Taux::FULL && self.acte.montants.ticket_moderateur > Centimes::ZERO
    }

    /// Whether the evaluation warns of something.
    pub(super) fn signale(&self, code: Avertissement) -> bool {
        self.evaluation.avertissements.iter().any(|warning| warning.code == code)
    }
}

impl Law {
    /// What an evaluation is told from; nothing when it has no act.
    pub(super) fn recit<'a>(
        &'a self,
        soins: &'a Soins,
        faits: &FaitsConnus,
        evaluation: &'a Evaluation,
    ) -> Result<Option<Recit<'a>>, LawError> {
        let Some(synthese) = evaluation.synthese() else { return Ok(None) };
        let deciding = evaluation.actes.iter().find(|acte| acte.qualification == synthese);
        let Some(evalue) = deciding else { return Ok(None) };
        let principale = evalue.lignes.first().map(|ligne| ligne.numero_ligne);
        let acte = soins.actes.iter().find(|acte| Some(acte.numero_ligne) == principale);
        let Some(acte) = acte else { return Ok(None) };
        let bareme = self.bareme_du(DateDesSoins::new(acte.date_reference()))?;
        let situation = Situation::of(soins, acte, faits);
        let (code, jour) = (synthese.code, acte.date_execution);
        Ok(Some(Recit { situation, bareme, code, jour, acte: evalue, soins, evaluation }))
    }
}

/// An amount as it is said: whole euros without cents.
pub(super) fn euros(montant: Centimes) -> String {
    let written = montant.in_words();
    written.replace(",00\u{a0}€", "\u{a0}€")
}

const MOIS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// A day as it is said: `1er mars 2025`.
pub(super) fn jour(date: NaiveDate) -> String {
    let month = usize::try_from(date.month0()).ok().and_then(|index| MOIS.get(index));
    let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    format!("{day}\u{a0}{} {}", month.copied().unwrap_or_default(), date.year())
}

/// A count as it is said, up to ten.
pub(super) fn en_lettres(count: usize) -> String {
    const WORDS: [&str; 11] =
        ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"];
    WORDS.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}
