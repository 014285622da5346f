//! Traces: what a collector gets, and that mail does not care about it.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use test_support::ports::free;

use crate::{
    queue::{
        program::Program,
        sink::{Answer, Sink},
        until,
    },
    support::home::{Home, SECRET, send},
};

/// A running collector; it ends with this value.
struct Collector {
    process: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
}

impl Collector {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut process = Command::new("/usr/bin/python3")
            .arg(root.join("tests/queue/collector.py"))
            .env("PYTHONPATH", root.join("../target/test-vectors/opentelemetry"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut port = String::new();
        lines.read_line(&mut port).unwrap();
        Self {
            process,
            lines,
            port: port
                .trim()
                .parse()
                .expect("opentelemetry-proto (scripts/need-test-tools)"),
        }
    }

    /// All requests so far.
    fn stop(mut self) -> Vec<Value> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let lines = self.lines.lines().map_while(Result::ok);
        lines.map(|line| serde_json::from_str(&line).unwrap()).collect()
    }
}

/// A span, as the collector has it.
struct Span {
    name: String,
    id: String,
    trace: String,
    parent: Option<String>,
    attributes: Vec<(String, String)>,
    links: Vec<String>,
}

fn spans(requests: &[Value]) -> Vec<Span> {
    let list = |of: &Value, name: &str| of[name].as_array().cloned().unwrap_or_default();
    let text = |of: &Value, name: &str| of[name].as_str().map(str::to_owned);
    let scopes = requests
        .iter()
        .flat_map(|request| list(&request["request"], "resourceSpans"))
        .flat_map(|resource| list(&resource, "scopeSpans"));
    let spans = scopes.flat_map(|scope| list(&scope, "spans"));
    let attribute = |of: &Value| {
        let value = of["value"].as_object().unwrap().values().next().unwrap();
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (text(of, "key").unwrap(), value)
    };
    spans
        .map(|span| Span {
            name: text(&span, "name").unwrap(),
            id: text(&span, "spanId").unwrap(),
            trace: text(&span, "traceId").unwrap(),
            parent: text(&span, "parentSpanId"),
            attributes: list(&span, "attributes").iter().map(attribute).collect(),
            links: list(&span, "links")
                .iter()
                .filter_map(|link| text(link, "traceId"))
                .collect(),
        })
        .collect()
}

fn start(home: &Home, sink: &Sink, port: u16, more: &[(&str, &str)]) -> Program {
    let url = format!("http://127.0.0.1:{port}");
    let settings = [&[("SEALPOST_OTLP", url.as_str())], more].concat();
    let program = Command::new(env!("CARGO_BIN_EXE_sealpost"));
    Program::start_with(program, home.folder.path(), &sink.url(), &settings)
}

/// A home whose relay is stopped, so that the program can have its data.
async fn home() -> Home {
    let home = Home::new().await;
    home.activate().await;
    home.relay.stop().await;
    home
}

const SUBJECT: &str = "Meeting under the bridge";

async fn deliver(program: &Program, home: &Home, sink: &Sink, arrived: usize) {
    let message = format!(
        "From: Bob <bob@example.com>\r\nTo: {}\r\nSubject: {SUBJECT}\r\n\r\n{SECRET}\r\n",
        home.alias
    );
    let said = send(program.smtp(), "bob@example.com", &[&home.alias], &message).await;
    assert!(said.starts_with("250"), "{said}");
    until("the message arrived", || async { sink.arrived().len() == arrived }).await;
}

fn look_at_pages(web: &str) {
    for path in [
        "/healthz?who=ann",
        "/profiles/7/ann.pem",
        "/aliases/7/qr.svg",
        "/sign-in?next=ann",
        "/no-ann",
    ] {
        let got = Command::new("curl")
            .args(["-s", "-o", "/dev/null"])
            .arg(format!("http://{web}{path}"))
            .status();
        assert!(got.unwrap().success(), "{path}");
    }
}

