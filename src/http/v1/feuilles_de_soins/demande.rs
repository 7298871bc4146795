//! The feuille de soins as software sends it: the field names are those of the forms.

use chrono::{DateTime, NaiveDate, Utc};
use utoipa::ToSchema;

use crate::domain::feuille_de_soins as f;
use crate::domain::feuille_de_soins::{
    Acte, Complementaire, Convention, DeclarationMt, Exoneration, FeuilleDeSoins, ModeSecurisation,
    MotifExclusion, NatureAssurance, Nomenclature, OptionTarifaire, OriginePrescription,
    QualificatifDepense, RegimeLocal, SituationParticuliere, Soins, Support, TypeLieu,
};
use crate::domain::identifiers::{
    CommuneExercice, DateNaissanceAmo, Finess, IdentifiantPersonne, IndicateurParcours, Ins, NumAm,
    NumeroFacturation, Organisme, QualiteBeneficiaire, RangGemellaire, Rpps, Specialite,
};
use crate::domain::money::Centimes;
use crate::domain::patient::ClePatient;
use crate::http::lecture::{Entier, Liste, Texte, lecture};
use crate::http::verification::{Verification, code_acte};
use crate::services::ChampInvalide;
use crate::services::feuilles_de_soins::NouvelleFeuille;

/// At least one line.
type ActesDemande = Liste<ActeDemande, 1, 50>;

/// Feuille de soins à enregistrer et à évaluer.
#[derive(Debug, ToSchema)]
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
    /// Réception par la caisse.
    recue_le: Option<DateTime<Utc>>,
    /// Référence de l'appelant.
    #[schema(inline)]
    reference_externe: Option<Texte<1, 64>>,
    /// Bénéficiaire des soins.
    beneficiaire: BeneficiaireDemande,
    /// Professionnel exécutant.
    executant: ExecutantDemande,
    /// Ce qui est déclaré du parcours de soins ; peut être vide.
    parcours: ParcoursDemande,
    /// Nature d'assurance.
    assurance: AssuranceDemande,
    /// Prescription à l'origine de soins prescrits.
    prescription: Option<PrescriptionDemande>,
    /// Lignes d'actes.
    #[schema(inline)]
    actes: ActesDemande,
    /// Paiement par le patient.
    paiement: Option<PaiementDemande>,
}
lecture!(FeuilleDemande {
    numero_facture,
    support,
    mode_securisation,
    date_etablissement,
    recue_le,
    reference_externe,
    beneficiaire,
    executant,
    parcours,
    assurance,
    prescription,
    actes,
    paiement,
});

/// Bénéficiaire, tel que la carte Vitale ou la feuille le décrit.
#[derive(Debug, ToSchema)]
pub(crate) struct BeneficiaireDemande {
    /// Numéro du patient lui-même.
    identifiant_individuel: Option<IdentifiantPersonne>,
    /// Numéro de l'assuré ; le même que le précédent pour l'assuré.
    identifiant_ouvrant_droit: IdentifiantPersonne,
    /// Identité nationale de santé.
    ins: Option<InsDemande>,
    /// Qualité.
    qualite: QualiteBeneficiaire,
    /// Rang gémellaire, 1 par défaut.
    rang: Option<RangGemellaire>,
    /// Date de naissance connue de l'Assurance maladie.
    date_naissance: DateNaissanceAmo,
    /// Nom, pour une feuille papier à rapprocher ; non conservé.
    #[expect(dead_code, reason = "accepted, checked and forgotten: the register knows the person")]
    #[schema(inline)]
    nom: Option<Texte<1, 80>>,
    /// Prénom, pour une feuille papier à rapprocher ; non conservé.
    #[expect(dead_code, reason = "accepted, checked and forgotten: the register knows the person")]
    #[schema(inline)]
    prenom: Option<Texte<1, 80>>,
    /// Organisme de rattachement.
    organisme: Organisme,
    /// Couverture complémentaire, aucune par défaut.
    complementaire: Option<Complementaire>,
    /// Exonération de toute la feuille.
    exoneration: Option<ExonerationDemande>,
    /// Régime local.
    regime_local: Option<RegimeLocal>,
    /// Situation particulière.
    situation_particuliere: Option<SituationParticuliere>,
}
lecture!(BeneficiaireDemande {
    identifiant_individuel,
    identifiant_ouvrant_droit,
    ins,
    qualite,
    rang,
    date_naissance,
    nom,
    prenom,
    organisme,
    complementaire,
    exoneration,
    regime_local,
    situation_particuliere,
});

