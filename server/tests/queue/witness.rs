//! Python's email package as the reader of reports.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::Value;

const READ: &str = "
import sys, json, email, email.policy
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = list(message.walk())
# The package reads the blocks of message/delivery-status as messages of their own.
blocks = [dict(part.items()) for whole in parts if whole.get_content_type() == 'message/delivery-status'
          for part in whole.get_payload()]
print(json.dumps({
    'kind': message.get_content_type(),
    'report': message.get_param('report-type'),
    'automatic': message['Auto-Submitted'],
    'children': [part.get_content_type() for part in message.iter_parts()],
    'text': parts[1].get_content() if len(parts) > 1 else '',
    'blocks': blocks,
    'original': [part.get_payload(0).as_string() for part in parts if part.get_content_type() == 'message/rfc822'],
    'defects': [str(defect) for part in parts for defect in part.defects],
}))
";

/// A report as somebody else reads it, in the form of RFC 3464 §2 and §3.
pub struct Report {
    /// For people.
    pub text: String,
    /// What was for whom.
    pub recipient: String,
    /// RFC 3463.
    pub status: String,
    /// What was said.
    pub diagnostic: Option<String>,
    /// The messages that are attached.
    pub originals: Vec<String>,
}

pub fn report(message: &[u8]) -> Report {
    let mut child = Command::new("/usr/bin/python3")
        .args(["-c", READ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(message).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "python3");
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read["kind"], "multipart/report", "{read:#}");
    assert_eq!(read["report"], "delivery-status", "{read:#}");
    assert_eq!(read["automatic"], "auto-replied", "{read:#}");
    assert_eq!(read["defects"], Value::Array(vec![]), "{read:#}");
    assert_eq!(read["children"][0], "text/plain", "{read:#}");
    assert_eq!(read["children"][1], "message/delivery-status", "{read:#}");
    let blocks = read["blocks"].as_array().unwrap();
    assert_eq!(blocks.len(), 2, "one for the message, one for its recipient: {read:#}");
    assert_eq!(blocks[0]["Reporting-MTA"], "dns; relay.example");
    assert_eq!(blocks[1]["Action"], "failed");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Report {
        text: text(&read["text"]).unwrap(),
        recipient: text(&blocks[1]["Final-Recipient"]).unwrap(),
        status: text(&blocks[1]["Status"]).unwrap(),
        diagnostic: text(&blocks[1]["Diagnostic-Code"]),
        originals: read["original"].as_array().unwrap().iter().filter_map(text).collect(),
    }
}
