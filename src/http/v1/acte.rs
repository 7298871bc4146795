//! An act on something that exists, in the version that was read: what its pages and handlers have in common.

/// Declares an act: its page of the contract, its operation and its address, what is named there and asked, what
/// is answered, the problems of its own beside the usual two, and what is asked of the service.
macro_rules! acte {
    (
        $(#[$doc:meta])*
        $name:ident: $demarche:ident = $operation:tt $path:tt, $id:ident, $corps:ident => $vue:ident $dit:tt,
        [$($probleme:tt),*], |$core:ident, $demande:ident, $vu:ident, $recue:ident| $done:expr
    ) => {
        $(#[$doc])*
        #[utoipa::path(
            post,
            path = $path,
            operation_id = $operation,
            responses((status = 200, description = $dit, body = $vue)),
            extensions(("x-problemes" = json!(["role_interdit", "introuvable" $(, $probleme)*])))
        )]
        async fn $name(
            axum::extract::State(state): axum::extract::State<$crate::http::AppState>,
            appel: $crate::http::extract::Appel,
            $crate::http::extract::Chemin(id): $crate::http::extract::Chemin<$id>,
            $crate::http::extract::SiCorrespond(version): $crate::http::extract::SiCorrespond,
            cle: $crate::http::extract::CleIdempotence,
            corps: $crate::http::extract::Corps<$corps>,
        ) -> Result<axum::response::Response, $crate::http::problem::Refus> {
            let contexte = appel.exige($crate::domain::droits::Demarche::$demarche)?;
            let ($core, $recue, $vu) = (&state.core, corps.valeur, (id, version));
            let $demande = &cle.demande(contexte, corps.requete);
            $crate::http::idempotency::respond($done.await)
        }
    };
}

pub(in crate::http::v1) use acte;
