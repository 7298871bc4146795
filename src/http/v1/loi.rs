//! The law that the service applies: values and rules of a day, differences between two days.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::digest::Empreinte;
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::Requete;
use crate::http::idempotency::{Anonymous, json as respond_json};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::vue::vue;
use crate::services::loi;
use crate::services::loi::{Fiche, Ligne, ParametreDuJour, Reference, Table, Verification, rang};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(of_day)).routes(routes!(compare))
}

lecture! {
    struct LoiDemande {
        /// Jour des soins ; aujourd'hui par défaut.
        le: Option<NaiveDate>,
    }

    struct JoursDemande {
        /// Premier jour de soins.
        #[schema(example = "2024-05-14")]
        du: NaiveDate,
        /// Second jour de soins.
        #[schema(example = "2024-05-15")]
        au: NaiveDate,
    }
}

/// Loi appliquée aux soins d'un jour.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoiVue {
    /// Empreinte des règles et des valeurs, celle que portent les évaluations.
    regles_version: Empreinte,
    /// Premier jour de soins où la loi est exactement celle-ci.
    du: NaiveDate,
    /// Dernier jour ; null si aucun changement n'est connu. Le lendemain, une valeur ou une règle change, ou une valeur
    /// n'est plus vérifiée.
    au: Option<NaiveDate>,
    /// Paramètres.
    parametres: Vec<ParametreVue>,
    /// Règles.
    regles: Vec<RegleVue>,
    /// Table des lettres de la NGAP.
    nomenclature: TableVue,
    /// Tarifs des lettres ce jour-là.
    tarifs: Vec<TarifVue>,
}

impl Anonymous for LoiVue {}

vue! {
    /// Paramètre et sa valeur.
    pub(crate) struct ParametreVue(known: &ParametreDuJour) {
        /// Code stable.
        #[schema(example = "MTM_PLAFOND_ACTE")]
        code: &'static str = known.parametre.mot(),
        /// Ce que c'est.
        libelle: String = known.libelle.clone(),
        /// Unité de la valeur.
        #[schema(example = "centimes")]
        unite: &'static str = known.unite.mot(),
        /// Valeur ; null si les sources ne la donnent pas.
        valeur: Option<i64> = known.valeur,
        /// Valeur en clair.
        #[schema(example = "10,60 €")]
        en_clair: Option<String> = known.en_clair.clone(),
        /// Premier jour de cette valeur.
        du: NaiveDate = known.du,
        /// Dernier jour de cette valeur.
        au: Option<NaiveDate> = known.au,
        /// Textes.
        fondement: Vec<TexteVue> = known.bases.iter().map(|texte| TexteVue::new(texte)).collect(),
        /// Doutes et textes transitoires.
        note: Option<String> = known.note.clone(),
        /// Dernier jour où quelqu'un a vérifié.
        verifie_le: NaiveDate = known.verifie_le,
        /// Dernier jour de soins pour lequel la valeur a été vérifiée. Au-delà la dernière valeur est gardée, et une
        /// évaluation qui la lit porte l'avertissement « valeur_a_verifier », ou est refusée.
        #[schema(example = "2026-12-31")]
        verifie_jusqu_au: NaiveDate = known.verifie_jusqu_au,
        /// Fichier d'ajout qui donne cette valeur ; null si c'est le programme.
        #[schema(example = "2027-01-01-participation.toml")]
        origine: Option<String> = known.origine.fichier().map(str::to_owned),
        /// Fichier d'ajout qui dit jusqu'à quel jour elle a été vérifiée ; null si c'est le programme.
        verifie_par: Option<String> = known.verifie_par.fichier().map(str::to_owned),
    }

    /// Table des lettres de la NGAP, la même pour tous les jours.
    pub(crate) struct TableVue(known: &Table) {
        /// Nombre de lettres connues.
        lettres: usize = known.nombre(),
        /// Nombre de tarifs datés.
        lignes: usize = known.lignes.len(),
        /// Empreinte de la table.
        empreinte: Empreinte = known.empreinte(),
    }

    /// Tarif d'une lettre.
    pub(crate) struct TarifVue(ligne: &Ligne) {
        /// Lettre.
        #[schema(example = "MEG")]
        lettre: &'static str = ligne.code,
        /// Acte, supplément, déplacement, forfait, clé ou plafond.
        nature: &'static str = ligne.nature.mot(),
        /// Ce que c'est.
        libelle: &'static str = ligne.libelle,
        /// Qui la facture.
        #[schema(example = "generaliste")]
        qui: &'static str = ligne.qui,
        /// Secteurs à tarifs opposables (option comprise), secteur à honoraires libres, ou tous.
        secteur: &'static str = ligne.secteur.mot(),
        /// Premier âge.
        age_min: u8 = ligne.ages.0,
        /// Dernier âge ; null s'il n'y en a pas.
        age_max: Option<u8> = Some(ligne.ages.1).filter(|last| *last < u8::MAX),
        /// Tarif ; null si les sources ne le donnent pas.
        tarif_centimes: Option<Centimes> = ligne.centimes,
        /// Vrai si une seule source a été trouvée.
        source_unique: bool = ligne.source2.is_empty(),
    }

    /// Texte cité.
    pub(crate) struct TexteVue(texte: &Reference) {
        let lu_le = match &texte.verification {
            Verification::Lue(jour) => Some(jour.clone()),
            Verification::AVerifier => None,
        };

        /// Citation.
        citation: Cow<'static, str> = texte.citation.clone(),
        /// Ce qu'il dit.
        objet: Cow<'static, str> = texte.objet.clone(),
        /// Jour où il a été lu ; null s'il reste à vérifier.
        lu_le: Option<Cow<'static, str>> = lu_le,
    }

    /// Règle.
    pub(crate) struct RegleVue(fiche: &Fiche) {
        /// Code stable, celui des motifs.
        #[schema(example = "PAR-010")]
        code: String = fiche.code.to_string(),
        /// Titre.
        titre: &'static str = fiche.titre,
        /// Principe, exception et sa force, ou explication d'un montant.
        rang: String = rang(fiche.rang),
        /// Phrase dite au patient.
        phrase: &'static str = fiche.phrase,
        /// Textes.
        fondement: Vec<TexteVue> = fiche.textes().map(TexteVue::new).collect(),
        /// Faits que la règle lit.
        faits: Vec<&'static str> = fiche.faits.iter().map(|fait| fait.mot()).collect(),
        /// Paramètres que la règle lit.
        parametres: Vec<&'static str> = fiche.parametres.iter().map(|known| known.mot()).collect(),
    }
}

