//! Claims after third-party payment: read with what was recovered of them.
//!
//! No claim has a row: it is what the current evaluation of its feuille says, so that a new evaluation
//! changes it by itself. All those of a person are made again for each page, which a life of feuilles
//! bears: the total needs them anyway.

mod recouvrements;

use std::collections::BTreeSet;

use chrono::NaiveDate;

pub use self::recouvrements::{NouveauRecouvrement, RecouvrementLu, cancel, get, recover};
use super::{Contexte, Core, Seen, ServiceError};
use crate::domain::creance::{CreanceSuivie, PlaceCreance, Solde, SoldeCherche, suivre};
use crate::domain::droits::{Demarche, Rapports, Relation};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::domain::money::Centimes;
use crate::law::LawError;
use crate::law::reglement::reglement;
use crate::storage::feuilles_de_soins::{self, FeuilleRecue, QuestionFeuilles};
use crate::storage::recouvrements as mouvements;
use crate::storage::{Connection, evaluations, faits};

/// Which claims of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuestionCreances {
    /// First and last day of care.
    pub jours: (NaiveDate, NaiveDate),
    /// Only those of which something is left.
    pub solde: Option<SoldeCherche>,
    /// After this one.
    pub apres: Option<PlaceCreance>,
    pub limite: i64,
    /// Whether the claims looked for are counted too, whatever the page.
    pub avec_total: bool,
}

/// A page of claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageCreances {
    /// The claims, by day of the act.
    pub creances: Vec<CreanceSuivie>,
    /// All claims of the days asked, whatever the page and the balance looked for.
    pub total: Solde,
    /// How many claims are looked for, if it was asked.
    pub nombre: Option<u64>,
    /// The last one read, when others follow.
    pub suite: Option<PlaceCreance>,
    /// Who looks.
    pub regard: Regard,
}

/// Who looks at claims, and what of them is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regard {
    /// Whether the caller may act on them.
    pub sa_caisse: bool,
    /// The code of the caller, when it is a caisse that the person left.
    ancienne: Option<String>,
}

impl Regard {
    fn new(rapports: &Rapports) -> Self {
        let former = rapports.est(Relation::AncienneCaisse).then(|| rapports.acteur.identite());
        Self {
            sa_caisse: Demarche::EnregistrerRecouvrement.est_permise(rapports),
            ancienne: former,
        }
    }

    /// The caisse that recovered, or took back: the one that the person left does not learn which came
    /// after it.
    pub fn auteur<'a>(&self, auteur: &'a str) -> Option<&'a str> {
        self.ancienne.as_deref().is_none_or(|own| own == auteur).then_some(auteur)
    }
}

/// The claims on a person. For the person and the caisse; a caisse of before reads those of the days
/// of its time.
pub async fn list(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
    question: &QuestionCreances,
) -> Result<Seen<PageCreances>, ServiceError> {
    let mut access = core.access(contexte, patient).await?;
    let records = faits::records(access.conn(), &[patient]).await?;
    let feuilles = QuestionFeuilles {
        dossiers: records.into_keys().collect(),
        executant: None,
        jours: question.jours,
        apres: None,
        limite: i64::MAX,
    };
    let mut found = feuilles_de_soins::of_person(access.conn(), core.coffre(), &feuilles).await?;
    found.retain(|recue| {
        recue.feuille.feuille.soins.date_soins().is_some_and(|jour| access.droit.vue.contient(jour))
    });
    let mut all = creances_of(core, access.conn(), found).await?;
    all.sort_by_key(|one| one.place);
    let total = all.iter().try_fold(Solde::default(), |sum, one| sum.plus(&one.solde));
    let total = total.map_err(LawError::from)?;
    all.retain(|one| one.est_cherchee(question.solde));
    let nombre = u64::try_from(all.len()).ok().filter(|_| question.avec_total);
    all.retain(|one| question.apres.is_none_or(|last| one.place > last));
    let limite = usize::try_from(question.limite).unwrap_or(usize::MAX);
    let more = all.len() > limite;
    all.truncate(limite);
    let suite = all.last().filter(|_| more).map(|last| last.place);
    let regard = Regard::new(&access.rapports);
    access.show(PageCreances { creances: all, total, nombre, suite, regard }).await
}

/// Those of some feuilles of whose claims something is left, or has to be given back.
pub(super) async fn open(
    core: &Core,
    conn: &mut Connection,
    found: Vec<FeuilleRecue>,
) -> Result<BTreeSet<FeuilleId>, ServiceError> {
    let all = creances_of(core, conn, found).await?;
    let open = |one: &&CreanceSuivie| {
        one.solde.restant > Centimes::ZERO || one.solde.a_rendre > Centimes::ZERO
    };
    Ok(all.iter().filter(open).map(|one| one.place.feuille_id).collect())
}

/// The claims of some feuilles, by their current evaluations, with what was recovered of them.
async fn creances_of(
    core: &Core,
    conn: &mut Connection,
    mut found: Vec<FeuilleRecue>,
) -> Result<Vec<CreanceSuivie>, ServiceError> {
    // Nothing is claimed of a feuille that the patient paid, and its payment never changes.
    found.retain(|recue| recue.feuille.feuille.soins.paiement.tiers_payant_amo);
    let days: Vec<(FeuilleId, NaiveDate)> = found
        .iter()
        .filter_map(|recue| Some((recue.feuille.id, recue.feuille.feuille.soins.date_soins()?)))
        .collect();
    let mut current = evaluations::last(conn, core.coffre(), &days).await?;
    let places: Vec<mouvements::Place> =
        found.iter().map(|recue| (recue.feuille.patient_id, recue.feuille.id)).collect();
    let mut recovered = mouvements::of_feuilles(conn, &places).await?;
    let mut all = Vec::new();
    for FeuilleRecue { feuille, evaluation } in found {
        let soins = &feuille.feuille.soins;
        let Some(jour) = soins.date_soins() else { continue };
        let current = current.remove(&feuille.id).unwrap_or(evaluation.evaluation);
        let creances = reglement(soins, &current)?.creances;
        let recovered = recovered.remove(&feuille.id).unwrap_or_default();
        let place = (feuille.id, jour);
        let suivies = suivre(place, &soins.actes, &creances, recovered);
        all.extend(suivies.map_err(LawError::from)?);
    }
    Ok(all)
}
