//! Who is believed by the application under test: tokens and proofs.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use traitant::auth::{DEV_AUDIENCE, DEV_ISSUER, Emetteur, Preuves, Verifier};
use traitant::domain::acteur::Acteur;
use traitant::domain::clock::{Clock, FixedClock};
use traitant::domain::declaration::{MoyenSignature, RoleSignataire, SignatureAnnoncee};
use traitant::domain::digest::Empreinte;
use traitant::domain::identifiers::Rpps;
use traitant::domain::vocabulary::Vocabulaire;
use traitant::http::{AppState, router};

use super::TestApp;

impl TestApp {
    /// The same application, once its pieces were changed.
    pub fn rebuilt(self) -> Self {
        let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(&self.clock);
        let verifier = sandbox_verifier(&self.emetteur, &clock);
        self.with_verifier(verifier)
    }

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

    /// The same application, which lets signatures by these means be declared without a proof.
    pub fn with_declared(mut self, moyens: BTreeSet<MoyenSignature>) -> Self {
        let preuves = Preuves::new(vec![self.prouveur.emetteur().unwrap()], moyens);
        let clock: Arc<dyn Clock> = self.clock.clone();
        let verifier = sandbox_verifier(&self.emetteur, &clock);
        self.router = router(AppState::new(self.core.clone(), verifier, preuves));
        self
    }

    /// A proof of the sandbox that says anything.
    pub fn proof(&self, claims: &Value) -> String {
        self.prouveur.sign(claims).unwrap()
    }

    /// A proof of the sandbox, of a signature taken now unless it is announced when.
    pub fn preuve(&self, annoncee: &SignatureAnnoncee) -> String {
        self.prouveur.prove(annoncee, "carte-fictive", &*self.clock, &self.ids).unwrap()
    }
}

/// What believes the tokens of a sandbox.
pub fn sandbox_verifier(emetteur: &Emetteur, clock: &Arc<dyn Clock>) -> Verifier {
    Verifier::new(
        DEV_ISSUER.to_owned(),
        DEV_AUDIENCE.to_owned(),
        emetteur.keys().unwrap(),
        Arc::clone(clock),
    )
}

/// The reader of a doctor's software or of a portal: it has a proof made of each signature that a
/// machine takes, which goes out with it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lecteur {
    medecin: Option<Rpps>,
}

impl Lecteur {
    /// The reader of somebody.
    pub fn of(acteur: &Acteur) -> Self {
        let medecin = match acteur {
            Acteur::Medecin(rpps) => Some(*rpps),
            Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => {
                None
            }
        };
        Self { medecin }
    }

    /// A body, with the proofs that it lacks.
    pub fn prove(self, app: &TestApp, body: &Value) -> Value {
        let chosen = body.pointer("/medecins/0/rpps").and_then(Value::as_str);
        let medecin = self.medecin.or(chosen.and_then(|rpps| Rpps::parse(rpps).ok()));
        let mut proved = body.clone();
        match proved.get_mut("signatures").and_then(Value::as_array_mut) {
            Some(all) => all.iter_mut().for_each(|one| complete(app, one, medecin)),
            None => complete(app, &mut proved, medecin),
        }
        proved
    }
}

/// Adds its proof to a signature that a machine took and that has none.
fn complete(app: &TestApp, signature: &mut Value, medecin: Option<Rpps>) {
    let word = |name: &str| signature[name].as_str();
    let (Some(role), Some(moyen), Some(contenu_sha256)) = (
        word("role").and_then(RoleSignataire::du_mot),
        word("moyen").and_then(MoyenSignature::du_mot).filter(|moyen| !moyen.est_papier()),
        word("contenu_sha256").and_then(Empreinte::parse),
    ) else {
        return;
    };
    if signature.get("preuve").is_some() {
        return;
    }
    let own = word("rpps").and_then(|rpps| Rpps::parse(rpps).ok()).or(medecin);
    let rpps = own.filter(|_| role == RoleSignataire::Medecin);
    let signe_a = word("signe_a").and_then(|text| text.parse().ok());
    let annoncee = SignatureAnnoncee { role, rpps, moyen, contenu_sha256, signe_a };
    signature["preuve"] = json!({ "jws": app.preuve(&annoncee) });
}
