//! What the pages and the handlers of operations have in common: those that read, and those that write.

/// Declares a reading: its page of the contract, its operation and its address, what is answered, the problems of
/// its own, what it takes, and what it does.
macro_rules! consultation {
    (
        $(#[$doc:meta])*
        $name:ident: $demarche:ident = $path:tt => $vue:ident $dit:tt, [$($probleme:tt),*],
        ($core:ident, $contexte:ident $(, $($argument:tt)+)?) $done:block
    ) => {
        $(#[$doc])*
        #[utoipa::path(
            get,
            path = $path,
            operation_id = $crate::domain::droits::Demarche::$demarche.mot(),
            responses((status = 200, description = $dit, body = $vue)),
            extensions(("x-problemes" = json!([$($probleme),*])))
        )]
        async fn $name(
            axum::extract::State(state): axum::extract::State<$crate::http::AppState>,
            appel: $crate::http::extract::Appel,
            $($($argument)+)?
        ) -> Result<axum::response::Response, $crate::http::problem::Refus> {
            let $core = &state.core;
            let $contexte = &appel.exige($crate::domain::droits::Demarche::$demarche)?;
            $done
        }
    };
}

/// Declares a creation: its page of the contract, its operation and its address, what is named there and asked,
/// what is answered with which headers, the problems of its own, and what the service answers.
macro_rules! creation {
    (
        $(#[$doc:meta])*
        $voit:vis $name:ident: $demarche:ident = $path:tt $(($seen:ident: $id:ident))?, $corps:ident
            => $statut:tt $vue:ident $dit:tt $(($($entete:tt),+))?, [$($probleme:tt),*],
        |$core:ident, $demande:ident, $recue:ident| $done:expr
    ) => {
        $crate::http::v1::acte::ecriture! {
            $(#[$doc])*
            $voit $name: $demarche = $path [
                $($crate::http::extract::Chemin($seen): $crate::http::extract::Chemin<$id>,)?
            ],
            $corps => $statut $vue $dit [$($(($entete)),+)?] [$($probleme),*],
            |$core, $demande, $recue| [] $done
        }
    };
}

/// Declares an act on something that exists, in the version that was read.
macro_rules! acte {
    (
        $(#[$doc:meta])*
        $voit:vis $name:ident: $demarche:ident = $path:tt ($id:ident), $corps:ident
            => $statut:tt $vue:ident $dit:tt $(($($entete:tt),+))?, [$($probleme:tt),*],
        |$core:ident, $demande:ident, $vu:ident, $recue:ident| $done:expr
    ) => {
        $crate::http::v1::acte::ecriture! {
            $(#[$doc])*
            $voit $name: $demarche = $path [
                $crate::http::extract::Chemin(id): $crate::http::extract::Chemin<$id>,
                $crate::http::conditionnel::SiCorrespond(version): $crate::http::conditionnel::SiCorrespond,
            ],
            $corps => $statut $vue $dit [$($(($entete)),+)?] [$($probleme),*],
            |$core, $demande, $recue| [let $vu = (id, version);] $done
        }
    };
}

/// What both are.
macro_rules! ecriture {
    (
        $(#[$doc:meta])*
        $voit:vis $name:ident: $demarche:ident = $path:tt [$($argument:tt)*],
        $corps:ident => $statut:tt $vue:ident $dit:tt [$($entete:tt)*] [$($probleme:tt),*],
        |$core:ident, $demande:ident, $recue:ident| [$($first:tt)*] $done:expr
    ) => {
        $(#[$doc])*
        #[utoipa::path(
            post,
            path = $path,
            operation_id = $crate::domain::droits::Demarche::$demarche.mot(),
            responses((status = $statut, description = $dit, body = $vue, headers($($entete)*))),
            extensions(("x-problemes" = json!([$($probleme),*])))
        )]
        $voit async fn $name(
            axum::extract::State(state): axum::extract::State<$crate::http::AppState>,
            appel: $crate::http::extract::Appel,
            $($argument)*
            cle: $crate::http::extract::CleIdempotence,
            corps: $crate::http::extract::Corps<$corps>,
        ) -> Result<axum::response::Response, $crate::http::problem::Refus> {
            let contexte = appel.exige($crate::domain::droits::Demarche::$demarche)?;
            let ($core, $recue) = (&state.core, corps.valeur);
            $($first)*
            let $demande = &cle.demande(contexte, corps.requete);
            $crate::http::idempotency::respond($done)
        }
    };
}

pub(in crate::http::v1) use {acte, consultation, creation, ecriture};
