//! What the table says to a caller.

use super::{Droit, Etendue, Refuse};
use crate::domain::acteur::Acteur;
use crate::domain::droits::phrases::ENFANT;
use crate::domain::droits::{Demarche, Jeton, Rapports, Relation, Vue};

impl Demarche {
    /// Refuses a role that never may, whoever it is about.
    pub fn verify_role(self, acteur: &Acteur) -> Result<(), Refuse> {
        let (ligne, role) = (self.ligne(), acteur.role());
        let reads = |(lecture, _): (Self, &str)| lecture.ligne().est_pour(role);
        if ligne.est_pour(role) || ligne.lisible && ligne.sinon.is_some_and(reads) {
            return Ok(());
        }
        Err(match ligne.reservee {
            "" => Refuse::Introuvable,
            phrase => Refuse::Interdit(phrase),
        })
    }

    /// What the operation gives to a caller who is that to the person.
    pub fn juger(self, rapports: &Rapports) -> Result<Droit, Refuse> {
        let ligne = self.ligne();
        self.verify_role(&rapports.acteur)?;
        let held: Vec<(Relation, Etendue)> =
            ligne.droits().filter(|(relation, _)| rapports.est(*relation)).collect();
        let Some(etendue) = held.iter().map(|(_, etendue)| *etendue).min() else {
            return Err(match ligne.sinon {
                Some((lecture, phrase)) if lecture.est_permise(rapports) => {
                    Refuse::Interdit(phrase)
                }
                _ => Refuse::Introuvable,
            });
        };
        if rapports.est_un_enfant() && self.est_parole() {
            return Err(Refuse::Interdit(ENFANT));
        }
        let relations = || held.iter().map(|(relation, _)| *relation);
        let attendu = rapports.est(Relation::MedecinAttendu);
        if rapports.est_limite() && !self.est_permise_sous_limitation(relations(), attendu) {
            return Err(Refuse::Limite);
        }
        let limited = held.iter().all(|(_, etendue)| *etendue == Etendue::SesJours);
        let vue = if limited { Vue::Jours(rapports.jours().to_vec()) } else { Vue::Entiere };
        let relations = held.into_iter().map(|(relation, _)| relation).collect();
        Ok(Droit { relations, vue, etendue })
    }

    /// Whether the operation would be given.
    pub fn est_permise(self, rapports: &Rapports) -> bool {
        self.ligne().ouverte || self.juger(rapports).is_ok()
    }

    /// Whether a token is needed at all.
    pub fn est_publique(self) -> bool {
        self.jeton() == Jeton::Public
    }
}
