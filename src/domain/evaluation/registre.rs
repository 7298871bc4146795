//! What the register says beside the feuille. Empty in a simulation: nothing was asked of it.

use chrono::NaiveDate;

use crate::domain::adressage::{Adressage, NatureAdressage};
use crate::domain::calendar::plus_mois;
use crate::domain::ccam::ActeConnu;
use crate::domain::feuille_de_soins::{Acte, Convention, OptionTarifaire, ParcoursDeclare};
use crate::domain::identifiers::{CommuneExercice, Organisme, Rpps, Specialite};
use crate::domain::ids::FeuilleId;
use crate::domain::money::{AmountOverflow, Centimes};
use crate::domain::vie::sommeil::MotifSommeil;
use crate::domain::vocabulary::vocabulaire;

vocabulaire!(
    /// Cover under which a designation sleeps: the ordinary one is not written.
    CouvertureConnue ("couverture_connue") {
        Ame = 1 "ame",
        /// In passage, under the coordination of two schemes.
        Passage = 2 "passage",
        CaisseDuPacifique = 3 "caisse_du_pacifique",
        CaisseDeMayotte = 4 "caisse_de_mayotte",
        SansDroits = 5 "sans_droits",
        HorsDeFrance = 6 "hors_de_france",
    }
);

impl CouvertureConnue {
    /// Why the designation sleeps, with the caisse when it is the reason.
    pub fn of(motif: MotifSommeil, organisme: Option<&Organisme>) -> Self {
        match motif {
            MotifSommeil::Ame => Self::Ame,
            MotifSommeil::Passage => Self::Passage,
            MotifSommeil::SansDroits => Self::SansDroits,
            MotifSommeil::HorsDeFrance => Self::HorsDeFrance,
            MotifSommeil::CaisseExclue if organisme.is_some_and(Organisme::est_mayotte) => {
                Self::CaisseDeMayotte
            }
            MotifSommeil::CaisseExclue => Self::CaisseDuPacifique,
        }
    }
}

/// What the referrals of the register say of the performer on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AdressageConnu {
    /// Kind of the referral that covers the performer, when there is one.
    pub nature: Option<NatureAdressage>,
    /// Whether the doctor whom the feuille names is the author of that referral or the médecin
    /// traitant; nothing when the feuille gives no number to compare.
    pub orienteur_confirme: Option<bool>,
    /// Whether the referral lists acts, and not the one of that day.
    pub acte_imprevu: bool,
}

impl AdressageConnu {
    /// Reads the referrals that hold on a day. When several cover the performer, an agreed follow-up
    /// is kept rather than a single opinion, and the latest established of them.
    pub fn of(
        adressages: &[Adressage],
        parcours: &ParcoursDeclare,
        executant: (&Rpps, Specialite),
        acte: &Acte,
        est_mt: impl Fn(Rpps) -> bool,
    ) -> Self {
        let jour = acte.date_reference();
        let (rpps, specialite) = executant;
        let covering = adressages
            .iter()
            .filter(|one| one.couvre(jour, rpps, Some(specialite)))
            .max_by_key(|one| (one.nature != NatureAdressage::AvisPonctuel, one.etabli_le));
        let sender = parcours.orienteur.as_ref().and_then(|orienteur| orienteur.rpps);
        Self {
            nature: covering.map(|one| one.nature),
            orienteur_confirme: sender
                .map(|rpps| est_mt(rpps) || covering.is_some_and(|one| one.rpps == rpps)),
            acte_imprevu: covering.is_some_and(|one| {
                !one.soins.actes.is_empty() && !one.soins.actes.contains(&acte.code)
            }),
        }
    }
}

/// Another feuille of the same person by the same performer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AutreFeuille {
    pub jour: NaiveDate,
    pub feuille: FeuilleId,
}

/// Longest delay that ever was around a single opinion, in months. The law of its day says which one
/// counts.
const AUTOUR_D_UN_AVIS: i32 = 6;

/// Days around a feuille on which others of the same performer may make an opinion a continuing care.
pub fn autour_d_un_avis(jour: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    plus_mois(jour, -AUTOUR_D_UN_AVIS).zip(plus_mois(jour, AUTOUR_D_UN_AVIS))
}

/// Fees of a performer in a calendar year, the feuille itself not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HonorairesAnnee {
    pub total: Centimes,
    /// Those of acts without any authorised overrun.
    pub sans_depassement: Centimes,
}

