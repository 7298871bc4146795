//! No needless refusal: whatever an unknown value may be, what was answered without it stays.
//!
//! Every value that the sources leave unknown is replaced by the lowest and then by the highest of its unit. A question
//! that had an answer keeps it; only one that was refused may get one.

use std::fmt::Write as _;

use chrono::NaiveDate;
use traitant::domain::vocabulary::Vocabulaire as _;
use traitant::law::Law;
use traitant::law::parameters::{Parametres, Unite, ValeurDatee};
use traitant::law::rules::REGISTRY;

use super::super::support::LAW;
use super::cas;
use super::hasard::Hasard;
use super::setting;

/// Questions asked of each law.
const QUESTIONS: u64 = 4_000;

/// The embedded values as the loader reads them, the unknown ones given by `supposer`; and how many there are.
fn supposees(supposer: impl Fn(Unite) -> i64) -> (Parametres, usize) {
    let mut file = String::new();
    let mut unknown = 0;
    for (parametre, historique) in LAW.parametres().iter() {
        let code = parametre.mot();
        let unite = historique.unite.mot();
        let verifie = historique.verifie_le;
        writeln!(
            file,
            "[{code}]\nlibelle = \"{code}\"\nunite = \"{unite}\"\nverifie_le = {verifie}"
        )
        .unwrap();
        let mut next = Some(LAW.premier_jour());
        for valeur in &historique.valeurs {
            let du = valeur.periode.du();
            // Nothing is written for these days: nothing is known of them either.
            if let Some(gap) = next.filter(|next| *next < du) {
                let supposed = supposer(historique.unite);
                write(&mut file, (code, gap, Some(du)), supposed, valeur);
                unknown += 1;
            }
            unknown += usize::from(valeur.valeur.is_none());
            let number = valeur.valeur.unwrap_or_else(|| supposer(historique.unite));
            write(&mut file, (code, du, valeur.periode.au()), number, valeur);
            next = valeur.periode.au();
        }
        if let (Some(gap), Some(last)) = (next, historique.valeurs.last()) {
            write(&mut file, (code, gap, None), supposer(historique.unite), last);
            unknown += 1;
        }
    }
    (
        Parametres::load(&[("supposees.toml", &file)], LAW.verifiee_jusqu_au().unwrap()).unwrap(),
        unknown,
    )
}

/// Writes a value, of a parameter, from a day and before another.
fn write(
    file: &mut String,
    (code, du, au): (&str, NaiveDate, Option<NaiveDate>),
    number: i64,
    like: &ValeurDatee,
) {
    let bases: Vec<&str> = like.bases.iter().map(|base| base.cle.as_ref()).collect();
    let discutee = like.discutee;
    writeln!(file, "[[{code}.valeurs]]\ndepuis = {du}\nvaleur = {number}\ndiscutee = {discutee}\nbases = {bases:?}").unwrap();
    if let Some(last) = au.as_ref().and_then(NaiveDate::pred_opt) {
        writeln!(file, "jusqu_au = {last}").unwrap();
    }
}

#[test]
fn what_is_answered_does_not_depend_on_what_is_unknown() {
    let (lowest, unknown) = supposees(|unite| unite.bornes().0);
    let (highest, _) = supposees(|unite| unite.bornes().1);
    assert!(unknown > 0, "nothing is unknown any more: this test asks nothing");
    let laws = [lowest, highest].map(|values| Law::with_rules(values, &REGISTRY).unwrap());
    let mut hasard = Hasard::new(setting("TRAITANT_ORACLE_GRAINE", 1));
    let (mut refused, mut wrong) = (0, Vec::new());
    for _ in 0..setting("TRAITANT_ORACLE_QUESTIONS", QUESTIONS) {
        let asked = cas::tirer(&mut hasard);
        let Ok(answer) = asked.ask() else {
            refused += 1;
            continue;
        };
        for (law, supposed) in laws.iter().zip(["lowest", "highest"]) {
            let other = law.evaluer(&asked.soins, &asked.faits);
            let same = other.as_ref().is_ok_and(|other| {
                other.totaux == answer.totaux
                    && (other.actes.iter().zip(&answer.actes)).all(|(one, known)| {
                        one.qualification == known.qualification
                            && one.taux == known.taux
                            && one.lignes == known.lignes
                    })
            });
            if !same {
                wrong.push(format!("{supposed}: {}\n    {other:.200?}", cas::dire(&asked)));
            }
        }
    }
    println!("{unknown} unknown values, {refused} refusals");
    let shown: Vec<_> = wrong.iter().take(5).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} answers lean on an unknown value\n{}",
        wrong.len(),
        shown.join("\n")
    );
    assert!(refused > 0, "no question needs an unknown value");
}
