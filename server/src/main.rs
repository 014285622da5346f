//! The program `sealpost` reads settings, starts log and relay, and ends gracefully.

use std::{
    error::Error,
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use sd_notify::NotifyState;
use server::{
    causes::chain,
    command::{Arguments, Command},
    config::{Config, ConfigError, Switch},
    core_dump, logging, open_files,
    relay::Relay,
    traces::{Traces, TracesError},
};
use tokio::signal::unix::{SignalKind, signal};

/// How long work on other threads may take after everything else has ended. A thread cannot be stopped from outside.
const LAST: Duration = Duration::from_secs(5);

/// The exit status after mistakes in the settings: EX_CONFIG of sysexits.h, which the unit knows.
const MISTAKEN: u8 = 78;

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let ended = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| {
        let ended = runtime.block_on(start(command));
        runtime.shutdown_timeout(LAST);
        ended
    });
    match ended {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(io::stderr(), "sealpost: {}", chain(&*error));
            match error.downcast_ref::<ConfigError>() {
                Some(ConfigError::Mistaken(_)) => ExitCode::from(MISTAKEN),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

async fn start(command: Option<Command>) -> Result<ExitCode, Box<dyn Error>> {
    // Comes first, because every command reads keys.
    core_dump::disable()?;
    // Only this crypto provider is compiled in, and libraries ask for the process default. A second call changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match command {
        None => run().await.map(|()| ExitCode::SUCCESS),
        Some(command) => Ok(command.run(&mut io::stdout()).await?),
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let mut config = Config::load()?;
    let traces = start_log(&config)?;
    if let Err(short) = config.fit(open_files::raise_limit()) {
        tracing::warn!("{short}");
    }
    let welcome = welcome(&config);
    // Handles signals from here on, so that a relay that is stopped right after its start ends in order.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let relay = tokio::select! {
        relay = Relay::start(config) => relay?,
        // A database that is being brought up to date is left as it was.
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    tell_systemd(NotifyState::Ready);
    writeln!(io::stdout(), "{}", welcome(relay.smtp))?;
    let ended = tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
        () = relay.broken() => Err("a part of the relay broke; the log says which".into()),
    };
    tracing::info!("stopping");
    tell_systemd(NotifyState::Stopping);
    stop(&relay, traces).await;
    // After a failure systemd, or what else runs the program, starts it again.
    ended
}

/// Starts the log, and traces if there is a collector for them.
fn start_log(config: &Config) -> Result<Option<Traces>, TracesError> {
    let collector = config.otlp.as_ref().map(ToString::to_string);
    let traces = collector.as_deref().map(Traces::start).transpose()?;
    logging::start(config.log_json, traces.as_ref());
    Ok(traces)
}

/// Stops the relay, and then sends its last traces.
async fn stop(relay: &Relay, traces: Option<Traces>) {
    relay.stop().await;
    if let Some(traces) = traces {
        traces.stop().await;
    }
}

/// Without systemd this does nothing. A start that it does not hear of is cut off by it, and tried again.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd was not told what the relay does");
    }
}

/// The text for the person who started the relay, once the address of its receiver is known.
fn welcome(config: &Config) -> impl FnOnce(SocketAddr) -> String + use<> {
    let (domain, url, delivery) = (
        config.domain.clone(),
        config.public_url.to_string(),
        config.delivery.to_string(),
    );
    let unchecked = match config.sender_auth {
        Switch::On => "",
        Switch::Off => {
            "\n  Senders  are not checked (SEALPOST_SENDER_AUTH=off): no SPF, DKIM or DMARC, and a reply is taken only\n           \
             with a signature"
        }
    };
    move |smtp| {
        format!(
            "\nSealpost is running.\n\n  Web      {url}\n  SMTP     {smtp}\n  Mail     goes to {delivery}{unchecked}\n\n\
             Sign up, take an alias, and send it a first message:\n\n  \
             printf 'From: Bob <bob@example.com>\\nSubject: Hello\\n\\nOnly you can read this.\\n' |\n    \
             curl --crlf --url smtp://{smtp} --mail-from bob@example.com --mail-rcpt YOUR-ALIAS@{domain} -T -\n\n\
             Ctrl-C stops it."
        )
    }
}
