//! The members of an object.

use std::borrow::Cow;

use super::{Chemin, Erreurs, Lire, Noeud, absent};
use crate::http::json::Json;
use crate::http::problem::est_redite;

/// Finds members by name, and the names that nobody asked for.
#[derive(Debug)]
pub(crate) struct Objet<'n, 'j> {
    members: &'n [Membre<'j>],
    chemin: &'n Chemin<'n>,
    /// Whether a name comes twice.
    doubles: bool,
    /// Where the member after the last one that was found is: they mostly come in the order of the fields.
    next: usize,
    /// How many were found.
    found: usize,
}

/// A member as it was sent.
type Membre<'j> = (Cow<'j, str>, Json<'j>);

impl<'n, 'j> Objet<'n, 'j> {
    /// The members of a value that must be an object.
    pub(crate) fn of(noeud: Noeud<'n, 'j>, erreurs: &mut Erreurs) -> Option<Self> {
        let Json::Objet(members) = noeud.json else {
            erreurs.nature(&noeud, "un objet");
            return None;
        };
        let doubles = (0..members.len()).any(|index| came_before(members, index));
        Some(Self { members, chemin: noeud.chemin, doubles, next: 0, found: 0 })
    }

    /// Reads a member.
    pub(crate) fn membre<T: Lire>(
        &mut self,
        name: &'static str,
        erreurs: &mut Erreurs,
    ) -> Option<T> {
        let chemin = Chemin::Membre(self.chemin, name);
        match self.find(name) {
            Some(json) => T::lire(Noeud { json, chemin: &chemin }, erreurs),
            None => T::absent(&chemin, erreurs),
        }
    }

    /// Reads a string, whose form is checked by whoever reads it.
    pub(super) fn texte(&mut self, name: &'static str, erreurs: &mut Erreurs) -> Option<&'n str> {
        let chemin = Chemin::Membre(self.chemin, name);
        match self.find(name) {
            Some(Json::Texte(text)) => Some(text),
            Some(json) => {
                erreurs.nature(&Noeud { json, chemin: &chemin }, "une chaîne");
                None
            }
            None => {
                absent(&chemin, erreurs);
                None
            }
        }
    }

    /// The first member of a name.
    fn find(&mut self, name: &str) -> Option<&'n Json<'j>> {
        let here = self.members.get(self.next).filter(|(own, _)| !self.doubles && own == name);
        let (at, json) = if let Some((_, json)) = here {
            (self.next, json)
        } else {
            let mut all = self.members.iter().enumerate();
            let (at, (_, json)) = all.find(|(_, (own, _))| own == name)?;
            (at, json)
        };
        self.next = at.saturating_add(1);
        self.found = self.found.saturating_add(1);
        Some(json)
    }

    /// Reports the members that are none of those known, and those that came twice. All of these were looked for.
    pub(crate) fn fin(self, known: &[&str], erreurs: &mut Erreurs) {
        if !self.doubles && self.found == self.members.len() {
            return;
        }
        for (index, (name, _)) in self.members.iter().enumerate() {
            let own = Chemin::Membre(self.chemin, name);
            let known_here = known.contains(&name.as_ref());
            // A name that nobody expects may be anything.
            let (chemin, quoi) = if known_here || est_redite(name) {
                (&own, "champ inconnu")
            } else {
                (self.chemin, "un membre inconnu")
            };
            if came_before(self.members, index) {
                erreurs.push(chemin, "champ_en_double", "ce champ est écrit deux fois");
            } else if !known_here {
                let message = match known {
                    [] => format!("{quoi} ; aucun n'est attendu"),
                    [only] => format!("{quoi} ; attendu : {only}"),
                    all => format!("{quoi} ; attendus : {}", all.join(", ")),
                };
                erreurs.push(chemin, "champ_inconnu", &message);
            }
        }
    }
}

/// Whether the name of a member is also that of one before it.
fn came_before(members: &[Membre<'_>], index: usize) -> bool {
    let Some(((name, _), before)) = members.get(..=index).and_then(<[_]>::split_last) else {
        return false;
    };
    before.iter().any(|(earlier, _)| earlier == name)
}
