//! `CoverageEligibilityRequest/$submit`: what care would be paid back, and whether it is in the parcours. Nothing is stored: it is the
//! simulation against the register, in the words of FHIR.

mod demande;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use serde_json::{Value, json};

use self::demande::{ActeDemande, Demande, Personne};
use super::TYPE;
use super::adresse::Ici;
use super::feuille::{MONTANTS, argent, montants, nomenclature};
use super::ressource::{
    Ressource, a_l_organisme, au_patient, au_praticien, concept, double, moment, montrer,
};
use crate::domain::droits::Demarche;
use crate::domain::evaluation::{ActeEvalue, Appartenance, CouvertureConnue, LigneEvaluee};
use crate::domain::feuille_de_soins::{
    Acte, Assurance, Beneficiaire, Complementaire, Executant, Exoneration, FeuilleDeSoins,
    LieuExecution, ModeSecurisation, NatureAssurance, Paiement, ParcoursDeclare, RegimeLocal,
    SituationParticuliere, Soins, Support,
};
use crate::domain::identifiers::{
    DateNaissanceAmo, NumeroFacturation, QualiteBeneficiaire, RangGemellaire, Rpps,
};
use crate::domain::medecin::Medecin;
use crate::domain::money::Centimes;
use crate::domain::vie::DossierPatient;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::{Appel, corps_non_lu, exige_type};
use crate::http::problem::{Code, Refus};
use crate::services::evaluations::{Explication, explain};
use crate::services::feuilles_de_soins::NouvelleFeuille;
use crate::services::simulations::{self, SimulationRegistre};
use crate::services::{ChampInvalide, Contexte, ServiceError, medecins, patients};

/// What the feuille would be, and what the answer says of the question.
struct Question {
    feuille: FeuilleDeSoins,
    jour: NaiveDate,
    identifiant: Option<Value>,
    /// The coverage of a person whom the caller reads.
    couverture: Option<String>,
}

