//! Values that a caisse adds to those of the program, without another program.
//!
//! A file of additions is written as those of this folder. It appends values after the last verified day, fills
//! what was unknown, says up to which day of care values were verified. It never rewrites in silence: a value that
//! takes the place of a verified one says `corrige = true`. What the program knows already is left as it is, so
//! that a program that catches up with an addition starts all the same.

use chrono::NaiveDate;

use super::lecture::{Contenu, Ecrite, Entree, Lieu};
use super::{Defaut, Historique, InvalidParametres, Origine, Parametres, ValeurDatee};
use crate::domain::calendar::Periode;
use crate::domain::digest::Empreinte;
use crate::domain::vocabulary::Vocabulaire;

/// A file of additions, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ajout {
    /// Its name, without its folder.
    pub fichier: String,
    pub contenu: String,
}

impl Ajout {
    /// The SHA-256 of its content.
    pub fn sha256(&self) -> Empreinte {
        Empreinte::of(&self.contenu)
    }
}

impl Parametres {
    /// These values with those of some files, taken in the order of their names.
    pub fn avec(mut self, ajouts: &[Ajout]) -> Result<Self, InvalidParametres> {
        let mut defauts = Vec::new();
        let mut sorted: Vec<&Ajout> = ajouts.iter().collect();
        sorted.sort_unstable_by_key(|ajout| ajout.fichier.as_str());
        for Ajout { fichier, contenu } in sorted {
            for (parametre, entree) in Contenu::read(fichier, contenu, &mut defauts).entrees {
                let lieu = Lieu::of(fichier, parametre.mot());
                if let Some(historique) = self.get_mut(parametre) {
                    let origine = Origine::Ajout(fichier.clone());
                    let mut addition = Addition { lieu, origine, defauts: &mut defauts };
                    addition.apply(historique, entree);
                }
            }
        }
        if defauts.is_empty() { Ok(self) } else { Err(InvalidParametres(defauts)) }
    }
}

/// What one file says of one parameter.
struct Addition<'a> {
    lieu: Lieu,
    origine: Origine,
    defauts: &'a mut Vec<Defaut>,
}

impl Addition<'_> {
    fn refuse(&mut self, lieu: &Lieu, attendu: &str) {
        self.defauts.push(lieu.defaut(attendu));
    }

    fn apply(&mut self, historique: &mut Historique, entree: Entree) {
        let lieu = self.lieu.clone();
        if entree.unite != historique.unite {
            let expected = format!("« {} », l'unité de ce paramètre", historique.unite.mot());
            self.refuse(&lieu.champ("unite"), &expected);
            return;
        }
        if entree.libelle.is_some_and(|libelle| libelle != historique.libelle) {
            let expected = format!("rien, ou « {} »", historique.libelle);
            self.refuse(&lieu.champ("libelle"), &expected);
        }
        let Some(until) = entree.verifie_jusqu_au else {
            let expected = "le dernier jour de soins pour lequel ces valeurs ont été vérifiées";
            self.refuse(&lieu.champ("verifie_jusqu_au"), expected);
            return;
        };
        // A value of the file or one that is known already: each ends where another begins.
        let mut starts: Vec<NaiveDate> =
            historique.valeurs.iter().map(|known| known.periode.du()).collect();
        starts.extend(entree.valeurs.iter().map(|ecrite| ecrite.depuis));
        for ecrite in entree.valeurs {
            if ecrite.depuis > until {
                let expected = format!(
                    "un jour au plus tard le {until}, dernier jour vérifié de ce paramètre"
                );
                self.refuse(&lieu.valeur_du(ecrite.depuis).champ("depuis"), &expected);
            }
            self.add(historique, ecrite, &starts);
        }
        historique.valeurs.sort_by_key(|known| known.periode.du());
        historique.verifie_le = historique.verifie_le.max(entree.verifie_le);
        if until > historique.verifie_jusqu_au {
            historique.verifie_jusqu_au = until;
            historique.verifie_par = self.origine.clone();
        }
    }

    /// One value: in the place of nothing, of an unknown value, of the last one beyond its verification, or, when
    /// it says so, of a verified one.
    fn add(&mut self, historique: &mut Historique, ecrite: Ecrite, starts: &[NaiveDate]) {
        let (du, corrige) = (ecrite.depuis, ecrite.corrige);
        let lieu = self.lieu.clone();
        let Some(added) = ecrite.dated(&lieu, starts, &self.origine, self.defauts) else { return };
        let verified = historique.verifie_jusqu_au;
        // No value begins inside another: at most one is touched.
        let touched =
            historique.valeurs.iter().position(|one| one.periode.chevauche(&added.periode));
        let Some(place) = touched else {
            historique.valeurs.push(added);
            return;
        };
        let Some(old) = historique.valeurs.get(place).cloned() else { return };
        let known_there = du <= verified || old.periode.du() == du;
        if known_there && old.valeur.is_some() {
            if old.valeur == added.valeur && old.origine == Origine::Programme {
                return;
            }
            if !corrige {
                self.refuse(&lieu.valeur_du(du), &already(&old, verified));
                return;
            }
        }
        historique.valeurs.remove(place);
        let before = old.periode.jusqu_au(du);
        // A value that was only carried on beyond its verification ends where the next one begins.
        let goes_on = known_there || old.valeur.is_none();
        let after = added.periode.au().filter(|_| goes_on);
        let after = after.and_then(|end| old.periode.intersection(&Periode::depuis(end)));
        for periode in before.into_iter().chain(after) {
            historique.valeurs.push(ValeurDatee { periode, ..old.clone() });
        }
        historique.valeurs.push(added);
    }
}

/// What is expected of a value where there is one already.
fn already(old: &ValeurDatee, verified: NaiveDate) -> String {
    let du = old.periode.du();
    old.origine.fichier().map_or_else(
        || format!("« corrige = true » pour remplacer la valeur du {du}, vérifiée jusqu'au {verified}"),
        |fichier| format!("une seule valeur de ce jour : {fichier} donne déjà celle du {du} (ou « corrige = true »)"),
    )
}
