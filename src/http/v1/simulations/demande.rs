//! The care of a simulation, as a request describes it.

use chrono::{Datelike, NaiveDate};
use serde_json::json;

use super::reforme::Modifications;
use crate::domain::evaluation::{FaitsConnus, FaitsRegistre, Naissance, RelationMt};
use crate::domain::feuille_de_soins::{
    Acte, Assurance, Beneficiaire, Complementaire, Convention, Executant, Exoneration,
    LieuExecution, NatureAssurance, Nomenclature, OptionTarifaire, QualificatifDepense,
    RegimeLocal, SituationParticuliere, Soins, TypeLieu,
};
use crate::domain::identifiers::{
    DateNaissanceAmo, Organisme, QualiteBeneficiaire, RangGemellaire, Specialite,
};
use crate::domain::money::Centimes;
use crate::http::lecture::{Entier, Liste, Texte, lecture};
use crate::http::v1::feuilles_de_soins::demande::{
    ContratDemande, PaiementDemande, ParcoursDemande, contrat,
};
use crate::http::verification::{Verification, code_acte};
use crate::services::ChampInvalide;

/// At least one act.
type ActesSimules = Liste<ActeSimuleDemande, 1, 50>;

lecture! {
    /// Soins à évaluer sans registre : les faits sont donnés ici.
    #[schema(example = json!(exemple()))]
    pub(crate) struct SimulationDemande {
        /// Date des soins : elle choisit la loi.
        date_soins: NaiveDate,
        /// Patient.
        patient: PatientSimuleDemande,
        /// Médecin traitant du patient à cette date, vu de l'exécutant.
        medecin_traitant: RelationMt,
        /// Exécutant.
        executant: ExecutantSimuleDemande,
        /// Ce qui est déclaré du parcours de soins.
        parcours: Option<ParcoursDemande>,
        /// Nature d'assurance, maladie par défaut.
        nature_assurance: Option<NatureAssurance>,
        /// Actes.
        actes: ActesSimules,
        /// Participations forfaitaires déjà retenues.
        participations_retenues: Option<RetenuesDemande>,
        /// Autres valeurs de paramètres, pour voir ce qu'elles changeraient.
        reforme: Option<Modifications>,
        /// Tiers payant, aucun par défaut.
        paiement: Option<PaiementDemande>,
    }

    /// Patient d'une simulation : un âge ou une date de naissance.
    #[schema(as = PatientSimuleDemande)]
    pub(crate) struct PatientSimuleDemande {
        /// Âge en années révolues le jour des soins.
        age: Option<Entier<0, 130>>,
        /// Date de naissance, si l'âge n'est pas donné.
        date_naissance: Option<DateNaissanceAmo>,
        /// Couverture complémentaire, aucune par défaut.
        complementaire: Option<Complementaire>,
        /// Contrat complémentaire, s'il est connu.
        contrat_complementaire: Option<ContratDemande>,
        /// Code d'exonération.
        exoneration: Option<Exoneration>,
        /// Régime local.
        regime_local: Option<RegimeLocal>,
        /// Situation particulière.
        situation_particuliere: Option<SituationParticuliere>,
        /// Organisme, pour les caisses où le parcours ne s'applique pas.
        organisme: Option<Organisme>,
    }

    /// Exécutant d'une simulation.
    #[schema(as = ExecutantSimuleDemande)]
    pub(crate) struct ExecutantSimuleDemande {
        /// Spécialité.
        specialite: Specialite,
        /// Convention.
        convention: Convention,
        /// Option tarifaire.
        option_tarifaire: Option<OptionTarifaire>,
        /// Date de première installation, exigée pour les indicateurs J et B.
        date_installation: Option<NaiveDate>,
        /// Nature du lieu des soins.
        lieu: Option<TypeLieu>,
    }

    /// Acte d'une simulation.
    pub(crate) struct ActeSimuleDemande {
        /// Lettre clé de la NGAP ou code de la CCAM.
        code: Texte<1, 7>,
        /// Nomenclature, NGAP par défaut.
        nomenclature: Option<Nomenclature>,
        /// Nombre d'actes, 1 par défaut.
        quantite: Option<Entier<1, 99>>,
        /// Honoraires de la ligne entière, quantité comprise.
        honoraires_centimes: Centimes,
        /// Base de remboursement de la ligne entière, quantité comprise.
        base_remboursement_centimes: Centimes,
        /// Qualificatif de dépense.
        qualificatif_depense: Option<QualificatifDepense>,
        /// Exonération de cet acte.
        exoneration_acte: Option<Exoneration>,
    }

    /// Participations forfaitaires déjà retenues.
    pub(crate) struct RetenuesDemande {
        /// Le même jour, pour le même professionnel.
        jour_centimes: Option<Centimes>,
        /// Dans l'année civile des soins.
        annee_centimes: Option<Centimes>,
    }
}

/// The example of the documentation: an adult without médecin traitant.
pub(crate) fn exemple() -> serde_json::Value {
    json!({
        "date_soins": "2025-06-16",
        "patient": { "age": 45, "complementaire": "amc" },
        "medecin_traitant": "aucun",
        "executant": { "specialite": "01", "convention": "secteur_1" },
        "actes": [{
            "code": "G",
            "honoraires_centimes": 3000,
            "base_remboursement_centimes": 3000
        }]
    })
}

