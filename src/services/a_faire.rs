//! The inbox of whoever calls: what waits for them, and what became known lately.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::declarations::cote_de;
use super::{Contexte, Core, Seen, ServiceError, fil};
use crate::domain::a_faire::Rubrique;
use crate::domain::acteur::Acteur;
use crate::domain::declaration::{LienEnVigueur, RoleSignataire};
use crate::domain::droits::Relation;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::PatientId;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::core::Search;
use crate::storage::a_faire::{self, Moment, Pendante};

pub use crate::storage::a_faire::Affaire;

/// The most of one heading; more are told as « at least ».
pub const PAR_RUBRIQUE: usize = 1_000;
/// How long what happened is news.
const RECENT: TimeDelta = TimeDelta::days(30);

/// What is asked of an inbox.
#[derive(Debug, Clone)]
pub struct Question {
    /// Only these headings; none: all of them.
    pub rubriques: Vec<Rubrique>,
    /// Only what is about this person.
    pub personne: Option<PatientId>,
    /// After this one.
    pub apres: Option<(DateTime<Utc>, Uuid)>,
    pub limite: usize,
}

/// A page of an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boite {
    /// How many of each heading of the caller, whatever is asked for; and whether there are more.
    pub comptes: Vec<(Rubrique, usize, bool)>,
    /// One more than asked for, when there are others.
    pub affaires: Vec<Affaire>,
}

/// Reads the inbox of the caller, the last first.
pub async fn read(
    core: &Core,
    contexte: &Contexte,
    question: &Question,
) -> Result<Seen<Boite>, ServiceError> {
    // Arrivals and departures are read in the feed.
    fil::publish(core).await?;
    let mut search = core.search(contexte).await?;
    let now = core.now();
    let moment = Moment {
        maintenant: now,
        jour: core.today(),
        recent: now.checked_sub_signed(RECENT).unwrap_or(now),
        limite: i64::try_from(PAR_RUBRIQUE).unwrap_or(i64::MAX).saturating_add(1),
    };
    let mut found = match contexte.acteur() {
        Acteur::Medecin(rpps) => a_faire::medecin(search.conn(), rpps, &moment).await?,
        Acteur::Caisse(caisse) => a_faire::caisse(search.conn(), &caisse.code(), &moment).await?,
        Acteur::Referentiel => a_faire::referentiel(search.conn(), &moment).await?,
        Acteur::Statistiques => return Err(ServiceError::Introuvable),
        Acteur::Patient(own) => of_family(core, &mut search, contexte, *own, &moment).await?,
    };
    let comptes = comptes(&found, contexte.acteur());
    found.retain(|one| {
        (question.rubriques.is_empty() || question.rubriques.contains(&one.rubrique))
            && question.personne.is_none_or(|asked| one.patient_id == Some(asked))
            && question.apres.is_none_or(|last| (one.depuis, one.objet) < last)
    });
    found.sort_unstable_by_key(|one| std::cmp::Reverse((one.depuis, one.objet)));
    found.truncate(question.limite.saturating_add(1));
    let shown = found.iter().take(question.limite);
    let persons: Vec<PatientId> = shown.filter_map(|one| one.patient_id).collect();
    search.show_all(persons, Boite { comptes, affaires: found }).await
}

/// How many there are of each heading of a role.
fn comptes(found: &[Affaire], acteur: &Acteur) -> Vec<(Rubrique, usize, bool)> {
    let mut all: BTreeMap<Rubrique, usize> = BTreeMap::new();
    for one in found {
        let count = all.entry(one.rubrique).or_default();
        *count = count.saturating_add(1);
    }
    let own = Rubrique::TOUS.iter().filter(|one| one.est_pour(acteur.role()));
    own.map(|one| {
        let count = all.get(one).copied().unwrap_or_default();
        (*one, count.min(PAR_RUBRIQUE), count > PAR_RUBRIQUE)
    })
    .collect()
}

