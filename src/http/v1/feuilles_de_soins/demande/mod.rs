//! The feuille de soins as software sends it: the field names are those of the forms.

mod acte;
mod coherence;
mod contrat;
mod parcours;
mod personnes;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use self::acte::{ActeDemande, lignes};
pub(crate) use self::contrat::{ContratDemande, contrat};
pub(crate) use self::parcours::ParcoursDemande;
use self::personnes::{BeneficiaireDemande, ExecutantDemande};
use crate::domain::feuille_de_soins::{
    AccidentTiers, Assurance, FeuilleDeSoins, ModeSecurisation, NatureAssurance, Paiement,
    Prescription, SignatureFeuille, Soins, Support,
};
use crate::domain::identifiers::RangGemellaire;
use crate::domain::money::Centimes;
use crate::domain::patient::ClePatient;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::lecture::{Liste, Reference, Texte, lecture};
use crate::http::v1::feuilles_de_soins::ecrit::{
    AccidentEcrit, PrescriptionEcrite, SignatureEcrite,
};
use crate::http::verification::Verification;
use crate::services::ChampInvalide;
use crate::services::feuilles_de_soins::NouvelleFeuille;

/// At least one line.
type ActesDemande = Liste<ActeDemande, 1, 50>;
/// At least one, when the member is there.
type SignaturesDemande = Liste<SignatureEcrite, 1, 4>;

lecture! {
    /// Feuille de soins à enregistrer et à évaluer.
    #[schema(example = json!(super::exemple()))]
    pub(crate) struct FeuilleDemande {
        /// Numéro de facture, un à neuf chiffres.
        #[schema(value_type = String, pattern = "^[0-9]{1,9}$", example = "000000101")]
        numero_facture: Texte<1, 9>,
        /// Électronique ou papier.
        support: Support,
        /// Mode de sécurisation.
        mode_securisation: ModeSecurisation,
        /// Date d'établissement, au plus tard aujourd'hui.
        date_etablissement: NaiveDate,
        /// Réception par la caisse, après les soins et au plus tard maintenant.
        recue_le: Option<DateTime<Utc>>,
        /// Référence de l'appelant.
        reference_externe: Option<Reference<64>>,
        /// Bénéficiaire des soins.
        beneficiaire: BeneficiaireDemande,
        /// Professionnel exécutant.
        executant: ExecutantDemande,
        /// Ce qui est déclaré du parcours de soins ; peut être vide.
        parcours: ParcoursDemande,
        /// Nature d'assurance.
        assurance: AssuranceDemande,
        /// Prescription à l'origine de soins prescrits.
        prescription: Option<PrescriptionEcrite>,
        /// Lignes d'actes.
        actes: ActesDemande,
        /// Paiement par le patient.
        paiement: Option<PaiementDemande>,
        /// Signatures de la feuille : le bénéficiaire et le professionnel.
        signatures: Option<SignaturesDemande>,
    }

    /// Nature d'assurance.
    pub(crate) struct AssuranceDemande {
        /// Nature.
        nature: NatureAssurance,
        /// Code officiel de la nature, qui doit alors correspondre ; non conservé.
        code_nature: Option<Texte<2, 2>>,
        /// Date de la grossesse ou de l'accident.
        date_reference_nature: Option<NaiveDate>,
        /// Numéro d'accident du travail ou de maladie professionnelle.
        numero_at_mp: Option<Reference<20>>,
        /// Accident causé par un tiers.
        accident_tiers: Option<AccidentEcrit>,
    }

    /// Paiement.
    pub(crate) struct PaiementDemande {
        /// Le patient n'a pas payé la part obligatoire.
        tiers_payant_amo: Option<bool>,
        /// Le patient n'a pas payé la part complémentaire.
        tiers_payant_amc: Option<bool>,
        /// Montant reçu par le professionnel, au plus la somme des honoraires.
        montant_percu_centimes: Option<Centimes>,
    }
}

