//! What somebody may ask of the service: one name an operation of the contract.

use super::super::acteur::Role;
use super::super::vocabulary::vocabulaire;

vocabulaire!(
    /// What a token allows, before any question of who it is about.
    Portee ("portee") {
        /// Read declarations and persons.
        DeclarationsLire = 1 "declarations.lire",
        /// Create and cancel declarations.
        DeclarationsEcrire = 2 "declarations.ecrire",
        /// Sign and refuse declarations.
        DeclarationsSigner = 3 "declarations.signer",
        /// Ask who is the médecin traitant.
        MedecinTraitantLire = 4 "medecin_traitant.lire",
        /// Submit feuilles de soins.
        FeuillesEvaluer = 5 "feuilles.evaluer",
        /// Read feuilles de soins.
        FeuillesLire = 6 "feuilles.lire",
        /// Read who read one's data.
        TracesLire = 7 "traces.lire",
        /// Register persons and doctors.
        Administration = 8 "administration",
        /// Read which agents of one's caisse read the data of a person.
        Audit = 9 "audit",
        /// Read statistics, which show nobody.
        StatistiquesLire = 10 "statistiques.lire",
    }
);

/// Which token an operation asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jeton {
    /// None: anybody may.
    Public,
    /// Any token that is accepted.
    Jeton,
    Portee(Portee),
    /// This scope; for an agent of a caisse, the one of auditors.
    PorteeOuAudit(Portee),
    /// This scope; for the national register of doctors, that of who registers.
    PorteeOuAdministration(Portee),
}

impl Jeton {
    /// The scope that somebody needs in a role.
    pub fn portee(self, role: Role) -> Option<Portee> {
        match self {
            Self::Public | Self::Jeton => None,
            Self::PorteeOuAudit(_) if role == Role::Caisse => Some(Portee::Audit),
            Self::PorteeOuAdministration(_) if role == Role::Referentiel => {
                Some(Portee::Administration)
            }
            Self::Portee(portee)
            | Self::PorteeOuAudit(portee)
            | Self::PorteeOuAdministration(portee) => Some(portee),
        }
    }
}

/// What a person reads of a try with one of their numbers that did not find them.
pub const ESSAI_INFRUCTUEUX: &str = "patient.essai_infructueux";

/// Declares the operations: one line each, with its name in the contract, the token that it asks for,
/// and the words under which the person reads that it was done about them, when it shows somebody.
macro_rules! demarches {
    ($( $member:ident = $mot:literal $jeton:ident $(($portee:ident))? $($trace:literal)? ),+ $(,)?) => {
        /// An operation of the contract.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is documented where its request and its answer are")]
        pub enum Demarche { $( $member ),+ }

        impl Demarche {
            /// Every operation, in the order of the table.
            pub const TOUTES: &'static [Self] = &[$( Self::$member ),+];

            /// Its name in the contract (`operationId`).
            pub const fn mot(self) -> &'static str {
                match self { $( Self::$member => $mot ),+ }
            }

            /// The token that it asks for.
            pub const fn jeton(self) -> Jeton {
                match self { $( Self::$member => Jeton::$jeton $((Portee::$portee))? ),+ }
            }

            /// What a person reads among the accesses to their data; `None` when nobody is shown.
            pub const fn trace(self) -> Option<&'static str> {
                match self { $( Self::$member => demarches!(@ $($trace)?) ),+ }
            }
        }
    };
    (@) => { None };
    (@ $trace:literal) => { Some($trace) };
}

