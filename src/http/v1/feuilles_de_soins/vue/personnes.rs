//! Who was cared for, who cared, and what was declared about the parcours.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::feuille_de_soins::{
    Beneficiaire, Complementaire, Contrat, Convention, DeclarationMt, FeuilleDeSoins, Garantie,
    MotifExclusion, OptionTarifaire, ParcoursDeclare, RegimeLocal, SituationParticuliere,
};
use crate::domain::identifiers::{
    IndicateurParcours, NumAm, NumeroFacturation, RangGemellaire, Rpps, Specialite,
};
use crate::domain::money::Centimes;
use crate::http::v1::feuilles_de_soins::ecrit::{ExonerationEcrite, LieuEcrit, RemplaceEcrit};
use crate::http::v1::patients::OrganismeVue;

/// Bénéficiaire.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BeneficiaireVue {
    /// Qualité.
    #[schema(example = "0")]
    qualite: String,
    /// Rang gémellaire.
    rang: RangGemellaire,
    /// Organisme de rattachement écrit sur la feuille.
    organisme: Option<OrganismeVue>,
    /// Couverture complémentaire.
    complementaire: Complementaire,
    /// Contrat complémentaire, quand il est connu.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    contrat_complementaire: Option<ContratVue>,
    /// Exonération.
    exoneration: ExonerationEcrite,
    /// Régime local.
    regime_local: RegimeLocal,
    /// Situation particulière.
    situation_particuliere: SituationParticuliere,
}

impl BeneficiaireVue {
    pub(super) fn new(beneficiaire: &Beneficiaire) -> Self {
        Self {
            qualite: beneficiaire.qualite.get().to_string(),
            rang: beneficiaire.rang,
            organisme: beneficiaire.organisme.as_ref().map(OrganismeVue::new),
            complementaire: beneficiaire.complementaire,
            contrat_complementaire: beneficiaire.contrat.map(ContratVue::new),
            exoneration: ExonerationEcrite { code_exoneration: beneficiaire.exoneration },
            regime_local: beneficiaire.regime_local,
            situation_particuliere: beneficiaire.situation,
        }
    }
}

/// Contrat complémentaire.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContratVue {
    /// Contrat responsable.
    responsable: bool,
    /// Garantie en dix-millièmes de la base, part obligatoire comprise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 20000)]
    garantie_base_dix_milliemes: Option<u32>,
    /// Garantie en centimes par acte, en plus de la part obligatoire.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    garantie_centimes: Option<Centimes>,
}

impl ContratVue {
    fn new(contrat: Contrat) -> Self {
        let (rate, amount) = match contrat.garantie {
            Garantie::TicketModerateur => (None, None),
            Garantie::TauxDeBase(rate) => (Some(rate), None),
            Garantie::Montant(montant) => (None, Some(montant)),
        };
        Self {
            responsable: contrat.responsable,
            garantie_base_dix_milliemes: rate,
            garantie_centimes: amount,
        }
    }
}

/// Exécutant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExecutantVue {
    /// RPPS.
    rpps: Rpps,
    /// Numéro sous lequel la feuille est facturée.
    numero_facturation: NumeroFacturation,
    /// Spécialité.
    specialite: Specialite,
    /// Spécialité, en clair.
    #[schema(example = "médecine générale")]
    specialite_libelle: &'static str,
    /// Convention.
    convention: Convention,
    /// Option tarifaire.
    option_tarifaire: OptionTarifaire,
    /// Médecin remplacé.
    remplacant_de: Option<RemplaceEcrit>,
    /// Date de première installation.
    date_installation: Option<NaiveDate>,
    /// Lieu des soins.
    lieu_execution: Option<LieuEcrit>,
}

impl ExecutantVue {
    pub(super) fn new(feuille: &FeuilleDeSoins) -> Self {
        let executant = &feuille.soins.executant;
        Self {
            rpps: feuille.executant_rpps,
            numero_facturation: feuille.numero_facturation,
            specialite: executant.specialite,
            specialite_libelle: executant.specialite.libelle(),
            convention: executant.convention,
            option_tarifaire: executant.option_tarifaire,
            remplacant_de: executant.remplacant_de.map(|rpps| RemplaceEcrit { rpps }),
            date_installation: executant.date_installation,
            lieu_execution: executant.lieu.map(|lieu| LieuEcrit {
                commune: lieu.commune,
                finess_et: lieu.finess_et,
                nature: lieu.nature,
            }),
        }
    }
}

/// Ce qui a été déclaré du parcours de soins.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParcoursVue {
    /// Indicateur transmis.
    indicateur: Option<IndicateurParcours>,
    /// Existence d'une déclaration, selon le professionnel.
    declaration_mt: Option<DeclarationMt>,
    /// Médecin qui a adressé le patient.
    orienteur: Option<OrienteurVue>,
    /// Date de l'adressage.
    date_orientation: Option<NaiveDate>,
    /// Circonstances de l'urgence.
    urgence_precisions: Option<String>,
    /// Heures écoulées depuis que la situation d'urgence était prévue.
    urgence_prevue_heures: Option<u16>,
    /// Motif de l'indicateur A.
    motif_exclusion: Option<MotifExclusion>,
    /// Le patient était hors de sa résidence habituelle.
    adresse_habituelle_hors: Option<bool>,
}

/// Médecin qui a adressé le patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrienteurVue {
    /// RPPS.
    rpps: Option<Rpps>,
    /// Numéro de facturation.
    num_am: Option<NumAm>,
    /// Nom.
    nom: String,
    /// Prénom.
    prenom: String,
}

impl ParcoursVue {
    pub(super) fn new(parcours: &ParcoursDeclare) -> Self {
        Self {
            indicateur: parcours.indicateur,
            declaration_mt: parcours.declaration_mt,
            orienteur: parcours.orienteur.as_ref().map(|orienteur| OrienteurVue {
                rpps: orienteur.rpps,
                num_am: orienteur.num_am,
                nom: orienteur.nom.clone(),
                prenom: orienteur.prenom.clone(),
            }),
            date_orientation: parcours.date_orientation,
            urgence_precisions: parcours.urgence_precisions.clone(),
            urgence_prevue_heures: parcours.urgence_prevue_heures,
            motif_exclusion: parcours.motif_exclusion,
            adresse_habituelle_hors: parcours.hors_residence,
        }
    }
}
