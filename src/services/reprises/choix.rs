//! Choices: those of persons about whom nothing was ever chosen are unrolled in memory and written together; the others
//! one by one, each compared with what the register held before.

mod contradictions;
mod lecture;
mod seul;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveTime, Utc};

use self::lecture::{Lu, read};
use super::issues::{Issue, Issues};
use crate::domain::declaration::{
    Canal, ContenuRepris, Declaration, Etat, NumeroDeclaration, OrdreSignature, Reprise,
};
use crate::domain::designation::Segment;
use crate::domain::fin::Fin;
use crate::domain::frise::{self, Choix, jours};
use crate::domain::ids::{
    DeclarationId, DesignationId, EvenementId, FaitId, MedecinId, PatientId, RepriseId,
};
use crate::domain::patientele::mouvements;
use crate::domain::reprise::ChoixRepris;
use crate::services::core::Many;
use crate::services::frises::{movement, prise_effet};
use crate::services::{Core, ServiceError};
use crate::storage::reprises::choix::{Lot, insert_all};

/// Takes over the choices of some lines. A trial unrolls, and writes only the choices of persons of whom the register holds
/// something, which are compared with it.
pub(super) async fn apply(
    many: &mut Many<'_>,
    (reprise, application): (RepriseId, bool),
    lignes: &[(u64, ChoixRepris)],
) -> Result<Issues, ServiceError> {
    let (mut issues, mut persons) = read(many, lignes).await?;
    for lus in persons.values_mut() {
        issues.extend(contradictions::set_aside(lus));
    }
    persons.retain(|_, lus| !lus.is_empty());
    let mut lot = Lot::default();
    let (mut alone, mut told) = (Vec::new(), BTreeSet::new());
    for (patient, lus) in &persons {
        if lus.iter().all(lecture::Lu::seul) {
            for (place, issue) in unroll(many.core(), reprise, (*patient, lus), &mut lot)? {
                issues.insert(place, issue);
            }
            told.insert(*patient);
        } else {
            alone.push((*patient, lus));
        }
    }
    let (core, auteur_id) = (many.core(), many.auteur_id());
    if application && !lot.declarations.is_empty() {
        insert_all(many.conn(), core.coffre(), &lot, auteur_id).await?;
    }
    let mut touched: BTreeMap<PatientId, DateTime<Utc>> = lot.instants;
    for (patient, lus) in alone {
        for lu in lus {
            let before = touched.get(&patient).copied();
            let (issue, instant) =
                Box::pin(seul::take(many, reprise, (patient, lu), before)).await?;
            if issue == Issue::Nouvelle {
                touched.insert(patient, instant);
                told.insert(patient);
            }
            issues.insert(lu.place, issue);
        }
    }
    if application {
        let instants: Vec<(PatientId, DateTime<Utc>)> = touched.into_iter().collect();
        many.touch(&instants).await?;
        let told: Vec<PatientId> = told.into_iter().collect();
        many.trace(&told).await?;
    }
    let numbered = lignes.iter().enumerate();
    Ok(numbered
        .filter_map(|(place, (numero, _))| Some((*numero, issues.remove(&place)?)))
        .collect())
}

