//! Reading the feed: from a cursor on, by whom it is told to, and waiting for what comes.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::NaiveDate;

use super::lisibles;
use super::veille::Fin;
use crate::domain::acteur::Acteur;
use crate::domain::droits::{Rapports, Relation};
use crate::domain::evenement::NatureEvenement;
use crate::domain::fil::Destinataire;
use crate::domain::ids::{FeuilleId, PatientId};
use crate::domain::vocabulary::Vocabulaire as _;
use crate::services::ServiceError;
use crate::services::core::{Contexte, Core, Search, Seen};
use crate::storage::fil::{self, EvenementLu, Fenetre};
use crate::storage::patients::fusions;
use crate::storage::{faits, representations};

/// Places of each key that one reading looks at, however few it shows.
const FENETRE: i64 = 2_000;
/// Persons for whom somebody acts, at most, whose events are read together with their own.
const PROCHES: usize = 50;

/// What is asked of the feed.
#[derive(Debug, Clone)]
pub struct Question {
    /// Only these kinds; none: all of them.
    pub natures: Vec<NatureEvenement>,
    /// Only what is about this person.
    pub personne: Option<PatientId>,
    /// A cursor that this service gave, sealed.
    pub curseur: Option<Vec<u8>>,
    pub limite: usize,
    /// How long to wait when there is nothing.
    pub attente: Duration,
}

/// A page of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub evenements: Vec<EvenementLu>,
    /// From where to go on, sealed for this reader.
    pub curseur: Vec<u8>,
    /// Whether others follow already.
    pub suite: bool,
}

/// Some places, read under the same kinds.
#[derive(Debug)]
struct Groupe {
    cles: Vec<Destinataire>,
    /// None: any kind.
    natures: Option<Vec<NatureEvenement>>,
}

/// What a reader reads.
#[derive(Debug)]
struct Sources {
    groupes: Vec<Groupe>,
    /// Who must be told too, when what is read is about a person who is not the reader.
    lecteur: Option<Destinataire>,
}

impl Sources {
    fn cles(&self) -> Vec<Destinataire> {
        self.groupes.iter().flat_map(|groupe| groupe.cles.iter().cloned()).collect()
    }
}

/// Reads the feed of the caller.
pub async fn read(
    core: &Core,
    contexte: &Contexte,
    question: &Question,
) -> Result<Seen<Page>, ServiceError> {
    follow(core, contexte, question, None).await
}

/// Reads the arrivals and departures of the caller's patients: the same feed, of these kinds only.
pub async fn read_movements(
    core: &Core,
    contexte: &Contexte,
    question: &Question,
) -> Result<Seen<Page>, ServiceError> {
    contexte.demarche.verify_role(contexte.acteur())?;
    let Acteur::Medecin(rpps) = *contexte.acteur() else { return Err(ServiceError::Introuvable) };
    follow(core, contexte, question, Some(Destinataire::Patientele(rpps))).await
}

async fn follow(
    core: &Core,
    contexte: &Contexte,
    question: &Question,
    only: Option<Destinataire>,
) -> Result<Seen<Page>, ServiceError> {
    let own = only.clone().unwrap_or_else(|| Destinataire::de(contexte.acteur()));
    let given = match &question.curseur {
        None => None,
        Some(sealed) => Some(
            fil::open(core.coffre(), &own.to_string(), sealed)
                .ok_or(ServiceError::CurseurEtranger)?,
        ),
    };
    let mut attente = core.veille().attend(question.attente);
    let mut last = false;
    loop {
        super::publish(core).await?;
        let mut search = core.search(contexte).await?;
        // What was before was purged: who had not read it is told so, and who asks for everything reads what is left.
        let debut = fil::debut(search.conn()).await?;
        let apres = given.unwrap_or(debut);
        if apres < debut {
            return Err(ServiceError::CurseurPerime);
        }
        let sources = match &only {
            Some(only) => only_of(only.clone()),
            None => sources(core, &mut search, contexte, question).await?,
        };
        let page =
            look(core, &mut search, (contexte.acteur(), &own, &sources), question, apres).await?;
        if last || question.attente.is_zero() || page.suite || !page.evenements.is_empty() {
            let persons: Vec<PatientId> =
                page.evenements.iter().filter_map(|one| one.patient_id).collect();
            return search.show_all(persons, page).await;
        }
        // Whoever waits holds no connection.
        drop(search);
        match attente.wait(&sources.cles()).await {
            Fin::Reveil => {}
            Fin::Terme => last = true,
            Fin::Complet => return Err(ServiceError::Affluence),
        }
    }
}

fn only_of(destinataire: Destinataire) -> Sources {
    let groupes = vec![Groupe { cles: vec![destinataire], natures: None }];
    Sources { groupes, lecteur: None }
}

/// Where what a caller asks for is.
async fn sources(
    core: &Core,
    search: &mut Search<'_>,
    contexte: &Contexte,
    question: &Question,
) -> Result<Sources, ServiceError> {
    let asked = (!question.natures.is_empty()).then(|| question.natures.clone());
    let acteur = contexte.acteur();
    if let Acteur::Patient(own) = *acteur {
        return of_family(core, search, (acteur, own), question).await;
    }
    let own = Destinataire::de(acteur);
    Ok(match question.personne {
        None => {
            Sources { groupes: vec![Groupe { cles: vec![own], natures: asked }], lecteur: None }
        }
        Some(person) => {
            let cles = records(search, person).await?;
            Sources { groupes: vec![Groupe { cles, natures: asked }], lecteur: Some(own) }
        }
    })
}

