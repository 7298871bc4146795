//! What the doctor wrote to keep the care inside the parcours, and why it does not: a table, by the indicator, the rule
//! that reads it and the fact that set it aside.

use super::recit::{ActeRaconte, Recit, URGENCE};
use crate::domain::evaluation::{CodeRegle, Constat, Fait, Issue, Theme};
use crate::domain::identifiers::IndicateurParcours as I;
use crate::law::parameters::Parametre;

const REMPLACANT: CodeRegle = CodeRegle::new(Theme::Parcours, 12);
const ADRESSE: CodeRegle = CodeRegle::new(Theme::Parcours, 20);
const ADRESSE_PAR_UN_AUTRE: CodeRegle = CodeRegle::new(Theme::Parcours, 21);
const SOINS_CONVENUS: CodeRegle = CodeRegle::new(Theme::Parcours, 22);
const ACCES_DIRECT: CodeRegle = CodeRegle::new(Theme::Parcours, 23);
const ELOIGNEMENT: CodeRegle = CodeRegle::new(Theme::Parcours, 40);
const GENERALISTE_RECENT: CodeRegle = CodeRegle::new(Theme::Parcours, 41);
const ZONE: CodeRegle = CodeRegle::new(Theme::Parcours, 42);
const ARTICLE: CodeRegle = CodeRegle::new(Theme::Parcours, 51);

/// What was refused, told.
pub(super) struct Refus {
    pub(super) texte: String,
    /// Whether it sends to the caisse: two ways there would be one too many.
    pub(super) caisse: bool,
}

/// The reason of a refusal, and whether a mistake may be behind it that the caisse can mend.
type Raison = (CodeRegle, Fait, &'static str, bool);

const SANS_MT: &str = "cela ne compte qu'avec un médecin traitant déclaré";
const DATE: &str = "sa date d'installation dit le contraire";
const GENERALISTES: &str = "cela ne vaut que pour les généralistes";

/// Why each indicator is refused, the nearest reason first.
fn raisons(indicateur: I) -> &'static [Raison] {
    match indicateur {
        I::U => &[
            (URGENCE, Fait::UrgencePrevue, "", true),
            (URGENCE, Fait::MedecinTraitant, SANS_MT, false),
        ],
        I::H => &[(ELOIGNEMENT, Fait::MedecinTraitant, SANS_MT, false)],
        I::J => &[
            (GENERALISTE_RECENT, Fait::Specialite, GENERALISTES, false),
            (GENERALISTE_RECENT, Fait::DateInstallation, DATE, true),
        ],
        I::B => &[
            (ZONE, Fait::Specialite, GENERALISTES, false),
            (ZONE, Fait::DateInstallation, DATE, true),
        ],
        I::D => &[
            (ACCES_DIRECT, Fait::MedecinTraitant, SANS_MT, false),
            (ACCES_DIRECT, Fait::Specialite, "sa spécialité n'est pas de celles-là", true),
            (ACCES_DIRECT, Fait::Age, "pour sa spécialité, votre âge ne le permet pas", true),
        ],
        I::R => &[(REMPLACANT, Fait::MedecinTraitant, "votre caisse n'en connaît pas", true)],
        I::O => &[
            (ADRESSE, Fait::MedecinTraitant, "votre caisse n'en connaît pas", true),
            (ADRESSE, Fait::Orienteur, "il n'a pas écrit son nom", true),
        ],
        I::M => &[
            (ADRESSE_PAR_UN_AUTRE, Fait::MedecinTraitant, SANS_MT, false),
            (ADRESSE_PAR_UN_AUTRE, Fait::Orienteur, "il n'a pas écrit lequel", true),
        ],
        I::A => &[
            (SOINS_CONVENUS, Fait::MedecinTraitant, SANS_MT, false),
            (REMPLACANT, Fait::MedecinTraitant, SANS_MT, false),
            (ARTICLE, Fait::MotifExclusion, "il ne s'applique pas à ces soins", true),
        ],
        I::T | I::N | I::S | I::S1 | I::S2 => &[],
    }
}

/// What each indicator says.
fn dit(recit: &Recit<'_>, indicateur: I) -> Option<String> {
    let years = |parametre| recit.valeurs().ans(parametre).ok();
    Some(match indicateur {
        I::U => "Le médecin a déclaré une urgence".into(),
        I::H => "Le médecin a écrit que vous étiez loin de chez vous".into(),
        I::J => {
            let years = years(Parametre::GeneralisteRecentDuree)?;
            format!("Le médecin a écrit qu'il était installé depuis moins de {years}\u{a0}ans")
        }
        I::B => {
            let years = years(Parametre::ZoneSousMedicaliseeDuree)?;
            format!(
                "Le médecin a écrit qu'il était installé depuis moins de {years}\u{a0}ans là où les médecins \
                 manquent"
            )
        }
        I::D => "Le médecin a écrit que l'on pouvait le voir directement".into(),
        I::R => "Le médecin a écrit qu'il remplaçait votre médecin traitant".into(),
        I::O => "Le médecin a écrit que votre médecin traitant vous avait adressé à lui".into(),
        I::M => "Le médecin a écrit qu'un autre médecin vous avait adressé à lui".into(),
        I::A => "Le médecin a signalé un cas particulier".into(),
        I::T | I::N | I::S | I::S1 | I::S2 => return None,
    })
}

/// What the doctor wrote in vain, when it would have kept the care inside.
pub(super) fn refus(recit: &Recit<'_>) -> Option<Refus> {
    let mut majored = recit.rembourses().filter(|acte| acte.evalue.qualification.majoration);
    let (indicateur, (_, fait, why, mendable)) = majored.find_map(refuse)?;
    let said = dit(recit, indicateur)?;
    let why = if *fait == Fait::UrgencePrevue {
        let hours = recit.valeurs().valeur(Parametre::UrgencePrevisibiliteMax).ok()?;
        format!("la feuille dit que c'était prévu plus de {hours}\u{a0}heures avant")
    } else {
        (*why).to_owned()
    };
    let then = if *mendable { "\u{a0}: si c'est une erreur, dites-le à votre caisse" } else { "" };
    Some(Refus { texte: format!("{said}, mais {why}{then}."), caisse: *mendable })
}

/// The indicator of an act and the first reason that set it aside.
fn refuse(acte: &ActeRaconte<'_>) -> Option<(I, &'static Raison)> {
    let indicateur = acte.situation.indicateur?;
    let set_aside = |(regle, fait, ..): &&Raison| {
        let told = Constat { regle: *regle, issue: Issue::Ecartee(*fait) };
        acte.evalue.constats.contains(&told)
    };
    Some((indicateur, raisons(indicateur).iter().find(set_aside)?))
}
