//! A DNS server on loopback that serves one zone of RFC 7208's suite, and is silent where the suite asks for a time-out.

use std::{
    collections::HashMap,
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use hickory_proto::{
    op::{Message, OpCode, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, AAAA, CNAME, MX, PTR, TXT},
    },
};
use serde_yaml_ng::{Mapping, Value};

/// How often the thread looks whether it shall end.
const LOOK: Duration = Duration::from_millis(50);

/// A running server; it ends with this value.
pub struct ZoneServer {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What is known under one name.
#[derive(Default)]
struct Node {
    records: Vec<RData>,
    /// Questions for what is not in `records` get no answer.
    silent: bool,
}

type Zone = HashMap<Name, Node>;

impl ZoneServer {
    /// Serves a `zonedata` mapping of the suite.
    pub fn start(zonedata: &Mapping) -> Self {
        let zone: Zone = zonedata
            .iter()
            .map(|(name, entries)| (name_of(name.as_str().unwrap()), node(entries.as_sequence().unwrap())))
            .collect();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(LOOK)).unwrap();
        let address = socket.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = Some(thread::spawn(move || {
            let mut room = [0; 4096];
            while !told.load(Ordering::Relaxed) {
                let Ok((length, client)) = socket.recv_from(&mut room) else {
                    continue;
                };
                if let Some(answer) = answer(&zone, &room[..length]) {
                    let _ = socket.send_to(&answer, client);
                }
            }
        }));
        Self { address, stop, thread }
    }
}

impl Drop for ZoneServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Each entry is a record, or the word TIMEOUT. The suite's SPF records stand for TXT records as well, unless the name has
/// a TXT entry of its own; `TXT: NONE` is one that stands for nothing.
fn node(entries: &[Value]) -> Node {
    let mut node = Node::default();
    let of_type = |kind: &'static str| entries.iter().filter_map(move |entry| entry.get(kind));
    node.silent = entries.iter().any(|entry| entry.as_str() == Some("TIMEOUT"));
    let texts = if of_type("TXT").next().is_some() { "TXT" } else { "SPF" };
    let texts = of_type(texts).filter(|text| text.as_str() != Some("NONE"));
    node.records.extend(texts.map(|text| RData::TXT(txt(text))));
    node.records
        .extend(of_type("A").map(|ip| RData::A(A(ip.as_str().unwrap().parse().unwrap()))));
    node.records
        .extend(of_type("AAAA").map(|ip| RData::AAAA(AAAA(ip.as_str().unwrap().parse().unwrap()))));
    node.records
        .extend(of_type("PTR").map(|name| RData::PTR(PTR(name_of(name.as_str().unwrap())))));
    node.records
        .extend(of_type("CNAME").map(|name| RData::CNAME(CNAME(name_of(name.as_str().unwrap())))));
    node.records.extend(of_type("MX").map(|mx| {
        let preference = mx[0].as_u64().unwrap();
        RData::MX(MX::new(
            preference.try_into().unwrap(),
            name_of(mx[1].as_str().unwrap()),
        ))
    }));
    node
}

/// One text, or several strings of one record.
fn txt(value: &Value) -> TXT {
    let strings: Vec<&str> = match value {
        Value::Sequence(strings) => strings.iter().map(|string| string.as_str().unwrap()).collect(),
        other => vec![other.as_str().unwrap()],
    };
    let mut pieces: Vec<_> = strings
        .iter()
        .flat_map(|string| string.as_bytes().chunks(255))
        .collect();
    if pieces.is_empty() {
        // RFC 1035 §3.3.14: a record without any string cannot be sent.
        pieces.push(b"");
    }
    TXT::from_bytes(pieces)
}

/// Names of the suite hold characters that a host name does not.
fn name_of(text: &str) -> Name {
    let labels = text.split('.').filter(|label| !label.is_empty());
    let mut name = Name::from_labels(labels.map(str::as_bytes)).unwrap().to_lowercase();
    name.set_fqdn(true);
    name
}

fn answer(zone: &Zone, question: &[u8]) -> Option<Vec<u8>> {
    let asked = Message::from_vec(question).ok()?;
    let query = asked.queries.first()?.clone();
    let mut answer = Message::response(asked.metadata.id, OpCode::Query);
    answer.metadata.recursion_desired = true;
    answer.metadata.recursion_available = true;
    let mut name = query.name().to_lowercase();
    name.set_fqdn(true);
    // An alias leads on; the suite has no chain that is longer.
    for _ in 0..4 {
        let Some(node) = zone.get(&name) else {
            // RFC 8020: a name with others below it exists.
            if !zone.keys().any(|below| name.zone_of(below)) && answer.answers.is_empty() {
                answer.metadata.response_code = ResponseCode::NXDomain;
            }
            break;
        };
        let found: Vec<_> = node
            .records
            .iter()
            .filter(|record| record.record_type() == query.query_type())
            .collect();
        if found.is_empty() && node.silent {
            return None;
        }
        for record in &found {
            answer.add_answer(Record::from_rdata(name.clone(), 60, (*record).clone()));
        }
        let alias = node
            .records
            .iter()
            .find(|record| record.record_type() == RecordType::CNAME);
        match alias {
            Some(RData::CNAME(CNAME(target))) if found.is_empty() => {
                answer.add_answer(Record::from_rdata(
                    name.clone(),
                    60,
                    RData::CNAME(CNAME(target.clone())),
                ));
                name = target.clone();
            }
            _ => break,
        }
    }
    answer.add_query(query);
    answer.to_vec().ok()
}
