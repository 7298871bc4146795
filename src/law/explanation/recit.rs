//! What an evaluation is told from: the act that decides for the whole feuille, its facts and the law of
//! its day. And how days, counts and amounts are said.

use std::cmp::Reverse;

use chrono::NaiveDate;

use crate::domain::evaluation::{
    ActeEvalue, Appartenance, Avertissement, CodeDetermine, CodeRegle, Evaluation, FaitsConnus,
    Issue, Montants, Theme,
};
use crate::domain::feuille_de_soins::{Acte, QualificatifDepense, Soins};
use crate::domain::money::{Centimes, Taux};
use crate::law::bareme::{Bareme, RegleDuJour};
use crate::law::situation::{DateDesSoins, Situation};
use crate::law::valeurs::Valeurs;
use crate::law::{Law, LawError};

/// The rule of emergencies.
pub(super) const URGENCE: CodeRegle = CodeRegle::new(Theme::Parcours, 30);
/// The rule of the youngest patients.
const MOINS_DE_16_ANS: CodeRegle = CodeRegle::new(Theme::Parcours, 50);

/// An act of the feuille, with its own facts and the law of its day.
pub(super) struct ActeRaconte<'a> {
    pub(super) evalue: &'a ActeEvalue,
    pub(super) situation: Situation,
    pub(super) bareme: &'a Bareme,
    /// Its lines, the principal one first, each with its amounts.
    pub(super) lignes: Vec<(&'a Acte, &'a Montants)>,
}

impl<'a> ActeRaconte<'a> {
    /// Its place among the acts of a feuille.
    fn rang(&self) -> impl Ord + use<> {
        let evalue = self.evalue;
        (
            self.situation.date_execution,
            Reverse(evalue.montants.honoraires),
            self.situation.code,
            evalue.qualification.code,
            evalue.taux,
        )
    }

    /// Whether some of it is reimbursed: a line that has a tariff and is not said to be outside.
    pub(super) fn est_rembourse(&self) -> bool {
        self.evalue.montants.base > Centimes::ZERO
    }

    /// Whether a flat sum took the place of its ticket modérateur.
    pub(super) fn somme_fixe(&self) -> bool {
        self.evalue.taux == Taux::FULL && self.evalue.montants.ticket_moderateur > Centimes::ZERO
    }

    /// The rule that gave its rate.
    pub(super) fn regle_du_taux(&self) -> Option<RegleDuJour<'a>> {
        let mut kept = self.evalue.constats.iter().filter(|one| one.issue == Issue::Retenue);
        self.bareme.regle(kept.find(|one| one.regle.theme == Theme::Taux)?.regle)
    }

    /// The situation that is told. An emergency and a young age decide whatever the médecin traitant: nobody waits to
    /// know whether there is one.
    pub(super) fn code(&self) -> CodeDetermine {
        let known = self.evalue.qualification;
        if known.code != CodeDetermine::Inconnu || known.appartenance == Appartenance::Indeterminee
        {
            known.code
        } else if self.retient(URGENCE) {
            CodeDetermine::Urgence
        } else if self.retient(MOINS_DE_16_ANS) {
            CodeDetermine::MoinsDe16Ans
        } else {
            known.code
        }
    }

    /// Whether a rule decided or explains something of this act.
    pub(super) fn retient(&self, code: CodeRegle) -> bool {
        let mut all = self.evalue.constats.iter();
        all.any(|one| one.regle == code && one.issue == Issue::Retenue)
    }
}

/// The act that decides for the whole feuille, and its facts.
pub(super) struct Recit<'a> {
    pub(super) situation: Situation,
    pub(super) bareme: &'a Bareme,
    pub(super) code: CodeDetermine,
    pub(super) jour: NaiveDate,
    pub(super) acte: &'a ActeEvalue,
    /// All the acts, day by day, the dearest first: the order of the lines of a feuille tells nothing.
    pub(super) actes: Vec<ActeRaconte<'a>>,
    pub(super) soins: &'a Soins,
    pub(super) evaluation: &'a Evaluation,
}

