//! The structure of small messages, every limit, and the work that a message takes.

use super::*;

fn structure(message: &str) -> Result<Vec<Part>, StructureError> {
    read(message.as_bytes(), &Limits::DEFAULT, &mut |_| true)
}

fn leaves(message: &str) -> Vec<(usize, &str)> {
    let parts = structure(message).unwrap();
    let leaves = parts.iter().filter(|part| part.is_leaf());
    leaves.map(|part| (part.depth, &message[part.body.clone()])).collect()
}

fn multipart(boundary: &str) -> String {
    format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n")
}

#[test]
fn a_message_without_parts_is_one() {
    assert_eq!(leaves("Subject: x\r\n\r\nbody\r\n"), [(0, "body\r\n")]);
    assert_eq!(leaves("From ann Mon\r\nSubject: x\r\n\r\nbody"), [(0, "body")]);
    assert_eq!(leaves("no field\r\n\r\nbody"), [(0, "no field\r\n\r\nbody")]);
    assert_eq!(leaves(""), [(0, "")]);
    assert_eq!(leaves("Subject: x"), [(0, "")]);
}

#[test]
fn parts_lie_between_the_lines_of_their_boundary() {
    let message = format!(
        "{}before\r\n--a\r\n\r\none\r\n--a \r\n{}--b\r\nX: y\r\n\r\ntwo\r\n--b--\r\nafter\r\n--ab\r\n--a\r\n{}--a--\r\nend\r\n",
        multipart("a"),
        multipart("b"),
        "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nthree\r\n"
    );
    assert_eq!(leaves(&message), [(1, "one"), (2, "two"), (2, "three")]);
}

#[test]
fn an_outer_boundary_ends_all_inner_parts() {
    let message = format!(
        "{}--a\r\n{}--b\r\n\r\none\r\n--a\r\n\r\ntwo",
        multipart("a"),
        multipart("b")
    );
    assert_eq!(leaves(&message), [(2, "one"), (1, "two")]);
    // Also in the middle of a header, and if both are called the same.
    let message = format!(
        "{}--a\r\nX: y\r\n--a\r\n{}--a\r\n\r\ntwo\r\n--a--\r\n--a--\r\n",
        multipart("a"),
        multipart("a")
    );
    assert_eq!(leaves(&message), [(1, ""), (2, "two")]);
}

#[test]
fn an_encoded_message_and_an_unknown_boundary_are_leaves() {
    let encoded = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nUw==\r\n";
    assert_eq!(leaves(encoded), [(0, "Uw==\r\n")]);
    assert_eq!(structure(&multipart("a")).unwrap().len(), 1);
    let digest = "Content-Type: multipart/digest; boundary=a\r\n\r\n--a\r\n\r\nSubject: x\r\n\r\nbody\r\n--a--\r\n";
    assert_eq!(leaves(digest), [(2, "body")]);
}

#[test]
fn every_count_has_a_limit() {
    let limits = Limits::DEFAULT;
    let message = |levels: usize| "Content-Type:message/rfc822\r\n\r\n".repeat(levels);
    assert!(structure(&message(limits.depth)).is_ok());
    assert_eq!(structure(&message(limits.depth + 1)), Err(StructureError::Depth));
    let nest = |levels: usize| -> String {
        let level = |each: usize| format!("{}--b{each}x\r\n", multipart(&format!("b{each}x")));
        (0..levels).map(level).collect()
    };
    assert!(structure(&nest(limits.depth)).is_ok());
    assert_eq!(structure(&nest(limits.depth + 1)), Err(StructureError::Depth));
    let parts = |parts: usize| format!("{}{}", multipart("a"), "--a\r\n\r\n".repeat(parts));
    assert!(structure(&parts(limits.parts - 1)).is_ok());
    assert_eq!(structure(&parts(limits.parts)), Err(StructureError::Parts));
    let fields = |fields: usize| format!("{}\r\n", "A:\r\n".repeat(fields));
    assert!(structure(&fields(limits.header_fields)).is_ok());
    assert_eq!(
        structure(&fields(limits.header_fields + 1)),
        Err(StructureError::HeaderFields)
    );
    let octets = |octets: usize| format!("A:{}\r\n\r\n", " ".repeat(octets - 4));
    assert!(structure(&octets(limits.header_octets)).is_ok());
    assert_eq!(
        structure(&octets(limits.header_octets + 1)),
        Err(StructureError::HeaderOctets)
    );
    let boundary = |octets: usize| multipart(&"b".repeat(octets));
    assert!(structure(&boundary(limits.boundary_octets)).is_ok());
    assert_eq!(
        structure(&boundary(limits.boundary_octets + 1)),
        Err(StructureError::Boundary)
    );
    // A line that is no field hides none of those below it.
    let hidden = format!("no field\r\n{}", fields(limits.header_fields));
    assert_eq!(structure(&hidden), Err(StructureError::HeaderFields));
    // The header of a part counts as that of the message does.
    let inner = format!("{}--a\r\n{}", multipart("a"), fields(limits.header_fields + 1));
    assert_eq!(structure(&inner), Err(StructureError::HeaderFields));
}

#[test]
fn twice_the_message_is_twice_the_work() {
    let work = |message: &str| {
        let mut work = 0;
        let _ = read(message.as_bytes(), &Limits::DEFAULT, &mut |octets| {
            work += octets;
            true
        });
        work
    };
    let never = format!("{}{}", multipart("never"), "--other\r\n\r\ntext\r\n".repeat(20_000));
    let nested: String = (0..90)
        .map(|each| format!("{}--{each}\r\n", multipart(&each.to_string())))
        .collect();
    let nested = format!("{nested}{}", "--90\r\n--x--\r\n".repeat(20_000));
    for text in [
        never,
        nested,
        format!("{}{}", multipart("a"), "--a-\r\n".repeat(100_000)),
    ] {
        let message = text.clone();
        let doubled = format!("{text}{}", text.split_once("\r\n\r\n").map_or("", |(_, body)| body));
        let (once, twice) = (work(&message), work(&doubled));
        assert!(
            once > 0 && twice <= 2 * once + 4 * STRIDE,
            "{once} octets, then {twice}"
        );
        assert!(twice <= doubled.len() + 2 * STRIDE, "no octet is counted twice");
    }
}

#[test]
fn it_can_be_stopped() {
    let message = format!("\r\n{}", "x\r\n--y\r\n".repeat(100_000));
    let mut left = 3;
    let stopped = read(message.as_bytes(), &Limits::DEFAULT, &mut |_| {
        left -= 1;
        left > 0
    });
    assert_eq!((stopped, left), (Err(StructureError::Stopped), 0));
}
