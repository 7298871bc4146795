//! To whom the answer of an act is given again: whoever would still be given it now. What the act itself ended is no reason to refuse.

use super::{Demarche, Rapports, Refuse, Relation};

/// Acts by which a person passes from one caisse to another or back, or a record from one to another: the caisse that asks may be nothing
/// to them afterwards, by its own act.
const PASSAGES: &[Demarche] = &[
    Demarche::ChangerOrganisme,
    Demarche::AnnulerOrganisme,
    Demarche::EnregistrerMutation,
    Demarche::AnnulerFusion,
];

impl Relation {
    /// Whether the thing of an act made it, or what was shown with it, and no later act takes it away: it is kept with the answer. The others
    /// are looked up again.
    pub const fn est_acquise(self) -> bool {
        match self {
            Self::Nomme
            | Self::Auteur
            | Self::Correspondant
            | Self::Executant
            | Self::PorteurDeLaCarte
            | Self::CaisseConcernee
            | Self::LeMedecin
            | Self::Referentiel
            | Self::Statistiques => true,
            Self::SoiMeme
            | Self::TitulaireEnfant
            | Self::TitulaireJeune
            | Self::Representant
            | Self::CaisseActuelle
            | Self::AncienneCaisse
            | Self::CaisseDuChangement
            | Self::MedecinTraitant
            | Self::AncienMedecinTraitant
            | Self::MedecinAttendu => false,
        }
    }
}

impl Demarche {
    /// Whether it may end what its caller is to the person.
    pub fn est_un_passage(self) -> bool {
        PASSAGES.contains(&self)
    }

    /// Whether its answer is given again to a caller who is that to the person now; `inchange`: nothing was recorded about them since.
    /// A refusal is that of the reading of the same thing.
    pub fn rejuger(self, rapports: &Rapports, inchange: bool) -> Result<(), Refuse> {
        let Err(refused) = self.juger(rapports) else { return Ok(()) };
        // Whom a declaration names reads it for ever.
        if self == Self::CreerDeclaration && rapports.est(Relation::Nomme) {
            return Self::LireDeclaration.juger(rapports).map(|_| ());
        }
        let read = self.lecture().map(|lecture| lecture.juger(rapports));
        match read {
            Some(Err(Refuse::Limite)) => Err(Refuse::Limite),
            Some(Ok(_)) if self.est_un_passage() => Ok(()),
            _ if self.est_un_passage() && inchange => Ok(()),
            _ => Err(refused),
        }
    }

    /// The reading of what it answers.
    fn lecture(self) -> Option<Self> {
        let of_line = self.ligne().sinon.map(|(lecture, _)| lecture);
        of_line.or_else(|| self.est_un_passage().then_some(Self::LirePatient))
    }

    /// Whether a limitation may keep somebody from its answer, given again.
    pub fn est_limitable_rejouee(self) -> bool {
        self.est_limitable() || self.lecture().is_some_and(Self::est_limitable)
    }
}
