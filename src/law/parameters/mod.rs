//! Dated parameters: TOML files of this folder, embedded at build, validated when the law loads.
//!
//! A value holds from its first day until the next value of the same parameter, or until its own
//! `jusqu_au` (included). A value that the sources leave unknown is written `inconnue = true`: a
//! question that needs it is refused by name.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use super::references::{REFERENCES, reference};
use crate::domain::calendar::{Periode, lendemain};
use crate::domain::vocabulary::{Vocabulaire, vocabulaire};

/// Themes, in the order of their files.
const FILES: [(&str, &str); 8] = [
    ("adressage.toml", include_str!("adressage.toml")),
    ("complementaire.toml", include_str!("complementaire.toml")),
    ("declaration.toml", include_str!("declaration.toml")),
    ("majoration.toml", include_str!("majoration.toml")),
    ("parcours.toml", include_str!("parcours.toml")),
    ("participation.toml", include_str!("participation.toml")),
    ("tarifs.toml", include_str!("tarifs.toml")),
    ("taux.toml", include_str!("taux.toml")),
];

vocabulaire!(
    /// A dated value of the law. The word is its stable public code.
    Parametre ("parametre") {
        /// Age from which the parcours has an effect.
        ParcoursAgeMinimum = 0 "PARCOURS_AGE_MINIMUM",
        /// Delay beyond which a foreseen situation is no emergency.
        UrgencePrevisibiliteMax = 1 "URGENCE_PREVISIBILITE_MAX",
        /// Whether emergency and distance need a declared médecin traitant.
        ExigeMtPourUrgenceEloignement = 2 "EXIGE_MT_POUR_URGENCE_ELOIGNEMENT",
        /// Whether a blank indicator counts as a breach.
        IndicateurAbsentMajore = 3 "INDICATEUR_ABSENT_MAJORE",
        /// Ordinary rate.
        TauxAmoMedecin = 4 "TAUX_AMO_MEDECIN",
        /// Rate of Alsace-Moselle.
        TauxAmoAlsaceMoselle = 5 "TAUX_AMO_ALSACE_MOSELLE",
        /// Rate of exempted care.
        TauxAmoExonere = 6 "TAUX_AMO_EXONERE",
        /// Rate of the majoration.
        MtmTaux = 7 "MTM_TAUX",
        /// Ceiling of the majoration per act.
        MtmPlafondActe = 8 "MTM_PLAFOND_ACTE",
        /// Participation forfaitaire.
        PfMontant = 9 "PF_MONTANT",
        /// Participations kept at most on a day, for one professional.
        PfPlafondJourActes = 10 "PF_PLAFOND_JOUR_ACTES",
        /// Daily amount on which all sources agree.
        PfPlafondJourCertain = 11 "PF_PLAFOND_JOUR_CERTAIN",
        /// Yearly ceiling.
        PfPlafondAn = 12 "PF_PLAFOND_AN",
        /// Age under which the participation is not due.
        PfAgeExoneration = 13 "PF_AGE_EXONERATION",
        /// Exemption of C2S and AME from the participation.
        PfExoC2sAme = 14 "PF_EXO_C2S_AME",
        /// Exemption of maternity from the participation.
        PfExoMaternite = 15 "PF_EXO_MATERNITE",
        /// Whether responsible contracts exist.
        ContratResponsableActif = 16 "CONTRAT_RESPONSABLE_ACTIF",
        /// Whether the C2S bears the majoration.
        C2sMajoration = 17 "C2S_MAJORATION_A_CHARGE_C2S",
        /// Age from which a patient chooses.
        MtAgeMajoriteChoix = 18 "MT_AGE_MAJORITE_CHOIX",
        /// Age from which no parent has to agree.
        MtAgeSansAccordParental = 19 "MT_AGE_SANS_ACCORD_PARENTAL",
        /// Whether a declaration counts from its last signature.
        MtEffetALaSignature = 20 "MT_EFFET_A_LA_SIGNATURE",
        /// Days during which a declaration waits for a signature.
        MtDelaiEntreSignatures = 21 "MT_DELAI_ENTRE_SIGNATURES",
        /// Whether a declaration is possible for a child.
        MtEnfantOuverture = 22 "MT_ENFANT_OUVERTURE",
        /// Whether several doctors can be designated jointly.
        MtConjointOuverture = 23 "MT_CONJOINT_OUVERTURE",
        /// Days before the birthday from which a person chooses, to tell it.
        MtPreavisMajoriteChoix = 24 "MT_PREAVIS_MAJORITE_CHOIX",
        /// Whether a new médecin traitant ends them.
        NeutralisationCesseAuChoix = 25 "NEUTRALISATION_CESSE_AU_CHOIX",
        /// Whether the majoration applies to the insured of Mayotte.
        MayotteMtm = 26 "MAYOTTE_MTM",
        /// Years during which a newly installed general practitioner is free to see anybody.
        GeneralisteRecentDuree = 27 "GENERALISTE_RECENT_DUREE",
        /// The same, in an under-served zone.
        ZoneSousMedicaliseeDuree = 28 "ZONE_SOUS_MEDICALISEE_DUREE",
        /// First age of the direct access to psychiatry.
        AdsPsyAgeMin = 29 "ADS_PSY_AGE_MIN",
        /// Last age of the direct access to psychiatry.
        AdsPsyAgeMax = 30 "ADS_PSY_AGE_MAX",
        /// Whether an act outside the list of direct access is majored.
        ActeHorsAdsMajore = 31 "ACTE_HORS_ACCES_DIRECT_MAJORE",
        /// Months without majoration after the médecin traitant retired or left.
        NeutralisationDepartMt = 32 "NEUTRALISATION_DEPART_MT",
        /// Rate of the acts of professionals who are not doctors.
        TauxAmoAutreProfession = 33 "TAUX_AMO_AUTRE_PROFESSION",
        /// Tariff from which a flat sum replaces the ticket modérateur.
        ForfaitActeLourdSeuil = 34 "FORFAIT_ACTE_LOURD_SEUIL",
        /// That flat sum.
        ForfaitActeLourd = 35 "FORFAIT_ACTE_LOURD",
        /// Consultation of a general practitioner of sector 1.
        TarifGeneraliste = 36 "TARIF_C_GENERALISTE_S1",
        /// Base of a general practitioner of sector 2.
        TarifGeneralisteS2 = 37 "TARIF_C_GENERALISTE_S2",
        /// Consultation of a specialist of sector 1.
        TarifCs = 38 "TARIF_CS_S1",
        /// Base of a specialist of sector 2.
        TarifCsS2 = 39 "TARIF_CS_S2",
        /// Supplement of clinicians.
        Mpc = 40 "MPC",
        /// Supplement of coordination of general practitioners.
        Mcg = 41 "MCG",
        /// Highest fees of a consultation with an authorised overrun.
        DaTotalMaxSpe = 42 "DA_TOTAL_MAX_SPE",
        /// Months around a single opinion without any other consultation of the consultant.
        AvisPonctuelDelai = 43 "AVIS_PONCTUEL_DELAI",
        /// Longest duration of a protocol for a long-term condition.
        ProtocoleAldDureeMax = 44 "PROTOCOLE_ALD_DUREE_MAX",
        /// Whether a responsible contract pays the whole ticket modérateur inside the parcours.
        ContratResponsableTmIntegral = 45 "CONTRAT_RESPONSABLE_TM_INTEGRAL",
        /// Highest overrun that it pays for a doctor without a contract limiting overruns.
        ContratResponsablePlafondNonOptam = 46 "CONTRAT_RESPONSABLE_PLAFOND_NON_OPTAM",
        /// What it may not pay of an overrun outside the parcours.
        AmcDaExclu = 47 "AMC_DA_EXCLU",
        /// Whether the complémentaire santé solidaire exists under that name.
        C2sCreation = 48 "C2S_CREATION",
        /// Whether the contracts limiting overruns exist.
        OptionTarifaireExiste = 49 "OPTION_TARIFAIRE_EXISTE",
        /// Highest authorised overrun, as a share of the tariff of the parcours.
        DaTaux = 50 "DA_TAUX",
        /// Lowest share of fees without authorised overrun.
        DaPartMin = 51 "DA_PART_MIN_SANS_DEPASSEMENT",
        /// Consultation of a child under six at a general practitioner's.
        TarifGeneralisteEnfant = 52 "TARIF_C_GENERALISTE_ENFANT_MOINS_6",
        /// Teleconsultation of a general practitioner.
        TarifTeleconsultation = 53 "TARIF_TELECONSULTATION",
        /// Complex consultation.
        TarifConsultComplexe = 54 "TARIF_CONSULT_COMPLEXE",
        /// Mandatory examination of a child.
        TarifExamenObligatoire = 55 "TARIF_EXAMEN_OBLIGATOIRE_COE",
        /// Supplement of coordination of specialists.
        Mcs = 56 "MCS",
        /// The same in psychiatry, neuropsychiatry and neurology.
        McsPsy = 57 "MCS_PSY",
        /// Supplement of coordination of cardiologists.
        Mcc = 58 "MCC",
        /// Single opinion of a consultant.
        AvisPonctuelTarif = 59 "AVIS_PONCTUEL_TARIF",
        /// The same in psychiatry, neuropsychiatry and neurology.
        AvisPonctuelTarifPsy = 60 "AVIS_PONCTUEL_TARIF_PSY",
        /// Tariff of a general practitioner outside any convention.
        TarifAutoriteGeneraliste = 61 "TARIF_AUTORITE_GENERALISTE",
        /// The same for a specialist.
        TarifAutoriteSpecialiste = 62 "TARIF_AUTORITE_SPECIALISTE",
        /// Coordinated consultation of a psychiatrist, with its supplements.
        TarifPsyCoordonne = 63 "TARIF_PSY_COORDONNE",
        /// Coordinated consultation of a cardiologist, with its supplement.
        TarifCardioCoordonne = 64 "TARIF_CARDIO_COORDONNE_S1",
        /// Coordinated consultation of a gynaecologist, with its supplements.
        TarifGynecoMedicale = 65 "TARIF_GYNECO_MEDICALE",
        /// Whether specialists of sector 1 may bill an authorised overrun.
        DaSecteur1 = 66 "DA_SECTEUR_1",
        /// Whether nobody may exceed the opposable tariffs inside the parcours.
        TarifsOpposablesParcours = 67 "TARIFS_OPPOSABLES_PARCOURS",
    }
);

