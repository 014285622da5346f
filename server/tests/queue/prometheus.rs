//! Prometheus itself, with the metrics page and the alert rules.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::support::home::Home;

/// How long Prometheus may take to start and to look twice.
const PATIENCE: Duration = Duration::from_secs(120);

fn run(program: &str, arguments: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(output.status.success(), "{program} {arguments:?}: {said:?}");
    said.concat()
}

#[test]
fn each_alert_fires_when_it_should_and_none_when_all_is_well() {
    run("promtool", &["check", "rules", "../docs/prometheus/alerts.yml"]);
    run("promtool", &["test", "rules", "tests/queue/alerts.test.yml"]);
    let rules = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/prometheus/alerts.yml"));
    let tests = include_str!("alerts.test.yml");
    for line in rules.unwrap().lines() {
        if let Some((_, name)) = line.split_once("- alert: ") {
            assert!(
                tests.contains(&format!("alertname=\"{name}\"")),
                "{name} is not in the tests"
            );
        }
    }
}

/// A running Prometheus that looks at one page every second; it ends with this value.
struct Prometheus {
    url: String,
    server: Child,
    _folder: TempDir,
}

impl Prometheus {
    fn start(page: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("prometheus.yml");
        let text = format!(
            "global: {{ scrape_interval: 1s }}\nscrape_configs:\n  - job_name: sealpost\n    static_configs: [{{ targets: ['{page}'] }}]\n"
        );
        fs::write(&settings, text).unwrap();
        let address = test_support::ports::free();
        let server = Command::new("prometheus")
            .arg(format!("--config.file={}", settings.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            url: format!("http://{address}"),
            server,
            _folder: folder,
        }
    }

    /// The value of an expression, once there is one.
    fn value(&self, expression: &str) -> String {
        let started = Instant::now();
        let query = format!("query={expression}");
        loop {
            let url = format!("{}/api/v1/query", self.url);
            let asked = Command::new("curl")
                .args(["--silent", "--get", &url, "--data-urlencode", &query])
                .output()
                .unwrap();
            let answer: Option<serde_json::Value> = serde_json::from_slice(&asked.stdout).ok();
            let value = answer.and_then(|answer| answer["data"]["result"][0]["value"][1].as_str().map(str::to_owned));
            match value {
                Some(value) => return value,
                None => assert!(started.elapsed() < PATIENCE, "no value for {expression}"),
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_reads_the_page() {
    let backups = tempfile::tempdir().unwrap();
    let folder = backups.path().to_owned();
    let home = Home::with(|config| {
        config.metrics = Some("127.0.0.1:0".parse().unwrap());
        config.backup.folder = Some(folder);
    })
    .await;
    let prometheus = Prometheus::start(&home.relay.metrics.unwrap().to_string());
    tokio::task::spawn_blocking(move || {
        assert_eq!(prometheus.value("up{job=\"sealpost\"} == 1"), "1");
        assert_eq!(prometheus.value("sealpost_queue_waiting"), "0");
        assert_eq!(prometheus.value("sealpost_backup_age_seconds"), "+Inf");
        assert_eq!(prometheus.value("sealpost_backup_age_seconds > 2 * 86400"), "+Inf");
    })
    .await
    .unwrap();
}
