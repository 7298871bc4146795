//! Storing and evaluating feuilles together, in one transaction.
//!
//! The persons are locked in the order of their ids, what the register knows is read by one statement
//! a kind of fact, the decisions are made in memory, in the order of the feuilles, and everything is
//! written by one statement a table. One feuille alone is a lot of one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use serde_json::json;

use super::decision::{Decisions, Donnees, decide};
use super::{NouvelleFeuille, Suite};
use crate::domain::acteur::Acteur;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{FeuilleId, PatientId};
use crate::domain::patient::ClePatient;
use crate::services::core::{Fact, Many, Tries};
use crate::services::faits::{Registre, Sujet, registre};
use crate::services::operations::catch_up_all;
use crate::services::statistiques::EN_LOT;
use crate::services::suites::{self, Evaluee};
use crate::services::{Core, ServiceError};
use crate::storage::StorageError;
use crate::storage::essais::Numero;
use crate::storage::feuilles_de_soins::{self, Cle, FeuilleRecue, NouvelleLigne};
use crate::storage::patients::Candidats;
use crate::storage::patients::etat::Verrou;
use crate::storage::statistiques::recues;

/// A feuille whose days hold together.
#[derive(Debug)]
pub(super) struct Ligne {
    pub(super) nouvelle: NouvelleFeuille,
    pub(super) date_soins: NaiveDate,
}

/// Who the beneficiary of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Personne {
    /// This person, whose row is locked.
    Connue(PatientId),
    /// The only person with this number, whose row is locked; birth date and rank remain to be compared.
    Presumee(PatientId),
    /// Nobody, or somebody whom the caller may not see.
    Inconnue,
    /// Several persons of one card, whom the caller may see.
    Ambigue,
    /// Somebody whose record was merged between the search and the lock.
    Fusionnee,
    /// Whoever it is, the number was given too often with what is not theirs: it waits.
    Attendue(TimeDelta),
}

impl Personne {
    pub(super) const fn id(self) -> Option<PatientId> {
        match self {
            Self::Connue(id) | Self::Presumee(id) => Some(id),
            Self::Inconnue | Self::Ambigue | Self::Fusionnee | Self::Attendue(_) => None,
        }
    }
}

/// A feuille that the register has now, and whether it was received with this lot.
#[derive(Debug, Clone)]
pub(super) struct Trouvee {
    pub(super) recue: FeuilleRecue,
    pub(super) nouvelle: bool,
}

/// Each line stored, found or refused.
pub(super) type Issues = Vec<Result<Trouvee, ServiceError>>;

/// The lines, their persons, and what their locks gave.
struct Lot<'a> {
    lignes: &'a Arc<Vec<Ligne>>,
    suite: &'a Suite,
    personnes: Vec<Personne>,
    tries: Tries,
    verrous: Arc<BTreeMap<PatientId, Verrou>>,
}

/// Makes sure that feuilles of these days can be stored.
pub(super) async fn open_months(
    core: &Core,
    days: &BTreeSet<NaiveDate>,
) -> Result<(), ServiceError> {
    core.loi_id().await?;
    for jour in days {
        core.open_month(*jour).await?;
    }
    Ok(())
}

