//! Jobs queued by a business transaction, run until they are done: one line each.

use std::pin::Pin;

use crate::services::courriers::{self, ECRIRE};
use crate::services::exports::{self, EXPORTER};
use crate::services::fiches::{self, SIGNALER};
use crate::services::operations::{self, DO, UNDO};
use crate::services::reevaluations::{self, REEVALUER};
use crate::services::representants::{self, FINIR, PREVENIR};
use crate::services::reprises::{self, REPRENDRE};
use crate::services::statistiques::reformes::{self, SIMULER};
use crate::services::taches::Tache;
use crate::services::{Core, ServiceError};

/// The future of a job.
type Work<'a> = Pin<Box<dyn Future<Output = Result<(), ServiceError>> + Send + 'a>>;

/// A job queued by a business transaction.
pub(super) struct Once {
    /// Stable name: it is stored.
    pub(super) nature: &'static str,
    /// What it does, with what it carries.
    pub(super) run: for<'a> fn(&'a Core, &'a Tache) -> Work<'a>,
}

/// Every job of this kind.
pub(super) static ONCE: [Once; 10] = [
    Once { nature: DO, run: |core, task| Box::pin(operations::run(core, task)) },
    Once { nature: ECRIRE, run: |core, task| Box::pin(courriers::run(core, task)) },
    Once { nature: EXPORTER, run: |core, task| Box::pin(exports::run(core, task)) },
    Once { nature: PREVENIR, run: |core, task| Box::pin(representants::run(core, task)) },
    Once { nature: FINIR, run: |core, task| Box::pin(representants::run_protection(core, task)) },
    Once { nature: REEVALUER, run: |core, task| Box::pin(reevaluations::run(core, task)) },
    Once { nature: REPRENDRE, run: |core, task| Box::pin(reprises::run(core, task)) },
    Once { nature: SIGNALER, run: |core, task| Box::pin(fiches::tell_touched(core, task)) },
    Once { nature: SIMULER, run: |core, task| Box::pin(reformes::run(core, task)) },
    Once { nature: UNDO, run: |core, task| Box::pin(operations::undo(core, task)) },
];
