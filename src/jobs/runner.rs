//! Takes jobs that are due, runs them, puts them back when they fail, and plans those that come
//! back.

use std::fmt::Display;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::RECURRING;
use super::once::ONCE;
use crate::services::{Core, ServiceError};

/// How long an idle runner waits before it looks again.
const IDLE: Duration = Duration::from_secs(5);

/// Runs what is due, by `due`, again and again until told to stop. A job that began is finished.
pub async fn run<F, E>(due: impl Fn() -> F + Send, stop: CancellationToken)
where
    F: Future<Output = Result<usize, E>> + Send,
    E: Display,
{
    while !stop.is_cancelled() {
        if let Err(error) = due().await {
            tracing::warn!(%error, "jobs could not be read");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(IDLE) => {}
        }
    }
}

/// Plans the jobs that come back, then runs everything that is due; gives how many ran.
pub async fn run_due(core: &Core) -> Result<usize, ServiceError> {
    for job in &RECURRING {
        core.plan_task(job.nature, core.clock().now()).await?;
    }
    let mut ran = 0;
    while let Some(task) = core.take_task().await? {
        ran += 1;
        if let Some(job) = ONCE.iter().find(|job| job.nature == task.nature) {
            match (job.run)(core, &task).await {
                Ok(()) => core.finish_task(&task, None).await?,
                Err(error) => {
                    tracing::warn!(job = job.nature, %error, "job failed");
                    core.fail_task(&task, &error.to_string()).await?;
                }
            }
            continue;
        }
        let Some(job) = RECURRING.iter().find(|job| job.nature == task.nature) else {
            core.fail_task(&task, "unknown kind of job").await?;
            continue;
        };
        match (job.run)(core).await {
            Ok(()) => {
                let now = core.clock().now();
                let next = now.checked_add_signed(job.every).unwrap_or(now);
                core.finish_task(&task, Some(next)).await?;
            }
            Err(error) => {
                tracing::warn!(job = job.nature, %error, "job failed");
                core.fail_task(&task, &error.to_string()).await?;
            }
        }
    }
    Ok(ran)
}
