//! Whom an event is told to: the relations of its kind, looked up in what is known around it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::acteur::Caisse;
use crate::domain::calendar::Periode;
use crate::domain::droits::Relation;
use crate::domain::evenement::{JoursTouches, NatureEvenement};
use crate::domain::fil::Destinataire;
use crate::domain::identifiers::{Organisme, Rpps};
use crate::domain::ids::{AdressageId, MedecinId, OperationId, PatientId, ReevaluationId};
use crate::services::affiliations::affiliation_le;
use crate::storage::fil::{Alentours, EvenementAPublier, FeuilleConnue, nomme};

/// Whom, each with the first day of the event as far as they may know it.
pub(super) type Dits = BTreeMap<Destinataire, Option<NaiveDate>>;

/// Which days an event is of, for a caisse of before.
enum Jours {
    Aucun,
    Tous,
    De(Periode),
}

/// Those whom an event is told to, on a day.
pub(super) fn destinataires(
    evenement: &EvenementAPublier,
    autour: &Alentours,
    today: NaiveDate,
) -> Dits {
    let mut dits = Dits::new();
    let du = evenement.effet_du;
    if let Some(patient) = evenement.patient_id {
        dits.insert(Destinataire::Personne(patient), du);
    }
    for relation in evenement.nature.destinataires() {
        match relation {
            Relation::CaisseActuelle | Relation::AncienneCaisse => {
                caisses(&mut dits, evenement, autour, (relation, today));
            }
            Relation::CaisseConcernee => {
                for code in concernees(evenement, autour) {
                    dits.insert(Destinataire::Caisse(code), du);
                }
            }
            Relation::Referentiel => {
                // What is told to one caisse is told to it alone.
                if caisse_nommee(evenement).is_none() {
                    dits.insert(Destinataire::Referentiel, du);
                }
            }
            Relation::Nomme | Relation::Auteur => {
                if caisse_nommee(evenement).is_none() {
                    nommes(&mut dits, evenement, autour, relation);
                }
            }
            Relation::Correspondant => {
                let known = nomme::<AdressageId>(&evenement.donnees, "adressage_id");
                let found = known.and_then(|id| autour.correspondants.get(&id));
                medecins(&mut dits, autour, found.into_iter().flatten(), du);
            }
            Relation::MedecinTraitant => traitants(&mut dits, evenement, autour, today),
            Relation::Executant => {
                // The performers of feuilles that came together are with their reception.
                let alone = connues(evenement, autour)
                    .filter(|feuille| reception(evenement, feuille).is_none());
                for feuille in alone {
                    dits.insert(Destinataire::Medecin(feuille.executant), du);
                }
            }
            // Whoever acts for a person reads what is theirs, by what they are to them when they read; no kind is told to
            // the others.
            Relation::SoiMeme
            | Relation::TitulaireEnfant
            | Relation::TitulaireJeune
            | Relation::Representant
            | Relation::AncienMedecinTraitant
            | Relation::MedecinAttendu
            | Relation::PorteurDeLaCarte
            | Relation::CaisseDuChangement
            | Relation::LeMedecin
            | Relation::Statistiques => {}
        }
    }
    feuilles(&mut dits, evenement, autour);
    dits
}

/// The feuilles of an event.
pub(super) fn connues<'a>(
    evenement: &'a EvenementAPublier,
    autour: &'a Alentours,
) -> impl Iterator<Item = &'a FeuilleConnue> {
    evenement.feuilles.iter().filter_map(|id| autour.feuilles.get(id))
}

/// With which others a feuille came, when the event is that they came.
fn reception(evenement: &EvenementAPublier, feuille: &FeuilleConnue) -> Option<i32> {
    feuille.reception.filter(|_| evenement.nature == NatureEvenement::FeuilleEvaluee)
}

/// Who performed the feuilles of an event that are told under a place.
pub(super) fn executants(
    evenement: &EvenementAPublier,
    autour: &Alentours,
    place: &Destinataire,
) -> BTreeSet<Rpps> {
    let Destinataire::Reception(number) = place else { return BTreeSet::new() };
    let told = |feuille: &&FeuilleConnue| reception(evenement, feuille) == Some(*number);
    connues(evenement, autour).filter(told).map(|feuille| feuille.executant).collect()
}

/// The caisse that an event is told to by its name, and to no other.
fn caisse_nommee(evenement: &EvenementAPublier) -> Option<String> {
    ["destinataire", "caisse"].into_iter().find_map(|name| nomme(&evenement.donnees, name))
}

/// The caisses that an act on a doctor concerns.
fn concernees(evenement: &EvenementAPublier, autour: &Alentours) -> Vec<String> {
    if let Some(code) = caisse_nommee(evenement) {
        return vec![code];
    }
    let operation = nomme::<OperationId>(&evenement.donnees, "operation_id");
    operation.and_then(|id| autour.operations.get(&id)).cloned().unwrap_or_default()
}

