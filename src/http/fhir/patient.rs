//! `Patient`: a person of the caller's, without the number that `/v1` never gives either.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::adresse::Ici;
use super::bundle::{toutes, trouvees, versions};
use super::jeton::{Jeton, Jetons};
use super::recherche::{Recherche, manquant};
use super::ressource::{
    NATURES, Ressource, a_l_organisme, au_praticien, concept, inconnue, meta, montrer, periode,
    publier,
};
use crate::domain::acteur::Acteur;
use crate::domain::droits::Demarche;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::{DateNaissanceAmo, IdentifiantPersonne, RangGemellaire, Rpps};
use crate::domain::ids::PatientId;
use crate::domain::patient::{ClePatient, IdentifiantPatient, Identite, Sexe, UsageIdentifiant};
use crate::domain::vie::{Adresse, DossierPatient};
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Chemins};
use crate::http::pagination::{Cadre, Tranche};
use crate::http::problem::{Code, Refus};
use crate::services::medecins_traitants::{self, Dates};
use crate::services::patientele::{self, PatientDuMedecin};
use crate::services::{Seen, ServiceError, patients};

/// The OID under which a number is issued, when there is one.
fn oid(kind: &str) -> Option<&'static str> {
    match kind {
        "nir" => Some("urn:oid:1.2.250.1.213.1.4.8"),
        "nia" => Some("urn:oid:1.2.250.1.213.1.4.9"),
        _ => None,
    }
}

/// The kind of number that a system names.
fn kind(system: &str) -> Option<&'static str> {
    ["nir", "nia"].into_iter().find(|kind| oid(kind) == Some(system))
}

/// A number of a system.
pub(super) fn numero(system: &str, value: &str) -> Option<IdentifiantPersonne> {
    IdentifiantPersonne::parse(kind(system)?, value).ok()
}

/// A number that a person has, without its value.
fn identifier(fait: &FaitDate<IdentifiantPatient>) -> Value {
    let kind = fait.valeur.numero.kind();
    let own = fait.valeur.usage == UsageIdentifiant::Individuel;
    let masked = json!({
        "extension": [{
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked",
        }],
    });
    json!({
        "use": if own { "official" } else { "secondary" },
        "type": concept(NATURES, "NH", "Numéro de facturation de l'Assurance maladie"),
        "system": oid(kind),
        "_value": masked,
        "period": periode(fait.effet),
    })
}

/// A birth date: of a lunar one, the year alone is a date, and what the insurance writes is beside it.
fn birth(date: DateNaissanceAmo) -> (String, Value) {
    let text = date.to_string();
    if !date.est_lunaire() {
        return (text, Value::Null);
    }
    let year = text.get(..4).unwrap_or_default().to_owned();
    let written = json!({
        "extension": [{ "url": "urn:x-traitant:date-naissance-amo", "valueString": text }],
    });
    (year, written)
}

fn name(identite: &Identite) -> Value {
    json!({ "use": "official", "family": identite.nom, "given": [identite.prenom] })
}

/// The administrative gender: what is not known is said so, since the register is asked who the person is.
const fn gender(identite: &Identite) -> &'static str {
    match identite.sexe {
        Some(Sexe::Feminin) => "female",
        Some(Sexe::Masculin) => "male",
        None => "unknown",
    }
}

fn address(fait: &FaitDate<Adresse>) -> Value {
    let Adresse { voie, complement, code_postal, localite, .. } = &fait.valeur;
    json!({
        "use": "home", "line": [voie, complement], "city": localite, "postalCode": code_postal,
        "period": periode(fait.effet),
    })
}

/// A person and who their médecins traitants are today, as far as the caller may know both.
fn patient(dossier: &DossierPatient, traitants: &[Rpps], today: chrono::NaiveDate) -> Ressource {
    let known = &dossier.patient;
    let identite = known.identite_le(today);
    let (born, written) =
        identite.map_or((String::new(), Value::Null), |one| birth(one.date_naissance));
    let rank = identite.map(|one| i64::from(one.rang.get())).filter(|rank| *rank > 1);
    let caisse = known.organisme_le(today).map(a_l_organisme);
    let content = json!({
        "meta": meta(Some(dossier.version), known.connu_le),
        "identifier": known.identifiants.iter().map(identifier).collect::<Vec<_>>(),
        "active": dossier.deces.is_none(),
        "name": identite.map(|one| vec![name(one)]),
        "gender": identite.map(gender),
        "birthDate": born,
        "_birthDate": written,
        "deceasedDateTime": dossier.jour_deces(),
        "address": dossier.adresses.iter().map(address).collect::<Vec<_>>(),
        "multipleBirthInteger": rank,
        "generalPractitioner": traitants.iter().copied().map(au_praticien).collect::<Vec<_>>(),
        "managingOrganization": caisse,
    });
    Ressource::new("Patient", Some(known.id.to_string()), content)
}

