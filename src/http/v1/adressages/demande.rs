//! What callers send about a referral.

use chrono::NaiveDate;
use utoipa::ToSchema;

use crate::domain::adressage::{
    MAX_CORRESPONDANTS, MotifCloture, NatureAdressage, NatureRetour, Periodicite, SoinsPrevus,
    UnitePeriodicite,
};
use crate::domain::feuille_de_soins::Nomenclature;
use crate::domain::identifiers::{Rpps, Specialite};
use crate::http::lecture::{Entier, Erreurs, Lire, Liste, Noeud, Objet, Reference, Texte, lecture};
use crate::http::verification::{Verification, code_acte};
use crate::services::ChampInvalide;
use crate::services::adressages::{
    Cloture, ContenuAdressage, NouveauRetour, NouvelAdressage, RefCorrespondant,
};

type CorrespondantsDemande = Liste<CorrespondantDemande, 1, MAX_CORRESPONDANTS>;
type ActesPrevusDemande = Liste<ActePrevuDemande, 0, 20>;

lecture! {
    /// Adressage à établir.
    #[schema(example = json!({
        "nature": "avis_ponctuel", "correspondants": [{ "rpps": "99900002017" }]
    }))]
    pub(crate) struct AdressageDemande {
        /// Nature.
        nature: NatureAdressage,
        /// Jour où le médecin traitant l'a établi ; aujourd'hui par défaut.
        etabli_le: Option<NaiveDate>,
        /// Premier jour ; celui de l'établissement par défaut.
        effet_du: Option<NaiveDate>,
        /// Premier jour qui n'en fait plus partie ; facultatif pour un avis ponctuel seulement.
        effet_au: Option<NaiveDate>,
        /// Correspondants : un seul, ou plusieurs pour une séquence ou un protocole.
        correspondants: CorrespondantsDemande,
        /// Actes prévus, par leurs codes ; un plan de soins en a au moins un.
        actes: Option<ActesPrevusDemande>,
        /// Périodicité, nécessaire pour un plan de soins.
        periodicite: Option<PeriodiciteDemande>,
    }

    /// Contenu corrigé d'un adressage : il prend la place du précédent en entier.
    #[schema(example = json!({
        "effet_au": "2025-12-16", "correspondants": [{ "specialite": "03" }],
        "actes": [{ "nomenclature": "ngap", "code": "CS" }],
        "periodicite": { "tous_les": 6, "unite": "semaine" }
    }))]
    pub(crate) struct RectificationAdressageDemande {
        /// Premier jour ; inchangé par défaut.
        effet_du: Option<NaiveDate>,
        /// Premier jour qui n'en fait plus partie ; facultatif pour un avis ponctuel seulement.
        effet_au: Option<NaiveDate>,
        /// Correspondants.
        correspondants: CorrespondantsDemande,
        /// Actes prévus.
        actes: Option<ActesPrevusDemande>,
        /// Périodicité.
        periodicite: Option<PeriodiciteDemande>,
    }

    /// Correspondant : un médecin, ou tout médecin d'une spécialité.
    #[schema(example = json!({ "rpps": "99900002017" }))]
    pub(crate) struct CorrespondantDemande {
        /// RPPS du médecin.
        rpps: Option<Rpps>,
        /// Code de la spécialité.
        specialite: Option<Specialite>,
    }

    /// Acte prévu.
    pub(crate) struct ActePrevuDemande {
        /// Nomenclature.
        nomenclature: Nomenclature,
        /// Code de l'acte dans sa nomenclature.
        code: Texte<1, 7>,
    }

    /// Périodicité : tous les tant de jours, semaines, mois ou années.
    pub(crate) struct PeriodiciteDemande {
        /// Tous les combien.
        tous_les: Entier<1, 365>,
        /// De quoi.
        unite: UnitePeriodicite,
    }

    /// Clôture d'un adressage avant sa fin.
    #[schema(example = json!({ "motif": "soins_termines" }))]
    pub(crate) struct ClotureAdressageDemande {
        /// Premier jour qui n'en fait plus partie, aujourd'hui au plus tôt ; demain par défaut.
        effet_au: Option<NaiveDate>,
        /// Motif.
        motif: MotifCloture,
    }

    /// Retour d'information du correspondant au médecin traitant.
    #[schema(example = json!({ "nature": "conclusions", "soins_le": "2025-06-16", "reference": "LETTRE-2025-0042" }))]
    pub(crate) struct RetourDemande {
        /// Nature ; des conclusions achèvent un avis ponctuel.
        nature: NatureRetour,
        /// Jour des soins ; aujourd'hui par défaut.
        soins_le: Option<NaiveDate>,
        /// Référence du document transmis par ailleurs : ni son contenu, ni un numéro de personne.
        reference: Option<Reference<128>>,
    }
}