impl ActeSimuleDemande {
    /// The line of an act, unless its code is wrong.
    fn into_domain(self, index: usize, date: NaiveDate, check: &mut Verification) -> Option<Acte> {
        let nomenclature = self.nomenclature.unwrap_or(Nomenclature::Ngap);
        let pointeur = format!("/actes/{index}");
        let code = code_acte(nomenclature, &self.code.0, &pointeur, check)?;
        let acte = Acte {
            numero_ligne: u16::try_from(index.saturating_add(1)).unwrap_or(u16::MAX),
            date_execution: date,
            date_prescription_serie: None,
            code,
            coefficient_centiemes: None,
            quantite: self.quantite.map_or(1, |quantite| u16::try_from(quantite.0).unwrap_or(1)),
            ccam: None,
            honoraires: self.honoraires_centimes,
            base: Some(self.base_remboursement_centimes),
            qualificatif: self.qualificatif_depense,
            depassement: None,
            exoneration: self.exoneration_acte,
        };
        check.gratuit(&acte, &pointeur);
        Some(acte)
    }
}

impl SimulationDemande {
    /// What is asked of the law.
    pub(super) fn into_domain(
        self,
    ) -> Result<(Soins, FaitsConnus, Option<Modifications>), Vec<ChampInvalide>> {
        let mut check = Verification::new(true);
        let date = self.date_soins;
        let naissance = match (self.patient.age, self.patient.date_naissance) {
            (Some(age), None) => Some(Naissance::Age(u8::try_from(age.0).unwrap_or(u8::MAX))),
            (None, Some(date_naissance)) => Some(Naissance::Date(date_naissance)),
            (Some(_), Some(_)) | (None, None) => {
                check.complain(
                    "/patient/age",
                    "un_seul_des_deux",
                    "attendu : « age » ou « date_naissance », l'un des deux",
                );
                None
            }
        };
        if let Some(Naissance::Date(born)) = naissance
            && born.pour_calcul_age() > date
        {
            let expected = "attendu : une date qui précède celle des soins";
            check.complain("/patient/date_naissance", "apres_les_soins", expected);
        }
        let parcours = self
            .parcours
            .unwrap_or_default()
            .into_domain(&mut check, self.executant.date_installation);
        let installation = self.executant.date_installation;
        check.installation("/executant/date_installation", installation, date);
        if parcours.date_orientation.is_some_and(|sent| sent > date) {
            let expected = "attendu : une date qui ne suit pas celle des soins";
            check.complain("/parcours/date_orientation", "apres_les_soins", expected);
        }
        let asked = self.actes.0.len();
        let mut actes = Vec::new();
        for (index, demande) in self.actes.0.into_iter().enumerate() {
            actes.extend(demande.into_domain(index, date, &mut check));
        }
        let patient = self.patient;
        let complementaire = patient.complementaire.unwrap_or(Complementaire::Aucune);
        let pointeur = "/patient/contrat_complementaire";
        let contrat = contrat(patient.contrat_complementaire, complementaire, pointeur, &mut check);
        let kept = self.participations_retenues;
        let already = |amount: fn(&RetenuesDemande) -> Option<Centimes>| {
            kept.as_ref().and_then(amount).unwrap_or(Centimes::ZERO)
        };
        let answer = naissance.map(|naissance| {
            let soins = Soins {
                beneficiaire: Beneficiaire {
                    qualite: QualiteBeneficiaire::ASSURE,
                    rang: RangGemellaire::ONE,
                    date_naissance: match naissance {
                        Naissance::Date(date) => date,
                        Naissance::Age(_) => DateNaissanceAmo::UNKNOWN,
                    },
                    organisme: patient.organisme,
                    complementaire,
                    contrat,
                    exoneration: patient.exoneration.unwrap_or(Exoneration::NONE),
                    regime_local: patient.regime_local.unwrap_or(RegimeLocal::Aucun),
                    situation: patient
                        .situation_particuliere
                        .unwrap_or(SituationParticuliere::Aucune),
                },
                executant: Executant {
                    specialite: self.executant.specialite,
                    convention: self.executant.convention,
                    option_tarifaire: self
                        .executant
                        .option_tarifaire
                        .unwrap_or(OptionTarifaire::Aucune),
                    remplacant_de: None,
                    date_installation: self.executant.date_installation,
                    lieu: self.executant.lieu.map(|nature| LieuExecution {
                        nature: Some(nature),
                        ..LieuExecution::default()
                    }),
                },
                parcours,
                assurance: Assurance {
                    nature: self.nature_assurance.unwrap_or(NatureAssurance::Maladie),
                    date_reference: None,
                    numero_at_mp: None,
                    accident_tiers: None,
                },
                actes,
                paiement: self.paiement.map(PaiementDemande::into_domain).unwrap_or_default(),
            };
            let faits = FaitsConnus {
                naissance,
                relations_mt: vec![(date, self.medecin_traitant)],
                participations_jour: vec![(date, already(|kept| kept.jour_centimes))],
                participations_an: vec![(date.year(), already(|kept| kept.annee_centimes))],
                registre: FaitsRegistre::default(),
            };
            (soins, faits, self.reforme)
        });
        if let Some((soins, ..)) = answer.as_ref().filter(|(soins, ..)| soins.actes.len() == asked)
        {
            check.percu(&soins.paiement, &soins.actes);
        }
        check.finish(answer)
    }
}
