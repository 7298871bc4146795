//! The evaluation told to the patient: what happened, who pays what, what would have cost less, what to
//! do. Three to six sentences that can be read aloud; articles and codes are given beside, not inside.

use chrono::NaiveDate;

use super::situations::{RIEN, demarche, en_lettres, fait, jour, recours, rembourse_normalement};
use super::{exceptions_du_taux, fondements};
use crate::domain::evaluation::{
    ActeEvalue, Appartenance, Avertissement, CodeDetermine, Evaluation, FaitsConnus, Montants,
    RelationMt,
};
use crate::domain::feuille_de_soins::{Complementaire, QualificatifDepense, Soins};
use crate::domain::money::{Centimes, Taux};
use crate::law::autrement::{Autrement, Changement};
use crate::law::bareme::{Bareme, DateDesSoins};
use crate::law::situation::Situation;
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
    /// The texts that say so.
    pub references: Vec<&'static str>,
}

/// What the sentences are made of: the act that decides for the whole feuille, and its facts.
pub(super) struct Recit<'a> {
    pub(super) situation: Situation,
    pub(super) bareme: &'a Bareme,
    pub(super) code: CodeDetermine,
    jour: NaiveDate,
    acte: &'a ActeEvalue,
    soins: &'a Soins,
    evaluation: &'a Evaluation,
}

impl Recit<'_> {
    /// Whether the evaluation warns of something.
    fn signale(&self, code: Avertissement) -> bool {
        self.evaluation.avertissements.iter().any(|warning| warning.code == code)
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
            .copied()
            .fold(Vec::new(), |mut cited: Vec<&'static str>, citation| {
                if !cited.contains(&citation) {
                    cited.push(citation);
                }
                cited
            });
        Ok(PourLePatient { phrases: phrases(&recit, autrement.as_ref()), autrement, references })
    }

    fn recit<'a>(
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

/// An amount as it is said: whole euros without cents.
pub(super) fn euros(montant: Centimes) -> String {
    let written = montant.in_words();
    written.replace(",00\u{a0}€", "\u{a0}€")
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
        .filter(|_| !outside && !somme_fixe(recit))
}

/// Whether a flat sum took the place of the ticket modérateur.
fn somme_fixe(recit: &Recit<'_>) -> bool {
    recit.acte.taux == Taux::FULL && recit.acte.montants.ticket_moderateur > Centimes::ZERO
}

/// Who pays what.
fn bilan(recit: &Recit<'_>, totaux: &Montants) -> String {
    if totaux.honoraires == Centimes::ZERO {
        return "Ces soins étaient gratuits : vous n'avez rien à payer.".to_owned();
    }
    let mut shares = Vec::new();
    if totaux.rembourse_amo > Centimes::ZERO {
        shares.push(format!("l'Assurance maladie paie {}", euros(totaux.rembourse_amo)));
    } else {
        shares.push("l'Assurance maladie ne rembourse rien".to_owned());
    }
    if totaux.part_amc > Centimes::ZERO {
        let who = complementaire(recit.situation.complementaire);
        shares.push(format!("{who} {}", euros(totaux.part_amc)));
    }
    let rest = if totaux.reste_a_charge > Centimes::ZERO {
        format!("il vous reste {} à payer", euros(totaux.reste_a_charge))
    } else {
        "il ne vous reste rien à payer".to_owned()
    };
    let later = match demande_plus_tard(recit, totaux) {
        Some(owed) if totaux.majoration > Centimes::ZERO => {
            let these = if owed == totaux.reste_a_charge {
                "vous les demandera".to_owned()
            } else {
                format!("vous en demandera {}", euros(owed))
            };
            format!(" : si vous n'avez pas avancé l'argent, votre caisse {these} plus tard")
        }
        _ => String::new(),
    };
    let asked = euros(totaux.honoraires);
    format!("Sur les {asked} demandés, {} et {rest}{later}.", shares.join(", "))
}

const fn complementaire(cover: Complementaire) -> &'static str {
    match cover {
        Complementaire::C2sSansParticipation | Complementaire::C2sAvecParticipation => {
            "la Complémentaire santé solidaire"
        }
        Complementaire::Ame => "l'aide médicale de l'État",
        Complementaire::Aucune | Complementaire::Amc | Complementaire::AcsAncienne => {
            "votre complémentaire santé"
        }
    }
}

/// The pieces of the patient's share, when there are one or two of them, and when there are more.
const LONGS: [&str; 4] = [
    "pour la part ordinaire du patient, appelée « ticket modérateur »",
    "parce que c'est hors du parcours de soins",
    "de « participation forfaitaire », due à chaque consultation",
    "que l'Assurance maladie ne rembourse jamais, car c'est au-dessus de son tarif",
];
const COURTS: [&str; 4] = [
    "pour la part ordinaire du patient (le « ticket modérateur »)",
    "pour le hors parcours",
    "de participation forfaitaire",
    "au-dessus du tarif de remboursement",
];
const SOMME_FIXE: &str = "de somme fixe, demandée pour un acte coûteux";