impl HonorairesAnnee {
    /// With other fees of the same year.
    pub fn plus(&self, other: &Self) -> Result<Self, AmountOverflow> {
        Ok(Self {
            total: self.total.plus(other.total)?,
            sans_depassement: self.sans_depassement.plus(other.sans_depassement)?,
        })
    }

    /// Without fees that are among them.
    pub fn minus(&self, other: &Self) -> Result<Self, AmountOverflow> {
        Ok(Self {
            total: self.total.minus(other.total)?,
            sans_depassement: self.sans_depassement.minus(other.sans_depassement)?,
        })
    }
}

/// What the practice file of the performer says otherwise than the feuille on a day. It decides; what is the
/// same, and what the file does not know, is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExecutantConnu {
    pub specialite: Option<Specialite>,
    /// Those of the practice that bills.
    pub conventionnement: Option<(Convention, OptionTarifaire)>,
    /// Kept for the indicators that rest on it.
    pub date_installation: Option<NaiveDate>,
    /// Commune overseas of the practice that bills, when the feuille gives no place.
    pub outre_mer: Option<CommuneExercice>,
}

/// Who has signed the declaration that names a performer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is somebody who has signed, or not")]
pub struct SignaturesConnues {
    pub assure: bool,
    /// Somebody who acts for the person.
    pub representant: bool,
    /// The performer.
    pub medecin: bool,
    /// All the other doctors whom it names.
    pub autres_medecins: bool,
}

/// How far the declaration is that names a performer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttenteConnue {
    /// The day of its last signature, when everybody has signed since.
    pub complete_le: Option<NaiveDate>,
    pub signees: SignaturesConnues,
}

/// What the register knows of the médecin traitant that decides nothing, and without which somebody would be told to do what
/// cannot be done, or is done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MtConnu {
    /// Reference days on which none of the médecins traitants practised.
    pub sans_exercice: Vec<NaiveDate>,
    /// Where nobody was on a reference day: since when somebody is.
    pub choisi_le: Option<NaiveDate>,
    /// Where a declaration was under way.
    pub attente: Option<AttenteConnue>,
}

/// What the register says beside the feuille.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FaitsRegistre {
    /// Cover under which the designation sleeps, by reference day.
    pub couvertures: Vec<(NaiveDate, CouvertureConnue)>,
    /// Referrals, by line: empty when the register was not asked.
    pub adressages: Vec<(u16, AdressageConnu)>,
    /// Feuilles of the same performer around a single opinion of this one.
    pub autour: Vec<AutreFeuille>,
    /// Single opinions of the same performer around this feuille.
    pub avis: Vec<AutreFeuille>,
    /// Fees of the year, when this feuille bills an authorised overrun.
    pub honoraires: Option<HonorairesAnnee>,
    /// The practice file of the performer, by day of care: empty when it says what the feuille says.
    pub executant: Vec<(NaiveDate, ExecutantConnu)>,
    /// The doctor whose billing number the feuille bears, when he is not the performer and the feuille does
    /// not say that he is replaced.
    pub numero_de: Option<Rpps>,
    /// What the CCAM says of the acts that it knows, by line: an act of the CCAM without any is unknown.
    pub ccam: Vec<(u16, ActeConnu)>,
    pub mt: Option<MtConnu>,
}

impl FaitsRegistre {
    /// Whether the person had a médecin traitant on a day, who practised nowhere.
    pub fn mt_sans_exercice(&self, jour: NaiveDate) -> bool {
        self.mt.as_ref().is_some_and(|known| known.sans_exercice.contains(&jour))
    }

    /// What the CCAM says of a line.
    pub fn ccam(&self, numero_ligne: u16) -> Option<&ActeConnu> {
        self.ccam.iter().find(|(known, _)| *known == numero_ligne).map(|(_, found)| found)
    }

    /// What the practice file of the performer says otherwise on a day of care.
    pub fn executant_le(&self, jour: NaiveDate) -> ExecutantConnu {
        let found = self.executant.iter().find(|(day, _)| *day == jour);
        found.map(|(_, known)| *known).unwrap_or_default()
    }

    /// Cover under which the designation sleeps on a day.
    pub fn couverture_le(&self, jour: NaiveDate) -> Option<CouvertureConnue> {
        self.couvertures.iter().find(|(day, _)| *day == jour).map(|(_, known)| *known)
    }

    /// What the referrals say of a line.
    pub fn adressage(&self, numero_ligne: u16) -> Option<AdressageConnu> {
        self.adressages.iter().find(|(known, _)| *known == numero_ligne).map(|(_, found)| *found)
    }
}
