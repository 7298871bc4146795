//! Who signs for the patient on a day, from the law and from the dated links.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::acteur::Acteur;
use crate::domain::calendar::{Periode, age_revolu, anniversaire};
use crate::domain::declaration::{
    ConditionsSignature, CotePatient, Declaration, LienEnVigueur, RepresentantDeclare,
    RoleSignataire, SeuilsAge, SignatureManquante,
};
use crate::domain::droits::{Rapports, Relation};
use crate::domain::identifiers::DateNaissanceAmo;
use crate::domain::ids::{PatientId, RepresentationId};
use crate::domain::patient::Patient;
use crate::domain::representation::{Representant, Representation};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::services::vivant::Vivant;
use crate::services::{Core, ServiceError, latest_knowledge};
use crate::storage::patients::particularites::Particularites;
use crate::storage::{Connection, patients, representations};

/// A patient and who may sign for them, as known now.
#[derive(Debug, Clone)]
pub(super) struct Famille {
    pub(super) patient: Patient,
    pub(super) liens: Vec<Representation>,
    /// Until when the patient lives.
    pub(super) vivant: Vivant,
}

pub(super) async fn famille(
    core: &Core,
    conn: &mut Connection,
    id: PatientId,
    a: Particularites,
) -> Result<Famille, ServiceError> {
    let (coffre, known) = (core.coffre(), latest_knowledge());
    let patient = patients::get(conn, coffre, id, known).await?;
    let patient = patient.ok_or(ServiceError::Introuvable)?;
    let liens =
        if a.liens { representations::list(conn, coffre, id, known).await? } else { Vec::new() };
    let vivant = if a.deces { Vivant::of(conn, id).await? } else { Vivant::VIT };
    Ok(Famille { patient, liens, vivant })
}

/// The patient's side of a declaration on a day.
pub(super) fn cote(
    core: &Core,
    famille: &Famille,
    jour: NaiveDate,
) -> Result<CotePatient, ServiceError> {
    let liens: Vec<LienEnVigueur> = famille
        .liens
        .iter()
        .filter(|lien| lien.effet.contient(jour))
        .map(Representation::en_vigueur)
        .collect();
    let connus = famille.liens.iter().map(|lien| (lien.id, lien.effet)).collect();
    let birth = famille.patient.identite_le(jour).map(|own| own.date_naissance);
    cote_de(core, (birth, liens, connus), jour)
}

/// The same, given the birth, who may sign, and the days of every link.
pub(in crate::services) fn cote_de(
    core: &Core,
    (naissance, liens, connus): (
        Option<DateNaissanceAmo>,
        Vec<LienEnVigueur>,
        Vec<(RepresentationId, Periode)>,
    ),
    jour: NaiveDate,
) -> Result<CotePatient, ServiceError> {
    let (seuils, birth) = (seuils(core, jour)?, naissance.map(|date| date.pour_calcul_age()));
    Ok(CotePatient {
        age: birth.map(|date| age_revolu(date, jour)).unwrap_or_default(),
        sans_accord_du: birth.and_then(|date| anniversaire(date, seuils.sans_accord)),
        seuils,
        liens,
        connus,
    })
}

/// The patient's side as it is told while a declaration waits: on paper of the past, that of the last signature, unless
/// somebody has come of age since whom nobody has to help any more.
pub(super) fn cote_qui_attend(
    core: &Core,
    famille: &Famille,
    declaration: &Declaration,
) -> Result<CotePatient, ServiceError> {
    let today = declaration.fuseau().jour(core.now());
    let then = cote(core, famille, declaration.jour_de_reference(today))?;
    let now = cote(core, famille, today)?;
    let grown = then.age < then.seuils.sans_accord && now.age >= now.seuils.sans_accord;
    let parent = |one: &SignatureManquante| one.role == RoleSignataire::TitulaireAutoriteParentale;
    let helped = grown && !then.est_enfant() && declaration.manquantes(&then).iter().any(parent);
    Ok(if helped { now } else { then })
}

