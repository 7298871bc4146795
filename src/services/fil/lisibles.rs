//! What of a page its reader may read now. Places were given when the events were published; since then a doctor may have left, a caisse
//! too, or a referral may name somebody else. What nothing lets him read any more is not given.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::calendar::Periode;
use crate::domain::droits::{Demarche, Rapports, Refuse, Relation};
use crate::domain::ids::{AdressageId, ConciliationId, DeclarationId, PatientId};
use crate::services::core::{Core, Search};
use crate::services::{ServiceError, adressages, conciliations, declarations};
use crate::storage::feuilles_de_soins;
use crate::storage::fil::{self, EvenementLu, Lecture, nomme};

/// Where what an event tells is read by its reader now; `None` when the event is not given.
type Jugement = Option<Lecture>;

/// Keeps the events that a caisse or a doctor may read, each with where. A person is told by what they are to each of their own, and
/// whoever keeps the register of doctors reads nobody.
pub(super) async fn keep(
    core: &Core,
    search: &mut Search<'_>,
    acteur: &Acteur,
    found: &mut Vec<EvenementLu>,
) -> Result<(), ServiceError> {
    let mut known = Connus { core, acteur, persons: BTreeMap::new() };
    let mut kept = Vec::with_capacity(found.len());
    match acteur {
        Acteur::Patient(_) | Acteur::Referentiel | Acteur::Statistiques => return Ok(()),
        Acteur::Caisse(caisse) => {
            let about: BTreeSet<PatientId> =
                found.iter().filter_map(|one| one.patient_id).collect();
            let about: Vec<PatientId> = about.into_iter().collect();
            let asked = (caisse.code(), core.today());
            let own = fil::assures(search.conn(), &about, (&asked.0, asked.1)).await?;
            for one in found.drain(..) {
                let judged = match one.patient_id.filter(|person| !own.contains(person)) {
                    Some(person) => known.of_former(search, (&one, person), caisse).await?,
                    None => Some(Lecture::Chose),
                };
                kept.extend(judged.map(|lecture| EvenementLu { lecture, ..one }));
            }
        }
        Acteur::Medecin(rpps) => {
            let of_choices = found.iter().filter_map(|one| one.declaration_id);
            let of_choices: Vec<DeclarationId> = of_choices.collect();
            let his = match of_choices[..] {
                [] => BTreeSet::new(),
                _ => fil::qui_nomment(search.conn(), &of_choices, rpps).await?,
            };
            for one in found.drain(..) {
                let judged = match (one.nature.theme(), one.patient_id) {
                    ("declaration", _)
                        if one.declaration_id.is_some_and(|id| his.contains(&id)) =>
                    {
                        Some(Lecture::Chose)
                    }
                    // What he did himself, and who comes and goes.
                    ("feuille" | "patientele", _) | (_, None) => Some(Lecture::Chose),
                    (_, Some(person)) => known.of_doctor(search, (&one, person)).await?,
                };
                kept.extend(judged.map(|lecture| EvenementLu { lecture, ..one }));
            }
        }
    }
    *found = kept;
    Ok(())
}

/// What a reader is to the persons of a page, each looked up once.
struct Connus<'a> {
    core: &'a Core,
    acteur: &'a Acteur,
    persons: BTreeMap<PatientId, Option<Rapports>>,
}

