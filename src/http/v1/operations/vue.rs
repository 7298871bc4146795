//! The shape of an operation.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::identifiers::Rpps;
use crate::domain::ids::OperationId;
use crate::domain::operation::{ActionOperation, EtatOperation, NatureOperation};
use crate::http::idempotency::Anonymous;
use crate::http::problem::{ErreurChamp, Refus};
use crate::http::schemas::CodeProbleme;
use crate::services::operations::{Portee, Suivi};

/// Opération sur un médecin.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperationVue {
    /// Identifiant.
    id: OperationId,
    /// RPPS du médecin.
    rpps: Rpps,
    /// Nature.
    nature: NatureOperation,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui suit une suspension, ou null.
    effet_au: Option<NaiveDate>,
    /// Caisse qui agit ; null pour le référentiel.
    #[schema(example = "01011")]
    caisse: Option<String>,
    /// Motif.
    motif: Option<String>,
    /// Pourquoi si tard, ou null.
    justification: Option<String>,
    /// Avancement.
    etat: EtatOperation,
    /// Version : l'ETag de l'opération, qui change avec son état.
    #[schema(example = 1)]
    version: i32,
    /// Patients concernés, et ce qui est fait d'eux ; les siens pour une caisse.
    compte: CompteVue,
    /// Enregistrement.
    enregistree_le: DateTime<Utc>,
    /// Jusqu'à quand il se confirme, ou null.
    expire_le: Option<DateTime<Utc>>,
    /// Confirmation, ou null.
    confirmee_le: Option<DateTime<Utc>>,
    /// Demande d'annulation ou expiration, ou null.
    annulee_le: Option<DateTime<Utc>>,
    /// Ce que l'appelant peut faire maintenant.
    actions: Vec<ActionOperation>,
}

impl Anonymous for OperationVue {}

/// Patients d'une opération : prévus tant qu'elle est en attente, comptés ensuite.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CompteVue {
    /// Patients dont le médecin est médecin traitant la veille et le premier jour.
    #[schema(example = 3000)]
    concernes: i64,
    /// Désignations closes : le patient n'a plus de médecin traitant.
    #[schema(example = 2950)]
    designations_closes: i64,
    /// Désignations conjointes où seule la ligne du médecin est close.
    #[schema(example = 50)]
    lignes_closes: i64,
    /// Patients seulement prévenus : leur désignation continue.
    #[schema(example = 0)]
    prevenus: i64,
    /// Patients qui n'étaient plus concernés quand leur tour est venu.
    #[schema(example = 0)]
    inchanges: i64,
    /// Neutralisations ouvertes.
    #[schema(example = 2950)]
    neutralisations: i64,
    /// Patients déjà traités.
    #[schema(example = 0)]
    traites: i64,
    /// Patients remis dans l'état d'avant, après une annulation.
    #[schema(example = 0)]
    defaits: i64,
    /// Désignations du médecin qui commencent ce jour ou après : laissées telles quelles, à examiner.
    #[schema(example = 0)]
    posterieures: i64,
    /// Caisses de ces patients.
    caisses: Vec<CaisseConcerneeVue>,
}

/// Caisse concernée.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaisseConcerneeVue {
    /// Régime et caisse.
    #[schema(example = "01011")]
    caisse: String,
    /// Patients qui en dépendent le premier jour.
    #[schema(example = 2100)]
    patients: i64,
}

impl Anonymous for CompteVue {}

impl From<&Portee> for CompteVue {
    fn from(Portee { compte, caisses }: &Portee) -> Self {
        let caisse = |(caisse, patients): &(String, i64)| CaisseConcerneeVue {
            caisse: caisse.clone(),
            patients: *patients,
        };
        Self {
            caisses: caisses.iter().map(caisse).collect(),
            concernes: compte.concernes,
            designations_closes: compte.fermees,
            lignes_closes: compte.membres_fermes,
            prevenus: compte.notifiees,
            inchanges: compte.inchangees,
            neutralisations: compte.neutralisees,
            traites: compte.traites,
            defaits: compte.defaits,
            posterieures: compte.posterieures,
        }
    }
}

impl From<&Suivi> for OperationVue {
    fn from(suivi: &Suivi) -> Self {
        let operation = &suivi.operation;
        Self {
            id: operation.id,
            rpps: operation.rpps,
            nature: operation.nature,
            effet_du: operation.effet_du,
            effet_au: operation.effet_au,
            caisse: operation.caisse.clone(),
            motif: operation.motif.clone(),
            justification: operation.justification.clone(),
            etat: operation.etat,
            version: operation.version,
            compte: CompteVue::from(&suivi.portee),
            enregistree_le: operation.enregistre_le,
            expire_le: operation.expire_le,
            confirmee_le: operation.confirmee_le,
            annulee_le: operation.annulee_le,
            actions: suivi.actions.clone(),
        }
    }
}

/// Résultat d'un fichier d'opérations, ligne par ligne.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportVue {
    /// Rien n'a été enregistré : le résultat est celui qu'aurait l'import.
    simulation: bool,
    /// Lignes, dans l'ordre du fichier.
    donnees: Vec<LigneImportVue>,
}

/// Résultat d'une ligne.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LigneImportVue {
    /// Numéro de la ligne, à partir de 1.
    #[schema(example = 1)]
    pub(super) ligne: usize,
    /// Opération enregistrée ; null à blanc, ou quand la ligne est refusée.
    pub(super) operation: Option<OperationVue>,
    /// À blanc, ce que la ligne ferait ; ou null.
    pub(super) compte: Option<CompteVue>,
    /// Code du refus, ou null.
    #[schema(value_type = Option<CodeProbleme>)]
    pub(super) code: Option<&'static str>,
    /// Explication du refus.
    pub(super) detail: Option<String>,
    /// Champs refusés.
    pub(super) erreurs: Vec<ErreurChamp>,
}

impl ImportVue {
    pub(super) fn new(simulation: bool, mut donnees: Vec<LigneImportVue>) -> Self {
        donnees.sort_by_key(|line| line.ligne);
        Self { simulation, donnees }
    }
}

impl LigneImportVue {
    pub(super) fn accepted(simulation: bool, ligne: usize, suivi: &Suivi) -> Self {
        let operation = (!simulation).then(|| OperationVue::from(suivi));
        let compte = simulation.then(|| CompteVue::from(&suivi.portee));
        Self { ligne, operation, compte, code: None, detail: None, erreurs: Vec::new() }
    }

    pub(super) fn refused(ligne: usize, refus: &Refus) -> Self {
        Self {
            ligne,
            operation: None,
            compte: None,
            code: Some(refus.code.as_str()),
            detail: Some(refus.detail.clone()),
            erreurs: refus.erreurs.clone(),
        }
    }
}
