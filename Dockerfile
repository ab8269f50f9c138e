# syntax=docker/dockerfile:1
# One image with every program; which one runs is said by `command` (/app/api, /app/worker, /app/migrate, /app/ctap). One digest
# to scan, to sign and to go back to, and migrations that always fit the code.
#
# Bases are arguments, so that they can be pinned by digest here and replaced where no registry is reached
# (scripts/image-locally). rustc's version is rust-toolchain.toml's, and both Debian suites are the same: one glibc.
ARG RUST_IMAGE=docker.io/library/rust:1.95-bookworm@sha256:6258907abe69656e41cd992e0b705cdcfabcbbe3db374f92ed2d47121282d4a1
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f

# GraphiQL's page, which the API has in it.
FROM ${NODE_IMAGE} AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

# cargo-chef builds the dependencies in a layer of their own, which only changes with them. (A cache mount would be lost
# between two runs of CI, and with fixed timestamps cargo would take sources for older than what was made of others.)
FROM ${RUST_IMAGE} AS chef
WORKDIR /src
ENV CARGO_INCREMENTAL=0 \
    CARGO_TERM_COLOR=never \
    RUSTFLAGS="--remap-path-prefix=/src=. --remap-path-prefix=/usr/local/cargo=cargo"
RUN cargo install cargo-chef --locked --version 0.1.78

FROM chef AS plan
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS build
COPY --from=plan /src/recipe.json recipe.json
RUN cargo chef cook --release --locked --recipe-path recipe.json -p api -p worker -p migration -p cli
COPY . .
COPY --from=web /src/web/dist web/dist
# The programs by name: `api` has others, for the repository's own checks, and each takes minutes to link.
RUN cargo build --release --locked -p api -p worker -p migration -p cli --bin api --bin worker --bin migrate --bin ctap \
    && mkdir /out \
    && cp target/release/api target/release/worker target/release/migrate target/release/ctap /out/

FROM ${RUNTIME_IMAGE} AS runtime
ARG COMMIT=unknown
ARG VERSION=unknown
LABEL org.opencontainers.image.title="ctap" \
      org.opencontainers.image.description="Cloud Task & Audit Platform: api, worker, migrate, ctap" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}"
# Root owns them and nobody can write them; the process is nobody in particular. It writes no file: run it with a read-only root.
COPY --from=build --chown=0:0 --chmod=0555 /out/ /app/
USER 65532:65532
WORKDIR /app
ENV LOG_FORMAT=json
EXPOSE 8080
# No shell, no init: each program answers SIGTERM itself. No HEALTHCHECK, which Cloud Run does not heed: /health/live is its probe.
ENTRYPOINT ["/app/api"]
