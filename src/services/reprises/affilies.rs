//! Affiliates: those whom no number designates are written together; the others one by one, as when an agent registers
//! them.

use std::collections::BTreeSet;

use super::issues::{Issue, Issues, refus, refused};
use crate::domain::identifiers::IdentifiantPersonne;
use crate::domain::ids::PatientId;
use crate::domain::patient::{NouveauPatient, Patient, UsageIdentifiant};
use crate::services::affiliations::organisme_le;
use crate::services::core::Many;
use crate::services::patients::{
    Carte, disputed_fact, insert, new_patient, verify_dates, verify_own, whose,
};
use crate::services::{ServiceError, latest_knowledge};
use crate::storage::patients;
use crate::storage::reprises::choix::{release, save, undo};
use crate::storage::reprises::personnes;

/// Registers the persons of some lines. The numbers with which somebody was looked for beyond the caisse's own are noted:
/// each costs one try of the day, also when all the rest is forgotten. A trial writes nothing that no other line is compared
/// with: what it says of a new person was decided before they are written.
pub(super) async fn apply(
    many: &mut Many<'_>,
    lignes: &[(u64, NouveauPatient)],
    (essais, application): (&mut Vec<IdentifiantPersonne>, bool),
) -> Result<Issues, ServiceError> {
    let core = many.core();
    let acteur = *many.contexte().acteur();
    let mut issues: Vec<Option<Issue>> = Vec::with_capacity(lignes.len());
    for (_, nouveau) in lignes {
        let right = verify_own(&acteur, &nouveau.organisme, "/organisme")
            .and_then(|()| verify_dates(core, nouveau));
        issues.push(right.err().map(refused).transpose()?);
    }
    let numeros: Vec<_> = lignes.iter().flat_map(|(_, one)| one.numeros()).collect();
    let locked = numeros.iter().map(|(_, numero)| numero);
    personnes::lock_numbers(many.conn(), core.coffre(), locked).await?;
    let all: Vec<&NouveauPatient> = lignes.iter().map(|(_, one)| one).collect();
    let (porteurs, touched) =
        personnes::known(many.conn(), core.coffre(), &all, core.today()).await?;
    let caisse = acteur.identite();
    for porteur in &porteurs {
        let same = all
            .get(porteur.place)
            .is_some_and(|nouveau| porteur.identite.est_celle_de(&nouveau.identite));
        if same && porteur.caisse.as_ref() == Some(&caisse) {
            set(&mut issues, porteur.place, Issue::DejaConnue);
        }
    }
    let touched: BTreeSet<usize> = touched.into_iter().collect();
    let (mut fresh, mut others) = (Vec::new(), Vec::new());
    let mut cards = BTreeSet::new();
    for (place, nouveau) in all.iter().enumerate() {
        if issues.get(place).is_some_and(Option::is_some) {
            continue;
        }
        if !touched.contains(&place) && takes(&mut cards, nouveau) {
            fresh.push(new_patient(core, nouveau, core.now()));
            set(&mut issues, place, Issue::Nouvelle);
        } else {
            others.push(place);
        }
    }
    if application || !others.is_empty() {
        write_fresh(many, &fresh).await?;
    }
    // Whom a trial registers is forgotten: no line is told of them by an identifier.
    let mut forgotten: Forgotten = (!application).then(|| fresh.iter().map(|one| one.id).collect());
    for place in others {
        let Some(nouveau) = all.get(place) else { continue };
        let issue = alone(many, nouveau, (essais, &mut forgotten)).await?;
        set(&mut issues, place, issue);
    }
    let told = lignes.iter().zip(issues);
    Ok(told.filter_map(|((numero, _), issue)| Some((*numero, issue?))).collect())
}

fn set(issues: &mut [Option<Issue>], place: usize, issue: Issue) {
    if let Some(own) = issues.get_mut(place) {
        own.get_or_insert(issue);
    }
}

