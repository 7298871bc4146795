//! The shape of an evaluation, the same for a feuille and for a simulation.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::instruction::InstructionVue;
use super::simulations::ReformeVue;
use crate::domain::digest::Empreinte;
use crate::domain::evaluation::{
    ActeEvalue, Appartenance, Avertissement, Classe2013, CodeDetermine, Evaluation, FaitsRegistre,
    LigneEvaluee, Montants, Reglement,
};
use crate::domain::identifiers::{IndicateurParcours, Rpps};
use crate::domain::ids::{DeclarationId, FeuilleId};
use crate::domain::money::{Centimes, Taux};
use crate::domain::vocabulary::Vocabulaire;
use crate::http::idempotency::Anonymous;
use crate::http::schemas::{LettreDeterminee, NumeroEvaluation};
use crate::http::v1::reglement::ReglementVue;
use crate::http::vue::vue;
use crate::services::evaluations::{
    Autrement, Changement, Explication, Motif, Motifs, PourLePatient,
};

/// The problems of an evaluation.
pub(crate) const EVALUATION: [&str; 4] =
    ["hors_couverture", "parametre_inconnu", "situation_non_couverte", "conflit_de_regles"];

/// Décision sur une feuille de soins : où elle se situe, qui paie quoi, et pourquoi.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvaluationVue {
    /// Numéro de l'évaluation de cette feuille ; absent pour une simulation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NumeroEvaluation>, nullable = false)]
    numero: Option<i16>,
    /// Empreinte de la loi appliquée (paramètres, règles et raisonnement).
    regles_version: Empreinte,
    /// Ce qui était enregistré à cet instant a été pris en compte ; absent pour une simulation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    connu_le: Option<DateTime<Utc>>,
    /// Indicateur transmis par le médecin, ou null.
    situation_declaree: Option<IndicateurParcours>,
    /// Situation déterminée par le service ; celle de la feuille résume celles de ses actes.
    situation_determinee: CodeDetermine,
    /// Lettre de la caisse pour cette situation.
    #[schema(value_type = Option<LettreDeterminee>)]
    code_determine: Option<&'static str>,
    /// Code de la nomenclature nationale IR_QPS_V.
    #[schema(example = "1")]
    code_snds: String,
    /// Où se situe la feuille ; hors parcours dès qu'un acte l'est.
    appartenance: Appartenance,
    /// Les quatre résultats, qui ne coïncident pas.
    resultats: ResultatsVue,
    /// Déclaration en vigueur le jour des soins, ou null.
    declaration_retenue: Option<DeclarationRetenueVue>,
    /// Sommes de toutes les lignes.
    totaux: MontantsVue,
    /// Qui paie qui, selon le tiers payant, et ce que la caisse réclamera plus tard.
    reglement: ReglementVue,
    /// Montants et motifs, ligne par ligne.
    lignes: Vec<LigneVue>,
    /// Le récit pour le patient : trois à six phrases à lire dans l'ordre.
    pour_le_patient: PourLePatientVue,
    /// Les motifs de tous les actes, règle par règle ; la dernière phrase dit qui paie quoi.
    #[schema(example = json!(["Vous avez consulté votre médecin traitant."]))]
    explication: Vec<String>,
    /// Ce que le lecteur doit savoir et qui ne bloque rien.
    avertissements: Vec<AvertissementVue>,
    /// Toutes les règles, tous les faits et toutes les valeurs ; absent s'il n'est pas demandé.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    instruction: Option<InstructionVue>,
    /// La même situation sous une loi réformée ; absent s'il n'est pas demandé.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reforme: Option<ReformeVue>,
}

impl Anonymous for EvaluationVue {}

vue! {
    /// L'évaluation racontée au patient.
    struct PourLePatientVue(told: &PourLePatient) {
        /// Trois à six phrases, sans numéro d'article ni mot d'administration inexpliqué.
        #[schema(example = json!(["Le 16 juin 2025, vous avez consulté votre médecin traitant : vous avez droit au remboursement habituel."]))]
        phrases: Vec<String> = told.phrases.clone(),
        /// Ce qui aurait gardé ces soins dans le parcours ; null s'ils y sont ou s'il ne les concerne pas.
        autrement: Option<AutrementVue> = told.autrement.as_ref().and_then(AutrementVue::new),
        /// Textes qui le disent.
        #[schema(example = json!(["Code de la sécurité sociale, article L162-5-3"]))]
        references: Vec<Cow<'static, str>> = told.references.clone(),
    }
}

/// La même situation avec un seul fait changé, évaluée de nouveau par la loi.
#[derive(Debug, Serialize, ToSchema)]
struct AutrementVue {
    /// Le fait changé.
    changement: Changement,
    /// Situation qui aurait été déterminée.
    situation_determinee: CodeDetermine,
    /// Ce qui serait resté au patient.
    #[schema(example = 200)]
    reste_a_charge_centimes: Centimes,
    /// Ce que le patient aurait payé de moins.
    #[schema(example = 1060)]
    economie_centimes: Centimes,
}