/// The records of a person, their own and those merged into it.
async fn records(
    search: &mut Search<'_>,
    person: PatientId,
) -> Result<Vec<Destinataire>, ServiceError> {
    let all = faits::records_of(search.conn(), person, None).await?;
    Ok(all.into_iter().map(Destinataire::Personne).collect())
}

/// A person and those for whom they act, under the records that are kept, with what they are to each.
pub(in crate::services) async fn proches(
    core: &Core,
    search: &mut Search<'_>,
    acteur: &Acteur,
    own: PatientId,
) -> Result<Vec<(PatientId, Rapports)>, ServiceError> {
    let own = fusions::merged_into(search.conn(), own).await?.unwrap_or(own);
    let today = core.today();
    let links = representations::represented_by(search.conn(), &[own], today).await?;
    let others: BTreeSet<PatientId> = links.into_iter().map(|(person, ..)| person).collect();
    let mut found = Vec::new();
    for person in std::iter::once(own).chain(others.into_iter().take(PROCHES)) {
        found.push((person, core.rapports(search.conn(), acteur, person, &[]).await?));
    }
    Ok(found)
}

/// A person and those for whom they act: each under the kinds that are told to what they are to them now.
async fn of_family(
    core: &Core,
    search: &mut Search<'_>,
    (acteur, own): (&Acteur, PatientId),
    question: &Question,
) -> Result<Sources, ServiceError> {
    let mut groupes: Vec<Groupe> = Vec::new();
    for (person, rapports) in proches(core, search, acteur, own).await? {
        if question.personne.is_some_and(|asked| asked != person) {
            continue;
        }
        let told = |nature: &NatureEvenement| {
            let mine = |relation: Relation| rapports.est(relation);
            nature.destinataires().any(mine)
                && (question.natures.is_empty() || question.natures.contains(nature))
        };
        let natures: Vec<NatureEvenement> =
            NatureEvenement::TOUS.iter().copied().filter(told).collect();
        let cles = records(search, person).await?;
        let same = groupes.iter_mut().find(|one| one.natures.as_ref() == Some(&natures));
        match same {
            Some(groupe) => groupe.cles.extend(cles),
            None => groupes.push(Groupe { cles, natures: Some(natures) }),
        }
    }
    Ok(Sources { groupes, lecteur: None })
}

/// Looks at what there is now.
async fn look(
    core: &Core,
    search: &mut Search<'_>,
    (acteur, own, sources): (&Acteur, &Destinataire, &Sources),
    question: &Question,
    apres: i64,
) -> Result<Page, ServiceError> {
    let conn = search.conn();
    let borne = fil::borne(conn, &sources.cles(), apres, FENETRE).await?;
    // At most one event a key has the same position: a page that must end within one is not cut there.
    let room = question.limite.saturating_add(sources.cles().len()).saturating_add(1);
    let limite = i64::try_from(room).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    for groupe in &sources.groupes {
        let fenetre = Fenetre {
            cles: &groupe.cles,
            natures: groupe.natures.as_deref(),
            lecteur: sources.lecteur.as_ref(),
            apres,
            jusqu_a: borne.jusqu_a,
            limite,
        };
        found.extend(fil::page(conn, &fenetre).await?);
        found.extend(fil::de_performers(conn, &fenetre).await?);
        let persons: Vec<PatientId> = groupe.cles.iter().filter_map(person_of).collect();
        if !persons.is_empty() {
            found.extend(fil::de_receptions(conn, &persons, &fenetre).await?);
        }
    }
    found.sort_by_key(|one| one.position);
    // A page ends between two positions: several persons may be told the same event.
    let cut = found.get(question.limite).map(|next| next.position);
    let (jusqu_a, more) = match cut {
        None => (borne.jusqu_a, borne.suite),
        Some(cut) if found.first().is_some_and(|first| first.position < cut) => {
            found.retain(|one| one.position < cut);
            (cut.saturating_sub(1), true)
        }
        Some(cut) => {
            found.retain(|one| one.position == cut);
            (cut, true)
        }
    };
    if person_of(own).is_none() {
        only_mine(core.today(), search, own, &mut found).await?;
        lisibles::keep(core, search, acteur, &mut found).await?;
    }
    let curseur = fil::seal(core.coffre(), &own.to_string(), jusqu_a)?;
    Ok(Page { evenements: found, curseur, suite: more })
}

const fn person_of(destinataire: &Destinataire) -> Option<PatientId> {
    if let Destinataire::Personne(id) = destinataire { Some(*id) } else { None }
}

/// Keeps, of the feuilles that were told together, those of the reader.
async fn only_mine(
    today: NaiveDate,
    search: &mut Search<'_>,
    own: &Destinataire,
    found: &mut Vec<EvenementLu>,
) -> Result<(), ServiceError> {
    let evaluated = |one: &EvenementLu| one.nature == NatureEvenement::FeuilleEvaluee;
    let asked: Vec<FeuilleId> = found
        .iter()
        .filter(|one| evaluated(one))
        .flat_map(|one| one.feuilles.iter().copied())
        .collect();
    if asked.is_empty() {
        return Ok(());
    }
    let mine = fil::miennes(search.conn(), &asked, (own, today)).await?;
    for one in found.iter_mut().filter(|one| evaluated(one)) {
        one.feuilles.retain(|id| mine.contains(id));
    }
    found.retain(|one| !evaluated(one) || !one.feuilles.is_empty());
    Ok(())
}
