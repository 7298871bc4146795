//! Who pays what, what would have cost less, what to do about an overrun, and what comes later.

use super::part::{Piece, au_dela};
use super::recit::Recit;
use crate::domain::evaluation::{Avertissement, Evaluation, Montants, RelationMt};
use crate::domain::feuille_de_soins::{Complementaire, Convention, QualificatifDepense};
use crate::domain::money::Centimes;
use crate::law::autrement::{Autrement, Changement};

/// How a sentence says what the caisse asks later of somebody who advanced nothing.
const RIEN_AVANCE: &str = "vous n'avez pas avancé l'argent, votre caisse";

/// A sentence without what it says that the caisse will ask; nothing when it says nothing else.
pub fn sans_reclamation(phrase: &str) -> Option<String> {
    if phrase.starts_with(&format!("Si {RIEN_AVANCE}")) {
        return None;
    }
    let before = phrase.split_once(&format!("\u{a0}: si {RIEN_AVANCE}"));
    Some(before.map_or_else(|| phrase.to_owned(), |(before, _)| format!("{before}.")))
}

/// Who pays what.
pub(super) fn bilan(recit: &Recit<'_>, totaux: &Montants) -> String {
    if totaux.honoraires == Centimes::ZERO {
        return "On ne vous a rien demandé\u{a0}: vous n'avez rien à payer.".to_owned();
    }
    let mut shares = Vec::new();
    if totaux.rembourse_amo > Centimes::ZERO {
        shares.push(format!("l'Assurance maladie paie {}", totaux.rembourse_amo.in_euros()));
    } else {
        shares.push("l'Assurance maladie ne rembourse rien".to_owned());
    }
    if totaux.part_amc > Centimes::ZERO {
        let who = payeur(recit.situation.complementaire).unwrap_or("votre complémentaire santé");
        let pays = if totaux.rembourse_amo > Centimes::ZERO { "" } else { "paie " };
        shares.push(format!("{who} {pays}{}", totaux.part_amc.in_euros()));
    }
    let rest = if totaux.reste_a_charge > Centimes::ZERO {
        format!("il vous reste {} à payer", totaux.reste_a_charge.in_euros())
    } else {
        "il ne vous reste rien à payer".to_owned()
    };
    let later = match demande_plus_tard(recit, totaux) {
        Some(owed) if totaux.majoration > Centimes::ZERO && owed <= totaux.reste_a_charge => {
            let these = if owed == totaux.reste_a_charge {
                "vous les demandera".to_owned()
            } else {
                format!("vous en demandera {}", owed.in_euros())
            };
            format!("\u{a0}: si {RIEN_AVANCE} {these} plus tard")
        }
        _ => String::new(),
    };
    let asked = totaux.honoraires.in_euros();
    format!("Sur les {asked} demandés, {} et {rest}{later}.", shares.join(", "))
}

/// Who pays beside the compulsory insurance, where it is no contract of the patient.
pub(super) const fn payeur(cover: Complementaire) -> Option<&'static str> {
    match cover {
        Complementaire::C2sSansParticipation | Complementaire::C2sAvecParticipation => {
            Some("la Complémentaire santé solidaire")
        }
        Complementaire::Ame => Some("l'aide médicale de l'État"),
        // Without any, it is that of somebody in prison.
        Complementaire::Aucune => Some("l'administration pénitentiaire"),
        Complementaire::Amc | Complementaire::AcsAncienne => None,
    }
}

/// What would have cost less.
pub(super) fn sinon(recit: &Recit<'_>, other: &Autrement) -> Option<String> {
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
        Changement::Adresse => "Si vous aviez eu un médecin traitant, et une lettre de lui",
    };
    let then = other.evaluation.totaux.reste_a_charge;
    let totaux = &recit.evaluation.totaux;
    if totaux.majoration == Centimes::ZERO && other.gain == Centimes::ZERO {
        return None;
    }
    if other.gain <= Centimes::ZERO {
        let solidarity = recit.situation.est_c2s();
        // Fees that may not be asked are what costs, and are told apart.
        if solidarity && totaux.depassement > Centimes::ZERO {
            return None;
        }
        let why = if solidarity && totaux.part_amc > other.evaluation.totaux.part_amc {
            ", car la Complémentaire santé solidaire paie cette différence"
        } else {
            ""
        };
        return Some(format!("{condition}, vous n'auriez pas payé moins{why}."));
    }
    let fees = |evaluation: &Evaluation| evaluation.totaux.honoraires;
    let less = fees(recit.evaluation).minus_or_zero(fees(&other.evaluation));
    let why = if less > Centimes::ZERO {
        let who = if recit.situation.consultation_externe { "l'hôpital" } else { "le médecin" };
        format!(", car {who} n'aurait pas pu demander {} de plus que le tarif", less.in_euros())
    } else {
        String::new()
    };
    let would = if then > Centimes::ZERO {
        format!("il vous serait resté {} à payer", then.in_euros())
    } else {
        "il ne vous serait rien resté à payer".to_owned()
    };
    Some(format!("{condition}, {would}\u{a0}: {} de moins{why}.", other.gain.in_euros()))
}

