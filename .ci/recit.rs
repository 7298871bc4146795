//! The story of the README, told by the client that openapi-generator makes from openapi.yaml.

use std::error::Error;
use std::fmt::Debug;
use std::process::Command;

use traitant_client::apis::configuration::Configuration;
use traitant_client::apis::{
    self, declarations_api, feuilles_de_soins_api, medecin_traitant_api, moi_api, simulations_api,
};
use traitant_client::models::*;

type Outcome<T> = Result<T, Box<dyn Error>>;

const ALICE: &str = "172080100199557";
const MARTIN: &str = "99900001233";

fn variable(name: &str) -> Outcome<String> {
    std::env::var(name).map_err(|error| format!("{name}: {error}").into())
}

fn same<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Outcome<()> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: {found:?} is not {expected:?}").into())
    }
}

/// What was asked for, or the whole answer of the service.
fn given<T, E: Debug>(answer: Result<T, apis::Error<E>>) -> Outcome<T> {
    answer.map_err(|error| format!("{error:?}").into())
}

fn nir() -> IdentifiantPersonne {
    IdentifiantPersonne::new(identifiant_personne::Type::Nir, ALICE.to_owned())
}

/// A signature of the content, with the proof that the sandbox issues.
fn signature(
    role: RoleSignataire,
    moyen: MoyenSignature,
    (who, digest): (&str, &str),
) -> Outcome<SignatureDemande> {
    let made = Command::new(variable("TRAITANT")?).args(["preuve", who, digest]).output()?;
    let jws = String::from_utf8(made.stdout)?.trim().to_owned();
    let proof = PreuveDemande { jws: Some(Some(jws)), ..PreuveDemande::new() };
    let preuve = Some(Some(Box::new(proof)));
    Ok(SignatureDemande { preuve, ..SignatureDemande::new(digest.to_owned(), moyen, role) })
}

fn main() -> Outcome<()> {
    let anybody = Configuration { base_path: variable("API")?, ..Configuration::new() };
    let bearer = |token| Configuration { bearer_access_token: Some(token), ..anybody.clone() };
    let (doctor, alice) = (bearer(variable("MEDECIN")?), bearer(variable("ALICE")?));

    // What would it cost without a médecin traitant?
    let patient = PatientSimuleDemande {
        age: Some(Some(52)),
        complementaire: Some(Some(Complementaire::Amc)),
        ..PatientSimuleDemande::new()
    };
    let asked = SimulationDemande::new(
        vec![ActeSimuleDemande::new(3000, "G".to_owned(), 3000)],
        "2025-06-13".parse()?,
        ExecutantSimuleDemande::new(Convention::Secteur1, "01".to_owned()),
        RelationMt::Aucun,
        patient,
    );
    let simulated = given(simulations_api::simuler(&anybody, asked, None))?;
    same("without a médecin traitant", simulated.appartenance, Appartenance::HorsParcours)?;
    same("what is left to pay", simulated.totaux.reste_a_charge_centimes, 1260)?;

    // Alice chooses: both sign the same content, whose digest a preview gives.
    let patient = PatientChoixDemande {
        identifiant: Some(Some(Box::new(nir()))),
        date_naissance: Some(Some("1972-08-09".to_owned())),
        ..PatientChoixDemande::new()
    };
    let choix = ChoixDemande::new(vec![MedecinChoixDemande::new(MARTIN.to_owned())], patient);
    let seen = given(declarations_api::apercu_declaration(&doctor, choix.clone()))?;
    let digest = seen.contenu_sha256.as_str();
    let signatures = vec![
        signature(RoleSignataire::Assure, MoyenSignature::CarteVitale, ("patient", digest))?,
        signature(RoleSignataire::Medecin, MoyenSignature::Cps, ("medecin", digest))?,
    ];
    let signed = ChoixDemande { signatures: Some(Some(signatures)), ..choix };
    let declared = given(declarations_api::creer_declaration(
        &doctor,
        "client-rust-declaration",
        signed.clone(),
    ))?;
    same("the declaration", declared.etat, Etat::Active)?;
    same(
        "the proofs",
        declared.signatures.iter().all(|one| one.preuve == ModePreuve::Verifiee),
        true,
    )?;
    // Sent again, it is the same one.
    let again =
        given(declarations_api::creer_declaration(&doctor, "client-rust-declaration", signed))?;
    same("the declaration, sent again", again.id, declared.id)?;

    // What a consultation pays back now.
    let known = given(medecin_traitant_api::lire_medecin_traitant(
        &alice,
        &declared.patient_id.to_string(),
        None,
        None,
    ))?;
    same("the médecin traitant", known.declare, true)?;
    let jour = known.en_vigueur_le;
    let beneficiaire = BeneficiaireDemande {
        identifiant_individuel: Some(Some(Box::new(nir()))),
        ..BeneficiaireDemande::new(
            "1972-08-09".to_owned(),
            nir(),
            Organisme::new("131".to_owned(), "0000".to_owned(), "01".to_owned()),
            "0".to_owned(),
        )
    };
    let number = NumeroFacturation::new(numero_facturation::Type::NumAm, "991999905".to_owned());
    let sent = FeuilleDemande::new(
        vec![ActeDemande::new(3000, "G".to_owned(), jour, 3000, Nomenclature::Ngap, 1)],
        AssuranceDemande::new(NatureAssurance::Maladie),
        beneficiaire,
        jour,
        ExecutantDemande::new(Convention::Secteur1, number, MARTIN.to_owned(), "01".to_owned()),
        ModeSecurisation::Securise,
        "1".to_owned(),
        ParcoursDemande { indicateur: Some(Some("T".to_owned())), ..ParcoursDemande::new() },
        Support::Electronique,
    );
    let feuille = given(feuilles_de_soins_api::enregistrer_feuille_de_soins(
        &doctor,
        "client-rust-feuille",
        sent,
    ))?;
    let evaluated = feuille.evaluations.first().ok_or("the feuille was not evaluated")?;
    same("with a médecin traitant", evaluated.appartenance, Appartenance::DansParcours)?;
    let read =
        given(feuilles_de_soins_api::lire_feuille_de_soins(&alice, &feuille.id.to_string()))?;
    same("the feuille, read by Alice", read.evaluations.first(), Some(evaluated))?;

    // Alice reads who looked.
    let looked = given(moi_api::lister_acces(&alice, None, None, None))?;
    same("somebody looked", looked.donnees.len() >= 2, true)?;
    // Who may not is told so, in the same words.
    let Err(apis::Error::ResponseError(refused)) = moi_api::lister_acces(&doctor, None, None, None)
    else {
        return Err("the doctor read the accesses of a patient".into());
    };
    same("the doctor's reading of his accesses", refused.status.as_u16(), 403)?;
    let problem: Probleme = serde_json::from_str(&refused.content)?;
    same("why", problem.code, CodeProbleme::PorteeInsuffisante)?;
    let (without, with) =
        (simulated.totaux.reste_a_charge_centimes, evaluated.totaux.reste_a_charge_centimes);
    println!("rust: {without} without, {with} with");
    Ok(())
}
