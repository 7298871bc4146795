//! Who the sandbox people are. All are invented: doctors in the range 999, first names and places
//! of fiction, order numbers that no commune gave.

use chrono::NaiveDate;

use crate::domain::feuille_de_soins::{Convention, OptionTarifaire};
use crate::domain::identifiers::{
    CommuneExercice, DateNaissanceAmo, Finess, IdentifiantPersonne, Invalide, NumeroFacturation,
    Organisme, RangGemellaire, Rpps, Specialite,
};
use crate::domain::ids::PatientId;
use crate::domain::medecin::{
    LieuExistantOuNouveau, ModeExercice, NatureLieu, NomMedecin, NouveauLieu, NouveauMedecin,
    NouvelExercice,
};
use crate::domain::patient::{Identite, NouveauPatient, Sexe};
use crate::domain::representation::{NatureRepresentation, PreuveRepresentation, Representant};
use crate::services::representations::NouvelleRepresentation;

/// A patient of the sandbox.
#[derive(Debug)]
pub struct PersonneFictive {
    /// First name, by which the examples call the person.
    pub prenom: &'static str,
    /// Birth name.
    pub nom: &'static str,
    /// nir or nia.
    pub nature: &'static str,
    pub numero: &'static str,
    /// Number of the insured parent.
    pub ouvrant_droit: Option<&'static str>,
    pub date_naissance: &'static str,
    pub sexe: Sexe,
    /// Régime, caisse and centre.
    pub organisme: &'static str,
    /// What the person is there for.
    pub role: &'static str,
}

/// A doctor of the sandbox.
#[derive(Debug)]
pub struct MedecinFictif {
    pub rpps: &'static str,
    pub nom: &'static str,
    pub prenom: &'static str,
    pub specialite: &'static str,
    pub convention: Convention,
    pub option: OptionTarifaire,
    pub mode: ModeExercice,
    /// Number under which feuilles are billed.
    pub num_am: Option<&'static str>,
    /// The same, of a centre or a hospital.
    pub finess: Option<&'static str>,
    pub nature: NatureLieu,
    pub cabinet: &'static str,
    pub commune: &'static str,
    pub adresse: &'static str,
    /// What the doctor is there for.
    pub role: &'static str,
}

