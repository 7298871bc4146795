//! The shape of what a clerk reads: every rule, fact and value behind an evaluation.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::loi::ParametreVue;
use crate::domain::digest::Empreinte;
use crate::domain::evaluation::Fait;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::schemas::NumeroEvaluation;
use crate::services::instructions::{ActeInstruit, Instruction, RegleInstruite, Sort, Source};

/// Tout ce qui fonde une évaluation : règles, faits et valeurs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InstructionVue {
    /// Numéro de l'évaluation ; absent pour une simulation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NumeroEvaluation>, nullable = false)]
    numero: Option<i16>,
    /// Empreinte de la loi appliquée.
    regles_version: Empreinte,
    /// Les faits du registre sont ceux qui étaient enregistrés à cet instant ; absent pour une simulation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    connu_le: Option<DateTime<Utc>>,
    /// Un élément par acte.
    actes: Vec<ActeInstruitVue>,
}

/// Un acte, avec ses faits, ses règles et ses valeurs.
#[derive(Debug, Serialize, ToSchema)]
struct ActeInstruitVue {
    /// Ligne principale de l'acte.
    #[schema(example = 1)]
    numero_ligne: u16,
    /// Jour qui a choisi la loi.
    date_loi: NaiveDate,
    /// Faits qu'une règle peut lire.
    faits: Vec<FaitInstruitVue>,
    /// Toutes les règles, appliquées ou non, par code.
    regles: Vec<RegleInstruiteVue>,
    /// Valeurs que ces règles lisent, avec leur premier jour et leurs textes.
    parametres: Vec<ParametreVue>,
}

/// Un fait.
#[derive(Debug, Serialize, ToSchema)]
struct FaitInstruitVue {
    /// Code stable du fait.
    fait: Fait,
    /// Valeur, en français.
    #[schema(example = "un autre médecin")]
    valeur: String,
    /// D'où il vient.
    source: Source,
    /// Jour où il était vrai, ou auquel il se rapporte ; null s'il n'est pas connu.
    date: Option<NaiveDate>,
}

/// Une règle considérée.
#[derive(Debug, Serialize, ToSchema)]
struct RegleInstruiteVue {
    /// Code stable.
    #[schema(example = "PAR-030")]
    code: String,
    /// Titre.
    #[schema(example = "Urgence")]
    titre: &'static str,
    /// Ce qu'elle est devenue.
    issue: Sort,
    /// Pourquoi, en une phrase.
    #[schema(
        example = "Écartée parce que l'indicateur transmis est S2 (parcours de soins non respecté)."
    )]
    pourquoi: String,
    /// Fait qui l'a écartée, ou null.
    fait_decisif: Option<Fait>,
    /// Règle plus forte du même thème, ou null.
    surclassee_par: Option<String>,
    /// Faits qu'elle lit.
    faits: Vec<Fait>,
    /// Paramètres qu'elle lit.
    parametres: Vec<&'static str>,
    /// Textes qui la fondent ce jour-là.
    fondement: Vec<&'static str>,
}

impl InstructionVue {
    /// The shape of what a clerk reads.
    pub(crate) fn new(instruction: &Instruction) -> Self {
        Self {
            numero: instruction.numero,
            regles_version: instruction.regles_version,
            connu_le: instruction.connu_le,
            actes: instruction.actes.iter().map(ActeInstruitVue::new).collect(),
        }
    }
}

impl ActeInstruitVue {
    fn new(acte: &ActeInstruit) -> Self {
        let faits = acte.faits.iter().map(|known| FaitInstruitVue {
            fait: known.fait,
            valeur: known.valeur.clone(),
            source: known.source,
            date: known.date,
        });
        Self {
            numero_ligne: acte.numero_ligne,
            date_loi: acte.jour,
            faits: faits.collect(),
            regles: acte.regles.iter().map(RegleInstruiteVue::new).collect(),
            parametres: acte.valeurs.iter().map(ParametreVue::new).collect(),
        }
    }
}

impl RegleInstruiteVue {
    fn new(regle: &RegleInstruite) -> Self {
        let fiche = regle.fiche;
        Self {
            code: fiche.code.to_string(),
            titre: fiche.titre,
            issue: regle.sort,
            pourquoi: regle.pourquoi.clone(),
            fait_decisif: regle.fait_decisif,
            surclassee_par: regle.surclassee_par.map(|code| code.to_string()),
            faits: fiche.faits.to_vec(),
            parametres: fiche.parametres.iter().map(|known| known.mot()).collect(),
            fondement: regle.fondement.clone(),
        }
    }
}
