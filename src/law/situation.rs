//! Every fact that a rule may read about one act, and nothing else.

use chrono::{Datelike, Days, NaiveDate};

use super::consultation::{Consultation, est_imagerie};
use super::nomenclature;
use crate::domain::adressage::NatureAdressage;
use crate::domain::calendar::plus_mois;
use crate::domain::evaluation::{AttenteConnue, CouvertureConnue, FaitsConnus, RelationMt};
use crate::domain::feuille_de_soins::{
    Acte, CodeActe, Complementaire, Contrat, Convention, Exoneration, MotifExclusion,
    MotifExoneration, NatureAssurance, Nomenclature, OptionTarifaire, RegimeLocal,
    SituationParticuliere, Soins, TypeLieu,
};
use crate::domain::identifiers::{CommuneExercice, IndicateurParcours, Organisme, Specialite};

/// From this age on, nobody has a compulsory examination of a child left: the last one is that of fifteen or sixteen years.
const AGE_ADULTE: u8 = 18;

/// Days after the birth during which the exemption of the end of a pregnancy goes on.
const JOURS_APRES_NAISSANCE: u64 = 12;

/// A day of care. Its own type, so that today's date is never passed by mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateDesSoins(NaiveDate);

impl DateDesSoins {
    /// Says that this day is the day of care that chooses the law.
    pub const fn new(jour: NaiveDate) -> Self {
        Self(jour)
    }

    /// The day.
    pub const fn jour(self) -> NaiveDate {
        self.0
    }
}

/// The facts of one act on its reference day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, written on a feuille"
)]
pub struct Situation {
    /// The day that chooses the law.
    pub date: DateDesSoins,
    /// Age of the patient in completed years, on the reference day.
    pub age: u8,
    /// Age of the patient on the first of January of the year of the act, for the participation. An age that a
    /// simulation gives is that of the whole year.
    pub age_debut_annee: u8,
    /// The médecin traitant in force, seen from the performer.
    pub relation_mt: RelationMt,
    pub indicateur: Option<IndicateurParcours>,
    /// Whether the doctor who sent the patient is named.
    pub orienteur_nomme: bool,
    /// Item behind the indicator A.
    pub motif_exclusion: Option<MotifExclusion>,
    /// How many hours before the emergency was foreseen, when it was.
    pub urgence_prevue_heures: Option<u16>,
    /// Kind of the referral of the register that covers this act.
    pub adressage: Option<NatureAdressage>,
    /// Cover that the register knows, when it is not the ordinary one.
    pub couverture: Option<CouvertureConnue>,
    /// Whether the declared médecin traitant practised nowhere on the reference day, as far as the register knows.
    pub mt_sans_exercice: bool,
    /// Since when somebody is médecin traitant, where nobody was.
    pub mt_choisi_le: Option<NaiveDate>,
    /// How far the declaration under way is.
    pub attente: Option<AttenteConnue>,
    /// Whether the patient is said to be away from home.
    pub hors_residence: bool,
    pub organisme: Option<Organisme>,
    pub teleconsultation: bool,
    /// Whether the act is a one-off opinion of a consultant.
    pub avis_ponctuel: bool,
    /// Whether the act is an outpatient consultation of a hospital, by a doctor whom it employs.
    pub consultation_externe: bool,
    /// Commune of the care, as far as the feuille or the practice file tells it.
    pub commune: Option<CommuneExercice>,
    /// Code of the principal line.
    pub code: CodeActe,
    /// What the act weighs among those of its day.
    pub consultation: Consultation,
    /// Whether the act is imaging, ultrasound left out.
    pub imagerie: bool,
    pub date_installation: Option<NaiveDate>,
    pub specialite: Specialite,
    pub convention: Convention,
    pub option_tarifaire: OptionTarifaire,
    /// Exemption of the act, or else of the feuille.
    pub exoneration: Exoneration,
    pub nature: NatureAssurance,
    pub regime_local: RegimeLocal,
    pub complementaire: Complementaire,
    pub contrat: Option<Contrat>,
    /// Start of the pregnancy or day of the birth, under maternity insurance or its exemption.
    pub date_maternite: Option<NaiveDate>,
    /// Day of the act itself.
    pub date_execution: NaiveDate,
    pub particuliere: SituationParticuliere,
}