/// Différences entre les lois de deux jours de soins.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparaisonVue {
    /// Paramètres dont la valeur change.
    parametres: Vec<ChangementVue>,
    /// Règles du second jour que le premier n'a pas.
    regles_nouvelles: Vec<RegleVue>,
    /// Règles du premier jour que le second n'a plus.
    regles_disparues: Vec<RegleVue>,
}

impl Anonymous for ComparaisonVue {}

/// Changement d'un paramètre.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangementVue {
    /// Le premier jour ; null s'il n'existait pas.
    avant: Option<ParametreVue>,
    /// Le second jour ; null s'il n'existe plus.
    apres: Option<ParametreVue>,
}

/// Lire la loi d'un jour
///
/// Les valeurs et les règles appliquées aux soins de ce jour, avec leurs textes et le jour où quelqu'un
/// les a vérifiées. Aucun jeton n'est demandé.
#[utoipa::path(
    get,
    path = "/v1/loi",
    operation_id = "lire_loi",
    responses((status = 200, description = "La loi de ce jour", body = LoiVue)),
    extensions(("x-problemes" = json!(["hors_couverture"])))
)]
async fn of_day(
    State(state): State<AppState>,
    Requete(demande): Requete<LoiDemande>,
) -> Result<Response, Refus> {
    let loi = loi::loi_du(&state.core, demande.le)?;
    respond_json(&LoiVue {
        regles_version: *state.core.law().empreinte(),
        du: loi.du,
        au: loi.au,
        parametres: loi.parametres.iter().map(ParametreVue::new).collect(),
        regles: loi.regles.iter().map(|fiche| RegleVue::new(fiche)).collect(),
        nomenclature: TableVue::new(loi::table()),
        tarifs: loi.tarifs.iter().map(|ligne| TarifVue::new(ligne)).collect(),
    })
}

/// Comparer la loi de deux jours
///
/// Les paramètres dont la valeur diffère et les règles que l'un des deux jours est seul à avoir.
#[utoipa::path(
    get,
    path = "/v1/loi/comparaison",
    operation_id = "comparer_loi",
    responses((status = 200, description = "Les différences", body = ComparaisonVue)),
    extensions(("x-problemes" = json!(["hors_couverture"])))
)]
async fn compare(
    State(state): State<AppState>,
    Requete(demande): Requete<JoursDemande>,
) -> Result<Response, Refus> {
    let found = loi::comparer(state.core.law(), demande.du, demande.au)?;
    let view = |known: &Option<ParametreDuJour>| known.as_ref().map(ParametreVue::new);
    let rules = |list: &[&'static Fiche]| list.iter().map(|fiche| RegleVue::new(fiche)).collect();
    respond_json(&ComparaisonVue {
        parametres: found
            .parametres
            .iter()
            .map(|(before, after)| ChangementVue { avant: view(before), apres: view(after) })
            .collect(),
        regles_nouvelles: rules(&found.regles_nouvelles),
        regles_disparues: rules(&found.regles_disparues),
    })
}