impl<'a> Recit<'a> {
    /// The values of its day.
    pub(super) fn valeurs(&self) -> Valeurs<'_> {
        self.bareme.valeurs()
    }

    /// The acts that are reimbursed.
    pub(super) fn rembourses(&self) -> impl Iterator<Item = &ActeRaconte<'a>> {
        self.actes.iter().filter(|acte| acte.est_rembourse())
    }

    /// The first day and the last.
    pub(super) fn jours(&self) -> Option<(NaiveDate, NaiveDate)> {
        let days = self.actes.iter().map(|acte| acte.situation.date_execution);
        Some((days.clone().min()?, days.max()?))
    }

    /// Whether nothing of the feuille is reimbursed.
    pub(super) fn rien_de_rembourse(&self) -> bool {
        self.rembourses().next().is_none()
    }

    /// Whether all the lines bear this qualificatif.
    pub(super) fn tout_est(&self, qualificatif: QualificatifDepense) -> bool {
        self.soins.actes.iter().all(|acte| acte.qualificatif == Some(qualificatif))
    }

    /// Whether the evaluation warns of something.
    pub(super) fn signale(&self, code: Avertissement) -> bool {
        self.evaluation.avertissements.iter().any(|warning| warning.code == code)
    }

    /// Who performed the acts, after « à ».
    pub(super) fn au_praticien(&self) -> &'static str {
        if self.situation.executant_medecin() { "au médecin" } else { "à ce professionnel" }
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
        let mut actes = evaluation
            .actes
            .iter()
            .filter_map(|evalue| self.raconte(soins, faits, evalue).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        actes.sort_by_key(ActeRaconte::rang);
        // What is not reimbursed decides for nothing else than itself.
        let reimbursed = actes.iter().filter(|acte| acte.est_rembourse()).map(|acte| acte.evalue);
        let costly =
            reimbursed.clone().filter(|evalue| evalue.montants.majoration > Centimes::ZERO);
        let deciding = Evaluation::decisif(&costly)
            .or_else(|| Evaluation::decisif(&reimbursed))
            .or_else(|| Evaluation::decisif(&actes.iter().map(|acte| acte.evalue)))
            .and_then(|evalue| actes.iter().find(|acte| std::ptr::eq(acte.evalue, evalue)));
        let Some(told) = deciding else { return Ok(None) };
        let (acte, bareme, situation) = (told.evalue, told.bareme, told.situation);
        let (code, jour) = (told.code(), situation.date_execution);
        Ok(Some(Recit { situation, bareme, code, jour, acte, actes, soins, evaluation }))
    }

    fn raconte<'a>(
        &'a self,
        soins: &'a Soins,
        faits: &FaitsConnus,
        evalue: &'a ActeEvalue,
    ) -> Result<Option<ActeRaconte<'a>>, LawError> {
        let lignes: Vec<(&Acte, &Montants)> = evalue
            .lignes
            .iter()
            .filter_map(|ligne| Some((soins.acte(ligne.numero_ligne)?, &ligne.montants)))
            .collect();
        let Some((principale, _)) = lignes.first() else { return Ok(None) };
        let bareme = self.bareme_du(DateDesSoins::new(principale.date_reference()))?;
        let situation = Situation::of(soins, principale, faits);
        Ok(Some(ActeRaconte { evalue, situation, bareme, lignes }))
    }
}

/// A count as it is said, up to ten.
pub(super) fn en_lettres(count: usize) -> String {
    const WORDS: [&str; 11] =
        ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"];
    WORDS.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

/// The words of a sentence, as they are read aloud: one space, of whatever width, parts two of them, and none begins it.
pub(super) fn mots(text: &str) -> usize {
    let bytes = text.as_bytes();
    let after = |count: usize| bytes.get(count..).unwrap_or_default();
    let parts =
        |bytes: (u8, u8, u8)| matches!(bytes, (_, _, b' ') | (_, 0xC2, 0xA0) | (0xE2, 0x80, 0xAF));
    let triples = bytes.iter().zip(after(1)).zip(after(2));
    let first = usize::from(bytes.get(1) == Some(&b' '));
    // No more of them than bytes: nothing overflows, and the processor counts many at once.
    triples.fold(first.wrapping_add(1), |count, ((a, b), c)| {
        count.wrapping_add(usize::from(parts((*a, *b, *c))))
    })
}

#[cfg(test)]
mod tests {
    use super::mots;

    #[test]
    fn every_width_of_space_parts_two_words_and_no_letter_does() {
        assert_eq!(mots("À Paris, « là » : 1\u{202f}234\u{a0}€ à régler."), 11);
        assert_eq!(mots("Le\u{a0}«\u{a0}ticket\u{a0}»"), 4);
        assert_eq!((mots("Oui."), mots("à"), mots("A b")), (1, 1, 2));
    }
}
