//! What goes on while the processing of a person's data is limited (RGPD, art. 18, 2): storage; what the person does, or consents to by
//! their card or their signature; what establishes their rights and those of whoever cared for them. The rest waits.

use super::{Demarche, Relation};

/// Who goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suite {
    /// The person, and whoever acts for them.
    Personne,
    /// Their caisse too, which verifies, rectifies and lifts, and a doctor to whom they hold out their card.
    Caisse,
    /// The same, and a doctor whose signature they wait for.
    Signataire,
    /// Everybody who may.
    Tous,
}

/// Processing that nobody's rights need meanwhile.
const SUSPENDUES: &[Demarche] = &[
    Demarche::RechercherPatient,
    Demarche::ConsulterFamille,
    Demarche::SimulerContreRegistre,
    Demarche::ApercuFusion,
    Demarche::FusionnerPatients,
    Demarche::ScinderPatient,
    Demarche::EnregistrerDepart,
    Demarche::OuvrirConciliation,
];

/// Readings that those who neither care for the person at the moment nor answer for the file do without.
const RESERVEES: &[Demarche] = &[
    Demarche::LirePatient,
    Demarche::ListerRepresentations,
    Demarche::ListerDeclarations,
    Demarche::ListerDesignations,
    Demarche::LireMedecinTraitant,
    Demarche::ConsulterMedecinTraitant,
    Demarche::ListerNeutralisations,
    Demarche::ListerFeuillesDeSoins,
    Demarche::LireFeuilleDeSoins,
    Demarche::LireInstruction,
    Demarche::ListerAdressages,
    Demarche::LireAdressage,
    Demarche::ListerConciliations,
    Demarche::LireConciliation,
    Demarche::ListerCreances,
    Demarche::LireRecouvrement,
    Demarche::ListerAccesPatient,
];

/// Readings of a declaration: whoever is asked to sign one reads what it says.
const A_SIGNER: &[Demarche] =
    &[Demarche::LireDeclaration, Demarche::LireFormulaire, Demarche::TrouverDeclaration];

impl Demarche {
    fn suite(self) -> Suite {
        if SUSPENDUES.contains(&self) {
            Suite::Personne
        } else if RESERVEES.contains(&self) {
            Suite::Caisse
        } else if A_SIGNER.contains(&self) {
            Suite::Signataire
        } else {
            Suite::Tous
        }
    }

    /// Whether a limitation keeps somebody from it.
    pub fn est_limitable(self) -> bool {
        self.suite() != Suite::Tous
    }

    /// Whether it goes on for somebody who is that to the person, and whose signature the patient's side may wait for.
    pub(super) fn est_permise_sous_limitation(
        self,
        mut relations: impl Iterator<Item = Relation>,
        attendu: bool,
    ) -> bool {
        let suite = self.suite();
        relations.any(|relation| match relation {
            Relation::SoiMeme
            | Relation::TitulaireEnfant
            | Relation::TitulaireJeune
            | Relation::Representant => true,
            Relation::CaisseActuelle | Relation::PorteurDeLaCarte => suite != Suite::Personne,
            Relation::Nomme => suite == Suite::Tous || suite == Suite::Signataire && attendu,
            Relation::AncienneCaisse
            | Relation::CaisseConcernee
            | Relation::CaisseDuChangement
            | Relation::MedecinTraitant
            | Relation::AncienMedecinTraitant
            | Relation::MedecinAttendu
            | Relation::Auteur
            | Relation::Correspondant
            | Relation::Executant
            | Relation::LeMedecin
            | Relation::Referentiel
            | Relation::Statistiques => suite == Suite::Tous,
        })
    }
}