/// What goes beyond the tariffs, by what there is to do about it.
#[derive(Default)]
struct Depassements {
    interdits: Centimes,
    excessifs: Centimes,
    a_expliquer: Centimes,
    gratuits: Centimes,
}

fn depassements(recit: &Recit<'_>) -> Option<Depassements> {
    use Avertissement as A;
    let mut all = Depassements::default();
    for acte in &recit.actes {
        let warned = |codes: &[Avertissement]| {
            recit.evaluation.avertissements.iter().any(|warning| {
                codes.contains(&warning.code)
                    && acte.lignes.iter().any(|(ligne, _)| {
                        warning.numero_ligne.is_none_or(|numero| numero == ligne.numero_ligne)
                    })
            })
        };
        let forbidden = warned(&[
            A::DepassementNonAutorise,
            A::DepassementSansMotif,
            A::DepassementInterditC2s,
        ]);
        let excessive = warned(&[A::DepassementExcessif]);
        for (ligne, amounts) in &acte.lignes {
            let free = ligne.qualificatif == Some(QualificatifDepense::Gratuit);
            // An authorised overrun is told with what would have cost less.
            let authorised = ligne.porte_da() && acte.evalue.qualification.da_possible;
            let slot = match au_dela(acte, ligne, amounts) {
                Piece::NonRembourse if free => &mut all.gratuits,
                Piece::AuDessus | Piece::Mixte if forbidden => &mut all.interdits,
                Piece::AuDessus | Piece::Mixte | Piece::Hopital if excessive => &mut all.excessifs,
                Piece::AuDessus if !authorised => &mut all.a_expliquer,
                Piece::Ticket
                | Piece::SommeFixe
                | Piece::Majoration
                | Piece::Participation
                | Piece::AuDessus
                | Piece::Hopital
                | Piece::Mixte
                | Piece::Exigence
                | Piece::NonRembourse => continue,
            };
            *slot = slot.plus(amounts.depassement).ok()?;
        }
    }
    Some(all)
}

/// What to do about fees above the tariff. Nothing is said of those that the patient asked for, and those
/// of a doctor outside any convention are told with their cause.
pub(super) fn depassement(recit: &Recit<'_>) -> Option<String> {
    let all = depassements(recit)?;
    let who = recit.au_praticien();
    let some = |amount: Centimes| amount > Centimes::ZERO;
    if some(all.gratuits) {
        let asked = all.gratuits.in_euros();
        return Some(format!(
            "La feuille dit ces soins gratuits, mais elle demande {asked}\u{a0}: parlez-en {who} ou à votre \
             caisse."
        ));
    }
    if recit.situation.convention == Convention::NonConventionne {
        return None;
    }
    if some(all.interdits) {
        return Some(format!(
            "Ces {} au-dessus du tarif ne semblent pas permis ici\u{a0}: parlez-en {who} ou à votre caisse.",
            all.interdits.in_euros()
        ));
    }
    if some(all.excessifs) {
        return Some(format!(
            "Ces {} au-dessus du tarif semblent être plus que ce qui est permis\u{a0}: parlez-en {who} ou à \
             votre caisse.",
            all.excessifs.in_euros()
        ));
    }
    some(all.a_expliquer).then(|| {
        format!(
            "Vous pouvez demander {who} pourquoi il faut payer {} de plus que le tarif, et son prix avant \
             de revenir.",
            all.a_expliquer.in_euros()
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
pub(super) fn plus_tard(recit: &Recit<'_>, totaux: &Montants) -> Option<String> {
    let owed = demande_plus_tard(recit, totaux)?;
    if owed > totaux.reste_a_charge {
        return Some(format!(
            "Si {RIEN_AVANCE} vous demandera {} plus tard\u{a0}: envoyez cette \
             demande à votre complémentaire.",
            owed.in_euros()
        ));
    }
    (totaux.majoration == Centimes::ZERO)
        .then(|| format!("Si {RIEN_AVANCE} vous demandera ces {} plus tard.", owed.in_euros()))
}
