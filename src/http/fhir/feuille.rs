//! `Claim` and `ClaimResponse`: a feuille de soins, and what was evaluated of it; a version an evaluation.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Number, Value, json};

use super::adresse::Ici;
use super::bundle::{trouvees, versions};
use super::recherche::Recherche;
use super::ressource::{
    ORGANISME, Ressource, au_patient, au_praticien, concept, meta, moment, montrer,
};
use crate::domain::droits::Demarche;
use crate::domain::evaluation::{ActeEvalue, Appartenance, Montants};
use crate::domain::feuille_de_soins::{Acte, Nomenclature};
use crate::domain::ids::FeuilleId;
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Chemins};
use crate::http::pagination::Cadre;
use crate::http::problem::{Code, Refus};
use crate::services::feuilles_de_soins::{self, EvaluationEnregistree, FeuilleEvaluee};

/// An amount in euros: a decimal written from whole cents.
pub(super) fn argent(amount: Centimes) -> Value {
    let cents = amount.get();
    let sign = if cents < 0 { "-" } else { "" };
    let (euros, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    let value = format!("{sign}{euros}.{rest:02}").parse::<Number>().ok();
    json!({ "value": value, "currency": "EUR" })
}

pub(super) fn nomenclature(known: Nomenclature) -> &'static str {
    match known {
        Nomenclature::Ngap => "urn:x-traitant:ngap",
        Nomenclature::Ccam => "urn:x-traitant:ccam",
    }
}

/// The organisme of the feuille, when it says one.
fn insurer(evaluee: &FeuilleEvaluee) -> Value {
    let organisme = evaluee.feuille.feuille.soins.beneficiaire.organisme;
    let identifier =
        organisme.map(|organisme| json!({ "system": ORGANISME, "value": organisme.as_str() }));
    json!({ "identifier": identifier, "display": "Assurance maladie obligatoire" })
}

fn kind() -> Value {
    let system = "http://terminology.hl7.org/CodeSystem/claim-type";
    concept(system, "professional", "Professional")
}

fn line(acte: &Acte) -> Value {
    json!({
        "sequence": acte.numero_ligne,
        "productOrService": {
            "coding": [{ "system": nomenclature(acte.code.nomenclature()), "code": acte.code.as_str() }],
        },
        "servicedDate": acte.date_execution,
        "quantity": { "value": acte.quantite },
        "net": argent(acte.honoraires),
    })
}

/// What a feuille declares.
fn claim(evaluee: &FeuilleEvaluee) -> Ressource {
    let (kept, feuille) = (&evaluee.feuille, &evaluee.feuille.feuille);
    let soins = &feuille.soins;
    let days = soins.jours().map(|(first, last)| json!({ "start": first, "end": last }));
    let indicator = soins
        .parcours
        .indicateur
        .map(|one| json!([{ "url": "urn:x-traitant:indicateur-parcours", "valueCode": one }]));
    let content = json!({
        "meta": meta(None, kept.enregistre_le),
        "extension": indicator,
        "identifier": [{ "system": "urn:x-traitant:numero-facture", "value": feuille.numero_facture }],
        "status": "active",
        "type": kind(),
        "use": "claim",
        "patient": au_patient(kept.patient_id),
        "billablePeriod": days,
        "created": feuille.date_etablissement,
        "insurer": insurer(evaluee),
        "provider": au_praticien(feuille.executant_rpps),
        "priority": concept("http://terminology.hl7.org/CodeSystem/processpriority", "normal", "Normal"),
        "insurance": [{ "sequence": 1, "focal": true, "coverage": insurer(evaluee) }],
        "item": soins.actes.iter().map(line).collect::<Vec<_>>(),
    });
    Ressource::new("Claim", Some(kept.id.to_string()), content)
}

pub(super) const MONTANTS: &str = "urn:x-traitant:montant";

/// What is said of an amount: in the words of FHIR where it has some, in those of the law otherwise.
pub(super) fn montants(amounts: &Montants) -> [(Value, Centimes); 9] {
    let said = "http://terminology.hl7.org/CodeSystem/adjudication";
    [
        (said, "submitted", "Honoraires", amounts.honoraires),
        (said, "eligible", "Base de remboursement", amounts.base),
        (said, "benefit", "Remboursé par l'assurance obligatoire", amounts.rembourse_amo),
        (MONTANTS, "ticket-moderateur", "Ticket modérateur", amounts.ticket_moderateur),
        (MONTANTS, "majoration-hors-parcours", "Majoration hors parcours", amounts.majoration),
        (MONTANTS, "participation-forfaitaire", "Participation forfaitaire", amounts.participation),
        (MONTANTS, "depassement", "Dépassement", amounts.depassement),
        (MONTANTS, "part-complementaire", "Part de la complémentaire", amounts.part_amc),
        (MONTANTS, "reste-a-charge", "Reste à charge", amounts.reste_a_charge),
    ]
    .map(|(system, code, display, amount)| (concept(system, code, display), amount))
}

fn adjudications(amounts: &Montants) -> Vec<Value> {
    let all = montants(amounts).into_iter();
    all.map(|(category, amount)| json!({ "category": category, "amount": argent(amount) }))
        .collect()
}

