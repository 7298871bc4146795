//! The beneficiary and the performer.

use chrono::NaiveDate;

use super::contrat::{ContratDemande, contrat};
use crate::domain::feuille_de_soins::{
    Beneficiaire, Complementaire, Convention, Executant, Exoneration, LieuExecution,
    OptionTarifaire, RegimeLocal, SituationParticuliere,
};
use crate::domain::identifiers::{
    DateNaissanceAmo, IdentifiantPersonne, Ins, NumeroFacturation, Organisme, QualiteBeneficiaire,
    RangGemellaire, Rpps, Specialite,
};
use crate::http::lecture::{Matricule, Nom, Oid, Oublie, Texte, lecture};
use crate::http::v1::feuilles_de_soins::ecrit::{ExonerationEcrite, LieuEcrit, RemplaceEcrit};
use crate::http::verification::Verification;

lecture! {
    /// Bénéficiaire, tel que la carte Vitale ou la feuille le décrit.
    pub(crate) struct BeneficiaireDemande {
        /// Numéro du patient lui-même.
        pub(super) identifiant_individuel: Option<IdentifiantPersonne>,
        /// Numéro de l'assuré ; le même que le précédent pour l'assuré.
        pub(super) identifiant_ouvrant_droit: IdentifiantPersonne,
        /// Identité nationale de santé, vérifiée et non conservée.
        ins: Option<InsDemande>,
        /// Qualité.
        qualite: QualiteBeneficiaire,
        /// Rang gémellaire, 1 par défaut.
        pub(super) rang: Option<RangGemellaire>,
        /// Date de naissance connue de l'Assurance maladie.
        pub(super) date_naissance: DateNaissanceAmo,
        /// Nom, vérifié et non conservé : le registre connaît la personne.
        #[schema(value_type = Option<Nom<80>>)]
        nom: Oublie<Option<Nom<80>>>,
        /// Prénom, vérifié et non conservé : le registre connaît la personne.
        #[schema(value_type = Option<Nom<80>>)]
        prenom: Oublie<Option<Nom<80>>>,
        /// Organisme de rattachement.
        organisme: Organisme,
        /// Couverture complémentaire, aucune par défaut.
        complementaire: Option<Complementaire>,
        /// Contrat complémentaire, s'il est connu.
        contrat_complementaire: Option<ContratDemande>,
        /// Exonération de toute la feuille.
        exoneration: Option<ExonerationEcrite>,
        /// Régime local.
        regime_local: Option<RegimeLocal>,
        /// Situation particulière.
        situation_particuliere: Option<SituationParticuliere>,
    }

    /// Identité nationale de santé : vérifiée, jamais conservée.
    pub(crate) struct InsDemande {
        /// Matricule, quinze caractères.
        matricule: Matricule,
        /// OID du domaine émetteur : 1.2.250.1.213.1.4.8 (NIR) ou 1.2.250.1.213.1.4.9 (NIA) ; hors production, aussi
        /// 1.2.250.1.213.1.4.10 (test) et 1.2.250.1.213.1.4.11 (démonstration).
        oid: Oid,
    }

    /// Professionnel exécutant : le remplaçant, et non le médecin remplacé.
    pub(crate) struct ExecutantDemande {
        /// RPPS de la personne qui a fait les actes.
        pub(super) rpps: Rpps,
        /// Numéro sous lequel la feuille est facturée.
        pub(super) numero_facturation: NumeroFacturation,
        /// Spécialité.
        specialite: Specialite,
        /// Convention.
        convention: Convention,
        /// Code officiel de la convention, qui doit alors correspondre ; non conservé.
        code_convention: Option<Texte<1, 1>>,
        /// Option tarifaire.
        option_tarifaire: Option<OptionTarifaire>,
        /// Médecin remplacé, un autre que l'exécutant.
        remplacant_de: Option<RemplaceEcrit>,
        /// Date de première installation, exigée pour les indicateurs J et B ; à partir de 1900, elle ne
        /// suit pas les soins.
        pub(super) date_installation: Option<NaiveDate>,
        /// Lieu des soins.
        lieu_execution: Option<LieuEcrit>,
    }
}

impl BeneficiaireDemande {
    pub(super) fn into_domain(self, check: &mut Verification) -> Beneficiaire {
        if let Some(ins) = &self.ins
            && let Err(invalide) = Ins::new(&ins.matricule.0, &ins.oid.0, check.test_numbers)
        {
            let oid = invalide.code.starts_with("oid");
            let member = if oid { "oid" } else { "matricule" };
            let message = format!("attendu : {}", invalide.attendu);
            check.complain(format!("/beneficiaire/ins/{member}"), invalide.code, &message);
        }
        let complementaire = self.complementaire.unwrap_or(Complementaire::Aucune);
        let pointeur = "/beneficiaire/contrat_complementaire";
        Beneficiaire {
            contrat: contrat(self.contrat_complementaire, complementaire, pointeur, check),
            qualite: self.qualite,
            rang: self.rang.unwrap_or(RangGemellaire::ONE),
            date_naissance: self.date_naissance,
            organisme: Some(self.organisme),
            complementaire,
            exoneration: self
                .exoneration
                .map_or(Exoneration::NONE, |exoneration| exoneration.code_exoneration),
            regime_local: self.regime_local.unwrap_or(RegimeLocal::Aucun),
            situation: self.situation_particuliere.unwrap_or(SituationParticuliere::Aucune),
        }
    }
}

impl ExecutantDemande {
    pub(super) fn into_domain(self, check: &mut Verification) -> Executant {
        let contradicts = |code: &Texte<1, 1>| code.0 != self.convention.code_officiel();
        if self.code_convention.as_ref().is_some_and(contradicts) {
            check.complain(
                "/executant/code_convention",
                "code_incoherent",
                "attendu : le code officiel de la convention (0, 1, 2, 3 ou 9)",
            );
        }
        Executant {
            specialite: self.specialite,
            convention: self.convention,
            option_tarifaire: self.option_tarifaire.unwrap_or(OptionTarifaire::Aucune),
            remplacant_de: self.remplacant_de.map(|remplace| remplace.rpps),
            date_installation: self.date_installation,
            lieu: self.lieu_execution.map(|lieu| LieuExecution {
                commune: lieu.commune,
                finess_et: lieu.finess_et,
                nature: lieu.nature,
            }),
        }
    }
}