/// Résultats séparés sur le parcours de soins.
#[derive(Debug, Serialize, ToSchema)]
struct ResultatsVue {
    /// La majoration du ticket modérateur est due.
    majoration_due: bool,
    /// Un dépassement autorisé (DA) est possible, pour ce qui tient au parcours.
    depassement_autorise_possible: bool,
    /// Les majorations de coordination (MCS, MCG, MCC) sont possibles.
    majorations_coordination_possibles: bool,
    /// Classe de la statistique de la Cour des comptes de 2013.
    classe_2013: Classe2013,
}

/// Déclaration en vigueur le jour des soins.
#[derive(Debug, Serialize, ToSchema)]
struct DeclarationRetenueVue {
    /// Son identifiant.
    declaration_id: DeclarationId,
}

vue! {
    /// Montants, en centimes. Remboursé + part complémentaire + reste à charge = honoraires.
    pub(crate) struct MontantsVue(m: &Montants) {
        /// Honoraires facturés.
        honoraires_centimes: Centimes = m.honoraires,
        /// Base de remboursement retenue.
        base_centimes: Centimes = m.base,
        /// Part obligatoire avant majoration et participation : base × taux.
        part_amo_brute_centimes: Centimes = m.part_amo_brute,
        /// Base moins part obligatoire.
        ticket_moderateur_centimes: Centimes = m.ticket_moderateur,
        /// Majoration du ticket modérateur hors parcours.
        majoration_centimes: Centimes = m.majoration,
        /// Participation forfaitaire.
        participation_forfaitaire_centimes: Centimes = m.participation,
        /// Ce que rembourse l'Assurance maladie obligatoire.
        rembourse_amo_centimes: Centimes = m.rembourse_amo,
        /// Honoraires au-delà de la base.
        depassement_centimes: Centimes = m.depassement,
        /// Ce que paie la complémentaire.
        part_amc_centimes: Centimes = m.part_amc,
        /// Ce qui reste au patient.
        reste_a_charge_centimes: Centimes = m.reste_a_charge,
    }

    /// Une ligne de la feuille.
    struct LigneVue(
        acte: &ActeEvalue,
        ligne: &LigneEvaluee,
        principal: u16,
        motifs: Option<&Motifs<'_>>,
    ) {
        let appartenance = acte.qualification.appartenance;

        /// Numéro de la ligne.
        #[schema(example = 1)]
        numero_ligne: u16 = ligne.numero_ligne,
        /// Ligne principale de l'acte dont celle-ci fait partie.
        #[schema(example = 1)]
        acte_principal: u16 = principal,
        /// Situation déterminée de l'acte.
        situation_determinee: CodeDetermine = acte.qualification.code,
        /// Où se situe l'acte.
        appartenance: Appartenance = appartenance,
        /// L'acte est soumis au parcours de soins.
        soumis_au_parcours: bool = matches!(
            appartenance,
            Appartenance::DansParcours | Appartenance::HorsParcours
        ),
        /// Taux de la part obligatoire, avant majoration.
        taux_amo_dix_milliemes: Taux = acte.taux,
        /// Montants de la ligne.
        montants: MontantsVue = MontantsVue::new(&ligne.montants),
        /// Règles qui ont décidé ; elles figurent sur la ligne principale de l'acte.
        motifs: Vec<MotifVue> =
            motifs.into_iter().flat_map(Motifs::iter).map(MotifVue::new).collect(),
    }

    /// Une règle qui a décidé.
    struct MotifVue(motif: Motif<'_>) {
        /// Code stable de la règle.
        #[schema(example = "PAR-010")]
        code: String = motif.code.to_string(),
        /// Titre de la règle.
        #[schema(example = "Acte du médecin traitant")]
        titre: &'static str = motif.titre,
        /// Phrase pour le patient.
        #[schema(example = "Vous avez consulté votre médecin traitant.")]
        texte: String = motif.texte.to_owned(),
        /// Textes qui le disent.
        #[schema(example = json!(["Code de la sécurité sociale, article L162-5-3"]))]
        fondement: Vec<Cow<'static, str>> = motif.fondement.to_vec(),
    }
}

/// Un avertissement.
#[derive(Debug, Serialize, ToSchema)]
struct AvertissementVue {
    /// Code stable.
    code: Avertissement,
    /// En français.
    message: &'static str,
    /// Ligne concernée, ou null pour toute la feuille.
    numero_ligne: Option<u16>,
    /// Autres feuilles du même médecin dont il s'agit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    feuilles: Vec<FeuilleId>,
    /// L'autre médecin dont il s'agit : celui dont le numéro de facturation est écrit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rpps: Option<Rpps>,
}

/// The other doctor whom a warning is about.
fn other_doctor(code: Avertissement, registre: &FaitsRegistre) -> Option<Rpps> {
    registre.numero_de.filter(|_| code == Avertissement::NumeroDUnAutre)
}