/// Number of parameters.
pub const NB_PARAMETRES: usize = Parametre::TOUS.len();

vocabulaire!(
    /// Unit of a parameter. Every value is an integer of that unit.
    Unite ("unite") {
        /// Years of age.
        Ans = 1 "ans",
        /// Months.
        Mois = 2 "mois",
        /// Days.
        Jours = 3 "jours",
        /// Hours.
        Heures = 4 "heures",
        /// Euro cents.
        Centimes = 5 "centimes",
        /// Ten-thousandths of the base: 7000 is 70 %.
        DixMilliemes = 6 "dix_milliemes",
        /// A count.
        Nombre = 7 "nombre",
        /// 0 or 1.
        OuiNon = 8 "oui_non",
    }
);

impl Unite {
    /// The lowest and the highest value of the unit.
    pub const fn bornes(self) -> (i64, i64) {
        match self {
            Self::Ans => (0, 130),
            Self::Mois | Self::Jours | Self::Heures | Self::Nombre => (0, 100_000),
            Self::Centimes => (0, 10_000_000),
            Self::DixMilliemes => (0, 10_000),
            Self::OuiNon => (0, 1),
        }
    }

    fn accepts(self, value: i64) -> bool {
        let (low, high) = self.bornes();
        (low..=high).contains(&value)
    }
}

