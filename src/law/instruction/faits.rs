//! The facts of an act, in French, each with its source and its date.

use chrono::{Datelike, NaiveDate};

use crate::domain::evaluation::{ActeEvalue, Appartenance, Fait, FaitsConnus, RelationMt};
use crate::domain::feuille_de_soins::{
    Acte, Complementaire, Exoneration, Garantie, RegimeLocal, SituationParticuliere, Soins,
};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::{Vocabulaire, vocabulaire};
use crate::law::situation::Situation;

vocabulaire!(
    /// Where a fact comes from.
    Source ("source") {
        /// Written on the feuille by the professional.
        Feuille = 1 "feuille",
        Registre = 2 "registre",
        /// Given by whoever asked for a simulation.
        Demande = 3 "demande",
        Calcul = 4 "calcul",
    }
);

/// A fact, as it was on the day of care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaitInstruit {
    pub fait: Fait,
    /// Its value, in French.
    pub valeur: String,
    pub source: Source,
    /// The day on which it was so, or on which it happened.
    pub date: Option<NaiveDate>,
}

/// An act with everything that was known of it.
pub(super) struct ActeConnu<'a> {
    pub(super) soins: &'a Soins,
    pub(super) acte: &'a Acte,
    pub(super) faits: &'a FaitsConnus,
    pub(super) evalue: &'a ActeEvalue,
    pub(super) situation: Situation,
    pub(super) registre: bool,
}

/// A word of a closed list, as it is read.
fn mot(word: impl Vocabulaire) -> String {
    word.mot().replace('_', " ")
}

fn ou_aucun(word: Option<impl Vocabulaire>) -> String {
    word.map_or_else(|| "aucun".to_owned(), mot)
}