/// Identité nationale de santé.
#[derive(Debug, ToSchema)]
pub(crate) struct InsDemande {
    /// Matricule, quinze caractères.
    #[schema(inline)]
    matricule: Texte<1, 20>,
    /// OID du domaine émetteur.
    #[schema(inline)]
    oid: Texte<1, 40>,
}
lecture!(InsDemande { matricule, oid });

/// Exonération.
#[derive(Debug, ToSchema)]
pub(crate) struct ExonerationDemande {
    /// Code justificatif.
    code_exoneration: Exoneration,
}
lecture!(ExonerationDemande { code_exoneration });

/// Professionnel exécutant : le remplaçant, et non le médecin remplacé.
#[derive(Debug, ToSchema)]
pub(crate) struct ExecutantDemande {
    /// RPPS de la personne qui a fait les actes.
    rpps: Rpps,
    /// Numéro sous lequel la feuille est facturée.
    numero_facturation: NumeroFacturation,
    /// Spécialité.
    specialite: Specialite,
    /// Convention.
    convention: Convention,
    /// Code officiel de la convention, qui doit alors correspondre.
    #[schema(inline)]
    code_convention: Option<Texte<1, 1>>,
    /// Option tarifaire.
    option_tarifaire: Option<OptionTarifaire>,
    /// Médecin remplacé.
    remplacant_de: Option<RemplaceDemande>,
    /// Date de première installation, exigée pour les indicateurs J et B.
    date_installation: Option<NaiveDate>,
    /// Lieu des soins.
    lieu_execution: Option<LieuDemande>,
}
lecture!(ExecutantDemande {
    rpps,
    numero_facturation,
    specialite,
    convention,
    code_convention,
    option_tarifaire,
    remplacant_de,
    date_installation,
    lieu_execution,
});

/// Médecin remplacé.
#[derive(Debug, ToSchema)]
pub(crate) struct RemplaceDemande {
    /// Son RPPS.
    rpps: Rpps,
}
lecture!(RemplaceDemande { rpps });

/// Lieu des soins.
#[derive(Debug, ToSchema)]
pub(crate) struct LieuDemande {
    /// Commune.
    commune: Option<CommuneExercice>,
    /// FINESS géographique.
    finess_et: Option<Finess>,
    /// Nature du lieu.
    nature: Option<TypeLieu>,
}
lecture!(LieuDemande { commune, finess_et, nature });

/// Ce que le professionnel déclare du parcours de soins.
#[derive(Debug, Default, ToSchema)]
pub(crate) struct ParcoursDemande {
    /// Indicateur transmis.
    pub(crate) indicateur: Option<IndicateurParcours>,
    /// Existence d'une déclaration, selon le professionnel.
    declaration_mt: Option<DeclarationMt>,
    /// Médecin qui a adressé le patient, exigé pour les indicateurs O et M.
    orienteur: Option<OrienteurDemande>,
    /// Date de l'adressage.
    date_orientation: Option<NaiveDate>,
    /// Circonstances de l'urgence, sans diagnostic.
    #[schema(inline)]
    urgence_precisions: Option<Texte<1, 200>>,
    /// Motif, exigé pour l'indicateur A.
    motif_exclusion: Option<MotifExclusion>,
    /// Le patient était hors de sa résidence habituelle.
    adresse_habituelle_hors: Option<bool>,
}
lecture!(ParcoursDemande {
    indicateur,
    declaration_mt,
    orienteur,
    date_orientation,
    urgence_precisions,
    motif_exclusion,
    adresse_habituelle_hors,
});

/// Médecin qui a adressé le patient : la feuille papier ne porte que son nom.
#[derive(Debug, ToSchema)]
pub(crate) struct OrienteurDemande {
    /// RPPS, s'il est connu.
    rpps: Option<Rpps>,
    /// Numéro de facturation, s'il est connu.
    num_am: Option<NumAm>,
    /// Nom.
    #[schema(inline)]
    nom: Texte<1, 80>,
    /// Prénom.
    #[schema(inline)]
    prenom: Texte<1, 80>,
}
lecture!(OrienteurDemande { rpps, num_am, nom, prenom });

