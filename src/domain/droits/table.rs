//! The table: for each operation of the contract, which relations may, and what of it they see.
//!
//! One line an operation, which the compiler asks for; what no line gives is refused. Judgements, `actions`, `docs/DROITS.md` and tests come from here.

mod jugement;

use super::super::acteur::Role;
use super::Demarche;
use super::phrases::{
    ABONNEMENT, ADRESSAGE_ETABLI, CHANGEMENT, CONCILIATION, CONCILIATION_ACTUELLE, CONTESTATION,
    COURRIERS, CREANCES, DOSSIER, OPERATIONS, RECOUVREMENT, RECOUVREMENT_ACTUELLE, RECTIFICATION,
    RECTIFICATIONS, REEVALUATIONS, REPRESENTANTS, REPRESENTANTS_ACTUELLE, SIENNES, SIENS,
    TERRITOIRE,
};
use super::relation::{Etendue, Relation, Vue};

/// Some relations and what each sees.
type Groupe = &'static [(Relation, Etendue)];

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Ligne {
    groupes: &'static [Groupe],
    /// What a role that never may is told.
    pub reservee: &'static str,
    /// What more is asked of some of them, by what the operation is about.
    pub condition: &'static str,
    /// What is told to who may do another operation, a reading, and not this one; to anybody else the
    /// thing does not exist.
    pub sinon: Option<(Demarche, &'static str)>,
    /// Whether that is told to the roles of the reading too, and not only to those of the line.
    pub lisible: bool,
    /// Open to any token, or to anybody.
    ouverte: bool,
}

/// What an operation gives to a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Droit {
    /// By which relations.
    pub relations: Vec<Relation>,
    /// Which days.
    pub vue: Vue,
    /// The widest of what the relations see.
    pub etendue: Etendue,
}

impl Droit {
    /// Whether it is held by a relation.
    pub fn par(&self, relation: Relation) -> bool {
        self.relations.contains(&relation)
    }
}

/// Why an operation is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refuse {
    /// For this caller, what is asked about does not exist.
    Introuvable,
    /// The caller may know why.
    Interdit(&'static str),
    /// The processing of the person's data is limited.
    Limite,
}

impl Ligne {
    const fn de(groupes: &'static [Groupe]) -> Self {
        Self { groupes, reservee: "", condition: "", sinon: None, lisible: false, ouverte: false }
    }

    const fn ouverte() -> Self {
        Self { ouverte: true, ..Self::de(&[]) }
    }

    /// Says why to the roles that never may.
    const fn reservee(self, phrase: &'static str) -> Self {
        Self { reservee: phrase, ..self }
    }

    /// Says what more is asked.
    const fn condition(self, condition: &'static str) -> Self {
        Self { condition, ..self }
    }

    /// Says why to those of its roles who may read, and not this.
    const fn sinon(self, lecture: Demarche, phrase: &'static str) -> Self {
        Self { sinon: Some((lecture, phrase)), ..self }
    }

    /// Says why to whoever may read, and not this.
    const fn lisible(self, lecture: Demarche, phrase: &'static str) -> Self {
        Self { lisible: true, ..self.sinon(lecture, phrase) }
    }

    /// Every relation of the line, with what it sees.
    pub fn droits(&self) -> impl Iterator<Item = (Relation, Etendue)> {
        self.groupes.iter().flat_map(|groupe| groupe.iter().copied())
    }

    /// Whether it is open to any token, or to anybody.
    pub const fn est_ouverte(&self) -> bool {
        self.ouverte
    }

    fn est_pour(&self, role: Role) -> bool {
        self.ouverte || self.droits().any(|(relation, _)| relation.role() == role)
    }
}

use Etendue::{CeQuiLeNomme, Identite, OuiOuNon, SesJours, Tout};
use Relation::{
    AncienMedecinTraitant, AncienneCaisse, Auteur, CaisseActuelle, CaisseConcernee,
    CaisseDuChangement, Correspondant, Executant, LeMedecin, MedecinAttendu, MedecinTraitant,
    Nomme, PorteurDeLaCarte, Referentiel, Representant, SoiMeme, Statistiques, TitulaireEnfant,
    TitulaireJeune,
};

