//! A sandbox with all its people, over the clock that tests move.

use std::sync::Arc;

use traitant::domain::clock::{AheadClock, Clock};
use traitant::http::{AppState, router};
use traitant::law::Law;
use traitant::sandbox::{Bac, Place};
use traitant::services::{Core, Mode};
use traitant::storage::{Coffre, Db};

use super::TestApp;
use super::auth::sandbox_verifier;
use super::database::KEY;

impl TestApp {
    /// The same application as a sandbox: everybody is there, its clock is ahead of that of the test.
    pub async fn bac_a_sable() -> Self {
        let mut app = Self::new().await;
        let url = app.database.url();
        let law = Arc::new(Law::embedded().unwrap());
        let db = Db::connect(&url, 6, Coffre::new(&KEY)).await.unwrap();
        let place = Place { db: db.clone(), law: Arc::clone(&law), proprietaire: url };
        let machine: Arc<dyn Clock> = app.clock.clone();
        let horloge = Arc::new(AheadClock::new(Arc::clone(&machine), 0));
        place.open(&horloge).await.unwrap();
        let clock: Arc<dyn Clock> = horloge.clone();
        app.core = Core::new(db, clock, Arc::clone(&app.ids), law, Mode::BacASable);
        let bac = Bac::new(place, app.core.clone(), horloge, Arc::clone(&app.emetteur));
        let verifier = sandbox_verifier(&app.emetteur, &machine);
        let state = AppState::new(app.core.clone(), verifier, app.preuves());
        app.router = router(state.with_sandbox(Arc::new(bac)));
        app
    }
}
