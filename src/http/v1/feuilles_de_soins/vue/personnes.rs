//! Who was cared for, who cared, and what was declared about the parcours.

use chrono::NaiveDate;

use crate::domain::feuille_de_soins::{
    Beneficiaire, Complementaire, Contrat, Convention, DeclarationMt, FeuilleDeSoins, Garantie,
    MotifExclusion, OptionTarifaire, Orienteur, ParcoursDeclare, RegimeLocal,
    SituationParticuliere,
};
use crate::domain::identifiers::{
    IndicateurParcours, NumAm, NumeroFacturation, RangGemellaire, Rpps, Specialite,
};
use crate::domain::money::Centimes;
use crate::http::v1::feuilles_de_soins::ecrit::{ExonerationEcrite, LieuEcrit, RemplaceEcrit};
use crate::http::v1::patients::OrganismeVue;
use crate::http::vue::vue;

vue! {
    /// Bénéficiaire.
    pub(crate) struct BeneficiaireVue(beneficiaire: &Beneficiaire) {
        /// Qualité.
        #[schema(example = "0")]
        qualite: String = beneficiaire.qualite.get().to_string(),
        /// Rang gémellaire.
        rang: RangGemellaire = beneficiaire.rang,
        /// Organisme de rattachement écrit sur la feuille.
        organisme: Option<OrganismeVue> = beneficiaire.organisme.as_ref().map(OrganismeVue::new),
        /// Couverture complémentaire.
        complementaire: Complementaire = beneficiaire.complementaire,
        /// Contrat complémentaire, quand il est connu.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        contrat_complementaire: Option<ContratVue> = beneficiaire.contrat.map(ContratVue::new),
        /// Exonération.
        exoneration: ExonerationEcrite =
            ExonerationEcrite { code_exoneration: beneficiaire.exoneration },
        /// Régime local.
        regime_local: RegimeLocal = beneficiaire.regime_local,
        /// Situation particulière.
        situation_particuliere: SituationParticuliere = beneficiaire.situation,
    }

    /// Contrat complémentaire.
    pub(crate) struct ContratVue(contrat: Contrat) {
        let (rate, amount) = match contrat.garantie {
            Garantie::TicketModerateur => (None, None),
            Garantie::TauxDeBase(rate) => (Some(rate), None),
            Garantie::Montant(montant) => (None, Some(montant)),
        };

        /// Contrat responsable.
        responsable: bool = contrat.responsable,
        /// Garantie en dix-millièmes de la base, part obligatoire comprise.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, example = 20000)]
        garantie_base_dix_milliemes: Option<u32> = rate,
        /// Garantie en centimes par acte, en plus de la part obligatoire.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        garantie_centimes: Option<Centimes> = amount,
    }

    /// Exécutant.
    pub(crate) struct ExecutantVue(feuille: &FeuilleDeSoins) {
        let executant = &feuille.soins.executant;

        /// RPPS.
        rpps: Rpps = feuille.executant_rpps,
        /// Numéro sous lequel la feuille est facturée.
        numero_facturation: NumeroFacturation = feuille.numero_facturation,
        /// Spécialité.
        specialite: Specialite = executant.specialite,
        /// Spécialité, en clair.
        #[schema(example = "médecine générale")]
        specialite_libelle: &'static str = executant.specialite.libelle(),
        /// Convention.
        convention: Convention = executant.convention,
        /// Option tarifaire.
        option_tarifaire: OptionTarifaire = executant.option_tarifaire,
        /// Médecin remplacé.
        remplacant_de: Option<RemplaceEcrit> =
            executant.remplacant_de.map(|rpps| RemplaceEcrit { rpps }),
        /// Date de première installation.
        date_installation: Option<NaiveDate> = executant.date_installation,
        /// Lieu des soins.
        lieu_execution: Option<LieuEcrit> = executant.lieu.map(|lieu| LieuEcrit {
            commune: lieu.commune,
            finess_et: lieu.finess_et,
            nature: lieu.nature,
        }),
    }

    /// Ce qui a été déclaré du parcours de soins.
    pub(crate) struct ParcoursVue(parcours: &ParcoursDeclare) {
        /// Indicateur transmis.
        indicateur: Option<IndicateurParcours> = parcours.indicateur,
        /// Existence d'une déclaration, selon le professionnel.
        declaration_mt: Option<DeclarationMt> = parcours.declaration_mt,
        /// Médecin qui a adressé le patient.
        orienteur: Option<OrienteurVue> = parcours.orienteur.as_ref().map(OrienteurVue::new),
        /// Date de l'adressage.
        date_orientation: Option<NaiveDate> = parcours.date_orientation,
        /// Circonstances de l'urgence.
        urgence_precisions: Option<String> = parcours.urgence_precisions.clone(),
        /// Heures écoulées depuis que la situation d'urgence était prévue.
        urgence_prevue_heures: Option<u16> = parcours.urgence_prevue_heures,
        /// Motif de l'indicateur A.
        motif_exclusion: Option<MotifExclusion> = parcours.motif_exclusion,
        /// Le patient était hors de sa résidence habituelle.
        adresse_habituelle_hors: Option<bool> = parcours.hors_residence,
    }

    /// Médecin qui a adressé le patient.
    pub(crate) struct OrienteurVue(orienteur: &Orienteur) {
        /// RPPS.
        rpps: Option<Rpps> = orienteur.rpps,
        /// Numéro de facturation.
        num_am: Option<NumAm> = orienteur.num_am,
        /// Nom.
        nom: String = orienteur.nom.clone(),
        /// Prénom.
        prenom: String = orienteur.prenom.clone(),
    }
}
