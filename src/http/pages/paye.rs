//! What was paid of a feuille: who paid which part, and what became of what the caisse asks of the patient.

use serde_json::Value;

use super::echappe;
use super::ecriture::texte;
use super::membres::{centimes, elements, mot};
use super::recit::{parts, recit};
use crate::domain::money::Centimes;
use crate::services::evaluations::sans_reclamation;

/// What became of the claims of a feuille.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Dette {
    montant: Centimes,
    remise: Centimes,
    retenue: Centimes,
    paiement: Centimes,
    restant: Centimes,
    a_rendre: Centimes,
}

impl Dette {
    /// The claims of a feuille, of a list of claims; nothing when the caisse recovered none of them.
    pub(super) fn lue(creances: &Value, feuille: &str) -> Option<Self> {
        let all = creances.get("donnees")?.as_array()?;
        let mut dette = Self::default();
        for one in all.iter().filter(|one| mot(one, "feuille_id") == feuille) {
            dette.ajoute(one)?;
        }
        let moved =
            [dette.remise, dette.retenue, dette.paiement].iter().any(|sum| *sum > Centimes::ZERO);
        moved.then_some(dette)
    }

    fn ajoute(&mut self, creance: &Value) -> Option<()> {
        let plus = |sum: &mut Centimes, more: Centimes| {
            *sum = sum.plus(more).ok()?;
            Some(())
        };
        plus(&mut self.montant, centimes(creance, "/montant_centimes"))?;
        plus(&mut self.restant, centimes(creance, "/restant_centimes"))?;
        plus(&mut self.a_rendre, centimes(creance, "/a_rendre_centimes"))?;
        // A remission counts for what the payments leave.
        plus(&mut self.remise, centimes(creance, "/dont_remise_centimes"))?;
        for one in elements(creance, "recouvrements") {
            let sum = match mot(one, "mode") {
                _ if one.get("annulation").is_some_and(|undone| !undone.is_null()) => continue,
                "paiement" => &mut self.paiement,
                "retenue_sur_remboursement" => &mut self.retenue,
                _ => continue,
            };
            plus(sum, centimes(one, "/montant_centimes"))?;
        }
        Some(())
    }

    /// Whether nothing more is asked.
    fn soldee(&self) -> bool {
        self.restant == Centimes::ZERO
    }

