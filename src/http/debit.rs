//! How much one caller may ask, so that nobody's haste or malice is everybody's wait.
//!
//! Three budgets, each refilled second by second: that of the bearer of a token; that of an address, for what needs no token; and
//! that of the refused tokens of an address, which is small, because whoever guesses has no other way. They are announced before
//! they bite, in the fields of the IETF draft *RateLimit header fields for HTTP*.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use super::problem::Refus;
use super::{AppState, health};
use crate::auth::Network;
use crate::domain::acteur::Auteur;

/// How many seconds of its rate a caller may spend at once, after a rest.
const RESERVE: u32 = 10;

/// After how many requests the callers that rest are forgotten.
const FORGET_EVERY: u64 = 1 << 16;

/// What is allowed. Zero is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DebitConfig {
    /// Requests a second of the bearer of a token.
    pub porteur: u32,
    /// Requests a second of an address, without a token.
    pub adresse: u32,
    /// Refused tokens a minute of an address.
    pub echecs: u32,
    /// Fronts that say, in `X-Forwarded-For`, for whom they call.
    pub mandataires: Vec<Network>,
}

type Limiter =
    RateLimiter<u64, DefaultKeyedStateStore<u64>, DefaultClock, StateInformationMiddleware>;

/// One budget.
struct Limite {
    nom: &'static str,
    limiter: Limiter,
    /// How much there is after a rest, and in how many seconds it is there again.
    reserve: u32,
    fenetre: u32,
    /// The same, as it is announced.
    politique: HeaderValue,
    asked: std::sync::atomic::AtomicU64,
}

impl fmt::Debug for Limite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Limite({}, {} in {} s)", self.nom, self.reserve, self.fenetre)
    }
}

impl Limite {
    /// So many in each second or minute, and those of some of these at once; none for zero.
    fn new(nom: &'static str, many: u32, (every, rests): (Duration, u32)) -> Option<Self> {
        let rate = NonZeroU32::new(many)?;
        let reserve = rate.saturating_mul(NonZeroU32::new(rests)?);
        let quota = Quota::with_period(every.checked_div(rate.get())?)?.allow_burst(reserve);
        let fenetre = u32::try_from(every.as_secs()).unwrap_or(u32::MAX).saturating_mul(rests);
        let politique = HeaderValue::from_str(&format!("\"{nom}\";q={reserve};w={fenetre}"));
        Some(Self {
            nom,
            limiter: RateLimiter::keyed(quota).with_middleware(),
            reserve: reserve.get(),
            fenetre,
            politique: politique.ok()?,
            asked: 0.into(),
        })
    }

    fn spend(&self, key: u64, debit: &Debit) -> Result<(), Refus> {
        let asked = self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if asked % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        match self.limiter.check_key(&key) {
            Ok(state) => {
                debit.say(self, state.remaining_burst_capacity());
                Ok(())
            }
            Err(not_until) => {
                debit.say(self, 0);
                let wait = not_until.wait_time_from(self.limiter.clock().now());
                Err(Refus::debit(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX)))
            }
        }
    }
}

/// The budgets of everybody.
#[derive(Debug, Default)]
pub(crate) struct Debits {
    porteur: Option<Limite>,
    adresse: Option<Limite>,
    echecs: Option<Limite>,
    mandataires: Vec<Network>,
}

impl Debits {
    pub(crate) fn new(config: DebitConfig) -> Self {
        let second = (Duration::from_secs(1), RESERVE);
        // Whoever guesses has nothing saved: what a minute gives is all that there is at once.
        let minute = (Duration::from_mins(1), 1);
        Self {
            porteur: Limite::new("porteur", config.porteur, second),
            adresse: Limite::new("adresse", config.adresse, second),
            echecs: Limite::new("echecs", config.echecs, minute),
            mandataires: config.mandataires,
        }
    }

    /// One request of somebody who is known.
    pub(super) fn porteur(&self, auteur: &Auteur, of: &Extensions) -> Result<(), Refus> {
        let Some(limite) = &self.porteur else { return Ok(()) };
        limite.spend(key(&(auteur.acteur.cle(), &auteur.sujet)), &Debit::of(of))
    }

    /// One token that is refused: the refusal itself as long as the address has a budget for more.
    pub(super) fn echec(&self, refus: Refus, headers: &HeaderMap, of: &Extensions) -> Refus {
        let address = self.address(headers, of);
        let (Some(limite), Some(address)) = (&self.echecs, address) else { return refus };
        limite.spend(key(&address), &Debit::of(of)).err().unwrap_or(refus)
    }

    fn anonyme(&self, headers: &HeaderMap, of: &Extensions) -> Result<(), Refus> {
        let address = self.address(headers, of);
        let (Some(limite), Some(address)) = (&self.adresse, address) else { return Ok(()) };
        limite.spend(key(&address), &Debit::of(of))
    }

    /// Who calls: the peer, or whom a front that is believed calls for. An IPv6 caller has a whole network.
    fn address(&self, headers: &HeaderMap, of: &Extensions) -> Option<u128> {
        let ConnectInfo(peer) = of.get::<ConnectInfo<SocketAddr>>()?;
        let peer = peer.ip().to_canonical();
        let believed = self.mandataires.iter().any(|network| network.contains(peer));
        // The last one is what the front itself saw; those before are what it was told.
        let told = headers.get_all("x-forwarded-for").iter().next_back().filter(|_| believed);
        let told =
            told.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        Some(match told.map_or(peer, |address: IpAddr| address.to_canonical()) {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address) >> 64 << 64,
        })
    }
}

fn key(what: &impl Hash) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// What is left to the caller of this request, once known.
#[derive(Debug, Clone, Default)]
pub(super) struct Debit(Arc<OnceLock<(HeaderValue, HeaderValue)>>);

impl Debit {
    fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_default()
    }

    fn say(&self, limite: &Limite, left: u32) {
        let Limite { nom, fenetre, politique, .. } = limite;
        if let Ok(left) = HeaderValue::from_str(&format!("\"{nom}\";r={left};t={fenetre}")) {
            self.0.get_or_init(|| (politique.clone(), left));
        }
    }

    /// Announces it.
    pub(super) fn announce(&self, headers: &mut HeaderMap) {
        let Some((politique, left)) = self.0.get() else { return };
        headers.insert("ratelimit-policy", politique.clone());
        headers.insert("ratelimit", left.clone());
    }
}

/// Lets through what an address may still ask without a token; whoever shows one is judged once it is read.
pub(super) async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let anonymous = !request.headers().contains_key(header::AUTHORIZATION);
    if anonymous && !health::is_asked(request.uri()) {
        let spent = state.debits.anonyme(request.headers(), request.extensions());
        if let Err(refus) = spent {
            return refus.into_response();
        }
    }
    next.run(request).await
}
