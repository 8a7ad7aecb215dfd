# The server as an image: built with Rust's official image, run on a slim Debian as an ordinary user.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# The compiled dependencies stay in the builder's cache; only the program leaves it.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile dist --package plimsoll-server \
    && cp target/dist/plimsoll-server /usr/local/bin/

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/plimsoll --create-home plimsoll
COPY --from=build /usr/local/bin/plimsoll-server /usr/local/bin/
USER plimsoll
VOLUME /var/lib/plimsoll
ENV PLIMSOLL_LISTEN=0.0.0.0:7070 \
    PLIMSOLL_DATA=/var/lib/plimsoll \
    PLIMSOLL_LOG_FORMAT=json
EXPOSE 7070
# The server finishes what it has begun when it is told to stop.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:7070/readyz"]
ENTRYPOINT ["plimsoll-server"]