    /// What became of it, in a sentence.
    pub(super) fn phrase(&self) -> String {
        let parts = [
            (self.paiement, "payés"),
            (self.retenue, "retenus sur d'autres remboursements"),
            (self.remise, "auxquels votre caisse renonce"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(sum, _)| *sum > Centimes::ZERO)
            .map(|(sum, how)| format!("{} {how}", sum.in_euros()))
            .collect();
        let rest = if self.a_rendre > Centimes::ZERO {
            format!("votre caisse vous doit {}, reçus en trop", self.a_rendre.in_euros())
        } else if self.soldee() {
            "vous ne devez plus rien à votre caisse pour ces soins".to_owned()
        } else {
            format!("votre caisse vous demande encore {}", self.restant.in_euros())
        };
        format!(
            "Ce que votre caisse vous demandait pour ces soins ({})\u{a0}: {}. À ce jour, {rest}.",
            self.montant.in_euros(),
            parts.join(", ")
        )
    }
}

/// A name that begins a cell, in the middle of a sentence.
fn minuscule(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The parts of a feuille, which add up to what was asked.
fn titre(jour: &str, evaluation: &Value) -> String {
    let parts: Vec<String> = parts(evaluation)
        .iter()
        .filter(|(_, _, sum)| *sum > Centimes::ZERO)
        .map(|(who, _, sum)| format!("{} {}", minuscule(who), sum.in_euros()))
        .collect();
    let asked = centimes(evaluation, "/totaux/honoraires_centimes").in_euros();
    if parts.is_empty() {
        return format!("Soins du {jour}\u{a0}: {asked} demandés");
    }
    format!("Soins du {jour}\u{a0}: {asked} demandés ({})", parts.join(", "))
}

/// A feuille, folded but for the first.
pub(super) fn feuille(
    jour: &str,
    said: &Result<Value, String>,
    dette: Option<&Dette>,
    open: bool,
) -> String {
    let jour = texte(jour);
    let (title, content) = match said {
        Ok(feuille) => {
            let last = elements(feuille, "evaluations").last().cloned().unwrap_or_default();
            let mut shown = last.clone();
            let phrases =
                shown.pointer_mut("/pour_le_patient/phrases").and_then(Value::as_array_mut);
            if let (Some(dette), Some(phrases)) = (dette, phrases) {
                // What the caisse was to ask later is told by what became of it.
                *phrases = phrases
                    .iter()
                    .filter_map(|one| sans_reclamation(one.as_str()?))
                    .map(Value::from)
                    .collect();
                phrases.push(dette.phrase().into());
            }
            (titre(&jour, &last), recit(&shown, 3))
        }
        Err(why) => {
            let title = format!("Soins du {jour}");
            (title, format!("<p class=\"erreur\">{}</p>\n", echappe(why)))
        }
    };
    format!(
        "<details{}><summary>{}</summary>\n{content}</details>\n",
        if open { " open" } else { "" },
        echappe(&title)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claim(amounts: [i64; 4], recovered: &Value) -> Value {
        let [montant, remise, restant, a_rendre] = amounts;
        json!({ "donnees": [{
            "feuille_id": "f", "montant_centimes": montant, "dont_remise_centimes": remise,
            "restant_centimes": restant, "a_rendre_centimes": a_rendre, "recouvrements": recovered,
        }] })
    }

    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ").replace("&#39;", "'")
    }

    #[test]
    fn what_became_of_a_claim_is_told_with_what_is_left_of_it() {
        let paid = |mode: &str, sum: i64, undone: Value| json!({ "mode": mode, "montant_centimes": sum, "annulation": undone });
        for (amounts, recovered, told) in [
            (
                [1260, 1060, 0, 0],
                json!([paid("remise", 1060, Value::Null), paid("paiement", 200, Value::Null)]),
                "(12,60 €) : 2 € payés, 10,60 € auxquels votre caisse renonce. À ce jour, vous ne devez plus rien à votre caisse",
            ),
            (
                [1260, 0, 1060, 0],
                json!([paid("retenue_sur_remboursement", 200, Value::Null)]),
                ": 2 € retenus sur d'autres remboursements. À ce jour, votre caisse vous demande encore 10,60 €.",
            ),
            (
                [200, 0, 0, 1060],
                json!([paid("paiement", 1260, Value::Null)]),
                "À ce jour, votre caisse vous doit 10,60 €, reçus en trop.",
            ),
        ] {
            let dette = Dette::lue(&claim(amounts, &recovered), "f").unwrap();
            let said = plain(&dette.phrase());
            assert!(said.contains(told), "{said}");
        }
        // What was taken back counts no more, and what is of another feuille is not told.
        let undone = json!([paid("paiement", 200, json!({ "motif": "erreur" }))]);
        assert_eq!(Dette::lue(&claim([1260, 0, 1260, 0], &undone), "f"), None);
        let other = json!([paid("paiement", 200, Value::Null)]);
        assert_eq!(Dette::lue(&claim([200, 0, 0, 0], &other), "g"), None);
    }

    #[test]
    fn the_parts_of_a_heading_add_up_and_a_settled_debt_is_not_announced() {
        let evaluation = json!({
            "totaux": { "honoraires_centimes": 2650, "rembourse_amo_centimes": 595,
                        "part_amc_centimes": 795, "reste_a_charge_centimes": 1260 },
            "pour_le_patient": { "phrases": [
                "Sur les 26,50\u{a0}€ demandés, l'Assurance maladie paie 5,95\u{a0}€, votre complémentaire santé 7,95\u{a0}€ et il vous \
                 reste 12,60\u{a0}€ à payer\u{a0}: si vous n'avez pas avancé l'argent, votre caisse vous les demandera plus tard.",
            ] },
        });
        let said = Ok(json!({ "evaluations": [evaluation] }));
        let html = plain(&feuille("2026-11-10", &said, None, true));
        assert!(
            html.contains(
                "<summary>Soins du 10/11/2026 : 26,50 € demandés (l'Assurance maladie 5,95 €, votre complémentaire 7,95 €, vous 12,60 €)</summary>"
            ),
            "{html}"
        );
        assert!(html.contains("vous les demandera plus tard"), "{html}");
        let recovered =
            json!([{ "mode": "paiement", "montant_centimes": 1260, "annulation": null }]);
        let dette = Dette::lue(&claim([1260, 0, 0, 0], &recovered), "f");
        let html = plain(&feuille("2026-11-10", &said, dette.as_ref(), true));
        assert!(html.contains("il vous reste 12,60 € à payer.</p>"), "{html}");
        assert!(html.contains("vous ne devez plus rien") && !html.contains("demandera"), "{html}");
    }
}