impl ActeConnu<'_> {
    /// A fact, its source and its date.
    pub(super) fn fait(&self, fait: Fait) -> FaitInstruit {
        let source = self.source(fait);
        let day = Some(self.situation.date.jour());
        let date = if fait == Fait::Orienteur {
            self.soins.parcours.date_orientation
        } else if fait == Fait::DateInstallation {
            self.situation.date_installation
        } else if fait == Fait::Age {
            Some(self.acte.date_execution)
        } else {
            day
        };
        FaitInstruit { fait, valeur: self.valeur(fait), source, date }
    }

    fn source(&self, fait: Fait) -> Source {
        let beside = matches!(
            fait,
            Fait::Age
                | Fait::MedecinTraitant
                | Fait::Cumuls
                | Fait::Adressage
                | Fait::CouvertureConnue
        ) || self.de_la_fiche(fait);
        match (fait == Fait::Appartenance, self.registre, beside) {
            (true, _, _) => Source::Calcul,
            (false, true, true) => Source::Registre,
            (false, true, false) => Source::Feuille,
            (false, false, _) => Source::Demande,
        }
    }

    /// Whether the practice file of the performer says a fact otherwise than the feuille, and so decides.
    fn de_la_fiche(&self, fait: Fait) -> bool {
        let connu = self.faits.registre.executant_le(self.acte.date_execution);
        (fait == Fait::Specialite && connu.specialite.is_some())
            || (fait == Fait::Convention && connu.conventionnement.is_some())
            || (fait == Fait::DateInstallation && connu.date_installation.is_some())
    }

    /// The value of a fact, in a few words.
    fn valeur(&self, fait: Fait) -> String {
        let (soins, situation) = (self.soins, &self.situation);
        match fait {
            Fait::DateSoins => situation.date.jour().to_string(),
            Fait::Age => ans(situation.age),
            Fait::MedecinTraitant => relation(situation.relation_mt).to_owned(),
            Fait::Indicateur => situation.indicateur.map_or_else(
                || "aucun".to_owned(),
                |letter| format!("{}, {}", letter.as_str(), letter.libelle()),
            ),
            Fait::Orienteur => match (&soins.parcours.orienteur, situation.orienteur_nomme) {
                (Some(_), _) | (None, true) => "nommé sur la feuille".to_owned(),
                (None, false) => "aucun".to_owned(),
            },
            Fait::Specialite => situation.specialite.libelle().to_owned(),
            Fait::Convention => {
                let option = mot(situation.option_tarifaire);
                format!("{}, option tarifaire : {option}", mot(situation.convention))
            }
            Fait::Exoneration if situation.exoneration == Exoneration::NONE => "aucune".to_owned(),
            Fait::Exoneration => format!("code {}", situation.exoneration),
            Fait::RegimeLocal => mot(situation.regime_local),
            Fait::Complementaire => mot(situation.complementaire),
            Fait::NatureAssurance => mot(situation.nature),
            Fait::Appartenance => appartenance(self.evalue.qualification.appartenance).to_owned(),
            Fait::Cumuls => self.cumuls(),
            Fait::Montants => {
                let base = self.acte.base.map_or_else(|| "aucune".to_owned(), Centimes::in_words);
                format!("honoraires {}, base {base}", self.acte.honoraires.in_words())
            }
            Fait::SituationParticuliere => mot(situation.particuliere),
            Fait::Lieu => ou_aucun(soins.executant.lieu.and_then(|lieu| lieu.nature)),
            Fait::MotifExclusion => ou_aucun(situation.motif_exclusion),
            Fait::DateInstallation => situation
                .date_installation
                .map_or_else(|| "inconnue".to_owned(), |jour| jour.to_string()),
            Fait::Organisme => situation
                .organisme
                .as_ref()
                .map_or_else(|| "non écrit".to_owned(), ToString::to_string),
            Fait::Acte => {
                format!("{} ({})", self.acte.code.as_str(), mot(situation.code.nomenclature()))
            }
            Fait::Qualificatif => ou_aucun(self.acte.qualificatif),
            Fait::Adressage => ou_aucun(situation.adressage),
            Fait::CouvertureConnue => {
                situation.couverture.map_or_else(|| "ordinaire".to_owned(), mot)
            }
            Fait::Contrat => self.contrat(),
            Fait::UrgencePrevue => situation.urgence_prevue_heures.map_or_else(
                || "non prévue".to_owned(),
                |hours| format!("prévue {hours}\u{a0}h avant"),
            ),
        }
    }

    fn contrat(&self) -> String {
        let Some(contrat) = self.situation.contrat else {
            return "non écrit : responsable, au ticket modérateur".to_owned();
        };
        let kind = if contrat.responsable { "responsable" } else { "non responsable" };
        let promise = match contrat.garantie {
            Garantie::TicketModerateur => "au ticket modérateur".to_owned(),
            Garantie::TauxDeBase(rate) => format!("jusqu'à {}\u{a0}% de la base", rate / 100),
            Garantie::Montant(amount) => format!("jusqu'à {} par acte", amount.in_words()),
        };
        format!("{kind}, {promise}")
    }

    fn cumuls(&self) -> String {
        let jour = self.acte.date_execution;
        let day = self.faits.participations_jour.iter().find(|(known, _)| *known == jour);
        let year = self.faits.participations_an.iter().find(|(known, _)| *known == jour.year());
        let amount = |kept: Option<Centimes>| kept.unwrap_or(Centimes::ZERO).in_words();
        format!(
            "déjà retenu {} ce jour pour ce médecin, {} dans l'année",
            amount(day.map(|(_, kept)| *kept)),
            amount(year.map(|(_, kept)| *kept))
        )
    }

    /// What is said of a fact that is not there.
    fn absent(&self, fait: Fait) -> Option<&'static str> {
        let situation = &self.situation;
        let lieu = self.soins.executant.lieu.and_then(|lieu| lieu.nature);
        let (missing, said) = match fait {
            Fait::Exoneration => {
                (situation.exoneration == Exoneration::NONE, "aucune exonération n'est écrite")
            }
            Fait::Orienteur => (true, "aucun médecin n'est nommé comme ayant adressé le patient"),
            Fait::RegimeLocal => {
                (situation.regime_local == RegimeLocal::Aucun, "aucun régime local n'est écrit")
            }
            Fait::Complementaire => (
                situation.complementaire == Complementaire::Aucune,
                "le patient n'a pas de couverture complémentaire",
            ),
            Fait::SituationParticuliere => (
                situation.particuliere == SituationParticuliere::Aucune,
                "aucune situation particulière n'est écrite",
            ),
            Fait::Qualificatif => {
                (self.acte.qualificatif.is_none(), "la ligne n'a pas de qualificatif de dépense")
            }
            Fait::MotifExclusion => {
                (situation.motif_exclusion.is_none(), "aucun motif de l'indicateur A n'est écrit")
            }
            Fait::Adressage => (situation.adressage.is_none(), "aucun adressage n'est enregistré"),
            Fait::CouvertureConnue => (
                situation.couverture.is_none(),
                "le registre ne connaît aucune couverture particulière",
            ),
            Fait::DateInstallation => (
                situation.date_installation.is_none(),
                "la date de première installation n'est pas écrite",
            ),
            Fait::Lieu => (lieu.is_none(), "le lieu des soins n'est pas écrit"),
            Fait::Organisme => (situation.organisme.is_none(), "aucune caisse n'est écrite"),
            Fait::Indicateur => {
                (situation.indicateur.is_none(), "la feuille ne porte aucun indicateur")
            }
            Fait::DateSoins
            | Fait::Age
            | Fait::MedecinTraitant
            | Fait::Specialite
            | Fait::Convention
            | Fait::NatureAssurance
            | Fait::Appartenance
            | Fait::Cumuls
            | Fait::Montants
            | Fait::Acte
            | Fait::Contrat
            | Fait::UrgencePrevue => (false, ""),
        };
        missing.then_some(said)
    }

    /// Why a rule was set aside by a fact: the end of a sentence.
    pub(super) fn parce_que(&self, fait: Fait) -> String {
        let situation = &self.situation;
        if let Some(said) = self.absent(fait) {
            return said.to_owned();
        }
        match fait {
            Fait::Age => format!("le patient avait {}", ans(situation.age)),
            Fait::MedecinTraitant => cause_mt(situation.relation_mt).to_owned(),
            Fait::Indicateur => situation.indicateur.map_or_else(
                || "la feuille ne porte aucun indicateur".to_owned(),
                |letter| {
                    format!("l'indicateur transmis est {} ({})", letter.as_str(), letter.libelle())
                },
            ),
            Fait::Specialite => format!("l'exécutant a pour spécialité : {}", self.valeur(fait)),
            Fait::UrgencePrevue => format!("l'urgence est {}", self.valeur(fait)),
            Fait::Appartenance | Fait::Acte => format!("l'acte est {}", self.valeur(fait)),
            Fait::Cumuls => format!("les plafonds ne sont pas atteints ({})", self.valeur(fait)),
            Fait::Montants => format!("les montants n'y conduisent pas ({})", self.valeur(fait)),
            Fait::Organisme => format!("la caisse du patient est {}", self.valeur(fait)),
            Fait::DateSoins
            | Fait::Convention
            | Fait::Exoneration
            | Fait::Orienteur
            | Fait::RegimeLocal
            | Fait::Complementaire
            | Fait::NatureAssurance
            | Fait::SituationParticuliere
            | Fait::Lieu
            | Fait::MotifExclusion
            | Fait::DateInstallation
            | Fait::Qualificatif
            | Fait::Adressage
            | Fait::CouvertureConnue
            | Fait::Contrat => format!("{} « {} »", intitule(fait), self.valeur(fait)),
        }
    }
}