/// What a parameter is worth during a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValeurDatee {
    /// When.
    pub periode: Periode,
    /// The value, or `None` when the sources leave it unknown.
    pub valeur: Option<i64>,
    /// Keys of its bases.
    pub bases: Vec<&'static str>,
    /// Doubts and transitional texts, in French.
    pub note: Option<String>,
}

/// A parameter with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Historique {
    /// What a jurist would call it.
    pub libelle: String,
    /// Unit of its values.
    pub unite: Unite,
    /// Last day somebody looked whether it changed.
    pub verifie_le: NaiveDate,
    /// Values, by first day.
    pub valeurs: Vec<ValeurDatee>,
}

impl Historique {
    /// The value in force on a day.
    pub fn en_vigueur(&self, jour: NaiveDate) -> Option<&ValeurDatee> {
        self.valeurs.iter().find(|valeur| valeur.periode.contient(jour))
    }
}

/// All parameters, complete and valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parametres(BTreeMap<Parametre, Historique>);

/// Everything that is wrong with the parameter files, one line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid parameters of the law:\n{}", .0.join("\n"))]
pub struct InvalidParametres(pub Vec<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEntry {
    libelle: String,
    unite: String,
    verifie_le: toml::value::Datetime,
    valeurs: Vec<FileValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileValue {
    depuis: toml::value::Datetime,
    jusqu_au: Option<toml::value::Datetime>,
    valeur: Option<i64>,
    #[serde(default)]
    inconnue: bool,
    bases: Vec<String>,
    #[serde(default)]
    publie_le: Option<toml::value::Datetime>,
    note: Option<String>,
}

impl Parametres {
    /// Reads and validates the embedded files.
    pub fn embedded() -> Result<Self, InvalidParametres> {
        Self::load(&FILES)
    }

    /// Reads and validates files given as name and content.
    pub fn load(files: &[(&str, &str)]) -> Result<Self, InvalidParametres> {
        let mut errors = Vec::new();
        let mut parametres = BTreeMap::new();
        for (file, content) in files {
            let entries: BTreeMap<String, FileEntry> = match toml::from_str(content) {
                Ok(entries) => entries,
                Err(error) => {
                    errors.push(format!("{file}: {error}"));
                    continue;
                }
            };
            for (code, entry) in entries {
                let Some(parametre) = Parametre::du_mot(&code) else {
                    errors.push(format!("{file}: {code}: unknown parameter"));
                    continue;
                };
                let mut complain = |what: String| errors.push(format!("{file}: {code}: {what}"));
                let Some(historique) = history(entry, &mut complain) else { continue };
                if parametres.insert(parametre, historique).is_some() {
                    complain("declared twice".to_owned());
                }
            }
        }
        for parametre in Parametre::TOUS {
            if !parametres.contains_key(parametre) {
                errors.push(format!("{}: missing", parametre.mot()));
            }
        }
        if errors.is_empty() { Ok(Self(parametres)) } else { Err(InvalidParametres(errors)) }
    }

    /// The history of a parameter.
    pub fn get(&self, parametre: Parametre) -> Option<&Historique> {
        self.0.get(&parametre)
    }

    /// The history of a parameter, to be changed by a reform.
    pub(super) fn get_mut(&mut self, parametre: Parametre) -> Option<&mut Historique> {
        self.0.get_mut(&parametre)
    }

    /// Every parameter, in the order of [`Parametre`].
    pub fn iter(&self) -> impl Iterator<Item = (Parametre, &Historique)> {
        self.0.iter().map(|(parametre, historique)| (*parametre, historique))
    }
}

fn history(entry: FileEntry, complain: &mut dyn FnMut(String)) -> Option<Historique> {
    let Some(unite) = Unite::du_mot(&entry.unite) else {
        complain(format!("unknown unit {}", entry.unite));
        return None;
    };
    let verifie_le = civil(entry.verifie_le, complain)?;
    let mut valeurs = Vec::new();
    let starts: Vec<NaiveDate> =
        entry.valeurs.iter().filter_map(|value| civil(value.depuis, complain)).collect();
    if starts.len() != entry.valeurs.len() || starts.is_empty() {
        complain("at least one value, each with a first day".to_owned());
        return None;
    }
    if !starts.is_sorted_by(|one, next| one < next) {
        complain("first days must increase".to_owned());
        return None;
    }
    for (index, (value, du)) in entry.valeurs.into_iter().zip(&starts).enumerate() {
        let next = starts.get(index.saturating_add(1)).copied();
        let own_end = match value.jusqu_au {
            Some(last) => lendemain(civil(last, complain)?),
            None => None,
        };
        if own_end.is_some_and(|end| next.is_some_and(|next| end > next)) {
            complain(format!("the value of {du} overlaps the next one"));
        }
        let Ok(periode) = Periode::new(*du, own_end.or(next)) else {
            complain(format!("the value of {du} ends before it begins"));
            continue;
        };
        let bases: Vec<&'static str> =
            value.bases.iter().filter_map(|key| reference(key)).map(|known| known.cle).collect();
        if bases.is_empty() || bases.len() != value.bases.len() {
            complain(format!(
                "the value of {du} must cite known bases, among {}",
                REFERENCES.iter().map(|known| known.cle).collect::<Vec<_>>().join(", ")
            ));
        }
        match (value.valeur, value.inconnue) {
            (Some(number), false) if unite.accepts(number) => {}
            (None, true) => {}
            _ => complain(format!(
                "the value of {du} must be one integer of its unit, or `inconnue`"
            )),
        }
        if let Some(published) = value.publie_le {
            civil(published, complain);
        }
        valeurs.push(ValeurDatee { periode, valeur: value.valeur, bases, note: value.note });
    }
    Some(Historique { libelle: entry.libelle, unite, verifie_le, valeurs })
}

fn civil(date: toml::value::Datetime, complain: &mut dyn FnMut(String)) -> Option<NaiveDate> {
    let parsed = date.date.filter(|_| date.time.is_none()).and_then(|date| {
        NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
    });
    if parsed.is_none() {
        complain(format!("{date} is not a civil day"));
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_files_are_valid() {
        let parametres = Parametres::embedded().unwrap();
        assert_eq!(parametres.iter().count(), NB_PARAMETRES);
    }

    #[test]
    fn parameters_are_numbered_without_a_hole() {
        for (index, parametre) in Parametre::TOUS.iter().enumerate() {
            assert_eq!(usize::from(parametre.code()), index, "{}", parametre.mot());
        }
    }

    #[test]
    fn every_mistake_of_a_file_is_reported_by_name() {
        let file = r#"
            [MTM_TAUX]
            libelle = "x"
            unite = "dix_milliemes"
            verifie_le = 2026-04-30
            [[MTM_TAUX.valeurs]]
            depuis = 2009-01-31
            valeur = 40000
            bases = ["CDC-2013"]
            [[MTM_TAUX.valeurs]]
            depuis = 2010-01-31
            valeur = 10
            bases = ["INVENTED"]
            [NOT_A_PARAMETER]
            libelle = "x"
            unite = "ans"
            verifie_le = 2026-04-30
            valeurs = []
        "#;
        let InvalidParametres(errors) = Parametres::load(&[("essai.toml", file)]).unwrap_err();
        let text = errors.join("\n");
        assert!(text.contains("MTM_TAUX: the value of 2009-01-31 must be one integer"), "{text}");
        assert!(text.contains("MTM_TAUX: the value of 2010-01-31 must cite known bases"), "{text}");
        assert!(text.contains("NOT_A_PARAMETER: unknown parameter"), "{text}");
        assert!(text.contains("PF_MONTANT: missing"), "{text}");
    }
}