/// What the patient's share is made of; nothing when it is nothing, or cannot be told apart.
fn detail(recit: &Recit<'_>, totaux: &Montants) -> Option<String> {
    let c2s = recit.situation.est_c2s();
    let mut taken = totaux.part_amc;
    let mut rest = |amount: Centimes| {
        let covered = taken.min(amount);
        taken = taken.minus_or_zero(covered);
        amount.minus_or_zero(covered)
    };
    let ticket = rest(totaux.ticket_moderateur);
    let (majoration, beyond) = if c2s {
        (rest(totaux.majoration), rest(totaux.depassement))
    } else {
        let beyond = rest(totaux.depassement);
        (rest(totaux.majoration), beyond)
    };
    let kept = rest(totaux.participation);
    let amounts = [ticket, majoration, kept, beyond];
    let several = amounts.iter().filter(|amount| **amount > Centimes::ZERO).count();
    let names = if several > 2 { COURTS } else { LONGS };
    let ordinary = if somme_fixe(recit) { SOMME_FIXE } else { names[0] };
    let participation = if several == 1 {
        "de « participation forfaitaire », une petite somme due à chaque consultation et jamais remboursée"
    } else {
        names[2]
    };
    let pieces =
        [(ticket, ordinary), (majoration, names[1]), (kept, participation), (beyond, names[3])];
    let sum = pieces.iter().try_fold(Centimes::ZERO, |sum, (amount, _)| sum.plus(*amount).ok())?;
    let due: Vec<&(Centimes, &str)> =
        pieces.iter().filter(|(amount, _)| *amount > Centimes::ZERO).collect();
    if sum != totaux.reste_a_charge || due.is_empty() {
        return None;
    }
    let said: Vec<String> =
        due.iter().map(|(amount, what)| format!("{} {what}", euros(*amount))).collect();
    Some(match said.as_slice() {
        [only] => format!("Vous payez {only}."),
        [first, last] => format!("Vous payez {first}, et {last}."),
        [first @ .., last] => format!("Vous payez {} et {last}.", first.join(", ")),
        [] => return None,
    })
}

/// What would have cost less.
fn sinon(recit: &Recit<'_>, other: &Autrement) -> String {
    let declared = recit.situation.relation_mt.declare();
    let waiting = recit.situation.relation_mt == RelationMt::EnAttente;
    let condition = match other.changement {
        Changement::MedecinTraitantDeclare | Changement::MedecinTraitantConsulte if waiting => {
            "Si votre déclaration avec ce médecin avait été terminée"
        }
        Changement::MedecinTraitantDeclare => "Si vous aviez eu un médecin traitant déclaré",
        Changement::MedecinTraitantConsulte if declared => {
            "Si vous aviez consulté votre médecin traitant au même prix"
        }
        Changement::MedecinTraitantConsulte => {
            "Si ce médecin avait été votre médecin traitant déclaré"
        }
        Changement::Adresse if declared => {
            "Si vous aviez eu une lettre de votre médecin traitant pour ce médecin"
        }
        Changement::Adresse => {
            "Si vous aviez eu un médecin traitant, et une lettre de lui pour ce médecin"
        }
    };
    let then = other.evaluation.totaux.reste_a_charge;
    if other.gain <= Centimes::ZERO {
        let why = if recit.situation.est_c2s() {
            ", car la Complémentaire santé solidaire paie cette différence"
        } else {
            ""
        };
        return format!("{condition}, vous n'auriez pas payé moins{why}.");
    }
    let fees = |evaluation: &Evaluation| evaluation.totaux.honoraires;
    let less = fees(recit.evaluation).minus_or_zero(fees(&other.evaluation));
    let why = if less > Centimes::ZERO {
        let who = if recit.situation.consultation_externe { "l'hôpital" } else { "le médecin" };
        format!(", car {who} n'aurait pas pu demander {} de plus que le tarif", euros(less))
    } else {
        String::new()
    };
    let would = if then > Centimes::ZERO {
        format!("il vous serait resté {} à payer", euros(then))
    } else {
        "il ne vous serait rien resté à payer".to_owned()
    };
    format!("{condition}, {would} : {} de moins{why}.", euros(other.gain))
}

/// What to do about fees above the tariff.
fn depassement(recit: &Recit<'_>, totaux: &Montants) -> Option<String> {
    let paid = totaux.depassement > Centimes::ZERO && totaux.base > Centimes::ZERO;
    // An authorised overrun is told with what would have cost less.
    let authorised = recit.acte.qualification.da_possible
        && recit.soins.actes.iter().any(|acte| acte.qualificatif == Some(QualificatifDepense::Da));
    if !paid || authorised {
        return None;
    }
    let unexpected = recit.signale(Avertissement::DepassementNonAutorise)
        || recit.signale(Avertissement::DepassementSansMotif)
        || recit.signale(Avertissement::DepassementInterditC2s);
    Some(if unexpected {
        format!(
            "Ces {} au-dessus du tarif ne semblent pas permis ici : parlez-en au médecin ou à votre \
             caisse.",
            euros(totaux.depassement)
        )
    } else {
        format!(
            "Vous pouvez demander au médecin pourquoi il prend {} de plus que le tarif, et son prix \
             avant de revenir.",
            euros(totaux.depassement)
        )
    })
}

/// What the caisse asks later of somebody who advanced nothing.
fn demande_plus_tard(recit: &Recit<'_>, totaux: &Montants) -> Option<Centimes> {
    let owed = totaux.majoration.plus(totaux.participation).ok()?;
    let later = recit.soins.paiement.tiers_payant_amo && owed > Centimes::ZERO;
    (later && !recit.situation.est_c2s()).then_some(owed)
}

/// The same, said apart: outside the parcours there is much to say, and it is said with what is left to
/// pay.
fn plus_tard(recit: &Recit<'_>, totaux: &Montants) -> Option<String> {
    let owed = demande_plus_tard(recit, totaux)?;
    (totaux.majoration == Centimes::ZERO).then(|| {
        format!(
            "Si vous n'avez pas avancé l'argent, votre caisse vous demandera ces {} plus tard.",
            euros(owed)
        )
    })
}
