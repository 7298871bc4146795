//! Copies of the world, to ask in.

use std::collections::BTreeSet;

use traitant::domain::droits::Demarche;

use super::appelants::Appelant;
use super::demande;
use super::monde::Monde;
use super::recettes::{Corps, Porte, Recette, adresse};
use crate::support::TestApp;
use crate::support::app::Reply;

/// Whether an operation writes: who is granted it leaves another world.
fn ecrit(demarche: Demarche) -> bool {
    adresse(demarche).cle || demarche == Demarche::EnregistrerLot
}

/// Worlds to ask in: one that nothing changes, and one that is left for another as soon as a person in it is
/// no longer as they were.
pub struct Mondes<'m> {
    monde: &'m Monde,
    pub stable: TestApp,
    pub own: TestApp,
    changed: BTreeSet<&'static str>,
}

impl<'m> Mondes<'m> {
    pub async fn new(monde: &'m Monde) -> Self {
        let (stable, own) = (monde.copie().await, monde.copie().await);
        Self { monde, stable, own, changed: BTreeSet::new() }
    }

    /// Asks: who is granted what writes does it in a world of its own.
    pub async fn ask(
        &mut self,
        demarche: Demarche,
        qui: &Appelant<'_>,
        asked: &Recette,
        granted: bool,
    ) -> Reply {
        if !granted || !ecrit(demarche) {
            return demande(&self.stable, &qui.appelle(&self.stable), demarche, asked).await;
        }
        self.prepare(qui, asked).await;
        let reply = demande(&self.own, &qui.appelle(&self.own), demarche, asked).await;
        if reply.status.is_success() {
            self.leave(qui, asked);
        }
        reply
    }

    /// A world in which the person is as they were, but for what must happen first.
    pub async fn prepare(&mut self, qui: &Appelant<'_>, asked: &Recette) {
        if self.changed.contains(qui.cible.nom) {
            self.own = self.monde.copie().await;
            self.changed.clear();
        }
        if let Some((acteur, before, body)) = &asked.prealable {
            let done = Recette { corps: Corps::Json(body.clone()), ..asked.clone() };
            let first = Appelant { acteur: *acteur, ..qui.clone() };
            demande(&self.own, &first.appelle(&self.own), *before, &done).await.expect(200);
        }
    }

    /// The person is no longer as they were; nobody is, when it was about nobody.
    pub fn leave(&mut self, qui: &Appelant<'_>, asked: &Recette) {
        let all = self.monde.cibles.iter().map(|cible| cible.nom);
        let touched = |nom: &&str| asked.porte == Porte::Role || *nom == qui.cible.nom;
        self.changed.extend(all.filter(touched));
    }
}
