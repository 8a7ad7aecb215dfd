//! Runs the program: opens what it needs, serves until it is told to stop, closes in the reverse order.

mod remeasure;

use crate::auth::LoginLimit;
use crate::blobs::Blobs;
use crate::config::{Cli, Command, Config};
use crate::domain::token::Secret;
use crate::jobs::{Signals, wake, worker};
use crate::postgres::{self, PrivatePostgres};
use crate::state::{AppState, Clock, Settings, no_growths};
use crate::telemetry::prometheus;
use crate::{api, app, db, telemetry};
use anyhow::Context as _;
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// How long requests may go on after the order to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(15);

/// Does what the command line says.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let command = cli.command.unwrap_or(Command::Serve);
    if let Command::Openapi = command {
        say(&api::openapi().to_pretty_json().context("the document cannot be written")?);
        return Ok(ExitCode::SUCCESS);
    }
    telemetry::start(&cli.config)?;
    let runtime = tokio::runtime::Runtime::new().context("the program's threads cannot start")?;
    match command {
        Command::Serve => runtime.block_on(serve_on_database(&cli.config)),
        Command::Openapi => Ok(()),
        Command::AdminToken { .. } => runtime.block_on(renew_admin_token(&cli.config)),
        Command::Remeasure(args) => runtime.block_on(remeasure::run(&cli.config, &args)),
        Command::Postgres(args) => {
            return Ok(runtime.block_on(postgres::run_command(&cli.config.postgres()?, &args))?);
        }
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Serves on the operator's database, else on the private one, which stops when all else is done.
async fn serve_on_database(config: &Config) -> anyhow::Result<()> {
    // First, so that a taken port is the complaint, whatever else a second server would trip over.
    let listener = TcpListener::bind(config.listen).await.with_context(|| cannot_listen(config.listen))?;
    if let Some(url) = &config.database_url {
        return serve(config, listener, parse_database_url(url)?).await;
    }
    let postgres = PrivatePostgres::start(&config.postgres()?).await?;
    let outcome = serve(config, listener, postgres.connect_options()).await;
    postgres.stop().await;
    outcome
}

fn parse_database_url(url: &str) -> anyhow::Result<PgConnectOptions> {
    // The parser's complaint may quote the password, so it is not shown.
    PgConnectOptions::from_str(url).map_err(|_| anyhow::anyhow!("DATABASE_URL is not a postgres:// URL"))
}

async fn serve(config: &Config, listener: TcpListener, database: PgConnectOptions) -> anyhow::Result<()> {
    let address = listener.local_addr().context("the listening address is unknown")?;
    let data = config.data_folder()?;
    let pool = db::open(database, config.db_connections.into()).await?;
    let state = state(config, &data, pool.clone(), address)?;
    greet_administrator(config, &state).await?;
    // Before anybody is told that the server is there, and may tell it to stop.
    let mut signals = StopSignals::listen()?;
    say(&format!("listening on {}", http_url(address)));
    let outcome = serve_until_told(listener, state, config, &mut signals).await;
    pool.close().await;
    outcome
}

fn state(config: &Config, data: &Path, pool: PgPool, address: SocketAddr) -> anyhow::Result<AppState> {
    let upload_folder = data.join("uploads");
    empty_folder(&upload_folder).with_context(|| format!("cannot use the data folder {}", data.display()))?;
    let blobs = match &config.blobs {
        Some(location) => Blobs::open(location)?,
        None => Blobs::open_folder(&data.join("blobs"))?,
    };
    let public_url = match &config.public_url {
        Some(url) => url.clone(),
        None => Url::parse(&http_url(address)).context("the listening address is no URL")?,
    };
    let settings = Settings {
        public_url,
        max_upload_bytes: config.max_upload_bytes,
        upload_folder,
        behind_proxy: config.behind_proxy,
        request_timeout: REQUEST_TIMEOUT,
    };
    Ok(AppState {
        db: pool,
        blobs,
        clock: Clock::System,
        settings: Arc::new(settings),
        signals: Signals::default(),
        analysis_permits: Arc::new(Semaphore::new(config.n_workers())),
        question_permits: Arc::new(Semaphore::new(1)),
        growths: no_growths(),
        login_limit: Arc::new(LoginLimit::default()),
    })
}

/// Sets the administrator's token at the first start; shows it unless the operator chose it.
async fn greet_administrator(config: &Config, state: &AppState) -> anyhow::Result<()> {
    let secret = match &config.admin_token {
        Some(text) => Secret::chosen_for_admin(text)?,
        None => Secret::for_admin()?,
    };
    let mut tx = state.db.begin().await?;
    let is_first =
        db::tokens::insert_first_admin(&mut tx, secret.hash().as_bytes(), state.clock.now()).await?;
    tx.commit().await?;
    if is_first && config.admin_token.is_none() {
        say(&format!("administrator's token (it will not be shown again): {}", secret.reveal()));
    }
    Ok(())
}

async fn renew_admin_token(config: &Config) -> anyhow::Result<()> {
    beside_the_server(config, renew_admin_token_in).await
}

/// Does something with the database, whether a server is running on it or not.
async fn beside_the_server<F: Future<Output = anyhow::Result<()>>>(
    config: &Config,
    work: impl FnOnce(PgPool) -> F,
) -> anyhow::Result<()> {
    if let Some(url) = &config.database_url {
        return work(db::open(parse_database_url(url)?, 4).await?).await;
    }
    let postgres = PrivatePostgres::start_or_join(&config.postgres()?).await?;
    let outcome = match db::open(postgres.connect_options(), 4).await {
        Ok(pool) => work(pool).await,
        Err(error) => Err(error),
    };
    postgres.stop().await;
    outcome
}

async fn renew_admin_token_in(pool: PgPool) -> anyhow::Result<()> {
    let secret = Secret::for_admin()?;
    let mut tx = pool.begin().await?;
    db::tokens::delete_admin(&mut tx).await?;
    db::tokens::insert_first_admin(&mut tx, secret.hash().as_bytes(), Clock::System.now()).await?;
    tx.commit().await?;
    pool.close().await;
    say(&format!("administrator's token (it will not be shown again): {}", secret.reveal()));
    Ok(())
}

async fn serve_until_told(
    listener: TcpListener,
    state: AppState,
    config: &Config,
    signals: &mut StopSignals,
) -> anyhow::Result<()> {
    let (stop, stopping) = watch::channel(false);
    // Dropped at the end, it ends these two; the listener's connection would keep the pool open.
    let mut helpers = JoinSet::new();
    helpers.spawn(prometheus::keep_up());
    helpers.spawn(wake::listen(state.clone()));
    let mut workers = JoinSet::new();
    for _ in 0..config.n_workers() {
        workers.spawn(worker::work(state.clone(), stopping.clone()));
    }
    let idle_timeout = Duration::from_secs(config.idle_seconds);
    let connections = Handle::new();
    let mut server = tokio::spawn(answer(listener, state, (idle_timeout, connections.clone())));
    tokio::select! {
        () = signals.wait() => {}
        ended = &mut server => return ended.context("the server's task broke")?.context("serving failed"),
    }
    tracing::info!("stopping: finishing the requests and jobs that are under way");
    stop.send_replace(true);
    connections.graceful_shutdown(Some(DRAIN_TIMEOUT));
    if timeout(DRAIN_TIMEOUT, async { tokio::join!(server, workers.join_all()) }).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    helpers.shutdown().await;
    Ok(())
}

/// Answers requests until the handle is told to stop. HTTP/1 only: finding out whether a client speaks
/// HTTP/2 has no time limit, and proxies speak HTTP/1 to what is behind them.
async fn answer(
    listener: TcpListener,
    state: AppState,
    (idle_timeout, connections): (Duration, Handle<SocketAddr>),
) -> std::io::Result<()> {
    let service = app::router(state).into_make_service_with_connect_info::<SocketAddr>();
    let mut server = Server::from_listener(listener).handle(connections).http1_only();
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(idle_timeout);
    server.serve(service).await
}

/// The orders to stop: ctrl-C, and what service managers send.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// From here on the orders do not end the program by themselves.
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?,
            terminate: signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn cannot_listen(address: SocketAddr) -> String {
    format!("cannot listen on {address} (is another server running? choose another address with --listen)")
}

/// `0.0.0.0` is where one listens, not where one goes.
fn http_url(address: SocketAddr) -> String {
    match address.ip().is_unspecified() {
        true => format!("http://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}

fn empty_folder(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(it) if it.kind() != std::io::ErrorKind::NotFound => return Err(it),
        _ => {}
    }
    std::fs::create_dir_all(folder)
}

/// Tells the person or script that started the program.
#[expect(clippy::print_stdout, reason = "these lines are the program's announced output")]
fn say(line: &str) {
    println!("{line}");
}
