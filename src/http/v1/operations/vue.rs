//! The shape of an operation.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::identifiers::Rpps;
use crate::domain::ids::OperationId;
use crate::domain::operation::{ActionOperation, Compte, EtatOperation, NatureOperation};
use crate::http::idempotency::Anonymous;
use crate::http::problem::{ErreurChamp, Refus};
use crate::http::schemas::CodeProbleme;
use crate::services::operations::Suivi;

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
    /// Motif, dans les mots de la caisse.
    motif: Option<String>,
    /// Avancement.
    etat: EtatOperation,
    /// Version : l'ETag de l'opération, qui change avec son état.
    #[schema(example = 1)]
    version: i32,
    /// Patients concernés, et ce qui est fait d'eux.
    compte: CompteVue,
    /// Enregistrement.
    enregistree_le: DateTime<Utc>,
    /// Demande d'annulation, ou null.
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
}

impl Anonymous for CompteVue {}

impl From<&Compte> for CompteVue {
    fn from(compte: &Compte) -> Self {
        Self {
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
            motif: operation.motif.clone(),
            etat: operation.etat,
            version: operation.version,
            compte: CompteVue::from(&suivi.compte),
            enregistree_le: operation.enregistre_le,
            annulee_le: operation.annulee_le,
            actions: operation.actions(),
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
    /// Opération enregistrée, ou simulée ; null quand la ligne est refusée.
    pub(super) operation: Option<OperationVue>,
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
    pub(super) fn accepted(ligne: usize, suivi: &Suivi) -> Self {
        let operation = Some(OperationVue::from(suivi));
        Self { ligne, operation, code: None, detail: None, erreurs: Vec::new() }
    }

    pub(super) fn refused(ligne: usize, refus: &Refus) -> Self {
        Self {
            ligne,
            operation: None,
            code: Some(refus.code.as_str()),
            detail: Some(refus.detail.clone()),
            erreurs: refus.erreurs.clone(),
        }
    }
}