/// Answers a request of eligibility.
pub(super) async fn submit(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refus> {
    let contexte = appel.pour(Demarche::SimulerContreRegistre)?;
    let body = body.map_err(|why| corps_non_lu(&why))?;
    exige_type(&headers, TYPE, "Le corps")
        .or_else(|_other| exige_type(&headers, "application/json", "Le corps"))?;
    let document: Value = serde_json::from_slice(&body).map_err(|wrong| {
        let place = format!("ligne {}, colonne {}", wrong.line(), wrong.column());
        let detail = format!("Le corps n'est pas un document JSON lisible ({place}).");
        Refus::new(Code::CorpsIllisible, detail)
    })?;
    let (place, request) = demande::enveloppe(&document).map_err(Refus::champs)?;
    let answer = answered(&state, (&appel, &contexte), (request, ici.base())).await;
    answer.map_err(|refus| refus.sous(place))
}

/// What is answered to a request, read where it is.
async fn answered(
    state: &AppState,
    (appel, contexte): (&Appel, &Contexte),
    (document, base): (&Value, &str),
) -> Result<Response, Refus> {
    let demande = demande::lire(document, base).map_err(Refus::champs)?;
    let core = &state.core;
    let jour = demande.jour.unwrap_or_else(|| core.clock().today());
    let medecin = match medecins::get(core, &demande.executant).await {
        Ok((medecin, _)) => medecin,
        Err(ServiceError::Introuvable) => {
            return Err(wrong("/provider", "medecin_inconnu", "le RPPS d'un médecin du registre"));
        }
        Err(error) => return Err(error.into()),
    };
    let soins = soins(&demande, &medecin, jour)?;
    let asked = |feuille, couverture| Question {
        feuille,
        jour,
        identifiant: demande.identifiant.clone(),
        couverture,
    };
    let (question, found) = match &demande.patient {
        Personne::Dossier(id) => {
            let read = appel.pour(Demarche::LirePatient)?;
            let dossier = patients::get(core, &read, *id).await?;
            let (feuille, couverture) = of_record(soins, dossier.get(), jour)?;
            let found = simulations::of_read(core, contexte, &dossier, &feuille).await;
            (asked(feuille, couverture), found)
        }
        Personne::Carte(cle) => {
            let feuille = soins.of(cle.date_naissance, cle.rang);
            let nouvelle = NouvelleFeuille { cle: cle.clone(), feuille: Arc::new(feuille) };
            let found = simulations::against_register(core, contexte, &nouvelle, None).await;
            (asked(Arc::unwrap_or_clone(nouvelle.feuille), None), found)
        }
    };
    let found = found.map_err(where_it_was_asked)?;
    let law = core.law();
    montrer(&found.try_map(|found| {
        let mut soins = question.feuille.soins.clone();
        soins.beneficiaire.organisme = found.organisme;
        let explication = explain(law, &soins, &found.faits, &found.evaluation)?;
        Ok::<_, Refus>(response(&question, &found, &explication))
    })?)
}

fn wrong(place: &str, code: &'static str, attendu: &str) -> Refus {
    Refus::champs(vec![ChampInvalide::new(place, code, format!("attendu : {attendu}"))])
}

/// What is refused of the feuille, where the request says it.
fn where_it_was_asked(error: ServiceError) -> Refus {
    let ServiceError::Invalide(wrong) = error else { return error.into() };
    let place = |pointeur: &str| match pointeur.strip_prefix("/feuille/").unwrap_or_default() {
        own if own.starts_with("beneficiaire") => "/patient",
        own if own.starts_with("executant") => "/provider",
        own if own.starts_with("parcours") => "/extension",
        own if own.contains("date") => "/servicedDate",
        _ => "/item",
    };
    let moved = wrong
        .into_iter()
        .map(|champ| ChampInvalide { pointeur: place(&champ.pointeur).to_owned(), ..champ });
    Refus::champs(moved.collect())
}

/// What the request and the register say of the care, before it is known who is cared for.
struct SoinsDemandes {
    parcours: ParcoursDeclare,
    complementaire: Complementaire,
    executant: Executant,
    numero: NumeroFacturation,
    rpps: Rpps,
    actes: Vec<Acte>,
    jour: NaiveDate,
}

/// The practice of the performer that day is that of the register, which says specialty, convention and number.
fn soins(demande: &Demande, medecin: &Medecin, jour: NaiveDate) -> Result<SoinsDemandes, Refus> {
    let attendu = "un médecin en exercice ce jour-là, dont le registre a la convention et le numéro de facturation";
    let none = || wrong("/provider", "medecin_sans_exercice", attendu);
    let own = medecin.exercice_designable(jour, None);
    let exercice = own.or_else(|| medecin.exercices_le(jour).next()).ok_or_else(none)?;
    let place = LieuExecution {
        commune: Some(exercice.lieu.commune),
        finess_et: exercice.lieu.finess_et,
        nature: None,
    };
    Ok(SoinsDemandes {
        parcours: ParcoursDeclare { indicateur: demande.indicateur, ..ParcoursDeclare::default() },
        complementaire: demande.complementaire,
        executant: Executant {
            specialite: medecin.specialite_le(jour).ok_or_else(none)?,
            convention: exercice.convention.ok_or_else(none)?,
            option_tarifaire: exercice.option_tarifaire,
            remplacant_de: None,
            date_installation: None,
            lieu: Some(place),
        },
        numero: exercice.facturation.ok_or_else(none)?,
        rpps: medecin.rpps,
        actes: demande.actes.iter().zip(1..).map(|(one, line)| acte(one, line, jour)).collect(),
        jour,
    })
}

fn acte(asked: &ActeDemande, numero_ligne: u16, jour: NaiveDate) -> Acte {
    Acte {
        numero_ligne,
        date_execution: jour,
        date_prescription_serie: None,
        code: asked.code,
        coefficient_centiemes: None,
        quantite: asked.quantite,
        ccam: None,
        honoraires: asked.honoraires,
        base: Some(asked.base),
        qualificatif: None,
        depassement: None,
        exoneration: None,
    }
}

impl SoinsDemandes {
    /// The feuille that would be sent. It has no number: none that the register has is this one.
    fn of(self, date_naissance: DateNaissanceAmo, rang: RangGemellaire) -> FeuilleDeSoins {
        FeuilleDeSoins {
            numero_facture: String::new(),
            support: Support::Electronique,
            mode_securisation: ModeSecurisation::Securise,
            date_etablissement: self.jour,
            recue_le: None,
            reference_externe: None,
            executant_rpps: self.rpps,
            numero_facturation: self.numero,
            soins: Soins {
                beneficiaire: Beneficiaire {
                    qualite: QualiteBeneficiaire::ASSURE,
                    rang,
                    date_naissance,
                    organisme: None,
                    complementaire: self.complementaire,
                    contrat: None,
                    exoneration: Exoneration::NONE,
                    regime_local: RegimeLocal::Aucun,
                    situation: SituationParticuliere::Aucune,
                },
                executant: self.executant,
                parcours: self.parcours,
                assurance: Assurance {
                    nature: NatureAssurance::Maladie,
                    date_reference: None,
                    numero_at_mp: None,
                    accident_tiers: None,
                },
                actes: self.actes,
                paiement: Paiement::default(),
            },
            prescription: None,
            signatures: Vec::new(),
        }
    }
}

/// The feuille of a person who was read, and the coverage of the day.
fn of_record(
    soins: SoinsDemandes,
    dossier: &DossierPatient,
    jour: NaiveDate,
) -> Result<(FeuilleDeSoins, Option<String>), Refus> {
    let known = &dossier.patient;
    let identite = known.identite_le(jour).ok_or_else(super::ressource::inconnue)?;
    let coverage = known.affiliations.iter().find(|fait| fait.effet.contient(jour));
    let coverage = coverage.map(|fait| format!("Coverage/{}", double(known.id, fait.id.uuid())));
    Ok((soins.of(identite.date_naissance, identite.rang), coverage))
}

fn response(
    question: &Question,
    found: &SimulationRegistre,
    explication: &Explication<'_>,
) -> Ressource {
    let evaluation = &found.evaluation;
    let place = evaluation.synthese().map(|one| one.appartenance);
    let undetermined = place == Some(Appartenance::Indeterminee);
    let insurer = found
        .organisme
        .as_ref()
        .map_or_else(|| json!({ "display": "Assurance maladie obligatoire" }), a_l_organisme);
    let mut coverage = insurer.clone();
    if let (Some(object), Some(reference)) = (coverage.as_object_mut(), &question.couverture) {
        object.insert("reference".to_owned(), json!(reference));
    }
    let lost = [Some(CouvertureConnue::SansDroits), Some(CouvertureConnue::HorsDeFrance)];
    let in_force = !lost.contains(&found.faits.registre.couverture_le(question.jour));
    let said = explication.patient.phrases.iter();
    let said =
        said.map(|text| json!({ "url": "urn:x-traitant:phrase-patient", "valueString": text }));
    let warned = evaluation.avertissements.iter();
    let warned = warned
        .map(|one| json!({ "url": "urn:x-traitant:avertissement", "valueCode": one.code.mot() }));
    let items = evaluation.actes.iter().zip(&explication.actes).flat_map(|(acte, motifs)| {
        let reasons: Vec<String> = motifs.iter().map(|motif| motif.texte.to_owned()).collect();
        let reasons = reasons.join(" ");
        let lines = acte.lignes.iter().enumerate().map(move |(rank, ligne)| {
            item(question, acte, (rank == 0).then_some(&*reasons), ligne)
        });
        lines.collect::<Vec<_>>()
    });
    let rpps = question.feuille.executant_rpps;
    let content = json!({
        "extension": said.chain(warned).collect::<Vec<_>>(),
        "status": "active",
        "purpose": ["benefits"],
        "patient": au_patient(found.patient),
        "servicedDate": question.jour,
        "created": moment(found.connu_le),
        "requestor": au_praticien(rpps),
        "request": {
            "type": "CoverageEligibilityRequest",
            "identifier": question.identifiant,
            "display": "La demande à laquelle ceci répond",
        },
        "outcome": if undetermined { "partial" } else { "complete" },
        "disposition": explication.bilan,
        "insurer": insurer,
        "insurance": [{
            "coverage": coverage,
            "inforce": in_force,
            "item": items.collect::<Vec<_>>(),
        }],
    });
    Ressource::new("CoverageEligibilityResponse", None, content)
}

/// A line of an act: whether it is in the parcours, what it would be paid back, and why, with its principal line.
fn item(
    question: &Question,
    acte: &ActeEvalue,
    reasons: Option<&str>,
    ligne: &LigneEvaluee,
) -> Value {
    let code = question.feuille.soins.acte(ligne.numero_ligne).map(|acte| {
        let system = nomenclature(acte.code.nomenclature());
        json!({ "coding": [{ "system": system, "code": acte.code.as_str() }] })
    });
    let place = acte.qualification.appartenance;
    let network = match place {
        Appartenance::DansParcours => Some(("in", "In Network")),
        Appartenance::HorsParcours => Some(("out", "Out of Network")),
        Appartenance::NonConcerne | Appartenance::Exclu | Appartenance::Indeterminee => None,
    };
    let network = network.map(|(code, display)| {
        let system = "http://terminology.hl7.org/CodeSystem/benefit-network";
        json!({ "system": system, "code": code, "display": display })
    });
    let own = json!({ "system": "urn:x-traitant:appartenance", "code": place.mot() });
    let determined = reasons.map(|_| {
        let code = acte.qualification.code.mot();
        json!([{ "url": "urn:x-traitant:qualificatif-parcours", "valueCode": code }])
    });
    let rate = json!({
        "type": concept(MONTANTS, "taux-remboursement", "Taux avant majoration, en dix-millièmes"),
        "allowedUnsignedInt": acte.taux.get(),
    });
    let amounts = montants(&ligne.montants)
        .into_iter()
        .map(|(kind, amount)| json!({ "type": kind, "allowedMoney": argent(amount) }));
    json!({
        "extension": determined,
        "productOrService": code,
        "provider": au_praticien(question.feuille.executant_rpps),
        "excluded": ligne.montants.base == Centimes::ZERO,
        "description": reasons,
        "network": { "coding": [network, own] },
        "benefit": std::iter::once(rate).chain(amounts).collect::<Vec<_>>(),
    })
}
