//! Who is believed by the application under test: tokens and proofs.

use traitant::auth::{Preuves, Verifier};
use traitant::domain::declaration::SignatureAnnoncee;
use traitant::http::{AppState, router};

use super::TestApp;

impl TestApp {
    /// The same application, with another verifier of tokens.
    pub fn with_verifier(mut self, verifier: Verifier) -> Self {
        self.router = router(self.state(verifier));
        self
    }

    /// What its handlers share, with some verifier of tokens.
    pub fn state(&self, verifier: Verifier) -> AppState {
        AppState::new(self.core.clone(), verifier, self.preuves())
    }

    /// What believes the proofs of the sandbox, and nobody without one.
    pub fn preuves(&self) -> Preuves {
        Preuves::new(vec![self.prouveur.emetteur().unwrap()], [].into())
    }

    /// A proof of the sandbox, of a signature taken now unless it is announced when.
    pub fn preuve(&self, annoncee: &SignatureAnnoncee) -> String {
        self.prouveur.prove(annoncee, "carte-fictive", &*self.clock, &self.ids).unwrap()
    }
}