impl Connus<'_> {
    /// What the reader is to a person; `None` when the record was merged into one that he knows, which its address then tells.
    async fn rapports(
        &mut self,
        search: &mut Search<'_>,
        person: PatientId,
    ) -> Result<Option<Rapports>, ServiceError> {
        if let Some(known) = self.persons.get(&person) {
            return Ok(known.clone());
        }
        let found = match self.core.rapports(search.conn(), self.acteur, person, &[]).await {
            Ok(rapports) => Some(rapports),
            Err(ServiceError::PatientFusionne(_)) => None,
            Err(ServiceError::Introuvable) => Some(Rapports::aucun(*self.acteur)),
            Err(error) => return Err(error),
        };
        self.persons.insert(person, found.clone());
        Ok(found)
    }

    /// Whether an operation gives what is of some days; a limitation hides the thing, and not that something happened.
    async fn judge(
        &mut self,
        search: &mut Search<'_>,
        (demarche, person): (Demarche, PatientId),
        (relations, effet): (Vec<Relation>, Option<Periode>),
        lecture: Lecture,
    ) -> Result<Jugement, ServiceError> {
        let Some(rapports) = self.rapports(search, person).await? else { return Ok(Some(lecture)) };
        let rapports = relations.into_iter().fold(rapports, Rapports::avec).sur(effet.as_ref());
        Ok(match demarche.juger(&rapports) {
            Ok(_) => Some(lecture),
            Err(Refuse::Limite) => Some(Lecture::Aucune),
            Err(Refuse::Introuvable | Refuse::Interdit(_)) => None,
        })
    }

    /// For a doctor: a referral that is his, or of a person whose médecin traitant he is today; of the rest, the designations of
    /// the person, whose médecin traitant he was.
    async fn of_doctor(
        &mut self,
        search: &mut Search<'_>,
        (one, person): (&EvenementLu, PatientId),
    ) -> Result<Jugement, ServiceError> {
        if one.nature.theme() != "adressage" {
            let asked = (Demarche::ListerDesignations, person);
            return self.judge(search, asked, (Vec::new(), None), Lecture::Designations).await;
        }
        let Some(id) = nomme::<AdressageId>(&one.donnees, "adressage_id") else { return Ok(None) };
        let by_it = adressages::by_the_thing(self.core, search.conn(), self.acteur, id).await;
        let Some((_, relations)) = there_is(by_it)? else { return Ok(None) };
        let asked = (Demarche::LireAdressage, person);
        self.judge(search, asked, (relations, None), Lecture::Chose).await
    }

    /// For a caisse that the person left: what is of its days. What names it, it is told whatever became of the person.
    async fn of_former(
        &mut self,
        search: &mut Search<'_>,
        (one, person): (&EvenementLu, PatientId),
        caisse: &Caisse,
    ) -> Result<Jugement, ServiceError> {
        let Some((demarche, day)) = self.place(search, one).await? else { return Ok(None) };
        let effet = day.map(Periode::from);
        let about = (Vec::new(), effet);
        let judged = self.judge(search, (demarche, person), about, Lecture::Chose).await?;
        let own = || nomme::<String>(&one.donnees, "destinataire") == Some(caisse.code());
        Ok(judged.or_else(|| own().then_some(Lecture::Aucune)))
    }

    /// By which operation the caisse of a person reads what an event tells, and of which day it is; `None` when it is not there any more.
    async fn place(
        &self,
        search: &mut Search<'_>,
        one: &EvenementLu,
    ) -> Result<Option<(Demarche, Option<NaiveDate>)>, ServiceError> {
        let (core, conn, donnees) = (self.core, search.conn(), &one.donnees);
        let has = |name: &str| donnees.get(name).is_some_and(serde_json::Value::is_string);
        Ok(Some(match one.nature.theme() {
            "declaration" => {
                let Some(id) = one.declaration_id else { return Ok(None) };
                let Some(day) = there_is(declarations::day_of(core, conn, id).await)? else {
                    return Ok(None);
                };
                (Demarche::LireDeclaration, Some(day))
            }
            "adressage" => {
                let Some(id) = nomme::<AdressageId>(donnees, "adressage_id") else {
                    return Ok(None);
                };
                let found = adressages::by_the_thing(core, conn, self.acteur, id).await;
                let Some((day, _)) = there_is(found)? else { return Ok(None) };
                (Demarche::LireAdressage, Some(day))
            }
            "conciliation" => {
                let Some(id) = nomme::<ConciliationId>(donnees, "conciliation_id") else {
                    return Ok(None);
                };
                let Some((_, day)) = there_is(conciliations::place_of(conn, id).await)? else {
                    return Ok(None);
                };
                (Demarche::LireConciliation, Some(day))
            }
            "feuille" => {
                // Those of a reception were looked at one by one.
                let [id] = one.feuilles[..] else {
                    return Ok(Some((Demarche::LireFeuilleDeSoins, None)));
                };
                let recue = feuilles_de_soins::get(conn, core.coffre(), id).await?;
                let Some(recue) = recue else { return Ok(None) };
                (Demarche::LireFeuilleDeSoins, recue.feuille.feuille.soins.date_soins())
            }
            "neutralisation" => (Demarche::ListerNeutralisations, None),
            "representation" => (Demarche::ListerRepresentations, None),
            "designation" if has("conflit_id") => (Demarche::LireConflit, None),
            "patient" if has("demande_id") => (Demarche::LireRectification, None),
            "patient" => (Demarche::LirePatient, None),
            _ => (Demarche::ListerDesignations, None),
        }))
    }
}

/// What is not there is nothing, and no failure.
fn there_is<T>(found: Result<T, ServiceError>) -> Result<Option<T>, ServiceError> {
    match found {
        Ok(value) => Ok(Some(value)),
        Err(ServiceError::Introuvable) => Ok(None),
        Err(error) => Err(error),
    }
}
