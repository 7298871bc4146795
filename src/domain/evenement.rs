//! What happens, as it is told: a closed list of kinds and, beside each, whom it is told to and which days
//! of care it touches.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::droits::Relation::{
    self, AncienneCaisse, Auteur, CaisseActuelle, CaisseConcernee, Correspondant, Executant,
    MedecinTraitant, Nomme, Referentiel, Representant, SoiMeme, TitulaireEnfant, TitulaireJeune,
};
use super::ids::{DeclarationId, FeuilleId, MedecinId};
use super::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// Which days of care an event touches, given its first day and the first day after it.
    JoursTouches ("jours_touches") {
        /// It tells something else, or only accompanies an event that touches some.
        Aucun = 1 "aucun",
        /// Those of the fact itself.
        Periode = 2 "sa_periode",
        /// Those from its first day on.
        Debut = 3 "des_son_debut",
        /// Those from its end on: it is the end that was recorded.
        Fin = 4 "des_sa_fin",
        /// Any: it changes what the days of before were thought to be.
        Tous = 5 "tous",
    }
);

/// Some of those to whom events are told. A caisse of before is told what counts on its own days.
type Groupe = &'static [Relation];

/// The person, and whoever holds their rights on what is not the secret of a young person.
const FAMILLE: Groupe = &[SoiMeme, TitulaireEnfant, TitulaireJeune, Representant];
/// The person, and a holder of parental authority as long as the child does not choose.
const ENFANT: Groupe = &[SoiMeme, TitulaireEnfant];
/// The person, and whoever puts their record right for them.
const DEMANDEURS: Groupe = &[SoiMeme, TitulaireEnfant, Representant];
const CAISSES: Groupe = &[CaisseActuelle, AncienneCaisse];
const SA_CAISSE: Groupe = &[CaisseActuelle];
/// The doctors whom the event, or its declaration, names.
const NOMMES: Groupe = &[Nomme];
/// Those of the day.
const TRAITANTS: Groupe = &[MedecinTraitant];
const ADRESSAGE: Groupe = &[MedecinTraitant, Auteur, Correspondant];
const EXECUTANT: Groupe = &[Executant];
/// Who keeps the register of doctors, and the caisses that the doctor concerns.
const MEDECINS: Groupe = &[CaisseConcernee, Referentiel];
/// Who keeps the register of doctors: nobody else reads an act that waits for its second agent.
const REFERENTIEL: Groupe = &[Referentiel];

/// Declares the kinds, one line each: its number, its word, the days that it touches, whom it is told to.
macro_rules! natures {
    ($( $member:ident = $code:literal $mot:literal $jours:ident [$($groupe:ident),+] ),+ $(,)?) => {
        vocabulaire!(
            /// A kind of event. What of it each reader sees is for the table of rights to say.
            NatureEvenement ("nature_evenement") { $( $member = $code $mot ),+ }
        );

        impl NatureEvenement {
            /// Which days of care it touches.
            pub const fn jours(self) -> JoursTouches {
                match self { $( Self::$member => JoursTouches::$jours ),+ }
            }

            const fn groupes(self) -> &'static [Groupe] {
                match self { $( Self::$member => &[$($groupe),+] ),+ }
            }
        }
    };
}