demarches! {
    // Referrals.
    EtablirAdressage = "etablir_adressage" Portee(DeclarationsEcrire) "adressage.etablir",
    ListerAdressages = "lister_adressages" Portee(DeclarationsLire) "adressage.lister",
    LireAdressage = "lire_adressage" Portee(DeclarationsLire) "adressage.lire",
    RendreCompteAdressage = "rendre_compte_adressage" Portee(DeclarationsEcrire) "adressage.rendre_compte",
    RectifierAdressage = "rectifier_adressage" Portee(DeclarationsEcrire) "adressage.rectifier",
    CloreAdressage = "clore_adressage" Portee(DeclarationsEcrire) "adressage.clore",
    AnnulerAdressage = "annuler_adressage" Portee(DeclarationsEcrire) "adressage.annuler",
    // Conciliations.
    OuvrirConciliation = "ouvrir_conciliation" Portee(DeclarationsEcrire) "conciliation.ouvrir",
    ListerConciliations = "lister_conciliations" Portee(DeclarationsLire) "conciliation.lister",
    LireConciliation = "lire_conciliation" Portee(DeclarationsLire) "conciliation.lire",
    ContacterConciliation = "contacter_conciliation" Portee(DeclarationsEcrire) "conciliation.contacter",
    RepondreConciliation = "repondre_conciliation" Portee(DeclarationsEcrire) "conciliation.repondre",
    TrouverConciliation = "trouver_conciliation" Portee(DeclarationsEcrire) "conciliation.conclure",
    AbandonnerConciliation = "abandonner_conciliation" Portee(DeclarationsEcrire) "conciliation.abandonner",
    CloreConciliation = "clore_conciliation" Portee(DeclarationsEcrire) "conciliation.clore",
    ListerConciliationsCaisse = "lister_conciliations_caisse" Portee(DeclarationsLire) "conciliation.lister",
    StatistiquesConciliations = "statistiques_conciliations" Portee(DeclarationsLire),
    // Claims.
    ListerCreances = "lister_creances" Portee(FeuillesLire) "creance.lister",
    EnregistrerRecouvrement = "enregistrer_recouvrement" Portee(Administration) "recouvrement.enregistrer",
    LireRecouvrement = "lire_recouvrement" Portee(FeuillesLire) "recouvrement.lire",
    AnnulerRecouvrement = "annuler_recouvrement" Portee(Administration) "recouvrement.annuler",
    // Declarations.
    ListerDeclarationsCaisse = "lister_declarations_caisse" Portee(DeclarationsLire) "declaration.lister",
    TrouverDeclaration = "trouver_declaration" Portee(DeclarationsLire) "declaration.lire",
    ApercuDeclaration = "apercu_declaration" Portee(DeclarationsEcrire) "declaration.apercu",
    CreerDeclaration = "creer_declaration" Portee(DeclarationsEcrire) "declaration.ecrire",
    LireDeclaration = "lire_declaration" Portee(DeclarationsLire) "declaration.lire",
    LireFormulaire = "lire_formulaire" Portee(DeclarationsLire) "declaration.formulaire",
    SignerDeclaration = "signer_declaration" Portee(DeclarationsSigner) "declaration.ecrire",
    RefuserDeclaration = "refuser_declaration" Portee(DeclarationsSigner) "declaration.ecrire",
    AnnulerDeclaration = "annuler_declaration" Portee(DeclarationsEcrire) "declaration.ecrire",
    RectifierDeclaration = "rectifier_declaration" Portee(DeclarationsEcrire) "declaration.ecrire",
    ContesterDeclaration = "contester_declaration" Portee(DeclarationsEcrire) "declaration.ecrire",
    TrancherContestation = "trancher_contestation" Portee(DeclarationsEcrire) "declaration.ecrire",
    ListerDeclarations = "lister_declarations" Portee(DeclarationsLire) "declaration.lister",
    RetirerMedecin = "retirer_medecin" Portee(DeclarationsSigner) "declaration.ecrire",
    AnnulerRetrait = "annuler_retrait" Portee(DeclarationsSigner) "declaration.ecrire",
    EnregistrerDepart = "enregistrer_depart" Portee(DeclarationsEcrire) "designation.ecrire",
    // Feuilles de soins.
    ListerFeuillesARevoir = "lister_feuilles_a_revoir" Portee(FeuillesLire) "feuille.revoir",
    ListerFeuillesDeSoins = "lister_feuilles_de_soins" Portee(FeuillesLire) "feuille.lister",
    EnregistrerLot = "enregistrer_lot" Portee(FeuillesEvaluer) "feuille.enregistrer",
    EnregistrerFeuilleDeSoins = "enregistrer_feuille_de_soins" Portee(FeuillesEvaluer) "feuille.enregistrer",
    LireFeuilleDeSoins = "lire_feuille_de_soins" Portee(FeuillesLire) "feuille.lire",
    LireInstruction = "lire_instruction" Portee(FeuillesLire) "feuille.lire",
    // Law.
    LireLoi = "lire_loi" Public,
    ComparerLoi = "comparer_loi" Public,
    // Doctors.
    RechercherMedecins = "rechercher_medecins" Jeton,
    DeclarerAccueil = "declarer_accueil" Portee(DeclarationsEcrire),
    EnregistrerMedecin = "enregistrer_medecin" Portee(Administration),
    CorrigerMedecin = "corriger_medecin" Portee(Administration),
    LireMedecin = "lire_medecin" Jeton,
    // Médecins traitants.
    LireMedecinTraitant = "lire_medecin_traitant" Portee(MedecinTraitantLire) "medecin_traitant.lire",
    ConsulterFamille = "consulter_famille" Portee(MedecinTraitantLire) "famille.consulter",
    ConsulterMedecinTraitant = "consulter_medecin_traitant" Portee(MedecinTraitantLire) "medecin_traitant.consulter",
    ListerDesignations = "lister_designations" Portee(MedecinTraitantLire) "designation.lister",
    // The caller.
    LireMoi = "lire_moi" Jeton,
    ListerProches = "lister_proches" Portee(DeclarationsLire) "proche.lister",
    ListerAcces = "lister_acces" Portee(TracesLire),
    ListerAccesPatient = "lister_acces_patient" PorteeOuAudit(TracesLire) "acces.lister",
    ExporterDossier = "exporter_dossier" PorteeOuAudit(TracesLire) "dossier.exporter",
    ListerNeutralisations = "lister_neutralisations" Portee(DeclarationsLire) "neutralisation.lister",
    // Operations on doctors.
    ImporterOperations = "importer_operations" Portee(Administration),
    ApercuImportOperations = "apercu_import_operations" Portee(Administration),
    ApercuOperation = "apercu_operation" Portee(Administration),
    EnregistrerOperation = "enregistrer_operation" Portee(Administration),
    ListerOperations = "lister_operations" Portee(Administration),
    LireOperation = "lire_operation" Portee(Administration),
    AnnulerOperation = "annuler_operation" Portee(Administration),
    ConfirmerOperation = "confirmer_operation" Portee(Administration),
    // A doctor's patients.
    ListerMesPatients = "lister_mes_patients" Portee(DeclarationsLire) "patientele.lister",
    SuivreMesPatients = "suivre_mes_patients" Portee(DeclarationsLire) "patientele.mouvements",
    LireRemunerations = "lire_remunerations" Portee(DeclarationsLire),
    // The feed.
    LireAFaire = "lire_a_faire" PorteeOuAdministration(DeclarationsLire) "a_faire.lire",
    CreerAbonnement = "creer_abonnement" PorteeOuAdministration(DeclarationsLire),
    ListerAbonnements = "lister_abonnements" PorteeOuAdministration(DeclarationsLire),
    SupprimerAbonnement = "supprimer_abonnement" PorteeOuAdministration(DeclarationsLire),
    RenouvelerSecret = "renouveler_secret" PorteeOuAdministration(DeclarationsLire),
    ListerEchecs = "lister_echecs" PorteeOuAdministration(DeclarationsLire),
    RejouerEchecs = "rejouer_echecs" PorteeOuAdministration(DeclarationsLire),
    LireEvenements = "lire_evenements" PorteeOuAdministration(DeclarationsLire) "evenement.lire",
    // Persons.
    EnregistrerPatient = "enregistrer_patient" Portee(Administration) "patient.enregistrer",
    LirePatient = "lire_patient" Portee(DeclarationsLire) "patient.lire",
    ListerAffilies = "lister_affilies" Portee(DeclarationsLire) "patient.lister",
    RechercherParTraits = "rechercher_par_traits" Portee(DeclarationsLire) "patient.rechercher",
    RechercherPatient = "rechercher_patient" Portee(DeclarationsLire) "patient.rechercher",
    ChangerOrganisme = "changer_organisme" Portee(Administration) "patient.changer_organisme",
    AnnulerOrganisme = "annuler_changement_organisme" Portee(Administration) "patient.annuler_changement_organisme",
    EnregistrerMutation = "enregistrer_mutation" Portee(Administration) "patient.mutation",
    ChangerStatut = "changer_statut" Portee(Administration) "patient.changer_statut",
    ChangerIdentifiant = "changer_identifiant" Portee(Administration) "patient.changer_identifiant",
    RectifierIdentifiant = "rectifier_identifiant" Portee(Administration) "patient.rectifier_identifiant",
    ChangerIdentite = "changer_identite" Portee(Administration) "patient.changer_identite",
    RectifierIdentite = "rectifier_identite" Portee(Administration) "patient.rectifier_identite",
    ChangerAdresse = "changer_adresse" Portee(Administration) "patient.changer_adresse",
    LimiterTraitement = "limiter_traitement" Portee(Administration) "patient.limiter",
    LeverLimitation = "lever_limitation" Portee(Administration) "patient.lever_limitation",
    DemanderRectification = "demander_rectification" Portee(DeclarationsEcrire) "rectification.demander",
    ListerRectifications = "lister_rectifications" Portee(DeclarationsLire) "rectification.lister",
    LireRectification = "lire_rectification" Portee(DeclarationsLire) "rectification.lire",
    RepondreRectification = "repondre_rectification" Portee(Administration) "rectification.repondre",
    DeclarerDeces = "declarer_deces" Portee(Administration) "patient.declarer_deces",
    RectifierDeces = "rectifier_deces" Portee(Administration) "patient.rectifier_deces",
    ListerConflits = "lister_conflits" Portee(Administration) "conflit.lister",
    LireConflit = "lire_conflit" Portee(Administration) "conflit.lire",
    ResoudreConflit = "resoudre_conflit" Portee(Administration) "conflit.resoudre",
    ApercuFusion = "apercu_fusion" Portee(Administration) "fusion.apercu",
    FusionnerPatients = "fusionner_patients" Portee(Administration) "patient.fusionner",
    ListerFusions = "lister_fusions" Portee(Administration) "fusion.lister",
    LireFusion = "lire_fusion" Portee(Administration) "fusion.lire",
    AnnulerFusion = "annuler_fusion" Portee(Administration) "patient.fusionner",
    ScinderPatient = "scinder_patient" Portee(Administration) "patient.scinder",
    // Reevaluations.
    EssayerReevaluation = "essayer_reevaluation" Portee(Administration),
    LireReevaluation = "lire_reevaluation" Portee(Administration),
    ListerFeuillesReevaluees = "lister_feuilles_reevaluees" Portee(Administration) "reevaluation.lire",
    AppliquerReevaluation = "appliquer_reevaluation" Portee(Administration),
    // Taking over what exists.
    DeposerReprise = "deposer_reprise" Portee(Administration),
    LireReprise = "lire_reprise" Portee(Administration),
    ListerLignesReprise = "lister_lignes_reprise" Portee(Administration),
    TelechargerRapportReprise = "telecharger_rapport_reprise" Portee(Administration),
    ExecuterReprise = "executer_reprise" Portee(Administration) "patient.reprise",
    AbandonnerReprise = "abandonner_reprise" Portee(Administration),
    // Giving it back.
    DemanderExport = "demander_export" Portee(Administration),
    LireExport = "lire_export" Portee(Administration),
    TelechargerExport = "telecharger_export" Portee(Administration) "export.telecharger",
    // Letters.
    DemanderCourriers = "demander_courriers" Portee(Administration),
    LireCourriers = "lire_courriers" Portee(Administration),
    LireLotCourriers = "lire_lot_courriers" Portee(Administration) "courrier.imprimer",
    LireCourrier = "lire_courrier" Portee(Administration) "courrier.lire",
    // Representatives.
    EnregistrerRepresentation = "enregistrer_representation" Portee(Administration) "representation.ecrire",
    ListerRepresentations = "lister_representations" Portee(DeclarationsLire) "representation.lister",
    TerminerRepresentation = "terminer_representation" Portee(Administration) "representation.ecrire",
    // Simulations.
    SimulerReformeSurLot = "simuler_reforme_sur_lot" Portee(FeuillesEvaluer) "feuille.simuler",
    Simuler = "simuler" Public,
    SimulerContreRegistre = "simuler_contre_registre" Portee(FeuillesEvaluer) "feuille.simuler",
    // Statistics.
    LireStatistiques = "lire_statistiques" Portee(StatistiquesLire),
    SimulerReformeSurRegistre = "simuler_reforme_sur_registre" Portee(StatistiquesLire),
    LireSimulationReforme = "lire_simulation_reforme" Portee(StatistiquesLire),
    LireTableauReforme = "lire_tableau_reforme" Portee(StatistiquesLire),
    DefinirStatistiques = "lire_definitions_statistiques" Public,
    // The service itself.
    EtatVivant = "etat_vivant" Public,
    EtatPret = "etat_pret" Public,
}

impl Demarche {
    /// The operation of a name of the contract.
    pub fn du_mot(mot: &str) -> Option<Self> {
        Self::TOUTES.iter().copied().find(|one| one.mot() == mot)
    }
}
