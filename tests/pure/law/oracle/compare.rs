//! Both answers to one question, side by side.

use std::fmt::Write as _;

use traitant::domain::evaluation::{ActeEvalue, Evaluation, Montants, Qualification};
use traitant::domain::feuille_de_soins::{Acte, Soins};
use traitant::law::{Law, LawError};

use super::super::support::Question;
use super::admis::{ADMIS, Point, Points};
use super::argent::{self, Cumuls, Inconnue, Ligne};
use super::parcours::{self, Parcours};
use super::tables::{self, Lecture};
use super::vue::Vue;

/// What became of a question.
pub enum Verdict {
    Accord,
    /// The law refused, and the texts leave the value unknown.
    Refus,
    /// The law answers by one of two readings of a disputed value.
    Lecture,
    /// An admitted reading of the law makes the difference, or several of them.
    Admis(Option<Point>),
    Desaccord {
        classe: String,
        detail: String,
    },
}

/// What the oracle answers about one act.
#[derive(PartialEq, Eq)]
struct Attendu {
    parcours: Parcours,
    taux: i64,
    lignes: Vec<(u16, Ligne)>,
}

/// What the oracle answers about a feuille.
#[derive(PartialEq, Eq)]
struct Attendus {
    actes: Vec<Attendu>,
    /// Whether the texts leave unknown a value that may be needed.
    doute: bool,
}

/// Codes of supplements that are drawn: the others are acts.
const SUPPLEMENTS: [&str; 9] = ["MCS", "MCG", "MPC", "MCC", "MD", "MCX", "F", "MMG", "MEP"];
/// A letter of no nomenclature: beside an act, it goes with it.
const UNKNOWN: [&str; 1] = ["XYZ"];

/// The acts of a feuille: each supplement goes with the act before it on the same day, or the first one of that day.
fn actes(soins: &Soins) -> Vec<Vec<&Acte>> {
    let of = |acte: &Acte, list: &[&str]| list.contains(&acte.code.as_str());
    let unknown = |acte: &Acte| of(acte, &UNKNOWN);
    let sure = |acte: &Acte| of(acte, &SUPPLEMENTS);
    let supplement = |acte: &Acte| {
        let beside = |other: &&Acte| {
            other.date_execution == acte.date_execution && !unknown(other) && !sure(other)
        };
        sure(acte) || unknown(acte) && soins.actes.iter().any(|other| beside(&other))
    };
    let mut groups: Vec<Vec<&Acte>> = Vec::new();
    let mut alone = Vec::new();
    for acte in &soins.actes {
        let before =
            groups.iter_mut().rfind(|group| group[0].date_execution == acte.date_execution);
        match before {
            Some(group) if supplement(acte) => group.push(acte),
            None if supplement(acte) => alone.push(acte),
            _ => groups.push(vec![acte]),
        }
    }
    for acte in alone {
        let host = groups.iter_mut().find(|group| group[0].date_execution == acte.date_execution);
        match host {
            Some(group) => group.push(acte),
            None => groups.push(vec![acte]),
        }
    }
    for group in &mut groups {
        group[1..].sort_by_key(|acte| acte.numero_ligne);
    }
    groups.sort_by_key(|group| group[0].numero_ligne);
    groups
}

fn attendre(asked: &Question, points: Points, lecture: Lecture) -> Result<Attendus, Inconnue> {
    let mut cumuls = Cumuls::new(&asked.faits);
    let (mut actes_attendus, mut doute) = (Vec::new(), false);
    for lignes in actes(&asked.soins) {
        let numbers: Vec<u16> = lignes.iter().map(|acte| acte.numero_ligne).collect();
        let vue = Vue::new(&asked.soins, &asked.faits, lignes, (points, lecture));
        doute |= vue.douteux();
        if vue.teleconsultation && !tables::depuis(vue.jour, tables::TELECONSULTATION) {
            return Err("teleconsultation before its creation");
        }
        let parcours = parcours::decider(&vue);
        let (taux, lignes) = argent::liquider(&vue, parcours, &mut cumuls)?;
        actes_attendus.push(Attendu {
            parcours,
            taux,
            lignes: numbers.into_iter().zip(lignes).collect(),
        });
    }
    Ok(Attendus { actes: actes_attendus, doute })
}

/// Compares both answers; when they differ, says whether an admitted reading of the law makes all the difference.
pub fn comparer(law: &Law, asked: &Question) -> Verdict {
    let found = law.evaluer(&asked.soins, &asked.faits);
    let with = |points: Points| confronter(asked, points, &found);
    let verdict = with(Points::Aucun);
    let explained = |points: Points| !matches!(with(points), Verdict::Desaccord { .. });
    if !matches!(verdict, Verdict::Desaccord { .. }) || !explained(Points::Tous) {
        return verdict;
    }
    let alone = ADMIS.iter().find(|(point, _)| explained(Points::Seul(*point)));
    Verdict::Admis(alone.map(|(point, _)| *point))
}

