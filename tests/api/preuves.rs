//! Proofs of signature, as the program makes them and as the application believes them.

use traitant::auth::{Emetteur, Preuves, Prouveur};
use traitant::domain::clock::{Clock, SystemClock};
use traitant::domain::declaration::{
    MoyenSignature, PreuveRefusee, RoleSignataire, SignatureAnnoncee,
};
use traitant::domain::digest::Empreinte;
use traitant::domain::identifiers::Rpps;

use crate::support::TestApp;
use crate::support::app::{MARTIN, choix};
use crate::support::process::{Folder, run, said};

/// A digest.
const SHA256: &str = "a65b6e26392dcc1b1f0081310efec042c145065888e7a31e5280e1c5090d0fd2";

fn patient(contenu_sha256: Empreinte) -> SignatureAnnoncee {
    let (role, moyen) = (RoleSignataire::Assure, MoyenSignature::CarteVitale);
    SignatureAnnoncee { role, rpps: None, moyen, contenu_sha256, signe_a: None }
}

fn medecin(contenu_sha256: Empreinte) -> SignatureAnnoncee {
    let (role, rpps) = (RoleSignataire::Medecin, Some(Rpps::parse(MARTIN).unwrap()));
    SignatureAnnoncee { role, rpps, moyen: MoyenSignature::Cps, ..patient(contenu_sha256) }
}

#[tokio::test]
async fn a_sandbox_believes_its_own_proofs_and_takes_no_token_for_one() {
    let app = TestApp::new().await;
    let digest = app.medecin(MARTIN).digest_of(&choix("ALICE", MARTIN)).await;
    let digest = Empreinte::parse(&digest).unwrap();
    let preuves = app.preuves();
    for annoncee in [patient(digest), medecin(digest)] {
        let verifiee = preuves.verify(&app.preuve(&annoncee)).await.unwrap();
        assert_eq!(verifiee.confirme(&annoncee), Ok(()));
        assert_eq!(verifiee.signe_a, app.clock.now());
        assert_eq!(verifiee.rpps, annoncee.rpps);
    }
    let other = patient(Empreinte::of("autre"));
    let another = preuves.verify(&app.preuve(&other)).await.unwrap();
    assert_eq!(another.confirme(&patient(digest)), Err(PreuveRefusee::AutreContenu));
    // A proof is no token, and a token is no proof.
    let as_token = app.bearer(app.preuve(&medecin(digest))).get("/v1/moi").await;
    assert_eq!(as_token.problem(401), "jeton_invalide");
    let token = app.emetteur.sign(&super::access::claims("")).unwrap();
    let refused = preuves.verify(&token).await;
    assert_eq!(refused.err(), Some(PreuveRefusee::EnTete));
}

#[tokio::test]
async fn a_proof_that_the_program_makes_is_believed_by_its_sandbox() {
    let folder = Folder::new();
    let settings = [("TRAITANT_DONNEES", folder.path().to_str().unwrap())];
    let none = run(&settings, &["preuve", "patient", SHA256]);
    assert!(said(&none).contains("lancez d'abord « traitant »"), "{}", said(&none));
    Emetteur::in_dir(folder.path()).unwrap();
    let emetteur = Prouveur::in_dir(folder.path()).unwrap().emetteur().unwrap();
    let preuves = Preuves::new(vec![emetteur], [].into());
    let digest = Empreinte::parse(SHA256).unwrap();
    let now = Some(SystemClock.now());
    let patient = SignatureAnnoncee { signe_a: now, ..patient(digest) };
    let medecin = SignatureAnnoncee { signe_a: now, ..medecin(digest) };
    let then = Some("2025-06-16T09:00:00Z".parse().unwrap());
    for (arguments, annoncee) in [
        (&["patient", SHA256][..], patient),
        (&["medecin", SHA256], medecin),
        (
            &["patient", SHA256, "--role", "tuteur", "--moyen", "franceconnect"],
            SignatureAnnoncee {
                role: RoleSignataire::Tuteur,
                moyen: MoyenSignature::Franceconnect,
                ..patient
            },
        ),
        (
            &["medecin", SHA256, "--signe-a", "2025-06-16T09:00:00Z"],
            SignatureAnnoncee { signe_a: then, ..medecin },
        ),
    ] {
        let output = run(&settings, &[&["preuve"], arguments].concat());
        let preuve = said(&output);
        let verifiee = preuves.verify(preuve.trim()).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(verifiee.confirme(&annoncee), Ok(()));
    }
    let production = [
        settings[0],
        ("TRAITANT_PREUVES_1_EMETTEUR", "https://preuves.exemple.invalid"),
        ("TRAITANT_PREUVES_1_JWKS_URL", "https://preuves.exemple.invalid/cles"),
        ("TRAITANT_PREUVES_1_MOYENS", "cps"),
    ];
    let refused = said(&run(&production, &["preuve", "medecin", SHA256]));
    assert!(refused.contains("sans autre émetteur de preuves"), "{refused}");
}
