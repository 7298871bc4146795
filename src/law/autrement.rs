//! What the same care would have cost with one fact changed: the law is asked again, nothing is guessed.
//!
//! Only a fact that a person can change is changed: the médecin traitant that they declare, whom they
//! consult, a letter from him. The care, its tariff and everything else stay as they are, except an
//! authorised overrun (DA), which the law forbids as soon as the act is inside the parcours.

use super::Law;
use super::honoraires::sans_depassement_autorise;
use super::situation::Situation;
use crate::domain::evaluation::{CodeDetermine, Evaluation, FaitsConnus, RelationMt};
use crate::domain::feuille_de_soins::{Acte, Orienteur, Soins};
use crate::domain::identifiers::{IndicateurParcours, Specialite};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::vocabulaire;

vocabulaire!(
    /// The one fact that is changed.
    Changement ("changement") {
        /// A médecin traitant is declared, who is another doctor.
        MedecinTraitantDeclare = 1 "medecin_traitant_declare",
        /// The performer is the declared médecin traitant.
        MedecinTraitantConsulte = 2 "medecin_traitant_consulte",
        /// The médecin traitant sent the patient to the performer.
        Adresse = 3 "adresse_par_le_medecin_traitant",
    }
);

/// What would have happened otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Autrement {
    pub changement: Changement,
    /// The decision of the law on the changed situation.
    pub evaluation: Evaluation,
    /// What the patient would have paid less, in cents; negative if more.
    pub gain: Centimes,
}

impl Law {
    /// The smallest change that puts every act outside the parcours back inside, and what it is worth;
    /// nothing when no act is outside, or when no change of this kind would do.
    pub fn autrement(
        &self,
        soins: &Soins,
        faits: &FaitsConnus,
        evaluation: &Evaluation,
    ) -> Option<Autrement> {
        let mut outside =
            evaluation.actes.iter().map(|acte| acte.qualification).filter(|act| act.majoration);
        outside.clone().next()?;
        // Whoever did not practise could neither be seen nor send anybody.
        let mut days = soins.actes.iter().map(Acte::date_reference);
        if days.any(|jour| faits.registre.mt_sans_exercice(jour)) {
            return None;
        }
        let undeclared = outside.any(|act| act.code == CodeDetermine::SansMedecinTraitant);
        let acte = soins.actes.first()?;
        let specialite = Situation::of(soins, acte, faits).specialite;
        candidates(specialite, undeclared)
            .into_iter()
            .find_map(|changement| self.attempt(changement, soins, faits, evaluation))
    }

    fn attempt(
        &self,
        changement: Changement,
        soins: &Soins,
        faits: &FaitsConnus,
        evaluation: &Evaluation,
    ) -> Option<Autrement> {
        let (changed, known) = apply(changement, soins, faits);
        let first = self.refaire(&changed, &known).ok()?;
        if first.actes.iter().any(|acte| acte.qualification.majoration) {
            return None;
        }
        let billed = sans_depassement_autorise(&changed, evaluation, &first);
        let answer = match billed {
            Some(billed) => self.refaire(&billed, &known).ok()?,
            None => first,
        };
        let gain = evaluation.totaux.reste_a_charge.minus(answer.totaux.reste_a_charge).ok()?;
        Some(Autrement { changement, evaluation: answer, gain })
    }
}

/// The changes to try, the smallest first.
fn candidates(specialite: Specialite, undeclared: bool) -> Vec<Changement> {
    let nearest = if specialite.est_generaliste() {
        [Changement::MedecinTraitantConsulte, Changement::Adresse]
    } else {
        [Changement::Adresse, Changement::MedecinTraitantConsulte]
    };
    let declare = undeclared.then_some(Changement::MedecinTraitantDeclare);
    declare.into_iter().chain(nearest).collect()
}

fn apply(changement: Changement, soins: &Soins, faits: &FaitsConnus) -> (Soins, FaitsConnus) {
    let (mut soins, mut faits) = (soins.clone(), faits.clone());
    let relation = match changement {
        Changement::MedecinTraitantDeclare => RelationMt::Autre,
        Changement::MedecinTraitantConsulte => {
            soins.parcours.indicateur = Some(IndicateurParcours::T);
            RelationMt::Executant
        }
        Changement::Adresse => {
            soins.parcours.indicateur = Some(IndicateurParcours::O);
            soins.parcours.orienteur.get_or_insert_with(|| Orienteur {
                rpps: None,
                num_am: None,
                nom: "MEDECIN TRAITANT".to_owned(),
                prenom: String::new(),
            });
            RelationMt::Autre
        }
    };
    for (_, known) in &mut faits.relations_mt {
        *known = relation;
    }
    (soins, faits)
}