/// Corps sans champ.
#[derive(Debug, ToSchema)]
#[schema(example = json!({}))]
pub(crate) struct CorpsVideDemande {}

impl Lire for CorpsVideDemande {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        Objet::of(noeud, erreurs)?.fin(&[], erreurs);
        Some(Self {})
    }
}

impl AdressageDemande {
    pub(super) fn into_domain(self) -> Result<NouvelAdressage, Vec<ChampInvalide>> {
        let parts = (self.correspondants, self.actes, self.periodicite);
        let contenu = contenu((self.effet_du, self.effet_au), parts)?;
        Ok(NouvelAdressage { nature: self.nature, etabli_le: self.etabli_le, contenu })
    }
}

impl RectificationAdressageDemande {
    pub(super) fn into_domain(self) -> Result<ContenuAdressage, Vec<ChampInvalide>> {
        let parts = (self.correspondants, self.actes, self.periodicite);
        contenu((self.effet_du, self.effet_au), parts)
    }
}

impl ClotureAdressageDemande {
    pub(super) const fn into_domain(self) -> Cloture {
        Cloture { effet_au: self.effet_au, motif: self.motif }
    }
}

impl RetourDemande {
    pub(super) fn into_domain(self) -> NouveauRetour {
        NouveauRetour {
            nature: self.nature,
            soins_le: self.soins_le,
            reference: self.reference.map(|text| text.0),
        }
    }
}

fn contenu(
    (effet_du, effet_au): (Option<NaiveDate>, Option<NaiveDate>),
    (correspondants, actes, periodicite): (
        CorrespondantsDemande,
        Option<ActesPrevusDemande>,
        Option<PeriodiciteDemande>,
    ),
) -> Result<ContenuAdressage, Vec<ChampInvalide>> {
    let mut check = Verification::new(true);
    let mut to = Vec::new();
    for (rang, one) in correspondants.0.iter().enumerate() {
        match (one.rpps, one.specialite) {
            (Some(rpps), None) => to.push(RefCorrespondant::Medecin(rpps)),
            (None, Some(code)) => to.push(RefCorrespondant::Specialite(code)),
            _ => check.complain(
                format!("/correspondants/{rang}"),
                "un_seul_des_deux",
                "attendu : « rpps » ou « specialite »",
            ),
        }
    }
    let mut planned = Vec::new();
    for (rang, acte) in actes.map_or_else(Vec::new, |list| list.0).iter().enumerate() {
        let pointeur = format!("/actes/{rang}");
        planned.extend(code_acte(acte.nomenclature, &acte.code.0, &pointeur, &mut check));
    }
    let periodicite = periodicite.map(|one| Periodicite {
        tous_les: u16::try_from(one.tous_les.0).unwrap_or(u16::MAX),
        unite: one.unite,
    });
    check.finish(Some(ContenuAdressage {
        effet_du,
        effet_au,
        correspondants: to,
        soins: SoinsPrevus { actes: planned, periodicite },
    }))
}
