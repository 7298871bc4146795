//! The shape of what a clerk reads: every rule, fact and value behind an evaluation.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};

use super::loi::ParametreVue;
use crate::domain::digest::Empreinte;
use crate::domain::evaluation::Fait;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::schemas::NumeroEvaluation;
use crate::http::vue::vue;
use crate::services::instructions::{
    ActeInstruit, FaitInstruit, Instruction, RegleInstruite, Sort, Source,
};

vue! {
    /// Tout ce qui fonde une évaluation : règles, faits et valeurs.
    pub(crate) struct InstructionVue(instruction: &Instruction) {
        /// Numéro de l'évaluation ; absent pour une simulation.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<NumeroEvaluation>, nullable = false)]
        numero: Option<i16> = instruction.numero,
        /// Empreinte de la loi appliquée.
        regles_version: Empreinte = instruction.regles_version,
        /// Les faits du registre sont ceux qui étaient enregistrés à cet instant ; absent pour une simulation.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        connu_le: Option<DateTime<Utc>> = instruction.connu_le,
        /// Un élément par acte.
        actes: Vec<ActeInstruitVue> = instruction.actes.iter().map(ActeInstruitVue::new).collect(),
    }

    /// Un acte, avec ses faits, ses règles et ses valeurs.
    struct ActeInstruitVue(acte: &ActeInstruit) {
        let faits = acte.faits.iter().map(FaitInstruitVue::new);

        /// Ligne principale de l'acte.
        #[schema(example = 1)]
        numero_ligne: u16 = acte.numero_ligne,
        /// Jour qui a choisi la loi.
        date_loi: NaiveDate = acte.jour,
        /// Faits qu'une règle peut lire.
        faits: Vec<FaitInstruitVue> = faits.collect(),
        /// Toutes les règles, appliquées ou non, par code.
        regles: Vec<RegleInstruiteVue> = acte.regles.iter().map(RegleInstruiteVue::new).collect(),
        /// Valeurs que ces règles lisent, avec leur premier jour et leurs textes.
        parametres: Vec<ParametreVue> = acte.valeurs.iter().map(ParametreVue::new).collect(),
        /// Codes de ceux que la décision a lus au-delà du jour jusqu'auquel ils ont été vérifiés : c'est eux que
        /// l'avertissement « valeur_a_verifier » annonce.
        #[schema(example = json!(["PF_MONTANT"]))]
        parametres_a_verifier: Vec<&'static str> =
            acte.a_verifier.iter().map(|known| known.mot()).collect(),
    }

    /// Un fait.
    struct FaitInstruitVue(known: &FaitInstruit) {
        /// Code stable du fait.
        fait: Fait = known.fait,
        /// Valeur, en français.
        #[schema(example = "un autre médecin")]
        valeur: String = known.valeur.clone(),
        /// D'où il vient.
        source: Source = known.source,
        /// Jour où il était vrai, ou auquel il se rapporte ; null s'il n'est pas connu.
        date: Option<NaiveDate> = known.date,
    }

    /// Une règle considérée.
    struct RegleInstruiteVue(regle: &RegleInstruite) {
        let fiche = regle.fiche;

        /// Code stable.
        #[schema(example = "PAR-030")]
        code: String = fiche.code.to_string(),
        /// Titre.
        #[schema(example = "Urgence")]
        titre: &'static str = fiche.titre,
        /// Ce qu'elle est devenue.
        issue: Sort = regle.sort,
        /// Pourquoi, en une phrase.
        #[schema(
            example = "Écartée parce que l'indicateur transmis est S2 (parcours de soins non respecté)."
        )]
        pourquoi: String = regle.pourquoi.clone(),
        /// Fait qui l'a écartée, ou null.
        fait_decisif: Option<Fait> = regle.fait_decisif,
        /// Règle plus forte du même thème, ou null.
        surclassee_par: Option<String> = regle.surclassee_par.map(|code| code.to_string()),
        /// Faits qu'elle lit.
        faits: Vec<Fait> = fiche.faits.to_vec(),
        /// Paramètres qu'elle lit.
        parametres: Vec<&'static str> = fiche.parametres.iter().map(|known| known.mot()).collect(),
        /// Textes qui la fondent ce jour-là.
        fondement: Vec<Cow<'static, str>> = regle.fondement.clone(),
    }
}
