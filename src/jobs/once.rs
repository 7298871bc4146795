//! Jobs queued by a business transaction, run until they are done: one line each.

use std::pin::Pin;

use crate::services::operations::{DO, UNDO};
use crate::services::reevaluations::REEVALUER;
use crate::services::taches::Tache;
use crate::services::{ServiceError, Services};

/// The future of a job.
type Work<'a> = Pin<Box<dyn Future<Output = Result<(), ServiceError>> + Send + 'a>>;

/// A job queued by a business transaction.
pub(super) struct Once {
    /// Stable name: it is stored.
    pub(super) nature: &'static str,
    /// What it does, with what it carries.
    pub(super) run: for<'a> fn(&'a Services, &'a Tache) -> Work<'a>,
}

/// Every job of this kind.
pub(super) static ONCE: [Once; 3] = [
    Once { nature: DO, run: |services, task| Box::pin(services.run_operation(task)) },
    Once { nature: REEVALUER, run: |services, task| Box::pin(services.run_reevaluation(task)) },
    Once { nature: UNDO, run: |services, task| Box::pin(services.undo_operation(task)) },
];
