//! A sandbox with all its people, over the clock that tests move.

use std::sync::Arc;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use traitant::domain::clock::{AheadClock, Clock, FixedClock};
use traitant::http::{AppState, router};
use traitant::law::Law;
use traitant::sandbox::{Bac, Place};
use traitant::services::{Core, Mode};
use traitant::storage::{Coffre, Db};

use super::TestApp;
use super::app::NOW;
use super::auth::sandbox_verifier;
use super::database::{KEY, TestDatabase};

/// Makes the sandbox of a database, at the instant of tests.
pub(super) async fn open(options: &PgConnectOptions) {
    let pool = PgPoolOptions::new().max_connections(6).connect_with(options.clone()).await.unwrap();
    let law = Arc::new(Law::embedded().unwrap());
    let db = Db::new(pool.clone(), Coffre::new(&KEY));
    let place = Place { db, law, proprietaire: String::new() };
    let machine = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    place.open(&AheadClock::new(machine, 0)).await.unwrap();
    pool.close().await;
}

impl TestApp {
    /// An application as a sandbox: everybody is there, its clock is ahead of that of the test.
    pub async fn bac_a_sable() -> Self {
        Self::bac_a_sable_lui_meme().await.0
    }

    /// The same, with the sandbox itself.
    pub async fn bac_a_sable_lui_meme() -> (Self, Arc<Bac>) {
        let mut app = Self::over(TestDatabase::bac_a_sable().await, 2).await;
        let law = Arc::new(Law::embedded().unwrap());
        let db = app.database.db(6).await;
        let proprietaire = app.database.url();
        let place = Place { db: db.clone(), law: Arc::clone(&law), proprietaire };
        let machine: Arc<dyn Clock> = app.clock.clone();
        let horloge = Arc::new(AheadClock::new(Arc::clone(&machine), 0));
        place.open(&horloge).await.unwrap();
        let clock: Arc<dyn Clock> = horloge.clone();
        app.core = Core::new(db, clock, Arc::clone(&app.ids), law, Mode::BacASable);
        let (emetteur, prouveur) = (Arc::clone(&app.emetteur), Arc::clone(&app.prouveur));
        let bac = Arc::new(Bac::new(place, app.core.clone(), horloge, emetteur, prouveur));
        let verifier = sandbox_verifier(&app.emetteur, &machine);
        let state = AppState::new(app.core.clone(), verifier, app.preuves());
        app.router = router(state.with_sandbox(Arc::<Bac>::clone(&bac)));
        (app, bac)
    }
}
