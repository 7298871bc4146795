//! Who pays what, of what the patient's share is made, what would have cost less, and what comes later.

use super::recit::{Recit, euros};
use crate::domain::evaluation::{Avertissement, Evaluation, Montants, RelationMt};
use crate::domain::feuille_de_soins::{Complementaire, QualificatifDepense};
use crate::domain::money::Centimes;
use crate::law::autrement::{Autrement, Changement};

/// Who pays what.
pub(super) fn bilan(recit: &Recit<'_>, totaux: &Montants) -> String {
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
pub(super) fn detail(recit: &Recit<'_>, totaux: &Montants) -> Option<String> {
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
    let ordinary = if recit.somme_fixe() { SOMME_FIXE } else { names[0] };
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
pub(super) fn sinon(recit: &Recit<'_>, other: &Autrement) -> String {
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
pub(super) fn depassement(recit: &Recit<'_>, totaux: &Montants) -> Option<String> {
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
pub(super) fn plus_tard(recit: &Recit<'_>, totaux: &Montants) -> Option<String> {
    let owed = demande_plus_tard(recit, totaux)?;
    (totaux.majoration == Centimes::ZERO).then(|| {
        format!(
            "Si vous n'avez pas avancé l'argent, votre caisse vous demandera ces {} plus tard.",
            euros(owed)
        )
    })
}