/// What the choices of a person about whom nothing was known make, all of them together.
fn unroll(
    core: &Core,
    reprise: RepriseId,
    (patient, lus): (PatientId, &[Lu]),
    lot: &mut Lot,
) -> Result<Vec<(usize, Issue)>, ServiceError> {
    let Some(instant) = lus.iter().map(|lu| lu.instant).max() else { return Ok(Vec::new()) };
    let (mut issues, mut seen) = (Vec::new(), Vec::<&Lu>::new());
    let mut gardes: Vec<(&Lu, Option<Declaration>, Vec<Fin>)> = Vec::new();
    for lu in lus {
        let same = |known: &&&Lu| {
            (&known.choix.medecins, known.choix.effet_du) == (&lu.choix.medecins, lu.choix.effet_du)
        };
        let mut known = seen.iter().filter(same).peekable();
        let again = known.peek().is_some();
        let ended = known.any(|known| known.choix.fin == lu.choix.fin);
        if again && (ended || lu.choix.fin.is_none()) {
            issues.push((lu.place, Issue::DejaConnue));
            continue;
        }
        seen.push(lu);
        let made =
            if again { None } else { Some(declaration(core, reprise, (patient, lu), instant)?) };
        gardes.push((lu, made, ends(core, lu)));
    }
    let segments = loop {
        let made = gardes.iter().filter_map(|(_, made, _)| made.as_ref());
        let choix: Vec<Choix> = made.map(|made| choice(made, instant)).collect();
        let fins: Vec<Fin> = gardes.iter().flat_map(|(.., fins)| fins.iter().copied()).collect();
        let segments: Vec<Segment> = frise::unroll(&choix, &fins);
        // What another one overtakes on its own day leaves, and its ends with it.
        let lost = gardes.iter().position(|(lu, ..)| !compte(lu, &segments));
        let Some(lost) = lost else { break segments };
        let (lu, ..) = gardes.remove(lost);
        issues.push((lu.place, contradictions::sans_jour(lu.choix.effet_du)));
    };
    let mut fins: Vec<Fin> = Vec::new();
    for (lu, made, own) in gardes {
        issues.push((lu.place, Issue::Nouvelle));
        lot.declarations.extend(made);
        fins.extend(own);
    }
    lot.fins.extend(fins.into_iter().map(|fin| (patient, fin)));
    let moved = mouvements(&[], &jours(&segments));
    let told = segments.iter().flat_map(prise_effet).chain(moved.iter().map(movement));
    for fact in told {
        lot.faits.push((patient, EvenementId::from_uuid(core.ids().uuid()), fact));
    }
    for segment in segments {
        lot.designations.push((patient, DesignationId::from_uuid(core.ids().uuid()), segment));
    }
    lot.instants.insert(patient, instant);
    Ok(issues)
}

/// Whether a choice counts on its first day.
fn compte(lu: &Lu, segments: &[Segment]) -> bool {
    let chosen: BTreeSet<MedecinId> = lu.medecins.iter().map(|one| one.medecin_id).collect();
    segments.iter().any(|segment| chosen.is_subset(&segment.en_force(lu.choix.effet_du)))
}

/// A choice as a declaration that nobody signs here.
fn declaration(
    core: &Core,
    reprise_id: RepriseId,
    (patient_id, lu): (PatientId, &Lu),
    instant: DateTime<Utc>,
) -> Result<Declaration, ServiceError> {
    let choix = &lu.choix;
    let repris = Reprise {
        reprise_id,
        effet_du: choix.effet_du,
        signe_le: choix.signe_le,
        origine: choix.origine,
        reference: choix.reference.clone(),
    };
    let medecins: Vec<String> = choix.medecins.iter().map(ToString::to_string).collect();
    let patient = patient_id.to_string();
    let (contenu, contenu_sha256) = ContenuRepris::new(&patient, &medecins, &repris).canonical()?;
    Ok(Declaration {
        id: DeclarationId::from_uuid(core.ids().uuid()),
        patient_id,
        numero: NumeroDeclaration::from_random(core.ids().random()),
        canal: Canal::Reprise,
        medecins: lu.medecins.clone(),
        en_place: None,
        rectifie: None,
        contenu,
        contenu_sha256,
        reprise: Some(repris),
        expire_le: instant,
        enregistre_le: instant,
        etat: Etat::Active,
        contestation: None,
        motif: None,
        version: 1,
        signatures: Vec::new(),
    })
}

/// A choice among those of its person.
fn choice(declaration: &Declaration, instant: DateTime<Utc>) -> Choix {
    let repris = declaration.reprise.as_ref();
    let effet_du = repris.map_or_else(Default::default, |repris| repris.effet_du);
    let signe_le = repris.and_then(|repris| repris.signe_le).unwrap_or(effet_du);
    let ordre = OrdreSignature { signe_le, signe_a: None, recue_le: instant };
    Choix {
        declaration_id: declaration.id,
        medecins: declaration.medecins.iter().map(|one| one.medecin_id).collect(),
        en_place: None,
        effet_du,
        ordre,
        volonte: ordre,
    }
}

/// The ends of a choice that had ended: one for each of its doctors, decided at the latest when its day began.
fn ends(core: &Core, lu: &Lu) -> Vec<Fin> {
    let Some((effet_du, fin)) = lu.choix.fin else { return Vec::new() };
    let end = |medecin_id| Fin {
        id: FaitId::from_uuid(core.ids().uuid()),
        medecin_id,
        motif: fin.depart(),
        effet_du,
        decidee_le: effet_du.and_time(NaiveTime::MIN).and_utc(),
        operation_id: None,
    };
    lu.medecins.iter().map(|medecin| end(medecin.medecin_id)).collect()
}
