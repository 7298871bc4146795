# The service alone: its database is elsewhere, and DATABASE_URL says where.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# Statements were checked against the schema when they were written; `.sqlx` holds the proof.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --profile livraison --locked && cp target/livraison/traitant /usr/local/bin/traitant

FROM debian:bookworm-slim
# curl is for the health check of the compose file, certificates for the keys of the issuer.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/traitant --uid 10001 traitant
COPY --from=build /usr/local/bin/traitant /usr/local/bin/traitant
USER traitant
WORKDIR /var/lib/traitant
ENV TRAITANT_ADRESSE=0.0.0.0:8080 TRAITANT_DONNEES=/var/lib/traitant
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["traitant"]
CMD ["servir"]