impl Situation {
    /// Assembles the facts of an act. Of the performer, what the practice file of the register says on the day
    /// of the act counts before what the feuille says.
    pub fn of(soins: &Soins, acte: &Acte, faits: &FaitsConnus) -> Self {
        let jour = acte.date_reference();
        let executant = &soins.executant;
        let connu = faits.registre.executant_le(acte.date_execution);
        let (convention, option_tarifaire) =
            connu.conventionnement.unwrap_or((executant.convention, executant.option_tarifaire));
        let new_year = acte.date_execution.with_ordinal(1).unwrap_or(acte.date_execution);
        let [age, age_debut_annee] = faits.naissance.ages_le([jour, new_year]);
        let exoneration = acte.exoneration.unwrap_or(soins.beneficiaire.exoneration);
        let maternite = soins.assurance.nature == NatureAssurance::Maternite
            || (exoneration.motif() == MotifExoneration::Maternite
                && soins.assurance.nature == NatureAssurance::Maladie);
        let lieu = executant.lieu.and_then(|lieu| lieu.nature);
        let specialite = connu.specialite.unwrap_or(executant.specialite);
        Self {
            urgence_prevue_heures: soins.parcours.urgence_prevue_heures,
            adressage: faits.registre.adressage(acte.numero_ligne).and_then(|known| known.nature),
            couverture: faits.registre.couverture_le(jour),
            mt_sans_exercice: faits.registre.mt_sans_exercice(jour),
            mt_choisi_le: faits.registre.mt.as_ref().and_then(|known| known.choisi_le),
            attente: faits.registre.mt.as_ref().and_then(|known| known.attente),
            contrat: soins.beneficiaire.contrat,
            date_maternite: soins.assurance.date_reference.filter(|_| maternite),
            date_execution: acte.date_execution,
            date: DateDesSoins::new(jour),
            age,
            relation_mt: faits.relation_le(jour),
            indicateur: soins.parcours.indicateur,
            age_debut_annee,
            orienteur_nomme: soins.parcours.orienteur.is_some(),
            motif_exclusion: soins.parcours.motif_exclusion,
            hors_residence: soins.parcours.hors_residence == Some(true),
            organisme: soins.beneficiaire.organisme,
            teleconsultation: nomenclature::est_teleconsultation(&acte.code)
                || lieu == Some(TypeLieu::Teleconsultation),
            avis_ponctuel: acte.code.est_avis_ponctuel(),
            consultation_externe: lieu == Some(TypeLieu::Etablissement)
                && convention == Convention::Salarie,
            commune: executant.lieu.and_then(|lieu| lieu.commune).or(connu.outre_mer),
            code: acte.code,
            consultation: Consultation::of(soins, acte, (specialite, faits)),
            imagerie: est_imagerie(acte, faits),
            date_installation: connu.date_installation.or(executant.date_installation),
            specialite,
            convention,
            option_tarifaire,
            exoneration,
            nature: soins.assurance.nature,
            regime_local: soins.beneficiaire.regime_local,
            complementaire: soins.beneficiaire.complementaire,
            particuliere: soins.beneficiaire.situation,
        }
    }

    /// Whether the patient holds the complémentaire santé solidaire.
    pub const fn est_c2s(&self) -> bool {
        matches!(
            self.complementaire,
            Complementaire::C2sSansParticipation | Complementaire::C2sAvecParticipation
        )
    }

    /// Whether a complementary insurance with a contract of its own covers the patient.
    pub const fn a_un_contrat(&self) -> bool {
        matches!(self.complementaire, Complementaire::Amc | Complementaire::AcsAncienne)
    }

    /// Whether the performer is a doctor.
    pub fn executant_medecin(&self) -> bool {
        self.specialite.est_medecin()
    }

    /// Whether the care is covered by maternity insurance: the nature of the feuille says so, for the compulsory
    /// examinations from the start and for everything from the sixth month, or the exemption of the sixth month.
    pub fn est_maternite(&self) -> bool {
        self.nature == NatureAssurance::Maternite
            || self.exoneration.motif() == MotifExoneration::Maternite
    }

    /// Whether somebody is in prison, by what the feuille says of them or by the item of the indicator A.
    pub fn est_detenu(&self) -> bool {
        self.particuliere == SituationParticuliere::Detenu
            || self.indicateur == Some(IndicateurParcours::A)
                && self.motif_exclusion == Some(MotifExclusion::Detenu)
    }

    /// Whether a programme of prevention pays: organised screening, or the nature or the exemption that says so.
    pub fn est_prevention(&self) -> bool {
        self.nature == NatureAssurance::Prevention
            || self.motif_exclusion == Some(MotifExclusion::DepistageOrganise)
            || self.exoneration.motif() == MotifExoneration::Prevention
    }

    /// Whether the act is a compulsory examination of a child, by its letter or by the item of the indicator A. Of an
    /// adult it is none, whatever is billed.
    pub fn est_examen_obligatoire(&self) -> bool {
        self.age < AGE_ADULTE
            && (self.motif_exclusion == Some(MotifExclusion::ExamenObligatoireEnfant)
                || nomenclature::est_examen_obligatoire(&self.code))
    }

    /// Whether the feuille is one of a work accident or of an occupational disease.
    pub const fn est_at_mp(&self) -> bool {
        matches!(self.nature, NatureAssurance::AtMp)
    }

    /// Whether what the feuille says of maternity cannot be, by the day that it gives: the exemption of the sixth month
    /// outside its period; the nature d'assurance after the end, or for a technical act before the sixth month, which
    /// is not one of the compulsory examinations.
    pub fn maternite_hors_periode(&self) -> bool {
        if !self.est_maternite() || self.est_fin_de_grossesse() {
            return false;
        }
        let over = self.date_maternite.and_then(|given| plus_mois(given, 10));
        self.nature != NatureAssurance::Maternite
            || self.code.nomenclature() == Nomenclature::Ccam
            || over.is_some_and(|end| self.date_execution >= end)
    }

    /// Whether the act falls between the first day of the sixth month and the twelfth day after the
    /// birth, as far as the day given tells. That day is either the start of the pregnancy or the
    /// birth, and the answer is the same for both: nobody gives birth in the fifth month nor is
    /// pregnant for ten.
    pub fn est_fin_de_grossesse(&self) -> bool {
        let Some(given) = self.date_maternite.filter(|given| *given <= self.date_execution) else {
            return true;
        };
        let after_birth = given.checked_add_days(Days::new(JOURS_APRES_NAISSANCE));
        let sixth_month = plus_mois(given, 5);
        let term = plus_mois(given, 10);
        after_birth.is_some_and(|last| self.date_execution <= last)
            || sixth_month.is_some_and(|first| self.date_execution >= first)
                && term.is_some_and(|end| self.date_execution < end)
    }

    /// Whether the cover is the aide médicale de l'État, by the feuille or by the register.
    pub fn est_ame(&self) -> bool {
        self.complementaire == Complementaire::Ame || self.couverture == Some(CouvertureConnue::Ame)
    }
}