/// Stores and evaluates feuilles, those of one person in their order. Those already
/// received are looked for first when the batches before had some, otherwise only when the database
/// says that there are. An error is that of the whole transaction.
pub(super) async fn store_all(
    many: &mut Many<'_>,
    lignes: &Arc<Vec<Ligne>>,
    suite: &Suite,
) -> Result<Issues, ServiceError> {
    let cles: Vec<&ClePatient> = lignes.iter().map(|ligne| &ligne.nouvelle.cle).collect();
    let caisse = many.contexte().acteur().caisse();
    let tries = many.tries(cles.iter().map(|cle| &cle.numero)).await?;
    let waits: Vec<Option<TimeDelta>> =
        (0..cles.len()).map(|place| tries.wait_of(place, 0)).collect();
    // Whoever waits is not even looked for.
    let asked = cles.iter().zip(&waits).filter(|(_, wait)| wait.is_none());
    let asked: Vec<&ClePatient> = asked.map(|(cle, _)| *cle).collect();
    let (found, mut verrous) = many.find_and_lock(&asked).await?;
    // Several persons under one key is a conflict of identity: nobody is chosen. A caisse is told of its own.
    let only = |found: Candidats| match found.patients[..] {
        [_, _, ..] if caisse.is_none() || found.propres => Personne::Ambigue,
        [id] if found.compares => Personne::Connue(id),
        [id] => Personne::Presumee(id),
        _ => Personne::Inconnue,
    };
    let mut found = found.into_iter();
    let mut answer = || found.next().map_or(Personne::Inconnue, only);
    let mut personnes: Vec<Personne> =
        waits.into_iter().map(|wait| wait.map_or_else(&mut answer, Personne::Attendue)).collect();
    for personne in &mut personnes {
        if personne.id().is_some_and(|id| !verrous.contains_key(&id)) {
            *personne = Personne::Fusionnee;
        }
    }
    catch_up_all(many.core(), many.conn(), &mut verrous).await?;
    let lot = Lot { lignes, suite, personnes, tries, verrous: Arc::new(verrous) };
    if let Some(issues) = attempt(many, &lot, suite.deja_recues()).await? {
        return Ok(issues);
    }
    let missing = StorageError::RowsAffected {
        statement: "feuille_de_soins.insert_all".to_owned(),
        expected: 1,
        found: 0,
    };
    // Some were already received: once more, knowing which.
    attempt(many, &lot, true).await?.ok_or_else(|| missing.into())
}

/// Reads, decides and writes. Nothing is written, and nothing given, when the database has some
/// of the feuilles and nobody looked.
async fn attempt(
    many: &mut Many<'_>,
    lot: &Lot<'_>,
    cherche: bool,
) -> Result<Option<Issues>, ServiceError> {
    let sujets: Vec<Sujet<'_>> = lot
        .lignes
        .iter()
        .zip(&lot.personnes)
        .filter_map(|(ligne, personne)| Some((personne.id()?, &*ligne.nouvelle.feuille)))
        .collect();
    let core = many.core();
    let praticiens = lot.suite.praticiens();
    let (conn, verrous) = (many.conn(), lot.verrous.as_ref());
    let registre = registre(core, conn, &sujets, praticiens, verrous).await?;
    let mut personnes = recognised(many, lot, &registre);
    let missed = missed(lot, &mut personnes);
    let (connues, apart) = find_known(many, lot.lignes, &personnes, (&registre, cherche)).await?;
    let donnees = Donnees {
        lignes: Arc::clone(lot.lignes),
        personnes,
        registre,
        verrous: Arc::clone(&lot.verrous),
        connues,
        apart,
        loi_id: core.loi_id().await?,
    };
    let feuilles = lot.lignes.len();
    let mut decisions = core.decide(feuilles, move |core| decide(core, donnees)).await?;
    if !write(many, &mut decisions).await? {
        return Ok(None);
    }
    let (core, contexte) = (many.core(), many.contexte());
    for cle in missed {
        core.count_try(many.conn(), contexte, &cle.numero).await?;
    }
    Ok(Some(decisions.issues))
}

/// The keys that designate nobody, each a try. A number that was given too often waits, whoever a key of
/// this lot designates by it.
fn missed(lot: &Lot<'_>, personnes: &mut [Personne]) -> Vec<ClePatient> {
    let mut wrong: BTreeMap<&Numero, Vec<&ClePatient>> = BTreeMap::new();
    for (place, (personne, ligne)) in personnes.iter().zip(lot.lignes.iter()).enumerate() {
        let Some(numero) = lot.tries.numero(place) else { continue };
        let (cle, keys) = (&ligne.nouvelle.cle, wrong.entry(numero).or_default());
        if matches!(personne, Personne::Inconnue | Personne::Ambigue) && !keys.contains(&cle) {
            keys.push(cle);
        }
    }
    for (place, personne) in personnes.iter_mut().enumerate() {
        let tried = lot.tries.numero(place).and_then(|numero| wrong.get(numero));
        if let Some(delai) = lot.tries.wait_of(place, tried.map_or(0, Vec::len)) {
            *personne = Personne::Attendue(delai);
        }
    }
    wrong.into_values().flatten().cloned().collect()
}

