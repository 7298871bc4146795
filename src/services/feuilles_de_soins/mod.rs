//! Receiving a feuille de soins, evaluating it, reading both back.

mod connues;
mod decision;
mod liste;
mod lots;
mod places;
mod reception;
mod tenues;
mod verification;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::connues::{contradicted_by, decided_since};
pub(super) use self::decision::retenues;
pub(super) use self::liste::with_evaluations;
pub use self::liste::{PageFeuilles, list};
pub use self::lots::{Reception, Suite, Tours, receive};
pub(super) use self::places::PlacesDeLots;
pub use self::places::place_de_fournee;
use self::reception::{Ligne, Trouvee, open_months, store_all};
pub(super) use self::tenues::{Tenue, tenues};
pub(super) use self::verification::{executant, verify_known, verify_sender};
use super::loi::LoiConnue;
use super::{Contexte, Core, Demande, Done, Rendu, Seen, ServiceError};
use crate::domain::acteur::Acteur;
use crate::domain::droits::Relation;
use crate::domain::evaluation::{AutreFeuille, Avertissement};
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::ids::FeuilleId;
use crate::domain::patient::ClePatient;
pub use crate::storage::evaluations::EvaluationEnregistree;
use crate::storage::feuilles_de_soins::{self, FeuilleEnregistree, FeuilleRecue};
use crate::storage::patients::fusions;

/// A feuille to receive, and how its beneficiary is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleFeuille {
    /// By which number, birth date and rank.
    pub cle: ClePatient,
    /// Shared with what is kept of it.
    pub feuille: Arc<FeuilleDeSoins>,
}

/// A feuille with its evaluations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeuilleEvaluee {
    pub feuille: FeuilleEnregistree,
    /// Its evaluations, the first first, each with its law.
    pub evaluations: Vec<(EvaluationEnregistree, LoiConnue)>,
    /// Later feuilles that contradict the single opinion of this one.
    pub a_reexaminer: Vec<AutreFeuille>,
    /// What its evaluations say that the caisse has to decide, and that it has decided since.
    pub decidees: Vec<Avertissement>,
}

/// Stores a feuille and evaluates it against the register as it stood on the day of care: a lot
/// of one, under a key.
pub async fn submit(
    core: &Core,
    demande: &Demande,
    nouvelle: NouvelleFeuille,
    rendre: impl Fn(&FeuilleEvaluee) -> Result<Rendu, ServiceError>,
) -> Done {
    let date_soins = verify_sender(core, &demande.contexte, &nouvelle.feuille)?;
    open_months(core, &BTreeSet::from([date_soins])).await?;
    let (mut many, demande) = core.open(demande).await?.many();
    let lignes = Arc::new(vec![Ligne { nouvelle, date_soins }]);
    let done = store_all(&mut many, &lignes, &Suite::default()).await?;
    let Trouvee { recue, nouvelle } = match done.into_iter().next() {
        Some(Ok(found)) => found,
        refused => {
            many.refuse(demande).await?;
            let why = refused.and_then(Result::err).unwrap_or(ServiceError::Introuvable);
            return Err(why.into());
        }
    };
    if !nouvelle {
        let performed = &recue.feuille.feuille.executant_rpps;
        let reads = match demande.contexte.acteur() {
            Acteur::Medecin(rpps) => rpps == performed,
            Acteur::Caisse(_) | Acteur::Patient(_) | Acteur::Referentiel | Acteur::Statistiques => {
                true
            }
        };
        let known = reads.then_some(recue.feuille.id);
        return Err(ServiceError::FeuilleExistante(known).into());
    }
    let patient = recue.feuille.patient_id;
    let rendu = rendre(&evaluee(core, recue))?;
    Ok(many.close_keyed(demande, (rendu, &[patient])).await?)
}

/// A feuille that was just evaluated, under the present law.
fn evaluee(core: &Core, recue: FeuilleRecue) -> FeuilleEvaluee {
    let evaluations = vec![(recue.evaluation, core.present_law())];
    let (a_reexaminer, decidees) = (Vec::new(), Vec::new());
    FeuilleEvaluee { feuille: recue.feuille, evaluations, a_reexaminer, decidees }
}

/// Reads a feuille and its evaluations. The médecin traitant does not read what other doctors did.
pub async fn get(
    core: &Core,
    contexte: &Contexte,
    id: FeuilleId,
) -> Result<Seen<FeuilleEvaluee>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let found = feuilles_de_soins::get(search.conn(), core.coffre(), id).await?;
    let recue = found.ok_or(ServiceError::Introuvable)?;
    let feuille = &recue.feuille.feuille;
    let owner = fusions::owner_of_feuille(search.conn(), id, recue.feuille.patient_id).await?;
    let performed: &[Relation] = match contexte.acteur() {
        Acteur::Medecin(rpps) if *rpps == feuille.executant_rpps => &[Relation::Executant],
        Acteur::Medecin(_)
        | Acteur::Patient(_)
        | Acteur::Caisse(_)
        | Acteur::Referentiel
        | Acteur::Statistiques => &[],
    };
    let care = feuille.soins.date_soins().ok_or(ServiceError::Introuvable)?;
    let mut access = search.dated(care).on(owner, performed).await?;
    let found = with_evaluations(core, access.conn(), vec![recue]).await?.pop();
    let mut found = found.ok_or(ServiceError::Introuvable)?;
    found.a_reexaminer = contradicted_by(access.conn(), &found.feuille, owner).await?;
    found.decidees = decided_since(access.conn(), &found, owner).await?;
    access.show(found).await
}