fn ans(age: u8) -> String {
    format!("{age}\u{a0}{}", if age < 2 { "an" } else { "ans" })
}

/// What the médecin traitant was, as the cause of something.
const fn cause_mt(value: RelationMt) -> &'static str {
    match value {
        RelationMt::Aucun => "aucun médecin traitant n'est déclaré ce jour-là",
        RelationMt::Executant | RelationMt::ExecutantCabinetSecondaire => {
            "l'exécutant est le médecin traitant déclaré"
        }
        RelationMt::Autre => "le médecin traitant déclaré est un autre médecin",
        RelationMt::Remplace => "l'exécutant remplace le médecin traitant",
        RelationMt::EnAttente => {
            "aucun médecin traitant n'est encore déclaré : la déclaration attend une signature"
        }
        RelationMt::Parti => {
            "le médecin traitant est parti depuis peu, et aucun autre n'est déclaré"
        }
        RelationMt::Inconnu => "on ne sait pas si un médecin traitant est déclaré",
    }
}

const fn relation(value: RelationMt) -> &'static str {
    match value {
        RelationMt::Aucun => "aucun déclaré",
        RelationMt::Executant => "l'exécutant",
        RelationMt::ExecutantCabinetSecondaire => "l'exécutant, dans un cabinet secondaire",
        RelationMt::Inconnu => "inconnu",
        RelationMt::Autre => "un autre médecin",
        RelationMt::Remplace => "un autre médecin, que l'exécutant remplace",
        RelationMt::EnAttente => "aucun ; une déclaration avec l'exécutant attend une signature",
        RelationMt::Parti => "aucun ; le dernier est parti depuis moins d'un an",
    }
}

/// What a fact is called.
const fn intitule(fait: Fait) -> &'static str {
    match fait {
        Fait::DateSoins => "le jour des soins est",
        Fait::Age => "l'âge est",
        Fait::MedecinTraitant => "le médecin traitant est",
        Fait::Indicateur => "l'indicateur est",
        Fait::Orienteur => "le médecin qui a adressé le patient est",
        Fait::Specialite => "la spécialité est",
        Fait::Convention => "la convention de l'exécutant est",
        Fait::Exoneration => "l'exonération est",
        Fait::RegimeLocal => "le régime local est",
        Fait::Complementaire => "la couverture complémentaire est",
        Fait::NatureAssurance => "la nature d'assurance est",
        Fait::Appartenance => "la situation de l'acte est",
        Fait::Cumuls => "les participations déjà retenues sont",
        Fait::Montants => "les montants sont",
        Fait::SituationParticuliere => "la situation particulière du patient est",
        Fait::Lieu => "le lieu des soins est",
        Fait::MotifExclusion => "le motif écrit avec l'indicateur A est",
        Fait::DateInstallation => "la date de première installation est",
        Fait::Organisme => "la caisse est",
        Fait::Acte => "l'acte est",
        Fait::Qualificatif => "le qualificatif de dépense est",
        Fait::Adressage => "l'adressage enregistré est",
        Fait::CouvertureConnue => "la couverture connue du registre est",
        Fait::Contrat => "le contrat complémentaire est",
        Fait::UrgencePrevue => "l'urgence est",
    }
}

/// Where an act stands, in French.
const fn appartenance(value: Appartenance) -> &'static str {
    match value {
        Appartenance::DansParcours => "dans le parcours",
        Appartenance::HorsParcours => "hors du parcours",
        Appartenance::NonConcerne => "non concerné par le parcours",
        Appartenance::Exclu => "exclu du parcours",
        Appartenance::Indeterminee => "indéterminé",
    }
}