pub(super) const fn medecin(
    rpps: &'static str,
    (nom, prenom): (&'static str, &'static str),
    specialite: &'static str,
    num_am: Option<&'static str>,
    (cabinet, commune, adresse): (&'static str, &'static str, &'static str),
    role: &'static str,
) -> MedecinFictif {
    MedecinFictif {
        rpps,
        nom,
        prenom,
        specialite,
        convention: Convention::Secteur1,
        option: OptionTarifaire::Aucune,
        mode: ModeExercice::Liberal,
        num_am,
        finess: None,
        nature: NatureLieu::Cabinet,
        cabinet,
        commune,
        adresse,
        role,
    }
}

/// Doctors.
pub const MEDECINS: [MedecinFictif; 7] = [
    medecin(
        "99900001233",
        ("ESSAI-MARTIN", "CAMILLE"),
        "01",
        Some("991999905"),
        ("Cabinet des Tilleuls", "01004", "3 place des Tilleuls"),
        "généraliste de la première histoire : le jeton par défaut",
    ),
    medecin(
        "99900002017",
        ("ESSAI-DUVAL", "NOÉ"),
        "03",
        Some("991999913"),
        ("Cabinet de cardiologie", "01004", "8 avenue de la Gare"),
        "cardiologue, à qui l'on adresse",
    ),
    medecin(
        "99900003023",
        ("ESSAI-HOARAU", "MAÉVA"),
        "15",
        Some("991999921"),
        ("Cabinet d'ophtalmologie", "97411", "21 rue du Large"),
        "ophtalmologue à La Réunion : accès direct",
    ),
    medecin(
        "99900004039",
        ("ESSAI-SANTONI", "PAUL"),
        "22",
        Some("991999939"),
        ("Cabinet du Port", "2A004", "5 quai du Port"),
        "généraliste en Corse",
    ),
    MedecinFictif {
        mode: ModeExercice::Remplacant,
        ..medecin(
            "99900005044",
            ("ESSAI-BLANC", "LÉA"),
            "01",
            None,
            ("Cabinet des Tilleuls (remplacements)", "01004", "3 place des Tilleuls"),
            "remplaçante : ne peut pas être désignée",
        )
    },
    medecin(
        "99900006059",
        ("ESSAI-GARCIN", "YANN"),
        "05",
        Some("991999947"),
        ("Cabinet de dermatologie", "13055", "40 cours des Pins"),
        "dermatologue",
    ),
    medecin(
        "99900007016",
        ("ESSAI-PONS", "JEANNE"),
        "01",
        Some("991999954"),
        ("Cabinet du Parc", "13055", "12 rue du Parc"),
        "généraliste d'une autre ville : pour changer de médecin traitant",
    ),
];

/// Patients.
pub const PATIENTS: [PersonneFictive; 8] = [
    PersonneFictive {
        prenom: "ALICE",
        nom: "ESSAI-FAURE",
        nature: "nir",
        numero: "172080100199557",
        ouvrant_droit: None,
        date_naissance: "1972-08-09",
        sexe: Sexe::Feminin,
        organisme: "011310000",
        role: "sans médecin traitant : pour déclarer et comparer",
    },
    PersonneFictive {
        prenom: "BERNARD",
        nom: "ESSAI-COLIN",
        nature: "nir",
        numero: "158070100199152",
        ouvrant_droit: None,
        date_naissance: "1958-07-14",
        sexe: Sexe::Masculin,
        organisme: "010110000",
        role: "médecin traitant : Camille ESSAI-MARTIN",
    },
    PersonneFictive {
        prenom: "CHARLES",
        nom: "ESSAI-LEROY",
        nature: "nir",
        numero: "169060100199278",
        ouvrant_droit: None,
        date_naissance: "1969-06-02",
        sexe: Sexe::Masculin,
        organisme: "029150000",
        role: "régime agricole ; médecin traitant : Camille ESSAI-MARTIN",
    },
    PersonneFictive {
        prenom: "DIANE",
        nom: "ESSAI-PAYET",
        nature: "nir",
        numero: "294079740199139",
        ouvrant_droit: None,
        date_naissance: "1994-07-21",
        sexe: Sexe::Feminin,
        organisme: "019740000",
        role: "née à La Réunion ; médecin traitant : Camille ESSAI-MARTIN",
    },
    PersonneFictive {
        prenom: "LISA",
        nom: "ESSAI-CASANOVA",
        nature: "nir",
        numero: "250052A00199269",
        ouvrant_droit: None,
        date_naissance: "1950-00-00",
        sexe: Sexe::Feminin,
        organisme: "012010000",
        role: "née en Corse, date lunaire ; médecin traitant : Camille ESSAI-MARTIN",
    },
    PersonneFictive {
        prenom: "FATOU",
        nom: "ESSAI-DIALLO",
        nature: "nia",
        numero: "286060100199466",
        ouvrant_droit: None,
        date_naissance: "1986-06-30",
        sexe: Sexe::Feminin,
        organisme: "017510000",
        role: "numéro d'attente ; médecin traitant : Camille ESSAI-MARTIN",
    },
    PersonneFictive {
        prenom: "GABRIEL",
        nom: "ESSAI-FAURE",
        nature: "nir",
        numero: "215061305599152",
        ouvrant_droit: Some("172080100199557"),
        date_naissance: "2015-06-20",
        sexe: Sexe::Masculin,
        organisme: "011310000",
        role: "enfant, soigné sous le numéro d'Alice",
    },
    PersonneFictive {
        prenom: "HUGO",
        nom: "ESSAI-RIGAUD",
        nature: "nir",
        numero: "186021305599547",
        ouvrant_droit: None,
        date_naissance: "1986-02-11",
        sexe: Sexe::Masculin,
        organisme: "011310000",
        role: "a changé de médecin traitant le 15 novembre 2023",
    },
];

/// Holders of parental authority: first name of the child, first name of the parent.
pub const PARENTS: [(&str, &str); 1] = [("GABRIEL", "ALICE")];

/// Declarations: first name of the patient, RPPS of the doctor, day of both signatures.
pub const DECLARATIONS: [(&str, &str, (i32, u32, u32)); 7] = [
    ("BERNARD", "99900001233", (2019, 3, 4)),
    ("CHARLES", "99900001233", (2021, 9, 15)),
    ("DIANE", "99900001233", (2020, 1, 20)),
    ("LISA", "99900001233", (2008, 5, 13)),
    ("FATOU", "99900001233", (2022, 11, 2)),
    ("HUGO", "99900001233", (2017, 6, 1)),
    ("HUGO", "99900007016", (2023, 11, 15)),
];

/// Somebody of the sandbox, as the register has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personne {
    pub id: PatientId,
    /// First name, by which the examples call the person.
    pub prenom: &'static str,
    /// Birth name.
    pub nom: &'static str,
    /// nir or nia.
    pub nature: &'static str,
    pub numero: String,
    /// Number of the insured parent.
    pub ouvrant_droit: Option<String>,
    /// As on the card: a month or a day may be 00.
    pub date_naissance: String,
    /// Unless the number says it.
    pub sexe: Option<Sexe>,
    /// Régime, caisse and centre.
    pub organisme: &'static str,
    /// What the person is there for.
    pub role: &'static str,
}

