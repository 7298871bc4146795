//! What is said to have happened to a doctor.

use chrono::NaiveDate;

use crate::domain::feuille_de_soins::{Convention, OptionTarifaire};
use crate::domain::identifiers::{NumeroFacturation, Rpps, Specialite};
use crate::domain::ids::LieuId;
use crate::domain::medecin::{ModeExercice, NouvelExercice};
use crate::domain::operation::{NatureOperation, NouvelleOperation};
use crate::http::lecture::{Texte, lecture};
use crate::http::v1::medecins::LieuExerciceDemande;
use crate::http::verification::Verification;
use crate::services::ChampInvalide;

lecture! {
    /// Ce qui arrive à un médecin. Les champs attendus dépendent de la nature.
    #[schema(example = json!({
        "rpps": "99900001233", "nature": "retraite", "effet_du": "2025-06-01",
        "justification": "Courrier du médecin reçu après son départ."
    }))]
    pub(crate) struct OperationDemande {
        /// RPPS du médecin.
        rpps: Rpps,
        /// Nature.
        nature: NatureOperation,
        /// Premier jour : celui où le médecin ne suit plus ses patients, ou exerce ailleurs, ou autrement.
        effet_du: NaiveDate,
        /// Premier jour qui suit une suspension, s'il est connu.
        effet_au: Option<NaiveDate>,
        /// Lieu quitté ; le lieu principal par défaut. Pour un changement de cabinet ou de département.
        lieu_quitte: Option<LieuId>,
        /// Exercice qui commence. Obligatoire pour un changement de cabinet, possible pour un changement de
        /// département.
        exercice: Option<ExerciceSuivantDemande>,
        /// Nouvelle spécialité, obligatoire pour un changement de spécialité.
        specialite: Option<Specialite>,
        /// Motif, sans donnée médicale.
        motif: Option<Texte<1, 200>>,
        /// Pourquoi si tard. Obligatoire pour une cessation d'il y a plus de 90 jours.
        justification: Option<Texte<1, 500>>,
    }

    /// Exercice qui commence le premier jour de l'opération.
    pub(crate) struct ExerciceSuivantDemande {
        /// Lieu existant, par son identifiant, ou nouveau lieu.
        lieu: LieuExerciceDemande,
        /// Mode d'exercice.
        mode: ModeExercice,
        /// Exercice principal, ou cabinet secondaire.
        principal: bool,
        /// Convention.
        convention: Convention,
        /// Option tarifaire.
        option_tarifaire: Option<OptionTarifaire>,
        /// Numéro sous lequel les soins y sont facturés.
        numero_facturation: Option<NumeroFacturation>,
    }
}

impl OperationDemande {
    /// The operation, once its fields are those of its nature.
    pub(super) fn into_domain(
        self,
        test_numbers: bool,
    ) -> Result<NouvelleOperation, Vec<ChampInvalide>> {
        let mut check = Verification::new(test_numbers);
        self.verify(&mut check);
        let du = self.effet_du;
        let exercice = self.exercice.map(|exercice| {
            exercice.lieu.into_domain().map(|lieu| NouvelExercice {
                du,
                lieu,
                mode: exercice.mode,
                principal: exercice.principal,
                convention: Some(exercice.convention),
                option_tarifaire: exercice.option_tarifaire.unwrap_or(OptionTarifaire::Aucune),
                facturation: exercice.numero_facturation,
            })
        });
        check.finish(Some(NouvelleOperation {
            rpps: self.rpps,
            nature: self.nature,
            effet_du: du,
            effet_au: self.effet_au,
            lieu_quitte: self.lieu_quitte,
            exercice: exercice.flatten(),
            specialite: self.specialite,
            motif: self.motif.map(|text| text.0),
            justification: self.justification.map(|text| text.0),
        }))
    }

    fn verify(&self, check: &mut Verification) {
        use NatureOperation as N;
        let nature = self.nature;
        let moves = matches!(nature, N::ChangementCabinet | N::ChangementDepartement);
        let given = [
            ("/effet_au", self.effet_au.is_some(), nature == N::Suspension),
            ("/lieu_quitte", self.lieu_quitte.is_some(), moves),
            ("/exercice", self.exercice.is_some(), moves),
            ("/specialite", self.specialite.is_some(), nature == N::ChangementSpecialite),
        ];
        for (pointer, present, expected) in given {
            if present && !expected {
                let message = "ce champ ne concerne pas une opération de cette nature";
                check.complain(pointer, "champ_sans_objet", message);
            }
        }
        let required = "ce champ est obligatoire pour une opération de cette nature";
        if nature == N::ChangementCabinet && self.exercice.is_none() {
            check.complain("/exercice", "champ_requis", required);
        }
        if nature == N::ChangementSpecialite && self.specialite.is_none() {
            check.complain("/specialite", "champ_requis", required);
        }
        if self.specialite.is_some_and(|code| Specialite::parse_medecin(&code.to_string()).is_err())
        {
            check.complain(
                "/specialite",
                "specialite_non_medicale",
                "attendu : la spécialité d'un médecin",
            );
        }
        if self.effet_au.is_some_and(|au| au <= self.effet_du) {
            let message = "attendu : un jour qui suit le premier";
            check.complain("/effet_au", "periode_vide", message);
        }
    }
}
