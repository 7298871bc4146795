//! A feuille of one consultation, and the few things that a test changes in it.

use std::sync::LazyLock;

use chrono::NaiveDate;
use traitant::domain::ccam::{ActeConnu, Admission};
use traitant::domain::evaluation::{Evaluation, FaitsConnus, FaitsRegistre, Naissance, RelationMt};
use traitant::domain::feuille_de_soins::{
    Acte, Assurance, Beneficiaire, CodeActe, Complementaire, Convention, Executant, Exoneration,
    MotifExclusion, NatureAssurance, Nomenclature, OptionTarifaire, Orienteur, Paiement,
    ParcoursDeclare, RegimeLocal, SituationParticuliere, Soins,
};
use traitant::domain::identifiers::{
    DateNaissanceAmo, IndicateurParcours, Organisme, QualiteBeneficiaire, RangGemellaire,
    Specialite,
};
use traitant::domain::money::Centimes;
use traitant::law::{Law, LawError};

pub static LAW: LazyLock<Law> = LazyLock::new(|| Law::embedded().unwrap());

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What a test asks the law.
#[derive(Debug, Clone)]
pub struct Question {
    pub soins: Soins,
    pub faits: FaitsConnus,
}

/// A consultation of a general practitioner of sector 1 by an adult of 45, who has no médecin
/// traitant and no complementary insurance.
pub fn consultation(date: NaiveDate, honoraires: i64) -> Question {
    let acte = acte(1, date, "G", honoraires);
    Question {
        soins: Soins {
            beneficiaire: Beneficiaire {
                qualite: QualiteBeneficiaire::parse("0").unwrap(),
                rang: RangGemellaire::ONE,
                date_naissance: DateNaissanceAmo::parse("1970-01-01").unwrap(),
                organisme: None,
                complementaire: Complementaire::Aucune,
                contrat: None,
                exoneration: Exoneration::NONE,
                regime_local: RegimeLocal::Aucun,
                situation: SituationParticuliere::Aucune,
            },
            executant: Executant {
                specialite: Specialite::parse("01").unwrap(),
                convention: Convention::Secteur1,
                option_tarifaire: OptionTarifaire::Aucune,
                remplacant_de: None,
                date_installation: None,
                lieu: None,
            },
            parcours: ParcoursDeclare {
                indicateur: Some(IndicateurParcours::S2),
                ..ParcoursDeclare::default()
            },
            assurance: Assurance {
                nature: NatureAssurance::Maladie,
                date_reference: None,
                numero_at_mp: None,
                accident_tiers: None,
            },
            actes: vec![acte],
            paiement: Paiement::default(),
        },
        faits: FaitsConnus {
            naissance: Naissance::Age(45),
            relations_mt: vec![(date, RelationMt::Aucun)],
            participations_jour: Vec::new(),
            participations_an: Vec::new(),
            registre: FaitsRegistre::default(),
        },
    }
}

/// A line whose base is its fees.
pub fn acte(numero_ligne: u16, date: NaiveDate, code: &str, honoraires: i64) -> Acte {
    Acte {
        numero_ligne,
        date_execution: date,
        date_prescription_serie: None,
        code: CodeActe::parse(Nomenclature::Ngap, code).unwrap(),
        coefficient_centiemes: None,
        quantite: 1,
        ccam: None,
        honoraires: Centimes::new(honoraires),
        base: Some(Centimes::new(honoraires)),
        qualificatif: None,
        depassement: None,
        exoneration: None,
    }
}

impl Question {
    /// The CCAM knows the first line, as an act of treatment, and says neither its kind nor its tariff.
    pub fn connue(mut self) -> Self {
        let known = ActeConnu {
            admission: Admission::Remboursable,
            exonerations: vec![1],
            regroupement: None,
            tarifs: Vec::new(),
        };
        self.faits.registre.ccam = vec![(1, known)];
        self
    }

    pub fn mt(mut self, relation: RelationMt) -> Self {
        for (_, known) in &mut self.faits.relations_mt {
            *known = relation;
        }
        self
    }

    pub fn age(mut self, age: u8) -> Self {
        self.faits.naissance = Naissance::Age(age);
        self
    }

    pub fn ne_le(mut self, date: &str) -> Self {
        self.faits.naissance = Naissance::Date(DateNaissanceAmo::parse(date).unwrap());
        self
    }

    pub fn indicateur(mut self, indicateur: &str) -> Self {
        self.soins.parcours.indicateur =
            (!indicateur.is_empty()).then(|| IndicateurParcours::parse(indicateur).unwrap());
        self
    }

    pub fn adresse_par(mut self, nom: &str) -> Self {
        self.soins.parcours.orienteur = Some(Orienteur {
            rpps: None,
            num_am: None,
            nom: nom.to_owned(),
            prenom: "CAMILLE".to_owned(),
        });
        self.indicateur("O")
    }

    pub fn complementaire(mut self, complementaire: Complementaire) -> Self {
        self.soins.beneficiaire.complementaire = complementaire;
        self
    }

    pub fn exoneration(mut self, code: &str) -> Self {
        self.soins.beneficiaire.exoneration = Exoneration::parse(code).unwrap();
        self
    }

    pub fn alsace_moselle(mut self) -> Self {
        self.soins.beneficiaire.regime_local = RegimeLocal::AlsaceMoselle;
        self
    }

    pub fn motif(mut self, motif: MotifExclusion) -> Self {
        self.soins.parcours.motif_exclusion = Some(motif);
        self.indicateur("A")
    }

    pub fn installe_le(mut self, jour: &str) -> Self {
        self.soins.executant.date_installation = Some(day(jour));
        self
    }

    pub fn caisse(mut self, organisme: &str) -> Self {
        self.soins.beneficiaire.organisme = Some(Organisme::parse(organisme).unwrap());
        self
    }

    pub fn specialite(mut self, code: &str) -> Self {
        self.soins.executant.specialite = Specialite::parse(code).unwrap();
        self
    }

    pub fn secteur_2(mut self) -> Self {
        self.soins.executant.convention = Convention::Secteur2;
        self
    }

    pub fn base(mut self, centimes: i64) -> Self {
        self.soins.actes[0].base = Some(Centimes::new(centimes));
        self
    }

    pub fn code(mut self, code: &str) -> Self {
        self.soins.actes[0].code = CodeActe::parse(Nomenclature::Ngap, code).unwrap();
        self
    }

    pub fn ccam(mut self, code: &str) -> Self {
        self.soins.actes[0].code = CodeActe::parse(Nomenclature::Ccam, code).unwrap();
        self
    }

    pub fn puis(mut self, code: &str, honoraires: i64) -> Self {
        let numero = u16::try_from(self.soins.actes.len() + 1).unwrap();
        let date = self.soins.actes[0].date_execution;
        self.soins.actes.push(acte(numero, date, code, honoraires));
        self
    }

    pub fn ask(&self) -> Result<Evaluation, LawError> {
        LAW.evaluer(&self.soins, &self.faits)
    }

    pub fn answer(&self) -> Evaluation {
        self.ask().unwrap_or_else(|error| panic!("{error}"))
    }
}