impl PersonneFictive {
    /// The person under an id.
    pub(super) fn personne(&self, id: PatientId) -> Personne {
        Personne {
            id,
            prenom: self.prenom,
            nom: self.nom,
            nature: self.nature,
            numero: self.numero.to_owned(),
            ouvrant_droit: self.ouvrant_droit.map(str::to_owned),
            date_naissance: self.date_naissance.to_owned(),
            sexe: Some(self.sexe),
            organisme: self.organisme,
            role: self.role,
        }
    }
}

impl Personne {
    /// Number and birth date, as on the card.
    pub fn carte(&self) -> serde_json::Value {
        serde_json::json!({
            "identifiant": { "type": self.nature, "valeur": self.numero },
            "date_naissance": self.date_naissance,
        })
    }

    /// The person to register.
    pub(super) fn nouveau(&self) -> Result<NouveauPatient, Invalide> {
        let date_naissance = DateNaissanceAmo::parse(&self.date_naissance)?;
        Ok(NouveauPatient {
            identite: Identite {
                nom: self.nom.to_owned(),
                prenom: self.prenom.to_owned(),
                date_naissance,
                rang: RangGemellaire::ONE,
                sexe: self.sexe,
            },
            identifiant: IdentifiantPersonne::parse(self.nature, &self.numero)?,
            ouvrant_droit: self
                .ouvrant_droit
                .as_ref()
                .map(|numero| IdentifiantPersonne::parse("nir", numero))
                .transpose()?,
            organisme: Organisme::parse(self.organisme)?,
            affilie_du: date_naissance.pour_calcul_age(),
        })
    }

    /// The link to a parent, since birth.
    pub(super) fn parent(&self, parent: PatientId) -> Result<NouvelleRepresentation, Invalide> {
        Ok(NouvelleRepresentation {
            representant: Representant::Patient(parent),
            nature: NatureRepresentation::TitulaireAutoriteParentale,
            preuve: PreuveRepresentation::LivretDeFamille,
            reference_preuve: None,
            effet_du: DateNaissanceAmo::parse(&self.date_naissance)?.pour_calcul_age(),
            effet_au: None,
        })
    }
}

impl MedecinFictif {
    /// Kind and number under which the doctor bills.
    pub fn facturation(&self) -> Option<(&'static str, &'static str)> {
        let own = self.num_am.map(|numero| ("num_am", numero));
        own.or_else(|| self.finess.map(|numero| ("finess", numero)))
    }

    /// The doctor to register, practising since 2005.
    pub(super) fn nouveau(&self) -> Result<NouveauMedecin, Invalide> {
        let lieu = NouveauLieu {
            nature: self.nature,
            nom: self.cabinet.to_owned(),
            commune: CommuneExercice::parse(self.commune)?,
            adresse: self.adresse.to_owned(),
            finess_et: self.finess.map(Finess::parse).transpose()?,
        };
        Ok(NouveauMedecin {
            rpps: Rpps::parse(self.rpps)?,
            nom: NomMedecin { nom: self.nom.to_owned(), prenom: self.prenom.to_owned() },
            specialite: Specialite::parse_medecin(self.specialite)?,
            exercices: vec![NouvelExercice {
                du: NaiveDate::from_ymd_opt(2005, 1, 3).unwrap_or_default(),
                lieu: LieuExistantOuNouveau::Nouveau(lieu),
                mode: self.mode,
                principal: true,
                convention: Some(self.convention),
                option_tarifaire: self.option,
                facturation: self
                    .facturation()
                    .map(|(kind, numero)| NumeroFacturation::parse(kind, numero))
                    .transpose()?,
            }],
        })
    }
}