/// No request holds an address, the alias, the subject, the text, or what stood in a URL.
fn expect_nothing_of_the_mail(requests: &[Value], home: &Home) {
    for request in requests {
        assert_eq!(
            (&request["path"], &request["type"]),
            (&"/v1/traces".into(), &"application/x-protobuf".into())
        );
        assert_eq!(request["headers"], json!(["content-length", "content-type", "host"]));
        let octets = request["octets"].as_str().unwrap().to_lowercase();
        let local = home.alias.split('@').next().unwrap();
        for secret in [
            local, "bob@", "ann@", "=ann", "ann.pem", "no-ann", "example.", "bridge", "treasure",
        ] {
            assert!(!octets.contains(secret), "{secret}: {octets}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_sees_where_the_time_goes_and_nothing_of_the_mail() {
    let (home, sink, collector) = (home().await, Sink::start(|_| Answer::Takes), Collector::start());
    let web = free().to_string();
    let settings = [
        ("SEALPOST_HTTP", web.as_str()),
        // Variables for the libraries of other programs change nothing.
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-who=ann,content-type=text/plain"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "0"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "0"),
        ("OTEL_TRACES_SAMPLER", "always_off"),
    ];
    let program = start(&home, &sink, collector.port, &settings);
    deliver(&program, &home, &sink, 1).await;
    look_at_pages(&web);
    assert!(program.terminate().success());
    let requests = collector.stop();
    expect_nothing_of_the_mail(&requests, &home);
    let resource = requests[0]["request"]["resourceSpans"][0]["resource"].to_string();
    assert!(
        resource.contains("sealpost") && resource.contains(env!("CARGO_PKG_VERSION")),
        "{resource}"
    );
    let spans = spans(&requests);
    let named = |name: &str| {
        spans
            .iter()
            .find(|span| span.name == name)
            .unwrap_or_else(|| panic!("no {name}"))
    };
    let transaction = named("smtp.transaction");
    for step in [
        "smtp.recipient",
        "smtp.text",
        "message.examine",
        "message.authenticate",
        "message.seal",
        "queue.commit",
    ] {
        assert_eq!(named(step).parent.as_ref(), Some(&transaction.id), "{step}");
    }
    let delivery = named("delivery");
    for step in ["delivery.connect", "delivery.hand_over"] {
        assert_eq!(named(step).parent.as_ref(), Some(&delivery.id), "{step}");
    }
    assert_eq!(
        (&delivery.parent, &delivery.links),
        (&None, &vec![transaction.trace.clone()])
    );
    let attributes = |span: &Span| {
        span.attributes
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    };
    let all: BTreeSet<String> = spans
        .iter()
        .flat_map(|span| -> Vec<String> { attributes(span) })
        .collect();
    for expected in [
        "smtp.tls=false",
        "smtp.reply=250",
        "delivery.attempt=1",
        "delivery.outcome=delivered",
        &format!("delivery.next_hop={}", sink.address),
        "http.request.method=GET",
        "http.response.status_code=200",
        "http.route=/healthz",
        "http.route=/profiles/{profile}/{file}",
        "http.route=/aliases/{alias}/qr.svg",
        "http.route=/sign-in",
    ] {
        assert!(all.contains(expected), "{expected}: {all:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_goes_on_and_the_relay_stops_without_a_collector() {
    let (home, sink) = (home().await, Sink::start(|_| Answer::Takes));
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    // Nobody listens at the first, and nobody answers at the second.
    for (number, port) in [free().port(), silent.local_addr().unwrap().port()]
        .into_iter()
        .enumerate()
    {
        let log = home.folder.path().join("log");
        let mut program = Command::new(env!("CARGO_BIN_EXE_sealpost"));
        program.stderr(File::create(&log).unwrap());
        let url = format!("http://127.0.0.1:{port}");
        let settings = [("SEALPOST_OTLP", url.as_str()), ("RUST_LOG", "warn,server=info")];
        let program = Program::start_with(program, home.folder.path(), &sink.url(), &settings);
        let smtp = program.smtp();
        let messages = if number == 0 { 2 } else { 1 };
        for message in 1..=messages {
            let text = format!("From: Bob <bob@example.com>\r\nTo: {}\r\n\r\n{SECRET}\r\n", home.alias);
            let said = send(smtp, "bob@example.com", &[&home.alias], &text).await;
            assert!(said.starts_with("250"), "{said}");
            until("it arrived", || async { sink.arrived().len() == 2 * number + message }).await;
            if messages == 2 && message == 1 {
                // Longer than spans wait for others, so that the second failure is another one.
                tokio::time::sleep(Duration::from_millis(2500)).await;
            }
        }
        let stopped = Instant::now();
        assert!(program.terminate().success());
        // Three seconds for the last traces; the rest is for a busy machine.
        assert!(stopped.elapsed() < Duration::from_secs(60), "{:?}", stopped.elapsed());
        let log = std::fs::read_to_string(log).unwrap();
        let warnings = log.matches("does not take traces").count();
        assert!(warnings <= 1 && (number == 1 || warnings == 1), "{log}");
        assert!(number == 1 || log.contains("the collector is not reached: "), "{log}");
        assert!(!log.contains("smtp.transaction") && !log.contains("otel."), "{log}");
    }
}