natures! {
    AdressageEtabli = 1 "adressage.etabli" Periode [ENFANT, ADRESSAGE, CAISSES],
    AdressageRectifie = 2 "adressage.rectifie" Debut [ENFANT, ADRESSAGE, CAISSES],
    AdressageRetour = 3 "adressage.retour" Aucun [ENFANT, ADRESSAGE, CAISSES],
    AdressageClos = 4 "adressage.clos" Fin [ENFANT, ADRESSAGE, CAISSES],
    AdressageAnnule = 5 "adressage.annule" Periode [ENFANT, ADRESSAGE, CAISSES],
    ConciliationOuverte = 6 "conciliation.ouverte" Aucun [ENFANT, CAISSES],
    ConciliationContact = 7 "conciliation.contact" Aucun [ENFANT, CAISSES],
    ConciliationReponse = 8 "conciliation.reponse" Aucun [ENFANT, CAISSES],
    ConciliationMedecinTrouve = 9 "conciliation.medecin_trouve" Aucun [ENFANT, CAISSES],
    ConciliationAbandonnee = 10 "conciliation.abandonnee" Aucun [ENFANT, CAISSES],
    ConciliationClose = 11 "conciliation.close" Aucun [ENFANT, CAISSES],
    DeclarationDeposee = 12 "declaration.deposee" Aucun [FAMILLE, NOMMES, CAISSES],
    DeclarationSignee = 13 "declaration.signee" Aucun [FAMILLE, NOMMES, CAISSES],
    DeclarationRefusee = 14 "declaration.refusee" Aucun [FAMILLE, NOMMES, CAISSES],
    DeclarationAnnulee = 15 "declaration.annulee" Aucun [FAMILLE, NOMMES, CAISSES],
    DeclarationExpiree = 16 "declaration.expiree" Aucun [FAMILLE, NOMMES, CAISSES],
    DeclarationRectifiee = 17 "declaration.rectifiee" Aucun [FAMILLE, NOMMES, CAISSES],
    DeclarationRetiree = 18 "declaration.retiree" Aucun [FAMILLE, NOMMES, CAISSES],
    DeclarationMemeJour = 19 "declaration.meme_jour" Aucun [FAMILLE, NOMMES, CAISSES],
    DeclarationAutreTitulaire = 20 "declaration.autre_titulaire" Aucun [FAMILLE, SA_CAISSE],
    DeclarationPriseEffet = 21 "declaration.prise_effet" Periode [FAMILLE, NOMMES, CAISSES],
    DeclarationRouverte = 22 "declaration.rouverte" Debut [FAMILLE, NOMMES, CAISSES],
    DeclarationRemplacee = 23 "declaration.remplacee" Fin [FAMILLE, NOMMES, CAISSES],
    DeclarationCloturee = 24 "declaration.cloturee" Fin [FAMILLE, NOMMES, CAISSES],
    DeclarationDepassee = 25 "declaration.depassee" Tous [FAMILLE, NOMMES, CAISSES],
    DesignationMembreArrive = 26 "designation.membre_arrive" Debut [FAMILLE, NOMMES, TRAITANTS, CAISSES],
    DesignationMembreParti = 27 "designation.membre_parti" Debut [FAMILLE, NOMMES, TRAITANTS, CAISSES],
    DesignationMembreRevenu = 28 "designation.membre_revenu" Debut [FAMILLE, NOMMES, TRAITANTS, CAISSES],
    DesignationMiseEnSommeil = 29 "designation.mise_en_sommeil" Aucun [FAMILLE, TRAITANTS, CAISSES],
    DesignationReveillee = 30 "designation.reveillee" Aucun [FAMILLE, TRAITANTS, CAISSES],
    DesignationEnConflit = 31 "designation.en_conflit" Aucun [SA_CAISSE],
    DesignationConflitResolu = 32 "designation.conflit_resolu" Debut [SA_CAISSE],
    DesignationMedecinSuspendu = 33 "designation.medecin_suspendu" Aucun [FAMILLE, SA_CAISSE],
    DesignationSpecialiteChangee = 34 "designation.specialite_changee" Aucun [FAMILLE, SA_CAISSE],
    DesignationLieuChange = 35 "designation.lieu_change" Aucun [FAMILLE, SA_CAISSE],
    FeuilleEvaluee = 36 "feuille.evaluee" Aucun [ENFANT, EXECUTANT, CAISSES],
    FeuilleReevaluee = 37 "feuille.reevaluee" Aucun [ENFANT, EXECUTANT, CAISSES],
    FeuilleReattribuee = 38 "feuille.reattribuee" Aucun [ENFANT, EXECUTANT, CAISSES],
    FeuilleAReexaminer = 39 "feuille.a_reexaminer" Aucun [SA_CAISSE],
    FeuilleRecouvrement = 40 "feuille.recouvrement" Aucun [ENFANT, CAISSES],
    FeuilleRecouvrementAnnule = 41 "feuille.recouvrement_annule" Aucun [ENFANT, CAISSES],
    MedecinCessation = 42 "medecin.cessation" Aucun [NOMMES, MEDECINS],
    MedecinLieuChange = 43 "medecin.lieu_change" Aucun [NOMMES, MEDECINS],
    MedecinSpecialiteChangee = 44 "medecin.specialite_changee" Aucun [NOMMES, MEDECINS],
    MedecinSuspension = 45 "medecin.suspension" Aucun [NOMMES, MEDECINS],
    MedecinOperationAnnulee = 46 "medecin.operation_annulee" Aucun [FAMILLE, SA_CAISSE, NOMMES, MEDECINS],
    NeutralisationOuverte = 47 "neutralisation.ouverte" Aucun [ENFANT, CAISSES],
    NeutralisationRetiree = 48 "neutralisation.retiree" Aucun [ENFANT, CAISSES],
    NeutralisationFinProche = 82 "neutralisation.fin_proche" Aucun [ENFANT, CAISSES],
    PatientIdentifiantRemplace = 49 "patient.identifiant_remplace" Aucun [FAMILLE, CAISSES],
    PatientOrganismeChange = 50 "patient.organisme_change" Debut [FAMILLE, CAISSES],
    PatientStatutChange = 51 "patient.statut_change" Debut [FAMILLE, CAISSES],
    PatientAdresseChange = 52 "patient.adresse_change" Aucun [FAMILLE, SA_CAISSE],
    PatientDecede = 53 "patient.decede" Debut [FAMILLE, TRAITANTS, CAISSES],
    PatientDecesRectifie = 54 "patient.deces_rectifie" Tous [FAMILLE, TRAITANTS, CAISSES],
    PatientFusionne = 55 "patient.fusionne" Tous [FAMILLE, SA_CAISSE],
    PatientFusionAnnulee = 56 "patient.fusion_annulee" Tous [FAMILLE, SA_CAISSE],
    PatientScinde = 57 "patient.scinde" Tous [FAMILLE, SA_CAISSE],
    PatientMajorite16Ans = 58 "patient.majorite_16_ans" Aucun [FAMILLE, SA_CAISSE],
    ReevaluationDemandee = 59 "reevaluation.demandee" Aucun [SA_CAISSE],
    ReevaluationAppliquee = 60 "reevaluation.appliquee" Aucun [SA_CAISSE],
    RepresentationEnregistree = 61 "representation.enregistree" Aucun [FAMILLE, CAISSES],
    RepresentationTerminee = 62 "representation.terminee" Aucun [FAMILLE, CAISSES],
    DeclarationContestee = 63 "declaration.contestee" Debut [FAMILLE, NOMMES, CAISSES],
    DeclarationContestationRetenue = 64 "declaration.contestation_retenue" Aucun [FAMILLE, NOMMES, CAISSES],
    DeclarationContestationRejetee = 65 "declaration.contestation_rejetee" Debut [FAMILLE, NOMMES, CAISSES],
    MedecinOperationPreparee = 66 "medecin.operation_preparee" Aucun [REFERENTIEL],
    PatientNumeroDispute = 67 "patient.numero_dispute" Aucun [SA_CAISSE],
    DeclarationCaduque = 70 "declaration.caduque" Aucun [FAMILLE, NOMMES, CAISSES],
    DeclarationRetraitAnnule = 71 "declaration.retrait_annule" Aucun [FAMILLE, NOMMES, CAISSES],
    PatientIdentiteChangee = 72 "patient.identite_changee" Aucun [FAMILLE, CAISSES],
    PatientNaissanceRectifiee = 73 "patient.naissance_rectifiee" Tous [FAMILLE, CAISSES],
    MedecinFicheCorrigee = 74 "medecin.fiche_corrigee" Periode [NOMMES, SA_CAISSE, MEDECINS],
    DeclarationDeNouveauAttendue = 79 "declaration.de_nouveau_attendue" Aucun [FAMILLE, NOMMES, CAISSES],
    PatientLimite = 80 "patient.limite" Aucun [FAMILLE, CAISSES],
    PatientLimitationLevee = 81 "patient.limitation_levee" Aucun [FAMILLE, CAISSES],
    PatientRectificationDemandee = 83 "patient.rectification_demandee" Aucun [DEMANDEURS, SA_CAISSE],
    PatientRectificationRepondue = 84 "patient.rectification_repondue" Aucun [DEMANDEURS, SA_CAISSE],
    DeclarationAVerifier = 85 "declaration.a_verifier" Aucun [SA_CAISSE],
    PatienteleArrivee = 75 "patientele.arrivee" Aucun [NOMMES],
    PatienteleDepart = 76 "patientele.depart" Aucun [NOMMES],
    PatienteleArriveeAnnulee = 77 "patientele.arrivee_annulee" Aucun [NOMMES],
    PatienteleDepartAnnule = 78 "patientele.depart_annule" Aucun [NOMMES],
}

