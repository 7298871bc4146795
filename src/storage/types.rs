//! How the types of the domain are stored: statements read and write them as they are. Which column has which of them is
//! said once, in `sqlx.toml`, for every statement that reads it.

use std::convert::Infallible;
use std::fmt::Display;
use std::ops::Bound;

use chrono::NaiveDate;
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::PgRange;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef, Postgres};
use sqlx::{Decode, Type};
use uuid::Uuid;

pub(super) use crate::domain::acteur::Role;
pub(super) use crate::domain::adressage::{
    EtatAdressage, MotifCloture, NatureAdressage, NatureRetour,
};
pub(super) use crate::domain::calendar::Periode;
pub(super) use crate::domain::conciliation::{
    EtatConciliation, PartieConciliation, ReponseMedecin,
};
pub(super) use crate::domain::conservation::Classe;
pub(super) use crate::domain::courrier::NatureCourrier;
pub(super) use crate::domain::creance::{ModeRecouvrement, MotifAnnulation};
pub(super) use crate::domain::declaration::{
    Canal, Contestation, Etat, MoyenSignature, NumeroDeclaration, OrigineSaisie, RoleSignataire,
};
pub(super) use crate::domain::designation::MotifFin;
pub(super) use crate::domain::digest::Empreinte;
pub(super) use crate::domain::evaluation::{Appartenance, CodeDetermine, NatureCreance};
pub(super) use crate::domain::evenement::NatureEvenement;
pub(super) use crate::domain::export::{ColonnesExport, EtatExport, NatureExport};
pub(super) use crate::domain::feuille_de_soins::{Convention, OptionTarifaire};
pub(super) use crate::domain::fin::MotifDepart;
pub(super) use crate::domain::identifiers::{
    CommuneExercice, DateNaissanceAmo, Finess, Invalide, NumAm, NumeroFacturation, Organisme,
    RangGemellaire, Rpps, Specialite,
};
pub(super) use crate::domain::ids::{
    AbonnementId, AccesId, AdressageId, ConciliationId, ConflitId, ContactId, CourriersId,
    DeclarationId, DesignationId, EvenementId, ExportId, FaitId, FeuilleId, FusionId, LieuId,
    MedecinId, OperationId, PatientId, RecouvrementId, RectificationId, ReevaluationId,
    RepresentationId, RepriseId, RequestId, RetourId, SignatureId, SimulationId, TacheId,
};
pub(super) use crate::domain::medecin::{ModeExercice, NatureLieu};
pub(super) use crate::domain::mode::Mode;
pub(super) use crate::domain::money::Centimes;
pub(super) use crate::domain::operation::{EtatOperation, NatureOperation, ResultatOperation};
pub(super) use crate::domain::patient::UsageIdentifiant;
pub(super) use crate::domain::rectification::{IssueRectification, ObjetRectification};
pub(super) use crate::domain::reevaluation::{EtatReevaluation, MotifReevaluation};
pub(super) use crate::domain::representation::{
    FinRepresentation, NatureRepresentation, PreuveRepresentation,
};
pub(super) use crate::domain::reprise::{EtatReprise, FormatFichier, NatureReprise};
pub(super) use crate::domain::statistiques::EtatSimulation;
pub(super) use crate::domain::vie::fusion::EtatConflit;
pub(super) use crate::domain::vie::sommeil::StatutPatient;
pub(super) use crate::domain::vie::{MotifLimitation, MotifRectification, SourceDeces};
use crate::domain::vocabulary::Vocabulaire;

/// A type of the domain, the one that PostgreSQL knows in its place, and how to go from this one to that one and back.
macro_rules! stored {
    ($($name:ty as $stored:ty: $read:expr, |$own:ident| $write:expr;)+) => {$(
        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <$stored as Type<Postgres>>::type_info()
            }

            fn compatible(other: &PgTypeInfo) -> bool {
                <$stored as Type<Postgres>>::compatible(other)
            }
        }

        impl PgHasArrayType for $name {
            fn array_type_info() -> PgTypeInfo {
                <$stored as PgHasArrayType>::array_type_info()
            }
        }

        impl<'r> Decode<'r, Postgres> for $name {
            fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
                let stored = <$stored as Decode<'_, Postgres>>::decode(value)?;
                $read(stored).map_err(|error| unreadable(stringify!($name), error))
            }
        }

        impl<'q> Encode<'q, Postgres> for $name {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                let $own = self;
                <$stored as Encode<'_, Postgres>>::encode($write, buffer)
            }
        }
    )+};
}

macro_rules! ids {
    ($($name:ident),+) => {
        stored! { $($name as Uuid: |id| Ok::<_, Infallible>($name::from_uuid(id)), |id| id.uuid();)+ }
    };
}

/// Closed lists stored by their words.
macro_rules! words {
    ($($name:ident),+) => { stored! { $($name as &str: word, |member| member.mot();)+ } };
}

/// Closed lists stored by their numbers.
macro_rules! numbers {
    ($($name:ident),+) => {
        stored! { $($name as i16: number, |member| i16::from(member.code());)+ }
    };
}

