//! One act of a feuille, as the oracle looks at it.

use chrono::{Datelike as _, NaiveDate};
use traitant::domain::adressage::NatureAdressage;
use traitant::domain::evaluation::{
    CodeDetermine, CouvertureConnue, FaitsConnus, Naissance, RelationMt,
};
use traitant::domain::feuille_de_soins::{Acte, Complementaire, MotifExclusion, Soins, TypeLieu};
use traitant::domain::identifiers::IndicateurParcours;

use super::admis::Points;
use super::tables::{self, Lecture};

/// An act: its lines, its day, and what is known of the patient on that day.
pub struct Vue<'a> {
    pub soins: &'a Soins,
    pub lignes: Vec<&'a Acte>,
    /// The day that chooses the law: for a series, that of its prescription.
    pub jour: NaiveDate,
    /// The day of the act itself.
    pub fait: NaiveDate,
    /// Completed years on the day of the act, and on the first of January.
    pub age: u8,
    pub age_nouvel_an: u8,
    pub relation: RelationMt,
    pub couverture: Option<CouvertureConnue>,
    /// Kind of the referral of the register that covers the act.
    pub adressage: Option<NatureAdressage>,
    pub teleconsultation: bool,
    pub lecture: Lecture,
    pub points: Points,
}

impl<'a> Vue<'a> {
    pub fn new(
        soins: &'a Soins,
        faits: &'a FaitsConnus,
        lignes: Vec<&'a Acte>,
        (points, lecture): (Points, Lecture),
    ) -> Self {
        let (jour, fait) = (lignes[0].date_reference(), lignes[0].date_execution);
        let new_year = NaiveDate::from_ymd_opt(fait.year(), 1, 1).unwrap();
        let code = lignes[0].code;
        let nature = soins.executant.lieu.and_then(|lieu| lieu.nature);
        let registre = &faits.registre;
        Self {
            soins,
            jour,
            fait,
            age: age(faits, jour),
            age_nouvel_an: age(faits, new_year),
            relation: faits.relation_le(jour),
            couverture: registre.couverture_le(jour),
            adressage: registre.adressage(lignes[0].numero_ligne).and_then(|one| one.nature),
            teleconsultation: nature == Some(TypeLieu::Teleconsultation)
                || matches!(code.as_str(), "TCG" | "TC"),
            lignes,
            lecture,
            points,
        }
    }

    pub fn specialite(&self) -> u8 {
        self.soins.executant.specialite.get()
    }

    /// Whether the performer is a doctor: the other professions of the list are named.
    pub fn medecin(&self) -> bool {
        !matches!(self.specialite(), 19 | 21 | 24..=30 | 36 | 39 | 40 | 50 | 51 | 53 | 54 | 86)
    }

    /// Whether the texts leave unknown a value that may be needed: the contraception of the young before its decree, the
    /// exception of recently installed practitioners before theirs.
    pub fn douteux(&self) -> bool {
        let contraception = self.lignes[0].code.as_str() == "CCP";
        let installed = self.dit(IndicateurParcours::J) || self.dit(IndicateurParcours::B);
        contraception && !tables::depuis(self.jour, tables::CONTRACEPTION_DU)
            || installed && !tables::depuis(self.jour, tables::INSTALLATION)
    }

    pub fn generaliste(&self) -> bool {
        matches!(self.specialite(), 1 | 22 | 23)
    }

    pub fn psychiatre(&self) -> bool {
        matches!(self.specialite(), 17 | 33 | 75)
    }

    /// Gynaecology, ophthalmology, psychiatry, stomatology, oral and maxillo-facial surgery.
    pub fn acces_direct(&self) -> bool {
        self.psychiatre() || matches!(self.specialite(), 7 | 70 | 77 | 79 | 15 | 18 | 44 | 45 | 69)
    }

    /// Psychiatry: until the day before the twenty-sixth birthday.
    pub fn age_acces_direct(&self) -> bool {
        !self.psychiatre() || self.age < 26
    }

    /// Whether a médecin traitant is declared on the day.
    pub fn declare(&self) -> bool {
        matches!(
            self.relation,
            RelationMt::Executant
                | RelationMt::ExecutantCabinetSecondaire
                | RelationMt::Autre
                | RelationMt::Remplace
        )
    }

    pub fn dit(&self, indicateur: IndicateurParcours) -> bool {
        self.soins.parcours.indicateur == Some(indicateur)
    }

    /// A code that depends on whether a médecin traitant is declared; unknown when that is.
    pub fn selon_mt(&self, declared: CodeDetermine, none: CodeDetermine) -> CodeDetermine {
        if self.relation == RelationMt::Inconnu {
            return CodeDetermine::Inconnu;
        }
        if self.declare() { declared } else { none }
    }

    /// The item behind the indicator A.
    pub fn motif(&self) -> Option<MotifExclusion> {
        self.soins.parcours.motif_exclusion.filter(|_| self.dit(IndicateurParcours::A))
    }

    /// The value in force on the day of the act, in the reading of the oracle.
    pub fn lu(&self, tables: [&[(u32, i64)]; 2]) -> i64 {
        let [one, other] = tables;
        tables::le(if self.lecture == Lecture::Une { one } else { other }, self.jour)
    }

    /// Whether the feuille says that a programme of screening pays, whatever the indicator.
    pub fn depistage(&self) -> bool {
        self.soins.parcours.motif_exclusion == Some(MotifExclusion::DepistageOrganise)
    }

    pub fn lieu(&self) -> Option<TypeLieu> {
        self.soins.executant.lieu.and_then(|lieu| lieu.nature)
    }

    pub fn c2s(&self) -> bool {
        matches!(
            self.soins.beneficiaire.complementaire,
            Complementaire::C2sSansParticipation | Complementaire::C2sAvecParticipation
        )
    }

    /// Single opinions of a consultant, and complex consultations, bear no supplement of coordination.
    pub fn avis_ponctuel(&self) -> bool {
        matches!(
            self.lignes[0].code.as_str(),
            "C2" | "C2,5" | "C3" | "APC" | "APY" | "APU" | "APV" | "AVY"
        )
    }
}

fn age(faits: &FaitsConnus, jour: NaiveDate) -> u8 {
    let born = match &faits.naissance {
        Naissance::Age(age) => return *age,
        Naissance::Date(date) => date.pour_calcul_age(),
    };
    let years = jour.year() - born.year();
    let before = (jour.month(), jour.day()) < (born.month(), born.day());
    u8::try_from((years - i32::from(before)).max(0)).unwrap()
}