/// The other feuilles that a warning is about.
fn other_feuilles(code: Avertissement, registre: &FaitsRegistre) -> Vec<FeuilleId> {
    let list = if code == Avertissement::AvisPonctuelPatientSuivi {
        &registre.autour
    } else if code == Avertissement::AvisPonctuelRompu {
        &registre.avis
    } else {
        return Vec::new();
    };
    list.iter().map(|one| one.feuille).collect()
}

/// What the shape needs beside the evaluation.
pub(crate) struct Contexte<'a> {
    pub(crate) numero: Option<i16>,
    pub(crate) regles_version: Empreinte,
    pub(crate) connu_le: Option<DateTime<Utc>>,
    pub(crate) indicateur: Option<IndicateurParcours>,
    pub(crate) declaration_id: Option<DeclarationId>,
    pub(crate) reglement: Reglement,
    pub(crate) registre: &'a FaitsRegistre,
    pub(crate) explication: &'a Explication<'a>,
}

impl EvaluationVue {
    /// The shape of an evaluation; `None` for one without any act.
    pub(crate) fn new(evaluation: &Evaluation, contexte: &Contexte<'_>) -> Option<Self> {
        let synthese = evaluation.synthese()?;
        let mut lignes: Vec<LigneVue> = Vec::new();
        let mut explication = sentences(evaluation, contexte.explication);
        for (acte, motifs) in evaluation.actes.iter().zip(&contexte.explication.actes) {
            let principal = acte.lignes.first().map_or(0, |ligne| ligne.numero_ligne);
            for ligne in &acte.lignes {
                let own = (ligne.numero_ligne == principal).then_some(motifs);
                lignes.push(LigneVue::new(acte, ligne, principal, own));
            }
        }
        explication.push(contexte.explication.bilan.clone());
        lignes.sort_by_key(|ligne| ligne.numero_ligne);
        Some(Self {
            numero: contexte.numero,
            regles_version: contexte.regles_version,
            connu_le: contexte.connu_le,
            situation_declaree: contexte.indicateur,
            situation_determinee: synthese.code,
            code_determine: synthese.code.lettre(),
            code_snds: synthese.code.code().to_string(),
            appartenance: synthese.appartenance,
            resultats: ResultatsVue {
                majoration_due: synthese.majoration,
                depassement_autorise_possible: synthese.da_possible,
                majorations_coordination_possibles: synthese.coordination_possible,
                classe_2013: synthese.classe_2013,
            },
            declaration_retenue: contexte
                .declaration_id
                .map(|declaration_id| DeclarationRetenueVue { declaration_id }),
            totaux: MontantsVue::new(&evaluation.totaux),
            reglement: ReglementVue::new(&contexte.reglement),
            lignes,
            pour_le_patient: PourLePatientVue::new(&contexte.explication.patient),
            explication,
            avertissements: contexte
                .explication
                .avertissements
                .iter()
                .map(|(warning, message)| AvertissementVue {
                    code: warning.code,
                    message,
                    numero_ligne: warning.numero_ligne,
                    feuilles: other_feuilles(warning.code, contexte.registre),
                    rpps: other_doctor(warning.code, contexte.registre),
                })
                .collect(),
            instruction: None,
            reforme: None,
        })
    }

    /// The same, with what a clerk reads.
    pub(crate) fn with_instruction(self, instruction: InstructionVue) -> Self {
        Self { instruction: Some(instruction), ..self }
    }

    /// The same, with what a reform would change.
    pub(crate) fn with_reforme(self, reforme: Option<ReformeVue>) -> Self {
        Self { reforme, ..self }
    }
}

impl AutrementVue {
    fn new(other: &Autrement) -> Option<Self> {
        Some(Self {
            changement: other.changement,
            situation_determinee: other.evaluation.synthese()?.code,
            reste_a_charge_centimes: other.evaluation.totaux.reste_a_charge,
            economie_centimes: other.gain,
        })
    }
}

/// The reasons of every act. A sentence that holds for all of them, without any amount, is said once;
/// the others say of which line they speak when there are several acts.
fn sentences(evaluation: &Evaluation, explication: &Explication<'_>) -> Vec<String> {
    let several = evaluation.actes.len() > 1;
    let mut said: Vec<String> = Vec::new();
    for (acte, motifs) in evaluation.actes.iter().zip(&explication.actes) {
        let numero = acte.lignes.first().map_or(0, |ligne| ligne.numero_ligne);
        for motif in motifs.iter() {
            let shared = !motif.texte.contains('€')
                && explication
                    .actes
                    .iter()
                    .all(|others| others.iter().any(|other| other.texte == motif.texte));
            if !several || shared {
                if !said.iter().any(|known| *known == motif.texte) {
                    said.push(motif.texte.to_owned());
                }
            } else {
                said.push(format!("Ligne {numero} : {}", motif.texte));
            }
        }
    }
    said
}