/// What a person reads here of what was recorded, where the kind is told to them.
fn recorded(nature: NatureEvenement) -> bool {
    nature == NatureEvenement::DeclarationDeposee
        || a_faire::SANS_SUITE.contains(&nature)
        || a_faire::A_SAVOIR.contains(&nature)
        || a_faire::DECIDEES.contains(&nature)
        || ["patient", "representation"].contains(&nature.theme())
}

/// What waits for a person, for themselves and for those for whom they act.
async fn of_family(
    core: &Core,
    search: &mut Search<'_>,
    contexte: &Contexte,
    own: PatientId,
    moment: &Moment,
) -> Result<Vec<Affaire>, ServiceError> {
    let proches = fil::proches(core, search, contexte.acteur(), own).await?;
    let persons: Vec<PatientId> = proches.iter().map(|(person, _)| *person).collect();
    let own = persons.first().copied().unwrap_or(own);
    let conn = search.conn();
    let pendantes = a_faire::pendantes(conn, &persons, moment).await?;
    let liens = a_faire::liens(conn, &persons, moment.jour).await?;
    let mut found = Vec::new();
    for pendante in &pendantes {
        let signs: Vec<LienEnVigueur> = liens
            .iter()
            .filter(|(patient, ..)| *patient == pendante.patient_id)
            .map(|(_, id, representant, nature)| LienEnVigueur {
                id: *id,
                representant: *representant,
                role: nature.role(),
            })
            .collect();
        if awaits(core, pendante, signs, (own, moment))? {
            found.push(Affaire {
                rubrique: Rubrique::SignatureDemandee,
                depuis: pendante.depuis,
                echeance: Some(pendante.echeance),
                patient_id: Some(pendante.patient_id),
                objet: pendante.declaration_id.uuid(),
                nature: None,
                effet_du: None,
                effet_au: None,
            });
        }
    }
    let natures: Vec<NatureEvenement> =
        NatureEvenement::TOUS.iter().copied().filter(|one| recorded(*one)).collect();
    let told = a_faire::enregistres(conn, (&persons, own), &natures, moment).await?;
    found.extend(told.into_iter().filter(|one| {
        let mine = |nature: NatureEvenement| {
            let rapports = proches.iter().find(|(person, _)| Some(*person) == one.patient_id);
            rapports.is_some_and(|(_, rapports)| {
                nature.destinataires().any(|relation: Relation| rapports.est(relation))
            })
        };
        one.nature.is_some_and(mine)
    }));
    Ok(found)
}

/// Whether a declaration waits for a signature that somebody may give.
fn awaits(
    core: &Core,
    pendante: &Pendante,
    liens: Vec<LienEnVigueur>,
    (own, moment): (PatientId, &Moment),
) -> Result<bool, ServiceError> {
    // Which links were in force is known already.
    let about = (Some(pendante.naissance), liens, Vec::new());
    let cote = cote_de(core, about, moment.jour)?;
    let given = &pendante.signees;
    let agrees = |role: RoleSignataire| {
        matches!(role, RoleSignataire::TitulaireAutoriteParentale | RoleSignataire::Tuteur)
    };
    let accorde = given.iter().any(|(role, _)| agrees(*role));
    Ok(cote.requises().iter().any(|wanted| {
        let counts = |(role, jour): &(RoleSignataire, NaiveDate)| {
            wanted.convient(*role, None) && !cote.reste_a_confirmer(*role, *jour, accorde)
        };
        let missing = !given.iter().any(counts);
        missing
            && [Some(wanted.role), wanted.sinon].into_iter().flatten().any(|role| match role {
                RoleSignataire::Assure => own == pendante.patient_id,
                RoleSignataire::TitulaireAutoriteParentale
                | RoleSignataire::Tuteur
                | RoleSignataire::Curateur => cote.represente_par(own, role),
                RoleSignataire::Medecin => false,
            })
    }))
}
