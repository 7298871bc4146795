//! What of a page its reader may read now. Places were given when the events were published; since then a doctor may have left, a caisse
//! too, or a referral may name somebody else. What nothing lets him read any more is not given.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::calendar::Periode;
use crate::domain::droits::{Demarche, Rapports, Refuse, Relation};
use crate::domain::ids::{AdressageId, ConciliationId, DeclarationId, FeuilleId, PatientId};
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
    let (about, feuilles) = about(found);
    let mut kept = Vec::with_capacity(found.len());
    match acteur {
        Acteur::Patient(_) | Acteur::Referentiel | Acteur::Statistiques => return Ok(()),
        Acteur::Caisse(caisse) => {
            let asked = (caisse.code(), core.today());
            let own = fil::assures(search.conn(), &about, (&asked.0, asked.1)).await?;
            let (_, theirs) = fil::limites(search.conn(), &[], &feuilles).await?;
            for one in found.drain(..) {
                let other = one.patient_id.filter(|person| !own.contains(person));
                let judged = match (other, one.patient_id, &one.feuilles[..]) {
                    (Some(person), ..) => known.of_former(search, (&one, person), caisse).await?,
                    (None, None, [id]) if theirs.contains_key(id) => {
                        known.of_limited(search, theirs.get(id), Vec::new()).await?
                    }
                    (None, ..) => Some(Lecture::Chose),
                };
                kept.extend(judged.map(|lecture| EvenementLu { lecture, ..one }));
            }
        }
        Acteur::Medecin(rpps) => {
            let of_choices = found.iter().filter_map(|one| one.declaration_id);
            let of_choices: Vec<DeclarationId> = of_choices.collect();
            let his = match of_choices[..] {
                [] => BTreeSet::new(),
                _ => fil::qui_nomment(search.conn(), (&about, &of_choices), rpps).await?,
            };
            let (limited, theirs) = fil::limites(search.conn(), &about, &feuilles).await?;
            for one in found.drain(..) {
                let is_his = one.declaration_id.is_some_and(|id| his.contains(&id));
                let person = one.patient_id.filter(|person| limited.contains(person));
                let judged = match (one.nature.theme(), one.patient_id) {
                    ("declaration", _) if is_his => match person {
                        Some(person) => {
                            let asked = (Demarche::LireDeclaration, person);
                            let named = (vec![Relation::Nomme], None);
                            known.judge(search, asked, named, Lecture::Chose).await?
                        }
                        None => Some(Lecture::Chose),
                    },
                    // What he did himself.
                    ("feuille", _) => {
                        let of_it = one.feuilles.first().and_then(|id| theirs.get(id));
                        let whose = person.as_ref().or(of_it);
                        known.of_limited(search, whose, vec![Relation::Executant]).await?
                    }
                    // Who comes and goes.
                    ("patientele", _) | (_, None) => Some(Lecture::Chose),
                    (_, Some(person)) => known.of_doctor(search, (&one, person)).await?,
                };
                kept.extend(judged.map(|lecture| EvenementLu { lecture, ..one }));
            }
        }
    }
    *found = kept;
    Ok(())
}

/// Whom events are about, and the feuilles to which those of nobody lead.
fn about(found: &[EvenementLu]) -> (Vec<PatientId>, Vec<FeuilleId>) {
    let persons: BTreeSet<PatientId> = found.iter().filter_map(|one| one.patient_id).collect();
    let alone = found.iter().filter(|one| one.patient_id.is_none());
    let alone = alone.filter_map(|one| if let [id] = one.feuilles[..] { Some(id) } else { None });
    (persons.into_iter().collect(), alone.collect())
}

/// What a reader is to the persons of a page, each looked up once.
struct Connus<'a> {
    core: &'a Core,
    acteur: &'a Acteur,
    persons: BTreeMap<PatientId, Rapports>,
}

impl Connus<'_> {
    /// What the reader is to a person; to the one whose record was kept, when theirs was merged: its address says so.
    async fn rapports(
        &mut self,
        search: &mut Search<'_>,
        person: PatientId,
    ) -> Result<Rapports, ServiceError> {
        if let Some(known) = self.persons.get(&person) {
            return Ok(known.clone());
        }
        let (core, acteur) = (self.core, self.acteur);
        let found = match core.rapports(search.conn(), acteur, person, &[]).await {
            Err(ServiceError::PatientFusionne(kept)) => {
                core.rapports(search.conn(), acteur, kept, &[]).await
            }
            found => found,
        };
        let found = match found {
            Err(ServiceError::Introuvable) => Rapports::aucun(*acteur),
            found => found?,
        };
        self.persons.insert(person, found.clone());
        Ok(found)
    }

    /// A feuille of somebody whose processing is limited, or of anybody else.
    async fn of_limited(
        &mut self,
        search: &mut Search<'_>,
        person: Option<&PatientId>,
        relations: Vec<Relation>,
    ) -> Result<Jugement, ServiceError> {
        let Some(person) = person else { return Ok(Some(Lecture::Chose)) };
        let asked = (Demarche::LireFeuilleDeSoins, *person);
        self.judge(search, asked, (relations, None), Lecture::Chose).await
    }

    /// Whether an operation gives what is of some days; a limitation hides the thing, and not that something happened.
    async fn judge(
        &mut self,
        search: &mut Search<'_>,
        (demarche, person): (Demarche, PatientId),
        (relations, effet): (Vec<Relation>, Option<Periode>),
        lecture: Lecture,
    ) -> Result<Jugement, ServiceError> {
        let rapports = self.rapports(search, person).await?;
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
