//! Typed identifiers of our own rows: UUID version 7, built from the injected clock and an
//! injected generator, so that a test can predict every one of them.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use chrono::{Datelike, NaiveDate};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;
use uuid::Uuid;

use super::clock::Clock;
use super::identifiers::Invalide;

/// Declares UUID newtypes. The one macro that keeps a patient's id from being passed as a
/// declaration's.
macro_rules! typed_ids {
    ($( $(#[$doc:meta])* $name:ident )+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an identifier read from the database or from a request.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Invalide;

            /// Only the usual form: thirty-six characters, hyphens included.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let id = (text.len() == 36).then(|| Uuid::from_str(text).ok()).flatten();
                id.map(Self).ok_or(Invalide {
                    code: "format_invalide",
                    attendu: "un identifiant UUID, par exemple 0192f0c4-0000-7000-8000-000000000001",
                })
            }
        }
    )+};
}

typed_ids! {
    /// A person covered by the compulsory insurance, for life and whatever their NIR.
    PatientId
    /// A doctor, for life and whatever their places of practice.
    MedecinId
    /// A place of practice: one cabinet in one set of premises, or one centre.
    LieuId
    /// A declaration of choice of the médecin traitant, from its first draft.
    DeclarationId
    /// The designation that an active declaration opened.
    DesignationId
    /// One signature on a declaration.
    SignatureId
    /// A link between a person and a holder of parental authority or a representative.
    RepresentationId
    /// A feuille de soins. Carries its month of care: see [`FeuilleId::month_of_care`].
    FeuilleId
    /// A dated fact of the register: one version of one affiliation, coverage, specialty…
    FaitId
    /// A referral, the same in every version.
    AdressageId
    /// What a correspondent reported to the médecin traitant.
    RetourId
    /// A file of conciliation: a patient who finds no doctor.
    ConciliationId
    /// A doctor contacted for a patient who finds none.
    ContactId
    /// Somebody who is sent what their feed tells.
    AbonnementId
    /// An event of the feed.
    EvenementId
    /// Two records found to be one person.
    FusionId
    /// Days on which two merged records named different doctors.
    ConflitId
    /// A trace of access to a person's data.
    AccesId
    /// A job waiting to be run.
    TacheId
    /// An operation of a caisse on a doctor: retirement, move, suspension…
    OperationId
    /// A new evaluation of feuilles already evaluated.
    ReevaluationId
    /// A reform, counted on the feuilles of the register.
    SimulationId
    /// A sum that a caisse recovered of a claim.
    RecouvrementId
    /// A file of what the register holds, made for a caisse.
    ExportId
    /// Letters to patients, made for a caisse.
    CourriersId
    /// What a person asks to be put right in their record.
    RectificationId
    /// A file of what exists, that a caisse takes over.
    RepriseId
    /// One HTTP request, as named in logs, traces and problems.
    RequestId
}

/// Months are counted from January 1970, on the twelve bits that follow the version.
const FIRST_YEAR: i32 = 1970;

impl FeuilleId {
    /// The first day of the month of care that this identifier carries, when it does.
    ///
    /// Feuilles are partitioned by month of care. Version 7 leaves twelve bits free after the
    /// version; a feuille's id stores its month there, so that reading one by id opens one
    /// partition. An id that we did not make may give any month: the row is then simply not found.
    pub fn month_of_care(self) -> Option<NaiveDate> {
        let [.., b6, b7, _, _, _, _, _, _, _, _] = *self.0.as_bytes();
        let months = (i32::from(b6 & 0x0f) << 8) | i32::from(b7);
        let year = FIRST_YEAR.checked_add(months / 12)?;
        let month = u32::try_from(months % 12).ok()?.checked_add(1)?;
        NaiveDate::from_ymd_opt(year, month, 1)
    }
}

/// Makes identifiers: 48 bits of milliseconds from the clock, the rest from a seeded generator.
#[derive(Debug)]
pub struct IdSource {
    clock: Arc<dyn Clock>,
    random: Mutex<StdRng>,
}

impl IdSource {
    /// A source seeded by the operating system.
    pub fn from_system(clock: Arc<dyn Clock>) -> Self {
        Self { clock, random: Mutex::new(rand::make_rng()) }
    }

    /// A source that always gives the same sequence. For tests.
    pub fn seeded(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self { clock, random: Mutex::new(StdRng::seed_from_u64(seed)) }
    }

    fn bytes(&self) -> [u8; 10] {
        self.random.lock().unwrap_or_else(std::sync::PoisonError::into_inner).random()
    }

    /// A new version 7 UUID.
    pub fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// 64 random bits, for a number that people read.
    pub fn random(&self) -> u64 {
        self.random.lock().unwrap_or_else(std::sync::PoisonError::into_inner).random()
    }

    /// A new identifier for a feuille whose care was given in the month of `day`.
    pub fn feuille(&self, day: NaiveDate) -> FeuilleId {
        let mut bytes = *self.uuid().as_bytes();
        let months = day
            .year()
            .saturating_sub(FIRST_YEAR)
            .saturating_mul(12)
            .saturating_add(i32::try_from(day.month0()).unwrap_or_default())
            .clamp(0, 0x0fff);
        let [high, low] = u16::try_from(months).unwrap_or_default().to_be_bytes();
        bytes[6] = 0x70 | high;
        bytes[7] = low;
        FeuilleId(Uuid::from_bytes(bytes))
    }
}
