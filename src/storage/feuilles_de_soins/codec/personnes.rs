//! The beneficiary and the performer.

use minicbor::{Decode, Encode};

use super::{Jour, Unreadable, member, member_opt, parsed, to_date, to_days};
use crate::domain::feuille_de_soins::{
    Beneficiaire, Contrat, Executant, Exoneration, Garantie, LieuExecution,
};
use crate::domain::identifiers::{
    CommuneExercice, Finess, QualiteBeneficiaire, RangGemellaire, Rpps, Specialite,
};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::chiffres::Chiffres;

#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct BeneficiaireRow {
    #[n(0)]
    qualite: u8,
    #[n(1)]
    rang: u8,
    #[n(2)]
    date_naissance: Chiffres,
    #[n(3)]
    organisme: Option<Chiffres>,
    #[n(4)]
    complementaire: u8,
    #[n(5)]
    exoneration: u8,
    #[n(6)]
    regime_local: u8,
    #[n(7)]
    situation: u8,
    /// Kind of guarantee (0 ticket, 1 rate, 2 amount), plus 4 when the contract is not responsible.
    #[n(8)]
    contrat: Option<(u8, i64)>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct ExecutantRow {
    #[n(0)]
    specialite: u8,
    #[n(1)]
    convention: u8,
    #[n(2)]
    option_tarifaire: u8,
    #[n(3)]
    remplacant_de: Option<String>,
    #[n(4)]
    date_installation: Option<Jour>,
    #[n(5)]
    lieu: Option<LieuRow>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct LieuRow {
    #[n(0)]
    commune: Option<String>,
    #[n(1)]
    finess_et: Option<String>,
    #[n(2)]
    nature: Option<u8>,
}

fn to_contrat(contrat: Contrat) -> (u8, i64) {
    let (kind, value) = match contrat.garantie {
        Garantie::TicketModerateur => (0, 0),
        Garantie::TauxDeBase(rate) => (1, i64::from(rate)),
        Garantie::Montant(montant) => (2, montant.get()),
    };
    (kind | if contrat.responsable { 0 } else { 4 }, value)
}

fn of_contrat((kind, value): (u8, i64)) -> Result<Contrat, Unreadable> {
    let garantie = match kind & 3 {
        0 => Garantie::TicketModerateur,
        1 => Garantie::TauxDeBase(
            u32::try_from(value).map_err(|_negative| Unreadable::Field("contrat"))?,
        ),
        2 => Garantie::Montant(Centimes::new(value)),
        _ => return Err(Unreadable::Field("contrat")),
    };
    Ok(Contrat { responsable: kind & 4 == 0, garantie })
}

impl BeneficiaireRow {
    pub(super) fn of(value: &Beneficiaire) -> Self {
        Self {
            qualite: value.qualite.get(),
            rang: value.rang.get(),
            date_naissance: Chiffres::of_date(&value.date_naissance),
            organisme: value.organisme.as_ref().map(Chiffres::of_organisme),
            complementaire: value.complementaire.code(),
            exoneration: value.exoneration.get(),
            regime_local: value.regime_local.code(),
            situation: value.situation.code(),
            contrat: value.contrat.map(to_contrat),
        }
    }

    pub(super) fn read(self) -> Result<Beneficiaire, Unreadable> {
        Ok(Beneficiaire {
            qualite: QualiteBeneficiaire::parse(&self.qualite.to_string())
                .map_err(|_wrong| Unreadable::Field("qualite"))?,
            rang: RangGemellaire::new(i64::from(self.rang))
                .map_err(|_wrong| Unreadable::Field("rang"))?,
            date_naissance: self
                .date_naissance
                .date()
                .ok_or(Unreadable::Field("date_naissance"))?,
            organisme: self
                .organisme
                .map(|digits| digits.organisme().ok_or(Unreadable::Field("organisme")))
                .transpose()?,
            complementaire: member("complementaire", self.complementaire)?,
            exoneration: Exoneration::from_code(self.exoneration)
                .ok_or(Unreadable::Field("exoneration"))?,
            regime_local: member("regime_local", self.regime_local)?,
            situation: member("situation", self.situation)?,
            contrat: self.contrat.map(of_contrat).transpose()?,
        })
    }
}

impl ExecutantRow {
    pub(super) fn of(value: &Executant) -> Self {
        Self {
            specialite: value.specialite.get(),
            convention: value.convention.code(),
            option_tarifaire: value.option_tarifaire.code(),
            remplacant_de: value.remplacant_de.map(|rpps| rpps.to_string()),
            date_installation: value.date_installation.map(to_days),
            lieu: value.lieu.map(|lieu| LieuRow {
                commune: lieu.commune.map(|commune| commune.to_string()),
                finess_et: lieu.finess_et.map(|finess| finess.to_string()),
                nature: lieu.nature.map(Vocabulaire::code),
            }),
        }
    }

    pub(super) fn read(self) -> Result<Executant, Unreadable> {
        Ok(Executant {
            specialite: Specialite::parse(&format!("{:02}", self.specialite))
                .map_err(|_wrong| Unreadable::Field("specialite"))?,
            convention: member("convention", self.convention)?,
            option_tarifaire: member("option_tarifaire", self.option_tarifaire)?,
            remplacant_de: parsed("remplacant_de", self.remplacant_de.as_deref(), Rpps::parse)?,
            date_installation: self.date_installation.map(to_date).transpose()?,
            lieu: self
                .lieu
                .map(|row| {
                    Ok::<_, Unreadable>(LieuExecution {
                        commune: parsed("commune", row.commune.as_deref(), CommuneExercice::parse)?,
                        finess_et: parsed("finess_et", row.finess_et.as_deref(), Finess::parse)?,
                        nature: member_opt("lieu", row.nature)?,
                    })
                })
                .transpose()?,
        })
    }
}