impl NatureEvenement {
    /// What an event of this theme is about: the word before the point.
    pub fn theme(self) -> &'static str {
        self.mot().split_once('.').map_or(self.mot(), |(theme, _)| theme)
    }

    /// Whether somebody who is that is told of it.
    pub fn est_dite_a(self, relation: Relation) -> bool {
        self.destinataires().any(|one| one == relation)
    }

    /// Whom it is told to, by what they are to the person or to the thing.
    pub fn destinataires(self) -> impl Iterator<Item = Relation> {
        self.groupes().iter().flat_map(|groupe| groupe.iter().copied())
    }

    /// The kinds that touch days of care.
    pub fn tardives() -> Vec<Self> {
        let touches = |one: &Self| one.jours() != JoursTouches::Aucun;
        Self::TOUS.iter().copied().filter(touches).collect()
    }
}

/// Something to tell, about a person or about nobody.
#[derive(Debug, Clone)]
pub struct Fact {
    pub nature: NatureEvenement,
    /// From which day it counts.
    pub effet_du: Option<NaiveDate>,
    pub medecin_id: Option<MedecinId>,
    pub declaration_id: Option<DeclarationId>,
    pub feuille_id: Option<FeuilleId>,
    /// The same thing of each of these, in their order: each is an event.
    pub feuilles: Option<Vec<FeuilleId>>,
    /// Codes and states; never a number of a person.
    pub donnees: Value,
}