ids! {
    AbonnementId, AccesId, AdressageId, ConciliationId, ConflitId, ContactId, CourriersId, DeclarationId, DesignationId,
    EvenementId, ExportId, FaitId, FeuilleId, FusionId, LieuId, MedecinId, OperationId, PatientId,
    RecouvrementId, RectificationId, ReevaluationId, RepresentationId, RepriseId, RequestId, RetourId, SignatureId,
    SimulationId, TacheId
}

words! {
    Canal, Classe, ColonnesExport, Contestation, Convention, Etat, EtatAdressage, EtatConciliation, EtatConflit, EtatExport, EtatOperation,
    EtatReevaluation, EtatReprise, EtatSimulation, FinRepresentation, FormatFichier, IssueRectification, Mode, ModeExercice, ModeRecouvrement,
    MotifAnnulation,
    MotifCloture, MotifDepart, MotifFin, MotifLimitation, MotifRectification, MotifReevaluation, MoyenSignature,
    NatureAdressage, NatureCourrier, NatureCreance, NatureEvenement, NatureExport, NatureLieu, NatureOperation,
    NatureRepresentation, NatureReprise, NatureRetour, ObjetRectification, OptionTarifaire, OrigineSaisie, PartieConciliation,
    PreuveRepresentation, ReponseMedecin, ResultatOperation, Role, RoleSignataire, SourceDeces,
    StatutPatient, UsageIdentifiant
}

numbers!(Appartenance, CodeDetermine);

stored! {
    CommuneExercice as &str: CommuneExercice::parse, |commune| commune.as_str();
    DateNaissanceAmo as &str: DateNaissanceAmo::parse, |date| date.as_str();
    Finess as &str: Finess::parse, |finess| finess.as_str();
    Organisme as &str: Organisme::parse, |organisme| organisme.as_str();
    NumAm as &str: NumAm::parse, |numero| numero.as_str();
    Rpps as &str: Rpps::parse, |rpps| rpps.as_str();
    NumeroDeclaration as String: |text: String| NumeroDeclaration::parse(&text), |numero| numero.to_string();
    NumeroFacturation as &str: facturation, |numero| format!("{}:{}", numero.kind(), numero.as_str()).as_str();
    Specialite as String: |text: String| Specialite::parse(&text), |code| code.to_string();
    RangGemellaire as i16: |rang| RangGemellaire::new(i64::from(rang)), |rang| i16::from(rang.get());
    Centimes as i64: |cents| Ok::<_, Infallible>(Centimes::new(cents)), |montant| montant.get();
    Empreinte as &[u8]: empreinte, |empreinte| empreinte.bytes().as_slice();
    Periode as PgRange<NaiveDate>: periode, |days| range(*days);
}

fn unreadable(name: &str, error: impl Display) -> BoxDynError {
    format!("{name}: {error}").into()
}

/// The member of a closed list, from its stored word.
pub(super) fn word<T: Vocabulaire>(stored: &str) -> Result<T, String> {
    T::du_mot(stored).ok_or_else(|| format!("no word « {stored} »"))
}

fn number<T: Vocabulaire>(stored: i16) -> Result<T, String> {
    let member = u8::try_from(stored).ok().and_then(T::du_code);
    member.ok_or_else(|| format!("no number {stored}"))
}

/// Its kind and its number, which have a column each.
fn facturation(stored: &str) -> Result<NumeroFacturation, Invalide> {
    let (kind, number) = stored.split_once(':').unwrap_or_default();
    NumeroFacturation::parse(kind, number)
}

fn empreinte(bytes: &[u8]) -> Result<Empreinte, std::array::TryFromSliceError> {
    <[u8; 32]>::try_from(bytes).map(Empreinte::from_bytes)
}

fn range(periode: Periode) -> PgRange<NaiveDate> {
    PgRange {
        start: Bound::Included(periode.du()),
        end: periode.au().map_or(Bound::Unbounded, Bound::Excluded),
    }
}

/// The period of a range, which PostgreSQL gives back closed at its start and open at its end.
fn periode(range: PgRange<NaiveDate>) -> Result<Periode, String> {
    let Bound::Included(du) = range.start else { return Err("no first day".to_owned()) };
    let au = match range.end {
        Bound::Excluded(au) => Some(au),
        Bound::Unbounded => None,
        Bound::Included(_) => return Err("closed at its end".to_owned()),
    };
    Periode::new(du, au).map_err(|error| error.to_string())
}

/// Where a row is, as long as nobody writes another version of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tid([u8; 6]);

impl Tid {
    /// Before the first row of a page.
    pub(super) const fn page(page: u32) -> Self {
        let [b0, b1, b2, b3] = page.to_be_bytes();
        Self([b0, b1, b2, b3, 0, 0])
    }
}

impl Type<Postgres> for Tid {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("tid")
    }
}

impl PgHasArrayType for Tid {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("_tid")
    }
}

impl<'r> Decode<'r, Postgres> for Tid {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(value.as_bytes()?.try_into()?))
    }
}

impl Encode<'_, Postgres> for Tid {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buf.extend(self.0);
        Ok(IsNull::No)
    }
}