/// Those who may sign for a person on a day, as the form names them, in the order of their links.
pub(super) async fn representatives(
    core: &Core,
    conn: &mut Connection,
    famille: &Famille,
    jour: NaiveDate,
) -> Result<Vec<RepresentantDeclare>, ServiceError> {
    let mut named = Vec::new();
    let mut known = Vec::new();
    for lien in famille.liens.iter().filter(|lien| lien.effet.contient(jour)) {
        // Whose two records were merged may have a link under each.
        let who = (&lien.representant, lien.nature);
        if matches!(lien.representant, Representant::Patient(_)) && known.contains(&who) {
            continue;
        }
        known.push(who);
        let (nom, prenom) = match &lien.representant {
            Representant::Autre(own) => (own.nom.clone(), Some(own.prenom.clone())),
            Representant::PersonneMorale(nom) => (nom.clone(), None),
            Representant::Patient(id) => {
                let found = patients::get(conn, core.coffre(), *id, latest_knowledge()).await?;
                let person = found.as_ref().and_then(|person| person.identite_le(jour));
                let person = person.ok_or(ServiceError::Introuvable)?;
                (person.nom.clone(), Some(person.prenom.clone()))
            }
        };
        let qualite = lien.nature.role().mot();
        named.push(RepresentantDeclare {
            nom,
            prenom,
            qualite,
            representation_id: lien.id.to_string(),
        });
    }
    named.sort_by(|one, other| one.representation_id.cmp(&other.representation_id));
    Ok(named)
}

/// Whether the caller may end the choice of a person without naming another doctor: whoever may on
/// the patient's side, or the caisse that keeps the person's file, which was written to.
pub(super) async fn may_end(
    core: &Core,
    conn: &mut Connection,
    rapports: &Rapports,
    patient: PatientId,
) -> Result<bool, ServiceError> {
    match rapports.acteur {
        Acteur::Medecin(_) | Acteur::Referentiel | Acteur::Statistiques => Ok(false),
        Acteur::Patient(person) => ends_choice(core, conn, person, patient).await,
        Acteur::Caisse(_) => Ok(rapports.est(Relation::CaisseActuelle)),
    }
}

/// Whether somebody of the register may end the choice of a person.
pub(in crate::services) async fn ends_choice(
    core: &Core,
    conn: &mut Connection,
    person: PatientId,
    patient: PatientId,
) -> Result<bool, ServiceError> {
    let famille = famille(core, conn, patient, Particularites::INCONNUES).await?;
    Ok(cote(core, &famille, core.today())?.peut_rompre(person, patient))
}

fn seuils(core: &Core, jour: NaiveDate) -> Result<SeuilsAge, ServiceError> {
    let value = |parametre| core.valeur(parametre, jour);
    let age = |number: i64| u8::try_from(number).unwrap_or(u8::MAX);
    Ok(SeuilsAge {
        choix: age(value(Parametre::MtAgeMajoriteChoix)?),
        sans_accord: age(value(Parametre::MtAgeSansAccordParental)?),
        enfant_ouvert: value(Parametre::MtEnfantOuverture)? != 0,
    })
}

/// What a signature of a day is judged by.
pub(super) fn conditions(
    core: &Core,
    famille: &Famille,
    declaration: &Declaration,
    signe_le: NaiveDate,
    now: DateTime<Utc>,
) -> Result<ConditionsSignature, ServiceError> {
    let patient = &famille.patient;
    let identite = patient.identite_le(signe_le).ok_or(ServiceError::Introuvable)?;
    Ok(ConditionsSignature {
        au_jour: cote(core, famille, signe_le)?,
        a_l_effet: cote(core, famille, declaration.jour_avec(signe_le))?,
        naissance: identite.date_naissance.pour_calcul_age(),
        rattachement: patient.affiliations.iter().map(|fait| fait.effet.du()).min(),
        transmission: u64::try_from(core.valeur(Parametre::MtDelaiTransmission, core.today())?)
            .unwrap_or_default(),
        deces: famille.vivant.mort_avant(signe_le),
        aujourd_hui: declaration.fuseau().jour(now),
        maintenant: now,
    })
}