/// The persons whom the lines are about, as far as the caller may send feuilles for them: a caisse
/// sends those of its insured, for the days on which they depended on it.
fn recognised(many: &Many<'_>, lot: &Lot<'_>, registre: &Registre) -> Vec<Personne> {
    let today = many.core().today();
    let visible = |id: PatientId, ligne: &Ligne| match many.contexte().acteur() {
        Acteur::Caisse(caisse) => registre.vue(id, caisse, today).is_some_and(|vue| {
            let actes = &ligne.nouvelle.feuille.soins.actes;
            actes.iter().all(|acte| vue.contient(acte.date_execution))
        }),
        Acteur::Medecin(_) | Acteur::Patient(_) => true,
        Acteur::Referentiel | Acteur::Statistiques => false,
    };
    let one = |(personne, ligne): (&Personne, &Ligne)| {
        let answers = match *personne {
            Personne::Connue(_) => true,
            Personne::Presumee(id) => registre.answers_to(id, &ligne.nouvelle.cle),
            Personne::Inconnue
            | Personne::Ambigue
            | Personne::Fusionnee
            | Personne::Attendue(_) => return *personne,
        };
        let known = personne.id().filter(|id| answers && visible(*id, ligne));
        known.map_or(Personne::Inconnue, Personne::Connue)
    };
    lot.personnes.iter().zip(lot.lignes.iter()).map(one).collect()
}

/// Writes what was decided; nothing when some of the feuilles were already received.
async fn write(many: &mut Many<'_>, decisions: &mut Decisions) -> Result<bool, ServiceError> {
    let Decisions { lignes, etats, issues, mouvements, autour } = decisions;
    if lignes.is_empty() {
        return Ok(true);
    }
    let reception = many.reception().await?;
    if !feuilles_de_soins::insert_all(many.conn(), lignes, reception).await? {
        return Ok(false);
    }
    let ids: Vec<FeuilleId> = lignes.iter().map(NouvelleLigne::feuille_id).collect();
    if let Some(first) = ids.first().filter(|_| ids.len() >= EN_LOT) {
        recues::leave(many.conn(), *first, mouvements).await?;
    }
    if let Some(first) = ids.first() {
        autour.feuilles.values_mut().for_each(|feuille| feuille.reception = reception);
        many.remember(*first, std::mem::take(autour));
    }
    let fact = Fact::of(NatureEvenement::FeuilleEvaluee).feuilles(ids);
    let now = many.core().now();
    many.tell((None, now), fact.with(json!({ "numero": 1 })));
    many.settle(etats).await?;
    let evaluees: Vec<Evaluee<'_>> = issues
        .iter()
        .flatten()
        .filter(|found| found.nouvelle)
        .map(|found| (&found.recue.feuille, &found.recue.evaluation))
        .collect();
    suites::keep(many, &evaluees).await?;
    Ok(true)
}

/// The feuilles that the register already has, by the place of their line, and the places of those under whose number it has
/// only what somebody else sent. Those received for a record that was merged since are always looked for: no constraint of
/// the database sees them.
async fn find_known(
    many: &mut Many<'_>,
    lignes: &[Ligne],
    personnes: &[Personne],
    (registre, cherche): (&Registre, bool),
) -> Result<(BTreeMap<usize, FeuilleRecue>, BTreeSet<usize>), ServiceError> {
    let mut places = Vec::new();
    let mut cles = Vec::new();
    for (place, (ligne, personne)) in lignes.iter().zip(personnes).enumerate() {
        let Some(patient) = personne.id() else { continue };
        // A feuille whose numbers do not fit is refused when its row is made.
        let Ok(cle) = Cle::new(patient, &ligne.nouvelle.feuille, ligne.date_soins) else {
            continue;
        };
        let old = registre.absorbed(patient).iter().map(|old| cle.under(*old));
        for cle in cherche.then_some(cle).into_iter().chain(old) {
            places.extend([place, place]);
            cles.extend([cle, cle.du_titulaire()]);
        }
    }
    let (mut known, mut apart) = (BTreeMap::new(), BTreeSet::new());
    if cles.is_empty() {
        return Ok((known, apart));
    }
    let coffre = many.core().coffre();
    for (index, recue) in feuilles_de_soins::find_all(many.conn(), coffre, &cles).await? {
        let Some(place) = places.get(index) else { continue };
        let Some(sent) = lignes.get(*place).map(|ligne| &ligne.nouvelle.feuille) else { continue };
        let other = &recue.feuille.feuille;
        if registre.is_apart(sent, other) {
            apart.insert(*place);
        } else if other.executant_rpps == sent.executant_rpps || !known.contains_key(place) {
            known.insert(*place, recue);
        }
    }
    Ok((known, apart))
}