fn confronter(asked: &Question, points: Points, found: &Result<Evaluation, LawError>) -> Verdict {
    let lectures = [Lecture::Une, Lecture::Autre].map(|one| attendre(asked, points, one));
    let [one, other] = &lectures;
    match (one, other, found) {
        (Err(_), _, Err(_)) => Verdict::Refus,
        (Ok(one), Ok(other), Err(_)) if one.doute || one != other => Verdict::Refus,
        (Ok(_), _, Err(error)) => Verdict::Desaccord {
            classe: format!("refused: {}", refusal(error)),
            detail: String::new(),
        },
        (Err(reason), _, Ok(_)) => {
            Verdict::Desaccord { classe: format!("answered: {reason}"), detail: String::new() }
        }
        (Ok(one), other, Ok(found)) => match difference_de_feuille(one, found) {
            None => Verdict::Accord,
            Some(_)
                if other
                    .as_ref()
                    .is_ok_and(|other| difference_de_feuille(other, found).is_none()) =>
            {
                Verdict::Lecture
            }
            Some((classe, detail)) => Verdict::Desaccord { classe, detail },
        },
    }
}

fn difference_de_feuille(expected: &Attendus, found: &Evaluation) -> Option<(String, String)> {
    if expected.actes.len() != found.actes.len() {
        let counts = format!("{} against {}", expected.actes.len(), found.actes.len());
        return Some(("acts".to_owned(), counts));
    }
    (expected.actes.iter().zip(&found.actes)).enumerate().find_map(|(index, (expected, found))| {
        let (classe, detail) = difference(expected, found)?;
        Some((classe, format!("act {}: {detail}", index + 1)))
    })
}

fn refusal(error: &LawError) -> String {
    if let LawError::ParametreInconnu(unknown) = error {
        format!("{:?}", unknown.parametre)
    } else {
        error.to_string()
    }
}

fn difference(expected: &Attendu, found: &ActeEvalue) -> Option<(String, String)> {
    let seen = vu(found.qualification);
    if expected.parcours != seen {
        let (one, other) = (&expected.parcours, &seen);
        let mut classe = "parcours".to_owned();
        if (one.appartenance, one.code, one.majoration)
            != (other.appartenance, other.code, other.majoration)
        {
            write!(classe, " {:?} instead of {:?}", other.code, one.code).unwrap();
            if one.code == other.code {
                write!(classe, " {:?}/{:?}", other.appartenance, one.appartenance).unwrap();
            }
        } else if one.classe_2013 != other.classe_2013 {
            write!(classe, " {:?} in {:?}", other.classe_2013, one.code).unwrap();
        } else if one.da_possible != other.da_possible {
            write!(classe, " DA {} in {:?}", other.da_possible, one.code).unwrap();
        } else {
            write!(classe, " coordination {} in {:?}", other.coordination_possible, one.code)
                .unwrap();
        }
        return Some((classe, format!("oracle {one:?}\n    law    {other:?}")));
    }
    if expected.taux != i64::from(found.taux.get()) {
        let classe = format!("taux {} instead of {}", found.taux.get(), expected.taux);
        return Some((classe, format!("{:?}", expected.parcours)));
    }
    for ((numero, expected), found) in expected.lignes.iter().zip(&found.lignes) {
        let seen = ligne(&found.montants);
        if *numero != found.numero_ligne {
            return Some(("order of lines".to_owned(), format!("{numero} {}", found.numero_ligne)));
        }
        if *expected != seen {
            let pairs = champs(expected).into_iter().zip(champs(&seen));
            let (name, one, other) = pairs
                .map(|((name, one), (_, other))| (name, one, other))
                .find(|(_, one, other)| one != other)
                .unwrap_or(("", 0, 0));
            let classe = format!("line, {name}");
            return Some((
                classe,
                format!("{one} {other}\n    oracle {expected:?}\n    law    {seen:?}"),
            ));
        }
    }
    let sum = expected.lignes.iter().fold([0; 10], |mut sum, (_, ligne)| {
        for (total, (_, amount)) in sum.iter_mut().zip(champs(ligne)) {
            *total += amount;
        }
        sum
    });
    let act = champs(&ligne(&found.montants)).map(|(_, amount)| amount);
    (sum != act).then(|| ("amounts of the act".to_owned(), format!("{sum:?} {act:?}")))
}

fn champs(ligne: &Ligne) -> [(&'static str, i64); 10] {
    [
        ("honoraires", ligne.honoraires),
        ("base", ligne.base),
        ("part_amo_brute", ligne.brut),
        ("ticket_moderateur", ligne.ticket),
        ("majoration", ligne.majoration),
        ("participation", ligne.participation),
        ("rembourse_amo", ligne.rembourse),
        ("depassement", ligne.depassement),
        ("part_amc", ligne.amc),
        ("reste_a_charge", ligne.reste),
    ]
}

fn ligne(montants: &Montants) -> Ligne {
    Ligne {
        honoraires: montants.honoraires.get(),
        base: montants.base.get(),
        brut: montants.part_amo_brute.get(),
        ticket: montants.ticket_moderateur.get(),
        majoration: montants.majoration.get(),
        participation: montants.participation.get(),
        rembourse: montants.rembourse_amo.get(),
        depassement: montants.depassement.get(),
        amc: montants.part_amc.get(),
        reste: montants.reste_a_charge.get(),
    }
}

const fn vu(qualification: Qualification) -> Parcours {
    Parcours {
        appartenance: qualification.appartenance,
        code: qualification.code,
        majoration: qualification.majoration,
        classe_2013: qualification.classe_2013,
        da_possible: qualification.da_possible,
        coordination_possible: qualification.coordination_possible,
    }
}
