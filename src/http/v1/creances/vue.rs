//! Claims as people read them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::creance::{
    ActionCreance, ActionRecouvrement, AnnulationRecouvrement, CreanceSuivie, ModeRecouvrement,
    MotifAnnulation, Recouvrement, Solde,
};
use crate::domain::evaluation::NatureCreance;
use crate::domain::ids::{FeuilleId, RecouvrementId};
use crate::domain::money::Centimes;
use crate::http::pagination::PaginationVue;
use crate::services::creances::{PageCreances, RecouvrementLu, Regard};

/// Créances de la caisse sur un patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreancesVue {
    /// Premier jour de soins demandé.
    du: NaiveDate,
    /// Dernier jour de soins demandé.
    au: NaiveDate,
    /// Toutes les créances de ces jours, quels que soient la page et le solde cherché.
    total: SoldeVue,
    /// Par jour de l'acte.
    donnees: Vec<CreanceSuivieVue>,
    /// Suite.
    pagination: PaginationVue,
}

/// Où en sont des créances. Ce qui était dû, moins ce qui est recouvré, égale ce qui reste, moins ce qui est à
/// rendre.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SoldeVue {
    /// Ce que réclament les évaluations en vigueur.
    montant_centimes: Centimes,
    /// Ce qui est recouvré, remises comprises.
    recouvre_centimes: Centimes,
    /// Dont ce à quoi la caisse a renoncé.
    dont_remise_centimes: Centimes,
    /// Ce qui reste à recouvrer.
    restant_centimes: Centimes,
    /// Ce que la caisse a reçu de trop, et doit rendre.
    a_rendre_centimes: Centimes,
}

/// Créance de la caisse, et ce qu'elle en a recouvré.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreanceSuivieVue {
    /// Feuille de soins.
    feuille_id: FeuilleId,
    /// Jour de l'acte.
    date_acte: NaiveDate,
    /// Ligne principale de l'acte.
    #[schema(example = 1)]
    numero_ligne: u16,
    /// Nature.
    nature: NatureCreance,
    /// Ce que réclame l'évaluation en vigueur ; zéro quand une réévaluation ne la réclame plus.
    montant_centimes: Centimes,
    /// Ce qui est recouvré, remises comprises.
    recouvre_centimes: Centimes,
    /// Dont ce à quoi la caisse a renoncé. Une remise n'efface que ce que les paiements laissent : elle ne se
    /// rend pas.
    dont_remise_centimes: Centimes,
    /// Ce qui reste à recouvrer.
    restant_centimes: Centimes,
    /// Ce que la caisse a reçu de trop, une réévaluation ayant réduit la créance ; elle le rend en annulant le
    /// recouvrement.
    a_rendre_centimes: Centimes,
    /// Recouvrements, dans l'ordre où ils furent enregistrés ; ceux qui sont annulés ne comptent plus.
    recouvrements: Vec<RecouvrementVue>,
    /// Ce que l'appelant peut faire maintenant.
    actions: Vec<ActionCreance>,
}

/// Somme recouvrée d'une créance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecouvrementVue {
    /// Identifiant.
    id: RecouvrementId,
    /// Comment.
    mode: ModeRecouvrement,
    /// Montant.
    montant_centimes: Centimes,
    /// Jour.
    jour: NaiveDate,
    /// Caisse : régime et caisse, cinq chiffres ; null pour une caisse que le patient a quittée, quand c'est
    /// une autre.
    #[schema(example = "01131")]
    auteur: Option<String>,
    /// Enregistré à cet instant.
    enregistre_le: DateTime<Utc>,
    /// Version : l'ETag, 2 quand il est annulé.
    #[schema(example = 1)]
    version: i32,
    /// Annulation, ou null.
    annulation: Option<AnnulationRecouvrementVue>,
    /// Ce que l'appelant peut faire maintenant.
    actions: Vec<ActionRecouvrement>,
}

/// Annulation d'un recouvrement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnnulationRecouvrementVue {
    /// Pourquoi.
    motif: MotifAnnulation,
    /// Jour.
    jour: NaiveDate,
    /// Caisse : régime et caisse, cinq chiffres ; null pour une caisse que le patient a quittée, quand c'est
    /// une autre.
    #[schema(example = "01131")]
    auteur: Option<String>,
    /// Enregistrée à cet instant.
    enregistree_le: DateTime<Utc>,
}

/// Recouvrement, et où en est sa créance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecouvrementLuVue {
    /// Le recouvrement.
    recouvrement: RecouvrementVue,
    /// Sa créance, avec tous ses recouvrements.
    creance: CreanceSuivieVue,
}

impl CreancesVue {
    pub(super) fn new(
        (du, au): (NaiveDate, NaiveDate),
        page: &PageCreances,
        pagination: PaginationVue,
    ) -> Self {
        let view = |one| CreanceSuivieVue::new(one, &page.regard);
        Self {
            du,
            au,
            total: SoldeVue::new(&page.total),
            donnees: page.creances.iter().map(view).collect(),
            pagination,
        }
    }
}

impl SoldeVue {
    const fn new(solde: &Solde) -> Self {
        Self {
            montant_centimes: solde.montant,
            recouvre_centimes: solde.recouvre,
            dont_remise_centimes: solde.dont_remise,
            restant_centimes: solde.restant,
            a_rendre_centimes: solde.a_rendre,
        }
    }
}

impl CreanceSuivieVue {
    fn new(creance: &CreanceSuivie, regard: &Regard) -> Self {
        let (place, solde) = (&creance.place, &creance.solde);
        let view = |one| RecouvrementVue::new(one, regard);
        Self {
            feuille_id: place.feuille_id,
            date_acte: place.date_acte,
            numero_ligne: place.cle.numero_ligne,
            nature: place.cle.nature,
            montant_centimes: solde.montant,
            recouvre_centimes: solde.recouvre,
            dont_remise_centimes: solde.dont_remise,
            restant_centimes: solde.restant,
            a_rendre_centimes: solde.a_rendre,
            recouvrements: creance.recouvrements.iter().map(view).collect(),
            actions: creance.actions(regard.sa_caisse),
        }
    }
}

impl RecouvrementVue {
    fn new(recouvrement: &Recouvrement, regard: &Regard) -> Self {
        let taken_back = recouvrement.annulation.as_ref();
        Self {
            id: recouvrement.id,
            mode: recouvrement.mode,
            montant_centimes: recouvrement.montant,
            jour: recouvrement.jour,
            auteur: regard.auteur(&recouvrement.auteur).map(str::to_owned),
            enregistre_le: recouvrement.enregistre_le,
            version: recouvrement.version(),
            annulation: taken_back.map(|one| AnnulationRecouvrementVue::new(one, regard)),
            actions: recouvrement.actions(regard.sa_caisse),
        }
    }
}

impl AnnulationRecouvrementVue {
    fn new(annulation: &AnnulationRecouvrement, regard: &Regard) -> Self {
        Self {
            motif: annulation.motif,
            jour: annulation.jour,
            auteur: regard.auteur(&annulation.auteur).map(str::to_owned),
            enregistree_le: annulation.enregistre_le,
        }
    }
}

impl RecouvrementLuVue {
    pub(super) fn new(lu: &RecouvrementLu) -> Self {
        Self {
            recouvrement: RecouvrementVue::new(&lu.recouvrement, &lu.regard),
            creance: CreanceSuivieVue::new(&lu.creance, &lu.regard),
        }
    }
}