/// Somebody of whom the caller may know no more than that they are.
fn found_only(id: PatientId) -> Ressource {
    Ressource::new("Patient", Some(id.to_string()), Value::Null)
}

/// Who the médecins traitants are, if the token and the rights give it.
async fn traitants(state: &AppState, appel: &Appel, id: PatientId) -> Result<Vec<Rpps>, Refus> {
    let Ok(contexte) = appel.pour(Demarche::LireMedecinTraitant) else { return Ok(Vec::new()) };
    let dates = Dates { en_vigueur_le: None, connu_le: None };
    match medecins_traitants::get(&state.core, &contexte, id, dates).await {
        Ok(answer) => {
            let known = answer.into_inner().designation;
            Ok(known.map_or_else(Vec::new, |one| one.membres.iter().map(|m| m.rpps).collect()))
        }
        Err(ServiceError::Introuvable | ServiceError::Interdit(_)) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

async fn whole(state: &AppState, appel: &Appel, id: PatientId) -> Result<Seen<Ressource>, Refus> {
    let contexte = appel.pour(Demarche::LirePatient)?;
    let dossier = patients::get(&state.core, &contexte, id).await?;
    let doctors = traitants(state, appel, id).await?;
    let today = state.core.clock().today();
    Ok(dossier.map(|dossier| patient(&dossier, &doctors, today)))
}

/// A person.
pub(super) async fn read(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
) -> Result<Response, Refus> {
    montrer(&whole(&state, &appel, id).await?)
}

/// The most versions that a history goes back.
const VERSIONS: i64 = 50;

/// What the register held of a person, the last version first: who the médecins traitants are is of today, and in the
/// history of the designations. `_since`.
pub(super) async fn history(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    Chemin(id): Chemin<PatientId>,
    mut asked: Recherche,
) -> Result<Response, Refus> {
    let contexte = appel.pour(Demarche::LirePatient)?;
    let since = asked.depuis()?;
    asked.fin()?;
    let all = patients::history(&state.core, &contexte, id, VERSIONS).await?;
    let today = state.core.clock().today();
    montrer(&all.map(|all| {
        let wanted = all.iter().filter(|one| since.contient(one.patient.connu_le));
        versions(wanted.map(|one| patient(one, &[], today)).collect(), &ici)
    }))
}

/// One of these versions.
pub(super) async fn version(
    State(state): State<AppState>,
    appel: Appel,
    Chemins(id, version): Chemins<PatientId, i32>,
) -> Result<Response, Refus> {
    let contexte = appel.pour(Demarche::LirePatient)?;
    let all = patients::history(&state.core, &contexte, id, VERSIONS).await?;
    let today = state.core.clock().today();
    let one = all.try_map(|all| {
        let wanted = all.iter().find(|one| one.version == version);
        let absent = || Refus::new(Code::Introuvable, "Ce dossier n'a pas cette version.");
        wanted.map(|one| patient(one, &[], today)).ok_or_else(absent)
    })?;
    montrer(&one)
}

/// What a form asks: a doctor's own patients, or who has a number, which no address ever holds.
pub(super) async fn search_by_form(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    asked: Recherche,
) -> Result<Response, Refus> {
    if asked.donne("general-practitioner") {
        return of_doctor(&state, appel, (&ici, asked)).await;
    }
    by_card(&state, &appel, (&ici, asked)).await
}

async fn by_card(
    state: &AppState,
    appel: &Appel,
    (ici, mut asked): (&Ici, Recherche),
) -> Result<Response, Refus> {
    let contexte = appel.pour(Demarche::RechercherPatient)?;
    let (identifier, birthdate) = (asked.exige("identifier")?, asked.exige("birthdate")?);
    let identifier = Jetons::lire("identifier", &identifier)?;
    let rank = asked.prend("rang");
    asked.fin()?;
    let wrong = |name: &str, attendu: &str| Refus::parametre(name, "format_invalide", attendu);
    let attendu = "attendu : un seul numéro, urn:oid:1.2.250.1.213.1.4.8|<NIR>, ou .9|<NIA>";
    let number = match identifier.0.as_slice() {
        [Jeton { systeme: Some(systeme), code: Some(code) }] => Some((systeme, code)),
        _ => None,
    };
    let (systeme, code) = number.ok_or_else(|| wrong("identifier", attendu))?;
    // Nobody has a number of another system.
    let known = kind(systeme).map(|_kind| numero(systeme, code));
    let numero = known.map(|read| read.ok_or_else(|| wrong("identifier", attendu))).transpose()?;
    let date_naissance = DateNaissanceAmo::parse(&birthdate)
        .map_err(|_wrong| wrong("birthdate", "attendu : AAAA-MM-JJ, comme sur la carte"))?;
    let rang = match rank {
        None => RangGemellaire::ONE,
        Some(text) => {
            let read = text.parse().ok().and_then(|rank| RangGemellaire::new(rank).ok());
            read.ok_or_else(|| wrong("rang", "attendu : de 1 à 9"))?
        }
    };
    let Some(numero) = numero else { return publier(toutes(Vec::new(), ici)) };
    let cle = ClePatient { numero, date_naissance, rang };
    let found = match patients::find(&state.core, &contexte, &cle).await {
        Ok(found) => found,
        Err(ServiceError::Introuvable) => {
            return publier(toutes(Vec::new(), ici));
        }
        Err(error) => return Err(error.into()),
    };
    // Who may find somebody by a card may not always read them.
    match whole(state, appel, *found.get()).await {
        Ok(person) => montrer(&person.map(|person| toutes(vec![person], ici))),
        Err(refus)
            if [Code::Introuvable, Code::RoleInterdit, Code::PorteeInsuffisante]
                .contains(&refus.code) =>
        {
            montrer(&found.map(|id| toutes(vec![found_only(id)], ici)))
        }
        Err(refus) => Err(refus),
    }
}

/// A doctor's own patients, today: `general-practitioner`, `_count`, `_cursor`.
pub(super) async fn search(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    asked: Recherche,
) -> Result<Response, Refus> {
    if asked.donne("identifier") {
        let message = "attendu : aucun numéro dans une adresse ; POST /fhir/r4/Patient/_search";
        return Err(Refus::parametre("identifier", "numero_de_personne", message));
    }
    of_doctor(&state, appel, (&ici, asked)).await
}

async fn of_doctor(
    state: &AppState,
    appel: Appel,
    (ici, mut asked): (&Ici, Recherche),
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerMesPatients)?;
    let doctor = asked.praticien("general-practitioner")?;
    let page = asked.page()?;
    asked.fin()?;
    let own = match (contexte.acteur(), doctor) {
        (Acteur::Medecin(own), Some(asked)) if *own == asked => asked,
        (_, None) => return Err(manquant("general-practitioner")),
        _ => return Err(inconnue()),
    };
    let question = format!("fhir patients {own}");
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let (wanted, kept) = page.voulue::<PatientId>(&cadre)?;
    let found = patientele::list(&state.core, &contexte, (None, None), wanted).await?;
    let key = |one: &PatientDuMedecin| one.patient_id.to_string();
    montrer(&found.map(|found| {
        let page = Tranche::suivie(found, wanted.limite, &cadre, key);
        let next = page.suivant.map(|cursor| {
            format!("Patient?general-practitioner=Practitioner/{own}&{kept}&_cursor={cursor}")
        });
        let shown = page.donnees.iter().map(|one| listed(one, own)).collect();
        trouvees(shown, (ici, next), page.total)
    }))
}

/// A patient of a doctor, in his list.
fn listed(one: &PatientDuMedecin, own: Rpps) -> Ressource {
    let (born, written) = one
        .identite
        .as_ref()
        .map_or((String::new(), Value::Null), |identite| birth(identite.date_naissance));
    let content = json!({
        "name": one.identite.as_ref().map(|identite| vec![name(identite)]),
        "gender": one.identite.as_ref().map(gender),
        "birthDate": born,
        "_birthDate": written,
        "generalPractitioner": [au_praticien(own)],
    });
    Ressource::new("Patient", Some(one.patient_id.to_string()), content)
}
