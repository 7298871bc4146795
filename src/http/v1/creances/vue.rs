//! Claims as people read them.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::creance::{
    ActionCreance, ActionRecouvrement, AnnulationRecouvrement, CreanceSuivie, ModeRecouvrement,
    MotifAnnulation, Recouvrement, Solde,
};
use crate::domain::evaluation::NatureCreance;
use crate::domain::ids::{FeuilleId, RecouvrementId};
use crate::domain::money::Centimes;
use crate::http::pagination::{Page, Rappel};
use crate::http::vue::vue;
use crate::services::creances::{PageCreances, RecouvrementLu, Regard};

/// Claims of the caisse on a person, by day of the act.
pub(super) type CreancesVue = Page<CreanceSuivieVue, CreancesDemandeesVue>;

impl Rappel for CreancesDemandeesVue {}

vue! {
    /// Jours de la question, et ce qu'il en est de toutes leurs créances.
    pub(crate) struct CreancesDemandeesVue(jours: (NaiveDate, NaiveDate), page: &PageCreances) {
        let (du, au) = jours;

        /// Premier jour de soins demandé.
        du: NaiveDate = du,
        /// Dernier jour de soins demandé.
        au: NaiveDate = au,
        /// Toutes les créances de ces jours, quels que soient la page et le solde cherché.
        total: SoldeVue = SoldeVue::new(&page.total),
    }

    /// Où en sont des créances. Ce qui était dû, moins ce qui est recouvré, égale ce qui reste, moins ce qui est à
    /// rendre.
    pub(crate) struct SoldeVue(solde: &Solde) {
        /// Ce que réclament les évaluations en vigueur.
        montant_centimes: Centimes = solde.montant,
        /// Ce qui est recouvré, remises comprises.
        recouvre_centimes: Centimes = solde.recouvre,
        /// Dont ce à quoi la caisse a renoncé.
        dont_remise_centimes: Centimes = solde.dont_remise,
        /// Ce qui reste à recouvrer.
        restant_centimes: Centimes = solde.restant,
        /// Ce que la caisse a reçu de trop, et doit rendre.
        a_rendre_centimes: Centimes = solde.a_rendre,
    }

    /// Créance de la caisse, et ce qu'elle en a recouvré.
    pub(crate) struct CreanceSuivieVue(creance: &CreanceSuivie, regard: &Regard) {
        let (place, solde) = (&creance.place, &creance.solde);
        let view = |one| RecouvrementVue::new(one, regard);

        /// Feuille de soins.
        feuille_id: FeuilleId = place.feuille_id,
        /// Jour de l'acte.
        date_acte: NaiveDate = place.date_acte,
        /// Ligne principale de l'acte.
        #[schema(example = 1)]
        numero_ligne: u16 = place.cle.numero_ligne,
        /// Nature.
        nature: NatureCreance = place.cle.nature,
        /// Ce que réclame l'évaluation en vigueur ; zéro quand une réévaluation ne la réclame plus.
        montant_centimes: Centimes = solde.montant,
        /// Ce qui est recouvré, remises comprises.
        recouvre_centimes: Centimes = solde.recouvre,
        /// Dont ce à quoi la caisse a renoncé. Une remise n'efface que ce que les paiements laissent : elle ne se
        /// rend pas.
        dont_remise_centimes: Centimes = solde.dont_remise,
        /// Ce qui reste à recouvrer.
        restant_centimes: Centimes = solde.restant,
        /// Ce que la caisse a reçu de trop, une réévaluation ayant réduit la créance ; elle le rend en annulant le
        /// recouvrement.
        a_rendre_centimes: Centimes = solde.a_rendre,
        /// Recouvrements, dans l'ordre où ils furent enregistrés ; ceux qui sont annulés ne comptent plus.
        recouvrements: Vec<RecouvrementVue> = creance.recouvrements.iter().map(view).collect(),
        /// Ce que l'appelant peut faire maintenant.
        actions: Vec<ActionCreance> = creance.actions(regard.sa_caisse),
    }

    /// Somme recouvrée d'une créance.
    pub(crate) struct RecouvrementVue(recouvrement: &Recouvrement, regard: &Regard) {
        let taken_back = recouvrement.annulation.as_ref();

        /// Identifiant.
        id: RecouvrementId = recouvrement.id,
        /// Comment.
        mode: ModeRecouvrement = recouvrement.mode,
        /// Montant.
        montant_centimes: Centimes = recouvrement.montant,
        /// Jour.
        jour: NaiveDate = recouvrement.jour,
        /// Caisse : régime et caisse, cinq chiffres ; null pour une caisse que le patient a quittée, quand c'est
        /// une autre.
        #[schema(example = "01131")]
        auteur: Option<String> = regard.auteur(&recouvrement.auteur).map(str::to_owned),
        /// Enregistré à cet instant.
        enregistre_le: DateTime<Utc> = recouvrement.enregistre_le,
        /// Version : le début de l'ETag, 2 quand il est annulé.
        #[schema(example = 1)]
        version: i32 = recouvrement.version(),
        /// Annulation, ou null.
        annulation: Option<AnnulationRecouvrementVue> =
            taken_back.map(|one| AnnulationRecouvrementVue::new(one, regard)),
        /// Ce que l'appelant peut faire maintenant.
        actions: Vec<ActionRecouvrement> = recouvrement.actions(regard.sa_caisse),
    }

    /// Annulation d'un recouvrement.
    pub(crate) struct AnnulationRecouvrementVue(
        annulation: &AnnulationRecouvrement,
        regard: &Regard,
    ) {
        /// Pourquoi.
        motif: MotifAnnulation = annulation.motif,
        /// Jour.
        jour: NaiveDate = annulation.jour,
        /// Caisse : régime et caisse, cinq chiffres ; null pour une caisse que le patient a quittée, quand c'est
        /// une autre.
        #[schema(example = "01131")]
        auteur: Option<String> = regard.auteur(&annulation.auteur).map(str::to_owned),
        /// Enregistrée à cet instant.
        enregistree_le: DateTime<Utc> = annulation.enregistre_le,
    }

    /// Recouvrement, et où en est sa créance.
    pub(crate) struct RecouvrementLuVue(lu: &RecouvrementLu) {
        /// Le recouvrement.
        recouvrement: RecouvrementVue = RecouvrementVue::new(&lu.recouvrement, &lu.regard),
        /// Sa créance, avec tous ses recouvrements.
        creance: CreanceSuivieVue = CreanceSuivieVue::new(&lu.creance, &lu.regard),
    }
}
