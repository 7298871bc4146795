//! What the register said beside the feuille: absent from most evaluations.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use uuid::Uuid;

use super::{Unreadable, member, to_date, to_days};
use crate::domain::evaluation::{AdressageConnu, AutreFeuille, FaitsRegistre, HonorairesAnnee};
use crate::domain::ids::FeuilleId;
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;

#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct RegistreRow {
    /// Days since 1970, cover.
    #[n(0)]
    couvertures: Vec<(i32, u8)>,
    /// Line, kind of the referral (0 none), bits: 1 the sender is confirmed, 2 contradicted, 4 the act
    /// is not listed.
    #[n(1)]
    adressages: Vec<(u16, u8, u8)>,
    #[n(2)]
    autour: Vec<(i32, ByteVec)>,
    #[n(3)]
    avis: Vec<(i32, ByteVec)>,
    #[n(4)]
    honoraires: Option<(i64, i64)>,
}

impl RegistreRow {
    /// Nothing for what says nothing.
    pub(super) fn of(registre: &FaitsRegistre) -> Option<Self> {
        if *registre == FaitsRegistre::default() {
            return None;
        }
        let feuilles = |list: &[AutreFeuille]| {
            let row = |one: &AutreFeuille| {
                (to_days(one.jour), one.feuille.uuid().as_bytes().to_vec().into())
            };
            list.iter().map(row).collect()
        };
        Some(Self {
            couvertures: registre
                .couvertures
                .iter()
                .map(|(jour, known)| (to_days(*jour), known.code()))
                .collect(),
            adressages: registre
                .adressages
                .iter()
                .map(|(ligne, known)| {
                    let sender = match known.orienteur_confirme {
                        None => 0,
                        Some(true) => 1,
                        Some(false) => 2,
                    };
                    let bits = sender | if known.acte_imprevu { 4 } else { 0 };
                    (*ligne, known.nature.map_or(0, Vocabulaire::code), bits)
                })
                .collect(),
            autour: feuilles(&registre.autour),
            avis: feuilles(&registre.avis),
            honoraires: registre
                .honoraires
                .map(|year| (year.total.get(), year.sans_depassement.get())),
        })
    }

    pub(super) fn read(self) -> Result<FaitsRegistre, Unreadable> {
        Ok(FaitsRegistre {
            couvertures: self
                .couvertures
                .into_iter()
                .map(|(jour, known)| Ok((to_date(jour)?, member("couverture", known)?)))
                .collect::<Result<_, Unreadable>>()?,
            adressages: self
                .adressages
                .into_iter()
                .map(|(ligne, nature, bits)| {
                    let nature =
                        if nature == 0 { None } else { Some(member("adressage", nature)?) };
                    let orienteur_confirme = match bits & 3 {
                        1 => Some(true),
                        2 => Some(false),
                        _ => None,
                    };
                    let acte_imprevu = bits & 4 != 0;
                    Ok((ligne, AdressageConnu { nature, orienteur_confirme, acte_imprevu }))
                })
                .collect::<Result<_, Unreadable>>()?,
            autour: feuilles(self.autour)?,
            avis: feuilles(self.avis)?,
            honoraires: self.honoraires.map(|(total, without)| HonorairesAnnee {
                total: Centimes::new(total),
                sans_depassement: Centimes::new(without),
            }),
        })
    }
}

fn feuilles(rows: Vec<(i32, ByteVec)>) -> Result<Vec<AutreFeuille>, Unreadable> {
    rows.into_iter()
        .map(|(jour, id)| {
            let id = Uuid::from_slice(&id).map_err(|_wrong| Unreadable::Field("feuille"))?;
            Ok(AutreFeuille { jour: to_date(jour)?, feuille: FeuilleId::from_uuid(id) })
        })
        .collect()
}