/// The lines of an act: the determined code is said with the principal one.
fn lines(acte: &ActeEvalue) -> Vec<Value> {
    let code = acte.qualification.code;
    let all = acte.lignes.iter().enumerate();
    all.map(|(rank, ligne)| {
        let determined = (rank == 0).then(
            || json!([{ "url": "urn:x-traitant:qualificatif-parcours", "valueCode": code.mot() }]),
        );
        json!({
            "extension": determined,
            "itemSequence": ligne.numero_ligne,
            "adjudication": adjudications(&ligne.montants),
        })
    })
    .collect()
}

/// One evaluation of a feuille.
fn response(evaluee: &FeuilleEvaluee, stored: &EvaluationEnregistree) -> Ressource {
    let (kept, evaluation) = (&evaluee.feuille, &stored.evaluation);
    let verdict = evaluation.synthese();
    let place = verdict.map(|one| one.appartenance);
    let undetermined = place == Some(Appartenance::Indeterminee);
    let totals: Vec<Value> = adjudications(&evaluation.totaux);
    let content = json!({
        "meta": meta(Some(i32::from(stored.numero)), stored.connu_le),
        "status": "active",
        "type": kind(),
        "use": "claim",
        "patient": au_patient(kept.patient_id),
        "created": moment(stored.connu_le),
        "insurer": insurer(evaluee),
        "requestor": au_praticien(kept.feuille.executant_rpps),
        "request": { "reference": format!("Claim/{}", kept.id), "type": "Claim" },
        "outcome": if undetermined { "partial" } else { "complete" },
        "disposition": place.map(Vocabulaire::mot),
        "item": evaluation.actes.iter().flat_map(lines).collect::<Vec<_>>(),
        "total": totals,
    });
    Ressource::new("ClaimResponse", Some(kept.id.to_string()), content)
}

/// The last evaluation, which is the one that stands.
fn last(evaluee: &FeuilleEvaluee) -> Option<Ressource> {
    evaluee.evaluations.last().map(|(stored, _)| response(evaluee, stored))
}

fn absent() -> Refus {
    Refus::new(Code::Introuvable, "Cette feuille n'a pas d'évaluation de ce numéro.")
}

/// A feuille.
pub(super) async fn read_claim(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<FeuilleId>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireFeuilleDeSoins)?;
    montrer(&feuilles_de_soins::get(&state.core, &contexte, id).await?.map(|one| claim(&one)))
}

/// Its last evaluation.
pub(super) async fn read_response(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<FeuilleId>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireFeuilleDeSoins)?;
    let found = feuilles_de_soins::get(&state.core, &contexte, id).await?;
    montrer(&found.try_map(|one| last(&one).ok_or_else(absent))?)
}

/// One of its evaluations.
pub(super) async fn response_version(
    State(state): State<AppState>,
    appel: Appel,
    Chemins(id, version): Chemins<FeuilleId, i16>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireFeuilleDeSoins)?;
    let found = feuilles_de_soins::get(&state.core, &contexte, id).await?;
    montrer(&found.try_map(|one| {
        let wanted = one.evaluations.iter().find(|(stored, _)| stored.numero == version);
        wanted.map(|(stored, _)| response(&one, stored)).ok_or_else(absent)
    })?)
}

/// All of them, the last one first: `_since`.
pub(super) async fn response_history(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    Chemin(id): Chemin<FeuilleId>,
    mut asked: Recherche,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireFeuilleDeSoins)?;
    let since = asked.depuis()?;
    asked.fin()?;
    let found = feuilles_de_soins::get(&state.core, &contexte, id).await?;
    montrer(&found.map(|one| {
        let all = one.evaluations.iter().rev();
        let all = all.filter(|(stored, _)| since.contient(stored.connu_le));
        versions(all.map(|(stored, _)| response(&one, stored)).collect(), &ici)
    }))
}

/// The feuilles of a person, as what is asked: `patient`, `_count`, `_cursor`.
async fn search(
    state: &AppState,
    appel: Appel,
    (ici, mut asked): (Ici, Recherche),
    (kind, shape): (&'static str, fn(&FeuilleEvaluee) -> Option<Ressource>),
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerFeuillesDeSoins)?;
    let (patient, page) = (asked.patient()?, asked.page()?);
    asked.fin()?;
    let days = (state.core.law().premier_jour(), state.core.clock().today());
    let question = format!("fhir feuilles {patient}");
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let (wanted, kept) = page.voulue::<FeuilleId>(&cadre)?;
    let found = feuilles_de_soins::list(&state.core, &contexte, patient, days, wanted).await?;
    montrer(&found.map(|found| {
        let next = found.suite.map(|last| {
            let cursor = cadre.ecrire(&last.to_string());
            format!("{kind}?patient=Patient/{patient}&{kept}&_cursor={cursor}")
        });
        let shown = found.feuilles.iter().filter_map(shape).collect();
        trouvees(shown, (&ici, next), found.total)
    }))
}

/// The feuilles of a person.
pub(super) async fn search_claims(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    asked: Recherche,
) -> Result<Response, Refus> {
    search(&state, appel, (ici, asked), ("Claim", |one| Some(claim(one)))).await
}

/// The last evaluations of the feuilles of a person.
pub(super) async fn search_responses(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    asked: Recherche,
) -> Result<Response, Refus> {
    search(&state, appel, (ici, asked), ("ClaimResponse", last)).await
}
