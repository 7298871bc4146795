//! Emergency: the parcours does not apply.
//!
//! # Base légale
//!
//! « situation non prévue plus de 8 heures auparavant et qui concerne une affection, ou la suspicion
//! d'une affection, mettant en jeu la vie du patient ou l'intégrité de son organisme et entraînant la
//! mobilisation rapide du médecin » (France Assos Santé, d'après l'article R322-1-1, devenu R160-6, du
//! Code de la sécurité sociale).
//!
//! # Our reading
//!
//! Only the doctor knows: the indicator U is trusted and kept for audit, unless the feuille itself says
//! that the situation was foreseen longer before than the text allows. Code 5 (U) with a declared
//! médecin traitant, 25 (W) without; never majored in either case, unless the parameter
//! `EXIGE_MT_POUR_URGENCE_ELOIGNEMENT` says otherwise.

use crate::domain::evaluation::{
    Appartenance, Avertissement, Classe2013, CodeDetermine, CodeRegle, Fait, Issue, Qualification,
    RelationMt, Theme,
};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PAR-030.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 30),
        titre: "Urgence",
        bases: &["CSS-R160-6", "FAS"],
        rang: Rang::Exception { priorite: 80 },
        faits: &[Fait::Indicateur, Fait::UrgencePrevue, Fait::MedecinTraitant],
        parametres: &[Parametre::ExigeMtPourUrgenceEloignement, Parametre::UrgencePrevisibiliteMax],
        phrase: "Le médecin a déclaré une urgence : le parcours de soins ne s'applique pas.",
        avertit: Some((Issue::Ecartee(Fait::UrgencePrevue), Avertissement::UrgencePrevisible)),
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::INDICATEUR_U, Fait::Indicateur),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if let Some(hours) = situation.urgence_prevue_heures
        && i64::from(hours) > valeurs.valeur(Parametre::UrgencePrevisibiliteMax)?
    {
        return Ok(Jugement::Ecarte(Fait::UrgencePrevue));
    }
    let sans_mt = !situation.relation_mt.declare();
    if sans_mt && valeurs.oui(Parametre::ExigeMtPourUrgenceEloignement)? {
        return Ok(Jugement::Ecarte(Fait::MedecinTraitant));
    }
    Ok(Jugement::Applique(Effet::Parcours(Qualification {
        appartenance: Appartenance::NonConcerne,
        code: if situation.relation_mt == RelationMt::Inconnu {
            CodeDetermine::Inconnu
        } else if sans_mt {
            CodeDetermine::UrgenceSansMedecinTraitant
        } else {
            CodeDetermine::Urgence
        },
        majoration: false,
        da_possible: false,
        coordination_possible: false,
        classe_2013: Classe2013::Exclues,
    })))
}