impl Fact {
    /// The word of a closed vocabulary by which events of its kind are told apart when they are counted: why a
    /// designation ended, how a signature is proved.
    pub fn sorte(&self) -> Option<&str> {
        let members = [
            (NatureEvenement::DeclarationRemplacee, "motif_fin"),
            (NatureEvenement::DeclarationCloturee, "motif_fin"),
            (NatureEvenement::DesignationMembreParti, "motif_depart"),
            (NatureEvenement::DeclarationDeposee, "preuve"),
            (NatureEvenement::DeclarationSignee, "preuve"),
        ];
        let (_, member) = members.into_iter().find(|(nature, _)| *nature == self.nature)?;
        self.donnees.get(member)?.as_str()
    }

    /// A kind of event, and nothing else yet.
    pub fn of(nature: NatureEvenement) -> Self {
        Self {
            nature,
            effet_du: None,
            medecin_id: None,
            declaration_id: None,
            feuille_id: None,
            feuilles: None,
            donnees: json!({}),
        }
    }

    /// From which day it counts.
    #[must_use]
    pub fn effective(self, effet_du: impl Into<Option<NaiveDate>>) -> Self {
        Self { effet_du: effet_du.into(), ..self }
    }

    /// About which doctor.
    #[must_use]
    pub fn doctor(self, medecin_id: impl Into<Option<MedecinId>>) -> Self {
        Self { medecin_id: medecin_id.into(), ..self }
    }

    /// About which declaration.
    #[must_use]
    pub fn declaration(self, declaration_id: impl Into<Option<DeclarationId>>) -> Self {
        Self { declaration_id: declaration_id.into(), ..self }
    }

    /// About which feuille.
    #[must_use]
    pub fn feuille(self, feuille_id: FeuilleId) -> Self {
        Self { feuille_id: Some(feuille_id), ..self }
    }

    /// About which feuilles, each on its own.
    #[must_use]
    pub fn feuilles(self, feuilles: Vec<FeuilleId>) -> Self {
        Self { feuilles: Some(feuilles), ..self }
    }

    /// With what codes and states.
    #[must_use]
    pub fn with(self, donnees: Value) -> Self {
        Self { donnees, ..self }
    }
}