/// Whether no line before has the own number of a person, nor their card; the next ones are then compared with it.
fn takes(cards: &mut BTreeSet<String>, nouveau: &NouveauPatient) -> bool {
    let identite = &nouveau.identite;
    let mut own = Vec::new();
    for (usage, numero) in nouveau.numeros() {
        let (kind, value) = (numero.kind(), numero.expose());
        own.push(format!("{kind} {value} {} {}", identite.date_naissance, identite.rang.get()));
        if usage == UsageIdentifiant::Individuel {
            own.push(format!("{kind} {value}"));
        }
    }
    let free = own.iter().all(|card| !cards.contains(card));
    if free {
        cards.extend(own);
    }
    free
}

async fn write_fresh(many: &mut Many<'_>, fresh: &[Patient]) -> Result<(), ServiceError> {
    let Some(first) = fresh.first() else { return Ok(()) };
    let (core, instant) = (many.core(), first.connu_le);
    personnes::insert_all(many.conn(), core.coffre(), fresh, instant).await?;
    let ids: Vec<PatientId> = fresh.iter().map(|one| one.id).collect();
    many.trace(&ids).await
}

/// Whom a trial registered; nothing where it stays.
type Forgotten = Option<BTreeSet<PatientId>>;

/// Somebody whose number is known: recognised, refused, or registered beside whoever else has it.
async fn alone(
    many: &mut Many<'_>,
    nouveau: &NouveauPatient,
    (essais, forgotten): (&mut Vec<IdentifiantPersonne>, &mut Forgotten),
) -> Result<Issue, ServiceError> {
    save(many.conn()).await?;
    match register(many, nouveau, (essais, forgotten)).await {
        Ok(issue) => {
            release(many.conn()).await?;
            Ok(issue)
        }
        Err(error) => {
            undo(many.conn()).await?;
            if let ServiceError::PatientExistant(id) = &error
                && forgotten.as_ref().is_some_and(|forgotten| forgotten.contains(id))
            {
                let message = "ce numéro est celui d'une autre ligne de ce fichier, dont l'identité est autre";
                return Ok(refus("identifiant", "numero_pris", message));
            }
            refused(error)
        }
    }
}

async fn register(
    many: &mut Many<'_>,
    nouveau: &NouveauPatient,
    (essais, forgotten): (&mut Vec<IdentifiantPersonne>, &mut Forgotten),
) -> Result<Issue, ServiceError> {
    let (core, contexte) = (many.core(), many.contexte());
    let acteur = *contexte.acteur();
    let NouveauPatient { identifiant, identite, .. } = nouveau;
    let same = whose(core, many.conn(), (identifiant, None), identite).await?;
    if let Some(id) = same {
        let known = patients::affiliations(many.conn(), id, latest_knowledge()).await?;
        let own = organisme_le(&known, core.today());
        if own.is_some_and(|own| own.same_caisse(&nouveau.organisme)) {
            return Ok(Issue::DejaConnue);
        }
    }
    // What this block tried is not counted yet: a number is tried once in it.
    if essais.contains(identifiant) {
        return Err(ServiceError::TropDEssais(chrono::TimeDelta::days(1)));
    }
    core.try_number(many.conn(), contexte, identifiant).await?;
    let numeros = nouveau.numeros();
    let card = Carte { identite, numeros: &numeros, rang: "/rang" };
    let disputed = card.verify(core, many.conn(), (&acteur, None)).await?;
    // Whether the number is somebody's or not, one try of the day is used.
    essais.push(*identifiant);
    if same.is_some() {
        return Err(ServiceError::MutationAttendue);
    }
    let patient = new_patient(core, nouveau, core.now());
    insert(core, many.conn(), &patient).await?;
    for first in disputed {
        let fact = disputed_fact(core, many.conn(), first).await?;
        many.acting((first, patient.connu_le)).tell(fact);
    }
    many.trace(&[patient.id]).await?;
    if let Some(forgotten) = forgotten {
        forgotten.insert(patient.id);
    }
    Ok(Issue::Nouvelle)
}