fn nommes(dits: &mut Dits, evenement: &EvenementAPublier, autour: &Alentours, relation: Relation) {
    let du = evenement.effet_du;
    medecins(dits, autour, evenement.medecin_id.iter(), du);
    if relation == Relation::Nomme {
        let named = evenement.declaration_id.and_then(|id| autour.nommes.get(&id));
        // A movement, or a member who comes or goes, is of one doctor.
        let own = evenement.medecin_id.is_some()
            && ["designation", "patientele"].contains(&evenement.nature.theme());
        medecins(dits, autour, named.into_iter().flatten().filter(|_| !own), du);
    }
    if evenement.nature.theme() == "patientele"
        && let Some(rpps) = evenement.medecin_id.and_then(|id| autour.medecins.get(&id))
    {
        dits.insert(Destinataire::Patientele(*rpps), du);
    }
}

fn medecins<'a>(
    dits: &mut Dits,
    autour: &Alentours,
    ids: impl Iterator<Item = &'a MedecinId>,
    du: Option<NaiveDate>,
) {
    for rpps in ids.filter_map(|id| autour.medecins.get(id)) {
        dits.insert(Destinataire::Medecin(*rpps), du);
    }
}

/// The médecins traitants of the day of the event, or of today, as was known until the event or is since. A referral is read by those
/// of today, who alone are told.
fn traitants(dits: &mut Dits, evenement: &EvenementAPublier, autour: &Alentours, today: NaiveDate) {
    let known = evenement.enregistre_le;
    let lignes = evenement.patient_id.and_then(|id| autour.lignes.get(&id)).into_iter().flatten();
    let of_then = lignes.filter(|ligne| {
        ligne.enregistre_le <= known && ligne.remplace_le.is_none_or(|until| until >= known)
    });
    let of_its_day = evenement.effet_du.filter(|_| evenement.nature.theme() != "adressage");
    let days = [of_its_day.unwrap_or(today), today];
    let found: Vec<MedecinId> = of_then
        .filter(|ligne| days.iter().any(|day| ligne.effet.contient(*day)))
        .map(|ligne| ligne.medecin_id)
        .collect();
    medecins(dits, autour, found.iter(), evenement.effet_du);
}

/// The days that an event is of, given which days of care its kind touches.
fn jours(evenement: &EvenementAPublier) -> Jours {
    let au = nomme::<NaiveDate>(&evenement.donnees, "effet_au");
    let from =
        |day: Option<NaiveDate>| day.map_or(Jours::Aucun, |du| Jours::De(Periode::depuis(du)));
    match evenement.nature.jours() {
        JoursTouches::Tous => Jours::Tous,
        JoursTouches::Debut => from(evenement.effet_du),
        JoursTouches::Fin => from(au),
        JoursTouches::Periode => evenement
            .effet_du
            .and_then(|du| Periode::new(du, au).ok())
            .map_or(Jours::Aucun, Jours::De),
        JoursTouches::Aucun => {
            evenement.effet_du.map_or(Jours::Aucun, |day| Jours::De(Periode::from(day)))
        }
    }
}

/// The caisse on which the person depends today, or those of before, on their days.
fn caisses(
    dits: &mut Dits,
    evenement: &EvenementAPublier,
    autour: &Alentours,
    (relation, today): (Relation, NaiveDate),
) {
    let du = evenement.effet_du;
    if let Some(code) = caisse_nommee(evenement) {
        dits.insert(Destinataire::Caisse(code), du);
        return;
    }
    let asked = nomme::<ReevaluationId>(&evenement.donnees, "reevaluation_id");
    if evenement.patient_id.is_none()
        && let Some(code) = asked.and_then(|id| autour.reevaluations.get(&id))
    {
        dits.insert(Destinataire::Caisse(code.clone()), du);
    }
    if let Some(patient) = evenement.patient_id {
        of_person(dits, autour, (patient, &jours(evenement), du), (relation, today));
    }
    for feuille in connues(evenement, autour) {
        let day = Jours::De(Periode::from(feuille.date_soins));
        of_person(dits, autour, (feuille.patient_id, &day, du), (relation, today));
    }
}

fn of_person(
    dits: &mut Dits,
    autour: &Alentours,
    (patient, days, du): (PatientId, &Jours, Option<NaiveDate>),
    (relation, today): (Relation, NaiveDate),
) {
    let Some(known) = autour.affiliations.get(&patient) else { return };
    let code = |organisme: &Organisme| Destinataire::caisse(&Caisse::of(*organisme));
    let Some((present, organisme)) = affiliation_le(known.iter().copied(), today) else { return };
    if relation == Relation::CaisseActuelle {
        dits.insert(code(&organisme), du);
        return;
    }
    for (effet, organisme) in known.iter().filter(|(effet, _)| effet.du() < present.du()) {
        let Some(effet) = effet.jusqu_au(present.du()) else { continue };
        let of_its_days = match days {
            Jours::Aucun => false,
            Jours::Tous => true,
            Jours::De(period) => period.chevauche(&effet),
        };
        if of_its_days {
            let shown = du.filter(|day| effet.contient(*day));
            dits.entry(code(organisme)).or_insert(shown);
        }
    }
}

/// The persons of feuilles: by name when they are those of one answer, by their reception otherwise.
fn feuilles(dits: &mut Dits, evenement: &EvenementAPublier, autour: &Alentours) {
    for feuille in connues(evenement, autour) {
        let found = reception(evenement, feuille).map(Destinataire::Reception);
        let whose = found.unwrap_or(Destinataire::Personne(feuille.patient_id));
        if evenement.patient_id.is_none() {
            dits.insert(whose, evenement.effet_du);
        }
    }
}