/// Nature d'assurance.
#[derive(Debug, ToSchema)]
pub(crate) struct AssuranceDemande {
    /// Nature.
    nature: NatureAssurance,
    /// Code officiel de la nature, qui doit alors correspondre.
    #[schema(inline)]
    code_nature: Option<Texte<2, 2>>,
    /// Date de la grossesse ou de l'accident.
    date_reference_nature: Option<NaiveDate>,
    /// Numéro d'accident du travail ou de maladie professionnelle.
    #[schema(inline)]
    numero_at_mp: Option<Texte<1, 20>>,
    /// Accident causé par un tiers.
    accident_tiers: Option<AccidentDemande>,
}
lecture!(AssuranceDemande {
    nature,
    code_nature,
    date_reference_nature,
    numero_at_mp,
    accident_tiers,
});

/// Accident causé par un tiers.
#[derive(Debug, ToSchema)]
pub(crate) struct AccidentDemande {
    /// Un accident est déclaré.
    declare: bool,
    /// Sa date.
    date: Option<NaiveDate>,
}
lecture!(AccidentDemande { declare, date });

/// Prescription.
#[derive(Debug, ToSchema)]
pub(crate) struct PrescriptionDemande {
    /// Date.
    date: NaiveDate,
    /// Prescripteur.
    prescripteur: Option<Rpps>,
    /// Origine : 1 médecin traitant, 2 correspondant, 3 autre situation du parcours, 4 hors parcours.
    origine: Option<OriginePrescription>,
}
lecture!(PrescriptionDemande { date, prescripteur, origine });

/// Ligne d'acte.
#[derive(Debug, ToSchema)]
pub(crate) struct ActeDemande {
    /// Numéro de la ligne, unique dans la feuille.
    #[schema(inline)]
    numero_ligne: Entier<1, 9999>,
    /// Date des soins, au lieu des soins.
    date_execution: NaiveDate,
    /// Acte en série : la date de prescription choisit la loi et le médecin traitant.
    serie: Option<SerieDemande>,
    /// Nomenclature.
    nomenclature: Nomenclature,
    /// Lettre clé de la NGAP ou code de la CCAM.
    #[schema(inline)]
    code: Texte<1, 7>,
    /// Coefficient, par exemple 1.00.
    #[schema(inline)]
    coefficient: Option<Texte<1, 7>>,
    /// Nombre d'actes, 1 par défaut.
    #[schema(inline)]
    quantite: Option<Entier<1, 99>>,
    /// Précisions de la CCAM.
    ccam: Option<CcamDemande>,
    /// Honoraires facturés.
    honoraires_centimes: Centimes,
    /// Base de remboursement.
    base_remboursement_centimes: Centimes,
    /// Qualificatif de dépense.
    qualificatif_depense: Option<QualificatifDepense>,
    /// Dépassement : honoraires moins base.
    depassement_centimes: Option<Centimes>,
    /// Exonération de cet acte.
    exoneration_acte: Option<Exoneration>,
}
lecture!(ActeDemande {
    numero_ligne,
    date_execution,
    serie,
    nomenclature,
    code,
    coefficient,
    quantite,
    ccam,
    honoraires_centimes,
    base_remboursement_centimes,
    qualificatif_depense,
    depassement_centimes,
    exoneration_acte,
});

/// Acte en série.
#[derive(Debug, ToSchema)]
pub(crate) struct SerieDemande {
    /// Date de la prescription de la série.
    date_prescription: NaiveDate,
}
lecture!(SerieDemande { date_prescription });

/// Précisions de la CCAM.
#[derive(Debug, ToSchema)]
pub(crate) struct CcamDemande {
    /// Code d'activité.
    #[schema(inline)]
    activite: Entier<1, 5>,
    /// Code de phase.
    #[schema(inline)]
    phase: Entier<0, 5>,
    /// Modificateurs, quatre au plus.
    #[schema(inline)]
    modificateurs: Option<Texte<1, 4>>,
    /// Code d'association.
    #[schema(inline)]
    association: Option<Entier<1, 5>>,
}
lecture!(CcamDemande { activite, phase, modificateurs, association });