/// The person, and whoever holds their rights on what is not the secret of a young person.
const FAMILLE: Groupe =
    &[(SoiMeme, Tout), (TitulaireEnfant, Tout), (TitulaireJeune, Tout), (Representant, Tout)];
/// The person, and a holder of parental authority as long as the child does not choose.
const ENFANT: Groupe = &[(SoiMeme, Tout), (TitulaireEnfant, Tout)];
const REPRESENTE: Groupe = &[(Representant, Tout)];
const PROCHES: Groupe = &[(TitulaireEnfant, Tout), (TitulaireJeune, Tout), (Representant, Tout)];
const CAISSES: Groupe = &[(CaisseActuelle, Tout), (AncienneCaisse, SesJours)];
const SA_CAISSE: Groupe = &[(CaisseActuelle, Tout)];
/// A doctor who has a present use for knowing who the person is.
const SOIGNANTS: Groupe = &[(MedecinTraitant, Identite), (MedecinAttendu, Identite)];
/// A doctor of whom the timeline speaks.
const DESIGNES: Groupe = &[
    (MedecinTraitant, CeQuiLeNomme),
    (AncienMedecinTraitant, CeQuiLeNomme),
    (MedecinAttendu, CeQuiLeNomme),
];
/// A doctor who is or was one of the médecins traitants.
const TRAITANTS: Groupe = &[(MedecinTraitant, CeQuiLeNomme), (AncienMedecinTraitant, CeQuiLeNomme)];
/// Who acts on doctors.
const MEDECINS: Groupe = &[(CaisseConcernee, Tout), (Referentiel, Tout)];
const NOMME: Groupe = &[(Nomme, CeQuiLeNomme)];
const EXECUTANT: Groupe = &[(Executant, CeQuiLeNomme)];
/// The doctors of a referral.
const ADRESSAGE: Groupe =
    &[(MedecinTraitant, Tout), (Auteur, CeQuiLeNomme), (Correspondant, CeQuiLeNomme)];