impl FeuilleDemande {
    /// The feuille of the domain, if its fields hold together.
    pub(crate) fn into_domain(
        self,
        test_numbers: bool,
    ) -> Result<NouvelleFeuille, Vec<ChampInvalide>> {
        let mut check = Verification::new(test_numbers);
        if !self.numero_facture.0.bytes().all(|byte| byte.is_ascii_digit()) {
            check.complain("/numero_facture", "format_invalide", "attendu : un à neuf chiffres");
        }
        let numero = self.beneficiaire.identifiant_individuel;
        let cle = ClePatient {
            numero: numero.unwrap_or(self.beneficiaire.identifiant_ouvrant_droit),
            date_naissance: self.beneficiaire.date_naissance,
            rang: self.beneficiaire.rang.unwrap_or(RangGemellaire::ONE),
        };
        let executant_rpps = self.executant.rpps;
        let numero_facturation = self.executant.numero_facturation;
        let parcours = self.parcours.into_domain(&mut check, self.executant.date_installation);
        let beneficiaire = self.beneficiaire.into_domain(&mut check);
        let executant = self.executant.into_domain(&mut check);
        let assurance = self.assurance.into_domain(&mut check);
        let actes = lignes(self.actes.0, &mut check);
        let signatures =
            signatures(self.signatures.map_or_else(Vec::new, |list| list.0), &mut check);
        let feuille = actes.map(|actes| NouvelleFeuille {
            cle,
            feuille: Arc::new(FeuilleDeSoins {
                numero_facture: self.numero_facture.0,
                support: self.support,
                mode_securisation: self.mode_securisation,
                date_etablissement: self.date_etablissement,
                recue_le: self.recue_le,
                reference_externe: self.reference_externe.map(|text| text.0),
                executant_rpps,
                numero_facturation,
                soins: Soins {
                    beneficiaire,
                    executant,
                    parcours,
                    assurance,
                    actes,
                    paiement: self.paiement.map(PaiementDemande::into_domain).unwrap_or_default(),
                },
                prescription: self.prescription.map(|prescription| Prescription {
                    date: prescription.date,
                    prescripteur: prescription.prescripteur,
                    origine: prescription.origine,
                }),
                signatures,
            }),
        });
        if let Some(nouvelle) = &feuille {
            coherence::verify(&nouvelle.feuille, &mut check);
        }
        check.finish(feuille)
    }
}

impl AssuranceDemande {
    fn into_domain(self, check: &mut Verification) -> Assurance {
        let official = self.nature.code().to_string();
        if self.code_nature.is_some_and(|code| code.0 != official) {
            check.complain(
                "/assurance/code_nature",
                "code_incoherent",
                "attendu : le code officiel de la nature (10, 30, 40 ou 90)",
            );
        }
        Assurance {
            nature: self.nature,
            date_reference: self.date_reference_nature,
            numero_at_mp: self.numero_at_mp.map(|text| text.0),
            accident_tiers: self
                .accident_tiers
                .map(|accident| AccidentTiers { declare: accident.declare, date: accident.date }),
        }
    }
}

impl PaiementDemande {
    pub(crate) fn into_domain(self) -> Paiement {
        Paiement {
            tiers_payant_amo: self.tiers_payant_amo.unwrap_or_default(),
            tiers_payant_amc: self.tiers_payant_amc.unwrap_or_default(),
            montant_percu: self.montant_percu_centimes,
        }
    }
}

/// The signatures, each by a means that suits its signatory.
fn signatures(demandes: Vec<SignatureEcrite>, check: &mut Verification) -> Vec<SignatureFeuille> {
    for (index, demande) in demandes.iter().enumerate() {
        if !demande.moyen.convient_a(demande.role) {
            check.complain(
                format!("/signatures/{index}/moyen"),
                "moyen_inadapte",
                "attendu : un moyen qui convient à la qualité du signataire",
            );
        }
    }
    let read = |demande: SignatureEcrite| SignatureFeuille {
        role: demande.role,
        moyen: demande.moyen,
        signe_a: demande.signe_a,
    };
    demandes.into_iter().map(read).collect()
}
