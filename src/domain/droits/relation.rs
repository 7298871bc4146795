//! What a caller is to a person, or to a thing about a person, and on which days.

use chrono::NaiveDate;

use super::super::acteur::{Acteur, Role};
use super::super::calendar::Periode;
use super::super::vocabulary::vocabulaire;

vocabulaire!(
    /// What a caller is to a person, or to a thing about a person.
    Relation ("relation") {
        /// The person.
        SoiMeme = 1 "soi_meme",
        /// A holder of parental authority, of a child who does not choose yet (under 16).
        TitulaireEnfant = 2 "titulaire_enfant",
        /// A holder of parental authority, of a young person who chooses with them (16 and 17): the care
        /// that was given is the young person's secret.
        TitulaireJeune = 3 "titulaire_jeune",
        /// A representative of a protected person.
        Representant = 4 "representant",
        /// The caisse on which the person depends today.
        CaisseActuelle = 5 "caisse_actuelle",
        /// A caisse on which the person depends on other days only, and those days.
        AncienneCaisse = 6 "ancienne_caisse",
        /// One of the médecins traitants today.
        MedecinTraitant = 7 "medecin_traitant",
        /// One of the médecins traitants on other days only.
        AncienMedecinTraitant = 8 "ancien_medecin_traitant",
        /// A doctor named by a declaration that still waits, and that the patient's side lodged or signed.
        MedecinAttendu = 9 "medecin_attendu",
        /// A doctor who practises and holds the card now: number, birth date and rank.
        PorteurDeLaCarte = 10 "porteur_de_la_carte",
        /// A doctor whom the declaration names.
        Nomme = 11 "nomme",
        /// The doctor who established the referral.
        Auteur = 12 "auteur",
        /// The doctor to whom the referral sends.
        Correspondant = 13 "correspondant",
        /// The doctor who performed the acts of the feuille.
        Executant = 14 "executant",
        /// A caisse in whose territory all the places of the doctor are, or some of whose insured he has.
        CaisseConcernee = 15 "caisse_concernee",
        /// Who keeps the national register of doctors.
        Referentiel = 16 "referentiel",
        /// A caisse that takes over a person whose whole identity it gives, or one of the two of their last
        /// change of caisse.
        CaisseDuChangement = 17 "caisse_du_changement",
        /// The doctor himself, of what he says about his own practice.
        LeMedecin = 18 "le_medecin",
        /// Who reads statistics of the whole register.
        Statistiques = 19 "statistiques",
    }

    /// What of a person, or of a thing, somebody sees by an operation that is theirs.
    Etendue ("etendue") {
        /// All of it.
        Tout = 1 "tout",
        /// What is of the days of a caisse of before: nothing later, not even the end of a period.
        SesJours = 2 "ses_jours",
        /// Who the person is and on which caisse they depend; neither address nor status.
        Identite = 3 "identite",
        /// What names the doctor, and nobody who came after him.
        CeQuiLeNomme = 4 "ce_qui_le_nomme",
        /// Whether there is a médecin traitant, and whether it is this doctor.
        OuiOuNon = 5 "oui_ou_non",
    }
);

impl Relation {
    /// The role of who can be that.
    pub const fn role(self) -> Role {
        match self {
            Self::SoiMeme | Self::TitulaireEnfant | Self::TitulaireJeune | Self::Representant => {
                Role::Patient
            }
            Self::CaisseActuelle
            | Self::AncienneCaisse
            | Self::CaisseConcernee
            | Self::CaisseDuChangement => Role::Caisse,
            Self::MedecinTraitant
            | Self::AncienMedecinTraitant
            | Self::MedecinAttendu
            | Self::PorteurDeLaCarte
            | Self::Nomme
            | Self::Auteur
            | Self::Correspondant
            | Self::Executant
            | Self::LeMedecin => Role::Medecin,
            Self::Referentiel => Role::Referentiel,
            Self::Statistiques => Role::Statistiques,
        }
    }
}

/// Which days of a person's life a caller may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vue {
    /// All of them.
    Entiere,
    /// Those of the time when the person depended on a caisse that they left.
    Jours(Vec<Periode>),
}

impl Vue {
    /// Whether a day is visible.
    pub fn contient(&self, jour: NaiveDate) -> bool {
        match self {
            Self::Entiere => true,
            Self::Jours(periods) => periods.iter().any(|period| period.contient(jour)),
        }
    }

    /// The first day after the last visible one; none when all are.
    pub fn fin(&self) -> Option<NaiveDate> {
        match self {
            Self::Entiere => None,
            Self::Jours(periods) => periods.iter().filter_map(Periode::au).max(),
        }
    }

    /// What is visible of a period whose later end is not to be known: open when it goes on beyond
    /// the visible days, and nothing when it has no visible day.
    pub fn montre(&self, effet: &Periode) -> Option<Periode> {
        let Self::Jours(periods) = self else { return Some(*effet) };
        let last = periods.iter().rfind(|period| period.chevauche(effet))?;
        let known = effet.au().filter(|au| last.au().is_none_or(|limit| *au <= limit));
        Periode::new(effet.du(), known).ok()
    }
}

/// What a caller is to one person: nothing, or one thing or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rapports {
    pub acteur: Acteur,
    relations: Vec<Relation>,
    /// The days of a caisse that the person left.
    jours: Vec<Periode>,
    /// Whether the processing of the person's data is limited.
    limite: bool,
    /// Whether the person is a child, who does not choose yet.
    enfant: bool,
}

impl Rapports {
    /// Those of a stranger.
    pub const fn aucun(acteur: Acteur) -> Self {
        Self { acteur, relations: Vec::new(), jours: Vec::new(), limite: false, enfant: false }
    }

    /// The same, and this.
    #[must_use]
    pub fn avec(mut self, relation: Relation) -> Self {
        self.relations.push(relation);
        self
    }

    /// The same, to a person the processing of whose data is limited, or is not.
    #[must_use]
    pub const fn limites(mut self, limite: bool) -> Self {
        self.limite = limite;
        self
    }

    /// Whether the processing of the person's data is limited.
    pub(super) const fn est_limite(&self) -> bool {
        self.limite
    }

    /// The same, to a child who does not choose yet, or not.
    #[must_use]
    pub const fn d_un_enfant(mut self, enfant: bool) -> Self {
        self.enfant = enfant;
        self
    }

    /// Whether the caller is a child who asks for themselves.
    pub(super) fn est_un_enfant(&self) -> bool {
        self.enfant && self.est(Relation::SoiMeme)
    }

    /// The same, of a caisse that the person left: the days on which they depended on it.
    #[must_use]
    pub fn ancienne_caisse(mut self, jours: Vec<Periode>) -> Self {
        self.jours = jours;
        self.avec(Relation::AncienneCaisse)
    }

    /// The same, to a thing of some days: a caisse of before is nothing to what is of no day of its time.
    #[must_use]
    pub fn sur(mut self, effet: Option<&Periode>) -> Self {
        if effet.is_some_and(|effet| !self.jours.iter().any(|own| own.chevauche(effet))) {
            self.relations.retain(|one| *one != Relation::AncienneCaisse);
        }
        self
    }

    /// Whether the caller is that.
    pub fn est(&self, relation: Relation) -> bool {
        self.relations.contains(&relation)
    }

    /// Whether the caller may know that the person exists.
    pub const fn connait(&self) -> bool {
        !self.relations.is_empty()
    }

    /// Days of a caisse that the person left.
    pub(super) fn jours(&self) -> &[Periode] {
        &self.jours
    }
}