impl Demarche {
    /// The line of an operation.
    #[expect(clippy::too_many_lines, reason = "it is one table")]
    pub const fn ligne(self) -> Ligne {
        use Demarche as D;
        match self {
            // The law, the doctors, the caller: nobody's data.
            D::LireLoi
            | D::ComparerLoi
            | D::Simuler
            | D::EtatVivant
            | D::EtatPret
            | D::LireMoi
            | D::LireMedecin
            | D::RechercherMedecins
            | D::DefinirStatistiques => Ligne::ouverte(),
            D::LireStatistiques
            | D::SimulerReformeSurRegistre
            | D::LireSimulationReforme
            | D::LireTableauReforme => Ligne::de(&[SA_CAISSE, &[(Statistiques, Tout)]])
                .condition("des nombres ; pour une caisse, ceux de ses propres assurés")
                .reservee("les statistiques se lisent par une caisse ou par le rôle statistiques"),

            // Who a person is.
            D::LirePatient | D::ListerRepresentations => Ligne::de(&[FAMILLE, CAISSES, SOIGNANTS]),
            D::ListerProches => {
                Ligne::de(&[PROCHES]).reservee("seul un patient lit qui il représente")
            }
            D::ListerAffilies
            | D::RechercherParTraits
            | D::ListerDeclarationsCaisse
            | D::ListerConciliationsCaisse => {
                Ligne::de(&[SA_CAISSE]).reservee("seule une caisse liste ses assurés")
            }
            D::RechercherPatient => Ligne::de(&[FAMILLE, CAISSES, &[(PorteurDeLaCarte, OuiOuNon)]]),
            D::ListerAcces => Ligne::de(&[&[(SoiMeme, Tout)]])
                .reservee("seul un patient lit les accès à son dossier"),
            D::ExporterDossier => Ligne::de(&[ENFANT, SA_CAISSE])
                .reservee("un dossier complet s'exporte pour le patient et par sa caisse"),
            D::DemanderRectification => Ligne::de(&[ENFANT, REPRESENTE]).reservee(RECTIFICATION),
            D::ListerRectifications | D::LireRectification => {
                Ligne::de(&[ENFANT, REPRESENTE, SA_CAISSE]).reservee(RECTIFICATIONS)
            }
            D::ListerAccesPatient => Ligne::de(&[ENFANT, CAISSES])
                .reservee("les accès à un dossier se lisent par le patient et par sa caisse"),

            // What its caisse records about a person.
            D::EnregistrerPatient => {
                Ligne::de(&[SA_CAISSE]).reservee("seule une caisse enregistre un patient")
            }
            D::EnregistrerMutation => Ligne::de(&[&[(CaisseDuChangement, Identite)]])
                .reservee("seule sa nouvelle caisse prend un patient en charge"),
            D::AnnulerOrganisme => Ligne::de(&[&[(CaisseDuChangement, Identite)]])
                .reservee(DOSSIER)
                .sinon(D::LirePatient, CHANGEMENT),
            D::ChangerOrganisme
            | D::ChangerStatut
            | D::ChangerIdentifiant
            | D::RectifierIdentifiant
            | D::ChangerIdentite
            | D::RectifierIdentite
            | D::ChangerAdresse
            | D::DeclarerDeces
            | D::RectifierDeces
            | D::LimiterTraitement
            | D::LeverLimitation
            | D::ApercuFusion
            | D::FusionnerPatients
            | D::ScinderPatient => {
                Ligne::de(&[SA_CAISSE]).reservee(DOSSIER).sinon(D::LirePatient, DOSSIER)
            }
            D::ListerFusions
            | D::LireFusion
            | D::AnnulerFusion
            | D::ListerConflits
            | D::LireConflit
            | D::ResoudreConflit
            | D::RepondreRectification => Ligne::de(&[SA_CAISSE]).reservee(DOSSIER),
            D::EnregistrerRepresentation | D::TerminerRepresentation => Ligne::de(&[SA_CAISSE])
                .reservee(REPRESENTANTS)
                .sinon(D::LirePatient, REPRESENTANTS_ACTUELLE),

            // Choices.
            D::ApercuDeclaration | D::CreerDeclaration => {
                Ligne::de(&[FAMILLE, SA_CAISSE, &[(PorteurDeLaCarte, OuiOuNon)], DESIGNES])
                    .reservee("un choix se fait par le patient, un médecin ou une caisse")
                    .sinon(
                        D::ListerDeclarations,
                        "seule la caisse dont le patient dépend saisit une déclaration",
                    )
            }
            D::LireDeclaration | D::LireFormulaire | D::TrouverDeclaration => {
                Ligne::de(&[FAMILLE, CAISSES, NOMME])
            }
            D::SignerDeclaration | D::AnnulerDeclaration => Ligne::de(&[FAMILLE, SA_CAISSE, NOMME]),
            D::RetirerMedecin | D::AnnulerRetrait => Ligne::de(&[FAMILLE, SA_CAISSE, NOMME])
                .condition("qui choisit seul pour la personne, à sa place avant seize ans"),
            D::RefuserDeclaration => {
                Ligne::de(&[NOMME]).reservee("seul un médecin désigné refuse une déclaration")
            }
            D::RectifierDeclaration => {
                Ligne::de(&[SA_CAISSE]).reservee("seule une caisse rectifie une déclaration")
            }
            D::ContesterDeclaration => Ligne::de(&[ENFANT, REPRESENTE])
                .condition("qui choisit seul pour la personne, à sa place avant seize ans")
                .reservee(CONTESTATION)
                .sinon(D::LireDeclaration, CONTESTATION),
            D::TrancherContestation => Ligne::de(&[SA_CAISSE])
                .reservee("seule la caisse dont le patient dépend tranche une contestation"),
            D::ListerDeclarations | D::LireMedecinTraitant | D::ListerDesignations => {
                Ligne::de(&[FAMILLE, CAISSES, DESIGNES])
            }
            D::ConsulterMedecinTraitant => {
                Ligne::de(&[FAMILLE, CAISSES, &[(PorteurDeLaCarte, OuiOuNon)]])
            }
            D::ConsulterFamille => Ligne::de(&[&[(PorteurDeLaCarte, Identite)]])
                .reservee("seul un médecin qui a la carte devant lui consulte une famille"),
            D::EnregistrerDepart => Ligne::de(&[SA_CAISSE, DESIGNES])
                .reservee("un patient choisit d'autres médecins par une nouvelle déclaration"),
            D::ListerNeutralisations => Ligne::de(&[ENFANT, CAISSES])
                .reservee("les neutralisations se lisent par le patient et par sa caisse"),
            D::ListerMesPatients | D::SuivreMesPatients => {
                Ligne::de(&[&[(MedecinTraitant, Identite)]])
                    .reservee("seul un médecin lit la liste de ses patients")
            }

            D::LireRemunerations => Ligne::de(&[&[(LeMedecin, Tout), (CaisseConcernee, Tout)]])
                .condition("pour une caisse, tous les lieux du médecin sont de son département, et ses seuls assurés sont comptés")
                .reservee("seuls un médecin et la caisse de son département lisent ce qu'il reçoit"),

            D::LireEvenements | D::LireAFaire => {
                Ligne::de(&[FAMILLE, CAISSES, MEDECINS, NOMME, ADRESSAGE, EXECUTANT])
                    .condition("ce qui lui est dit, ou l'attend : docs/EVENEMENTS.md")
                    .reservee("rien de ce qui concerne une personne n'est dit au rôle « statistiques »")
            }
            D::CreerAbonnement
            | D::ListerAbonnements
            | D::SupprimerAbonnement
            | D::RenouvelerSecret
            | D::ListerEchecs
            | D::RejouerEchecs => Ligne::de(&[SA_CAISSE, MEDECINS, NOMME])
                .condition("ses propres abonnements")
                .reservee(ABONNEMENT),

            // Referrals.
            D::EtablirAdressage => Ligne::de(&[TRAITANTS])
                .condition("médecin traitant le jour de l'adressage")
                .reservee(ADRESSAGE_ETABLI)
                .sinon(D::ListerDesignations, ADRESSAGE_ETABLI),
            D::ListerAdressages => Ligne::de(&[ENFANT, CAISSES, ADRESSAGE, DESIGNES]),
            D::LireAdressage => Ligne::de(&[ENFANT, CAISSES, ADRESSAGE]),
            D::RectifierAdressage | D::AnnulerAdressage => Ligne::de(&[&[(Auteur, CeQuiLeNomme)]])
                .lisible(D::LireAdressage, "seul son auteur corrige un adressage"),
            D::CloreAdressage => Ligne::de(&[&[(Auteur, CeQuiLeNomme), (MedecinTraitant, Tout)]])
                .lisible(
                    D::LireAdressage,
                    "seul son auteur ou le médecin traitant clôt un adressage",
                ),
            D::RendreCompteAdressage => Ligne::de(&[&[(Correspondant, CeQuiLeNomme)]])
                .lisible(D::LireAdressage, "seul un correspondant rend compte"),

            // The search of a doctor.
            D::ListerConciliations | D::LireConciliation => {
                Ligne::de(&[ENFANT, CAISSES]).reservee(CONCILIATION)
            }
            D::OuvrirConciliation
            | D::ContacterConciliation
            | D::RepondreConciliation
            | D::TrouverConciliation
            | D::AbandonnerConciliation => Ligne::de(&[ENFANT, SA_CAISSE])
                .reservee(CONCILIATION)
                .sinon(D::ListerConciliations, CONCILIATION_ACTUELLE),
            D::CloreConciliation => Ligne::de(&[SA_CAISSE])
                .reservee(CONCILIATION)
                .lisible(D::ListerConciliations, "seule la caisse clôt une recherche sans médecin"),
            D::StatistiquesConciliations => {
                Ligne::de(&[SA_CAISSE]).reservee("seule une caisse lit les délais d'attente")
            }

            // Care.
            D::EnregistrerFeuilleDeSoins | D::EnregistrerLot => {
                Ligne::de(&[CAISSES, &[(Executant, Tout)]])
                    .reservee("une feuille de soins est transmise par le médecin ou par la caisse")
            }
            D::SimulerContreRegistre | D::SimulerReformeSurLot => {
                Ligne::de(&[SA_CAISSE, &[(Executant, Tout)]])
                    .reservee("une feuille de soins est transmise par le médecin ou par la caisse")
            }
            D::LireFeuilleDeSoins => Ligne::de(&[ENFANT, CAISSES, &[(Executant, CeQuiLeNomme)]]),
            D::ListerFeuillesDeSoins => {
                Ligne::de(&[ENFANT, CAISSES, &[(Executant, CeQuiLeNomme)], DESIGNES])
            }
            D::LireInstruction => Ligne::de(&[CAISSES])
                .reservee("l'instruction d'une évaluation est lue par la caisse"),
            D::ListerFeuillesARevoir => {
                Ligne::de(&[SA_CAISSE]).reservee("seule une caisse liste les feuilles à revoir")
            }
            D::ListerCreances | D::LireRecouvrement => {
                Ligne::de(&[ENFANT, CAISSES]).reservee(CREANCES)
            }
            D::EnregistrerRecouvrement | D::AnnulerRecouvrement => Ligne::de(&[SA_CAISSE])
                .reservee(RECOUVREMENT)
                .sinon(D::ListerCreances, RECOUVREMENT_ACTUELLE),
            D::EssayerReevaluation
            | D::LireReevaluation
            | D::ListerFeuillesReevaluees
            | D::AppliquerReevaluation => Ligne::de(&[SA_CAISSE]).reservee(REEVALUATIONS),

            // Taking over what exists.
            D::DeposerReprise
            | D::LireReprise
            | D::ListerLignesReprise
            | D::TelechargerRapportReprise
            | D::ExecuterReprise
            | D::AbandonnerReprise => Ligne::de(&[&[(CaisseConcernee, Tout)]])
                .condition("les fichiers de sa propre caisse, pour ses assurés et les médecins de son département")
                .reservee("seule une caisse reprend ce qu'elle avait"),

            D::DemanderExport | D::LireExport | D::TelechargerExport => {
                Ligne::de(&[&[(CaisseConcernee, Tout)]])
                    .condition("les exports de sa propre caisse, de ceux qui en dépendent quand ils sont établis")
                    .reservee("seule une caisse exporte ce que le registre sait de ses assurés")
            }

            D::DemanderCourriers | D::LireCourriers | D::LireLotCourriers => {
                Ligne::de(&[&[(CaisseConcernee, Tout)]])
                    .condition("les courriers de sa propre caisse, à ceux qui en dépendent quand ils sont écrits")
                    .reservee(COURRIERS)
            }
            D::LireCourrier => Ligne::de(&[SA_CAISSE]).reservee(COURRIERS),

            // Doctors.
            D::DeclarerAccueil => Ligne::de(&[&[(LeMedecin, Tout)]])
                .reservee("seul un médecin dit s'il accepte de nouveaux patients"),
            D::EnregistrerMedecin | D::CorrigerMedecin => Ligne::de(&[MEDECINS])
                .condition("pour une caisse, tous les lieux d'exercice sont de son département")
                .reservee("seuls une caisse et le référentiel enregistrent un médecin ou tiennent sa fiche")
                .sinon(D::LireMedecin, TERRITOIRE),
            D::ApercuOperation
            | D::EnregistrerOperation
            | D::ImporterOperations
            | D::ApercuImportOperations => Ligne::de(&[MEDECINS])
                .condition(SIENS)
                .reservee(OPERATIONS)
                .sinon(D::LireMedecin, TERRITOIRE),
            D::LireOperation | D::AnnulerOperation | D::ListerOperations => {
                Ligne::de(&[MEDECINS]).condition(SIENNES).reservee(OPERATIONS)
            }
            D::ConfirmerOperation => Ligne::de(&[&[(Referentiel, Tout)]])
                .condition("un autre agent que celui qui a préparé l'acte")
                .reservee("seul le référentiel confirme un acte national"),
        }
    }
}