/// Paiement.
#[derive(Debug, ToSchema)]
pub(crate) struct PaiementDemande {
    /// Le patient n'a pas payé la part obligatoire.
    tiers_payant_amo: Option<bool>,
    /// Le patient n'a pas payé la part complémentaire.
    tiers_payant_amc: Option<bool>,
    /// Montant reçu par le professionnel.
    montant_percu_centimes: Option<Centimes>,
}
lecture!(PaiementDemande { tiers_payant_amo, tiers_payant_amc, montant_percu_centimes });

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
        let feuille = actes.map(|actes| NouvelleFeuille {
            cle,
            feuille: FeuilleDeSoins {
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
                prescription: self.prescription.map(|prescription| f::Prescription {
                    date: prescription.date,
                    prescripteur: prescription.prescripteur,
                    origine: prescription.origine,
                }),
            },
        });
        check.finish(feuille)
    }
}

impl BeneficiaireDemande {
    fn into_domain(self, check: &mut Verification) -> f::Beneficiaire {
        if let Some(ins) = &self.ins {
            match Ins::new(&ins.matricule.0, &ins.oid.0) {
                Err(invalide) => {
                    let oid = invalide.code.starts_with("oid");
                    let member = if oid { "oid" } else { "matricule" };
                    let message = format!("attendu : {}", invalide.attendu);
                    check.complain(format!("/beneficiaire/ins/{member}"), invalide.code, &message);
                }
                Ok(ins) if !ins.domaine().en_production() && !check.test_numbers => check.complain(
                    "/beneficiaire/ins/oid",
                    "oid_de_test",
                    "attendu : un domaine de production, les identités de test sont refusées ici",
                ),
                Ok(_) => {}
            }
        }
        f::Beneficiaire {
            qualite: self.qualite,
            rang: self.rang.unwrap_or(RangGemellaire::ONE),
            date_naissance: self.date_naissance,
            organisme: Some(self.organisme),
            complementaire: self.complementaire.unwrap_or(Complementaire::Aucune),
            exoneration: self
                .exoneration
                .map_or(Exoneration::NONE, |exoneration| exoneration.code_exoneration),
            regime_local: self.regime_local.unwrap_or(RegimeLocal::Aucun),
            situation: self.situation_particuliere.unwrap_or(SituationParticuliere::Aucune),
        }
    }
}

impl ExecutantDemande {
    fn into_domain(self, check: &mut Verification) -> f::Executant {
        let contradicts = |code: &Texte<1, 1>| code.0 != self.convention.code_officiel();
        if self.code_convention.as_ref().is_some_and(contradicts) {
            check.complain(
                "/executant/code_convention",
                "code_incoherent",
                "attendu : le code officiel de la convention (0, 1, 2, 3 ou 9)",
            );
        }
        f::Executant {
            specialite: self.specialite,
            convention: self.convention,
            option_tarifaire: self.option_tarifaire.unwrap_or(OptionTarifaire::Aucune),
            remplacant_de: self.remplacant_de.map(|remplace| remplace.rpps),
            date_installation: self.date_installation,
            lieu: self.lieu_execution.map(|lieu| f::LieuExecution {
                commune: lieu.commune,
                finess_et: lieu.finess_et,
                nature: lieu.nature,
            }),
        }
    }
}

impl ParcoursDemande {
    /// What was declared, with the fields that its indicator requires.
    pub(crate) fn into_domain(
        self,
        check: &mut Verification,
        date_installation: Option<NaiveDate>,
    ) -> f::ParcoursDeclare {
        use IndicateurParcours as I;
        let missing = match self.indicateur {
            Some(I::O | I::M) if self.orienteur.is_none() => Some("/parcours/orienteur"),
            Some(I::A) if self.motif_exclusion.is_none() => Some("/parcours/motif_exclusion"),
            Some(I::J | I::B) if date_installation.is_none() => {
                Some("/executant/date_installation")
            }
            _ => None,
        };
        if let Some(pointeur) = missing {
            let letter = self.indicateur.map_or("", IndicateurParcours::as_str);
            let message = format!("ce champ est obligatoire avec l'indicateur {letter}");
            check.complain(pointeur, "champ_requis", &message);
        }
        f::ParcoursDeclare {
            indicateur: self.indicateur,
            declaration_mt: self.declaration_mt,
            orienteur: self.orienteur.map(|orienteur| f::Orienteur {
                rpps: orienteur.rpps,
                num_am: orienteur.num_am,
                nom: orienteur.nom.0,
                prenom: orienteur.prenom.0,
            }),
            date_orientation: self.date_orientation,
            urgence_precisions: self.urgence_precisions.map(|text| text.0),
            motif_exclusion: self.motif_exclusion,
            hors_residence: self.adresse_habituelle_hors,
        }
    }
}

