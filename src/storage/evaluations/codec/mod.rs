//! The binary form of an evaluation: facts, decisions and amounts, in CBOR arrays of numbers.
//!
//! Sentences are not kept: they are rendered from the codes, the facts and the amounts. Amounts
//! that are sums or differences of others are computed again.

mod registre;

use chrono::NaiveDate;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use uuid::Uuid;

use self::registre::RegistreRow;
use super::EvaluationEnregistree;
use crate::domain::evaluation::{
    ActeEvalue, Avertissement, AvertissementLigne, CodeRegle, Constat, Constats, Evaluation,
    FaitsConnus, Issue, LigneEvaluee, Montants, Qualification, Theme,
};
use crate::domain::ids::DeclarationId;
use crate::domain::money::{AmountOverflow, Centimes, Taux};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::chiffres::Chiffres;

const VERSION: u8 = 1;

/// Why bytes are not an evaluation.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("version {0}")]
    Version(u8),
    #[error("not CBOR of the expected form: {0}")]
    Form(#[from] minicbor::decode::Error),
    #[error("field {0}")]
    Field(&'static str),
    #[error(transparent)]
    Amount(#[from] AmountOverflow),
    #[error("nothing")]
    Empty,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct Detail {
    #[n(0)]
    declaration: Option<ByteVec>,
    #[n(1)]
    naissance: Chiffres,
    /// Days since 1970, relation to the médecin traitant.
    #[n(2)]
    relations: Vec<(i32, u8)>,
    #[n(3)]
    participations_jour: Vec<(i32, i64)>,
    #[n(4)]
    participations_an: Vec<(i32, i64)>,
    #[n(5)]
    actes: Vec<ActeRow>,
    #[n(6)]
    avertissements: Vec<(u8, Option<u16>)>,
    #[n(7)]
    registre: Option<RegistreRow>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ActeRow {
    #[n(0)]
    appartenance: u8,
    #[n(1)]
    code: u8,
    /// Bit 0 majoration, bit 1 authorised overrun, bit 2 coordination.
    #[n(2)]
    drapeaux: u8,
    #[n(3)]
    classe: u8,
    #[n(4)]
    taux: u16,
    /// Rules that decided: topic × 1000 + number.
    #[n(5)]
    retenues: Vec<u16>,
    /// Rules that applied without deciding.
    #[n(6)]
    surclassees: Vec<u16>,
    #[n(7)]
    lignes: Vec<LigneRow>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct LigneRow {
    #[n(0)]
    numero: u16,
    #[n(1)]
    honoraires: i64,
    #[n(2)]
    base: i64,
    #[n(3)]
    part_amo_brute: i64,
    #[n(4)]
    majoration: i64,
    #[n(5)]
    participation: i64,
    #[n(6)]
    part_amc: i64,
}

/// Writes the detail of an evaluation.
pub(super) fn encode(kept: &EvaluationEnregistree) -> Vec<u8> {
    let faits = &kept.faits;
    let day_amounts = |list: &[(NaiveDate, Centimes)]| {
        list.iter().map(|(jour, montant)| (to_days(*jour), montant.get())).collect()
    };
    let detail = Detail {
        declaration: kept.declaration_id.map(|id| id.uuid().as_bytes().to_vec().into()),
        naissance: Chiffres::of_naissance(&faits.naissance),
        relations: faits
            .relations_mt
            .iter()
            .map(|(jour, relation)| (to_days(*jour), relation.code()))
            .collect(),
        participations_jour: day_amounts(&faits.participations_jour),
        participations_an: faits
            .participations_an
            .iter()
            .map(|(annee, montant)| (*annee, montant.get()))
            .collect(),
        actes: kept.evaluation.actes.iter().map(ActeRow::of).collect(),
        avertissements: kept
            .evaluation
            .avertissements
            .iter()
            .map(|warning| (warning.code.code(), warning.numero_ligne))
            .collect(),
        registre: RegistreRow::of(&faits.registre),
    };
    let mut bytes = vec![VERSION];
    // Writing to memory cannot fail.
    if minicbor::encode(&detail, &mut bytes).is_err() {
        bytes.clear();
    }
    bytes
}

/// Reads the detail of an evaluation.
pub(super) fn decode(
    bytes: &[u8],
) -> Result<(Option<DeclarationId>, FaitsConnus, Evaluation), Unreadable> {
    let (version, rest) = bytes.split_first().ok_or(Unreadable::Empty)?;
    if *version != VERSION {
        return Err(Unreadable::Version(*version));
    }
    let detail: Detail = minicbor::decode(rest)?;
    let declaration = detail
        .declaration
        .map(|id| Uuid::from_slice(&id).map(DeclarationId::from_uuid))
        .transpose()
        .map_err(|_wrong| Unreadable::Field("declaration"))?;
    let faits = FaitsConnus {
        naissance: detail.naissance.naissance().ok_or(Unreadable::Field("naissance"))?,
        relations_mt: detail
            .relations
            .into_iter()
            .map(|(jour, relation)| Ok((to_date(jour)?, member("relation", relation)?)))
            .collect::<Result<_, Unreadable>>()?,
        participations_jour: detail
            .participations_jour
            .into_iter()
            .map(|(jour, montant)| Ok((to_date(jour)?, Centimes::new(montant))))
            .collect::<Result<_, Unreadable>>()?,
        participations_an: detail
            .participations_an
            .into_iter()
            .map(|(annee, montant)| (annee, Centimes::new(montant)))
            .collect(),
        registre: detail.registre.map(RegistreRow::read).transpose()?.unwrap_or_default(),
    };
    let actes: Vec<ActeEvalue> =
        detail.actes.into_iter().map(ActeRow::read).collect::<Result<_, _>>()?;
    let totaux =
        actes.iter().try_fold(Montants::default(), |sum, acte| sum.plus(&acte.montants))?;
    let avertissements = detail
        .avertissements
        .into_iter()
        .map(|(code, numero_ligne)| {
            Ok(AvertissementLigne {
                code: member::<Avertissement>("avertissement", code)?,
                numero_ligne,
            })
        })
        .collect::<Result<_, Unreadable>>()?;
    Ok((declaration, faits, Evaluation { actes, totaux, avertissements }))
}

impl ActeRow {
    fn of(acte: &ActeEvalue) -> Self {
        let q = &acte.qualification;
        let with = |wanted: Issue| {
            acte.constats
                .iter()
                .filter(|constat| constat.issue == wanted)
                .map(|constat| rule_number(constat.regle))
                .collect()
        };
        Self {
            appartenance: q.appartenance.code(),
            code: q.code.code(),
            drapeaux: u8::from(q.majoration)
                | (u8::from(q.da_possible) << 1)
                | (u8::from(q.coordination_possible) << 2),
            classe: q.classe_2013.code(),
            taux: acte.taux.get(),
            retenues: with(Issue::Retenue),
            surclassees: with(Issue::Surclassee),
            lignes: acte.lignes.iter().map(LigneRow::of).collect(),
        }
    }

    fn read(self) -> Result<ActeEvalue, Unreadable> {
        let lignes: Vec<LigneEvaluee> =
            self.lignes.into_iter().map(LigneRow::read).collect::<Result<_, _>>()?;
        let montants =
            lignes.iter().try_fold(Montants::default(), |sum, ligne| sum.plus(&ligne.montants))?;
        let mut constats = Constats::new();
        let all = self
            .retenues
            .into_iter()
            .map(|number| (number, Issue::Retenue))
            .chain(self.surclassees.into_iter().map(|number| (number, Issue::Surclassee)));
        for (number, issue) in all {
            constats
                .try_push(Constat { regle: rule_of(number)?, issue })
                .map_err(|_too_many| Unreadable::Field("constats"))?;
        }
        Ok(ActeEvalue {
            qualification: Qualification {
                appartenance: member("appartenance", self.appartenance)?,
                code: member("code", self.code)?,
                majoration: self.drapeaux & 1 != 0,
                da_possible: self.drapeaux & 2 != 0,
                coordination_possible: self.drapeaux & 4 != 0,
                classe_2013: member("classe", self.classe)?,
            },
            taux: Taux::new(i64::from(self.taux)).ok_or(Unreadable::Field("taux"))?,
            constats,
            montants,
            lignes,
        })
    }
}

impl LigneRow {
    fn of(ligne: &LigneEvaluee) -> Self {
        let m = &ligne.montants;
        Self {
            numero: ligne.numero_ligne,
            honoraires: m.honoraires.get(),
            base: m.base.get(),
            part_amo_brute: m.part_amo_brute.get(),
            majoration: m.majoration.get(),
            participation: m.participation.get(),
            part_amc: m.part_amc.get(),
        }
    }

    fn read(self) -> Result<LigneEvaluee, Unreadable> {
        let [honoraires, base, brute, majoration, participation, part_amc] = [
            self.honoraires,
            self.base,
            self.part_amo_brute,
            self.majoration,
            self.participation,
            self.part_amc,
        ]
        .map(Centimes::new);
        let rembourse_amo = brute.minus(majoration)?.minus(participation)?;
        Ok(LigneEvaluee {
            numero_ligne: self.numero,
            montants: Montants {
                honoraires,
                base,
                part_amo_brute: brute,
                ticket_moderateur: base.minus(brute)?,
                majoration,
                participation,
                rembourse_amo,
                depassement: honoraires.minus(base)?,
                part_amc,
                reste_a_charge: honoraires.minus(rembourse_amo)?.minus(part_amc)?,
            },
        })
    }
}

/// Topic × 1000 + number.
fn rule_number(regle: CodeRegle) -> u16 {
    u16::from(regle.theme.code()) * 1000 + regle.numero
}

fn rule_of(number: u16) -> Result<CodeRegle, Unreadable> {
    let theme = u8::try_from(number / 1000).ok().and_then(Theme::du_code);
    theme.map(|theme| CodeRegle::new(theme, number % 1000)).ok_or(Unreadable::Field("regle"))
}

fn member<T: Vocabulaire>(field: &'static str, code: u8) -> Result<T, Unreadable> {
    T::du_code(code).ok_or(Unreadable::Field(field))
}

fn to_days(date: NaiveDate) -> i32 {
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(days).unwrap_or_default()
}

fn to_date(days: i32) -> Result<NaiveDate, Unreadable> {
    chrono::TimeDelta::try_days(i64::from(days))
        .and_then(|span| NaiveDate::default().checked_add_signed(span))
        .ok_or(Unreadable::Field("date"))
}