impl AssuranceDemande {
    fn into_domain(self, check: &mut Verification) -> f::Assurance {
        use crate::domain::vocabulary::Vocabulaire;
        let official = self.nature.code().to_string();
        if self.code_nature.is_some_and(|code| code.0 != official) {
            check.complain(
                "/assurance/code_nature",
                "code_incoherent",
                "attendu : le code officiel de la nature (10, 30, 40 ou 90)",
            );
        }
        f::Assurance {
            nature: self.nature,
            date_reference: self.date_reference_nature,
            numero_at_mp: self.numero_at_mp.map(|text| text.0),
            accident_tiers: self.accident_tiers.map(|accident| f::AccidentTiers {
                declare: accident.declare,
                date: accident.date,
            }),
        }
    }
}

impl PaiementDemande {
    fn into_domain(self) -> f::Paiement {
        f::Paiement {
            tiers_payant_amo: self.tiers_payant_amo.unwrap_or_default(),
            tiers_payant_amc: self.tiers_payant_amc.unwrap_or_default(),
            montant_percu: self.montant_percu_centimes,
        }
    }
}

/// The lines, whose numbers must differ.
fn lignes(demandes: Vec<ActeDemande>, check: &mut Verification) -> Option<Vec<Acte>> {
    let mut actes: Vec<Acte> = Vec::with_capacity(demandes.len());
    let mut complete = true;
    for (index, demande) in demandes.into_iter().enumerate() {
        let pointeur = format!("/actes/{index}");
        match demande.into_domain(&pointeur, check) {
            Some(acte) => {
                if actes.iter().any(|known| known.numero_ligne == acte.numero_ligne) {
                    check.complain(
                        format!("{pointeur}/numero_ligne"),
                        "valeur_en_double",
                        "attendu : un numéro par ligne",
                    );
                }
                actes.push(acte);
            }
            None => complete = false,
        }
    }
    complete.then_some(actes)
}

impl ActeDemande {
    fn into_domain(self, pointeur: &str, check: &mut Verification) -> Option<Acte> {
        let code = code_acte(self.nomenclature, &self.code.0, pointeur, check);
        let (honoraires, base) = (self.honoraires_centimes, self.base_remboursement_centimes);
        let expected = honoraires.minus_or_zero(base);
        if self.depassement_centimes.is_some_and(|written| written != expected) {
            check.complain(
                format!("{pointeur}/depassement_centimes"),
                "montant_incoherent",
                "attendu : les honoraires moins la base de remboursement",
            );
        }
        let coefficient = self.coefficient.map(|text| hundredths(&text.0));
        if coefficient == Some(None) {
            check.complain(
                format!("{pointeur}/coefficient"),
                "format_invalide",
                "attendu : un nombre décimal, par exemple 1.00",
            );
        }
        Some(Acte {
            numero_ligne: u16::try_from(self.numero_ligne.0).ok()?,
            date_execution: self.date_execution,
            date_prescription_serie: self.serie.map(|serie| serie.date_prescription),
            code: code?,
            coefficient_centiemes: coefficient.flatten(),
            quantite: self.quantite.map_or(Some(1), |quantite| u16::try_from(quantite.0).ok())?,
            ccam: self.ccam.map(CcamDemande::into_domain),
            honoraires,
            base: Some(base),
            qualificatif: self.qualificatif_depense,
            depassement: self.depassement_centimes,
            exoneration: self.exoneration_acte,
        })
    }
}

impl CcamDemande {
    fn into_domain(self) -> f::DetailCcam {
        let digit = |value: i64| u8::try_from(value).unwrap_or_default();
        f::DetailCcam {
            activite: digit(self.activite.0),
            phase: digit(self.phase.0),
            modificateurs: self
                .modificateurs
                .map_or_else(Vec::new, |text| text.0.chars().collect()),
            association: self.association.map(|value| digit(value.0)),
        }
    }
}

/// `1.25` → 125. At most two decimals.
fn hundredths(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 2 || !digits(whole) || !digits(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::hundredths;

    #[test]
    fn a_coefficient_has_at_most_two_decimals() {
        assert_eq!(hundredths("1.00"), Some(100));
        assert_eq!(hundredths("2.5"), Some(250));
        assert_eq!(hundredths("3"), Some(300));
        for wrong in ["", ".5", "1.234", "1,5", "-1", "1e3"] {
            assert_eq!(hundredths(wrong), None, "{wrong}");
        }
    }
}
