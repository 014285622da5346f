//! Asks trusted sealers whether a message that fails DMARC had passed it before they changed it (RFC 8617), as a mailing list
//! does. mail-auth verifies the chain; whom to believe, and what they must have seen, is decided here.

use mail_auth::{AuthenticatedMessage, DkimResult, MessageAuthenticator, Parameters, arc, common::crypto::Algorithm};

use super::{
    AuthError,
    covered::MOST_NAMES,
    finding::{Dmarc, Policy},
    lookup::Lookup,
    records::Records,
};

use crate::mail::header;

/// The longest chain that is looked at. Each link costs a look-up and a verification.
const MOST_LINKS: usize = 10;

/// Returns the trusted sealer that saw the message pass DMARC for the author's domain, if there is one, and it and those after it
/// are all trusted.
pub(super) async fn vouching(
    library: &MessageAuthenticator,
    lookup: Lookup<'_>,
    trusted: &[String],
    message: &AuthenticatedMessage<'_>,
    author: &Dmarc,
) -> Result<Option<String>, AuthError> {
    if !may_hold(message, trusted) {
        return Ok(None);
    }
    let keys = Records::chain_keys(lookup, message).await;
    let output = library.verify_arc(Parameters::new(message).with_txt_cache(&keys)).await;
    match output.result() {
        DkimResult::Pass => {}
        // Only where the sealer decides whether the message is taken is it worth another try.
        DkimResult::TempError(_) if author.policy == Policy::Reject => return Err(AuthError::LookUp("ARC")),
        _ => return Ok(None),
    }
    // mail-auth has sorted both lists, and found one of each for each link.
    let links = message.as_headers.iter().zip(&message.aar_headers).rev();
    let mut believed = links.take_while(|(seal, _)| is_trusted(trusted, &seal.header));
    let saw = believed.find(|(_, results)| has_passed(results.value, &author.domain));
    Ok(saw.map(|(seal, _)| seal.header.d.to_lowercase()))
}

/// Whether the chain is worth its look-ups: short, sealed last by a trusted sealer, with From under its signature.
fn may_hold(message: &AuthenticatedMessage<'_>, trusted: &[String]) -> bool {
    let newest = message.as_headers.last().zip(message.ams_headers.last());
    newest.is_some_and(|(seal, signature)| {
        let signature = &signature.header;
        message.as_headers.len() <= MOST_LINKS
            && is_trusted(trusted, &seal.header)
            && signature.d.eq_ignore_ascii_case(&seal.header.d)
            && signature.a != Algorithm::RsaSha1
            && message
                .as_headers
                .iter()
                .all(|field| field.header.a != Algorithm::RsaSha1)
            && signature.h.len() <= MOST_NAMES
            && signature.h.iter().any(|name| name.eq_ignore_ascii_case(header::FROM))
    })
}

fn is_trusted(trusted: &[String], seal: &arc::Seal) -> bool {
    trusted.iter().any(|domain| seal.d.eq_ignore_ascii_case(domain))
}

/// Whether a sealer's results (RFC 8601 §2.2) say that DMARC passed for a domain.
fn has_passed(results: &[u8], author: &str) -> bool {
    let Some(plain) = without_comments(&String::from_utf8_lossy(results)) else {
        return false;
    };
    let plain = plain.to_ascii_lowercase();
    let is_of_dmarc = |words: &Vec<(&str, &str)>| {
        let method = words.first().map(|(method, _)| *method);
        method.is_some_and(|method| method.split('/').next() == Some("dmarc"))
    };
    let mut found = plain.split(';').map(words).filter(is_of_dmarc);
    // If there are two, a stranger may have written one, into a value that the sealer copied.
    let (Some(words), None) = (found.next(), found.next()) else {
        return false;
    };
    let mut domains = words.iter().filter(|(name, _)| *name == "header.from");
    let (Some((_, domain)), None) = (domains.next(), domains.next()) else {
        return false;
    };
    domain.eq_ignore_ascii_case(author) && words.first().is_some_and(|(_, value)| *value == "pass")
}

/// The pairs of a result: the method and its value, then properties and theirs. Blanks may surround the signs between.
fn words(result: &str) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    let mut rest = result;
    while let Some((before, after)) = rest.split_once('=') {
        let name = before.split_ascii_whitespace().next_back().unwrap_or_default();
        let after = after.trim_ascii_start();
        let end = after.find(|c: char| c.is_ascii_whitespace()).unwrap_or(after.len());
        let (value, behind) = after.split_at(end);
        pairs.push((name, value));
        rest = behind;
    }
    pairs
}

/// Stands for a comment or what is quoted, so that a value which it touches is nobody's domain.
const LEFT_OUT: char = '\0';

/// Leaves out comments, also nested ones, and what is quoted (RFC 5322 §3.2.2): nothing that is looked for needs quotes. Returns `None`
/// if one of them does not end.
fn without_comments(text: &str) -> Option<String> {
    let (mut plain, mut depth, mut quoted) = (String::with_capacity(text.len()), 0usize, false);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                rest.next()?;
                plain.push(LEFT_OUT);
            }
            '"' if depth == 0 => {
                quoted = !quoted;
                plain.push(LEFT_OUT);
            }
            '(' if !quoted => {
                depth += 1;
                plain.push(LEFT_OUT);
            }
            ')' if !quoted && depth > 0 => depth -= 1,
            c if depth == 0 && !quoted => plain.push(c),
            _ => {}
        }
    }
    (depth == 0 && !quoted).then_some(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn results_that_say_pass_for_the_author() {
        for results in [
            " i=1; mx.google.com;\r\n\tdkim=pass header.i=@example.org header.s=s1;\r\n\tdmarc=pass (p=REJECT sp=NONE) header.from=example.org",
            "i=1; list.example; dmarc=pass header.from=Example.ORG policy.dmarc=reject; arc=none",
            "i=2; list.example; dmarc/1 = pass (a (nested) \\) comment) header.from = example.org",
            "i=2;list.example;DMARC=PASS action=none header.from=example.org;",
        ] {
            assert!(has_passed(results.as_bytes(), "example.org"), "{results}");
        }
    }

    #[test]
    fn results_that_do_not() {
        for results in [
            "i=1; list.example; dmarc=fail header.from=example.org",
            "i=1; list.example; dmarc=pass header.from=example.net",
            "i=1; list.example; dmarc=pass",
            "i=1; list.example; dmarc=pass header.from=example.net header.from=example.org",
            "i=1; list.example; dmarc=fail (dmarc=pass header.from=example.org)",
            "i=1; list.example; dkim=pass reason=\"x; dmarc=pass header.from=example.org\"",
            "i=1; list.example; spf=pass smtp.mailfrom=x; dmarc=none header.from=example.org",
            "i=1; list.example; xdmarc=pass header.from=example.org",
            "i=1; list.example; dkim=fail dmarc=pass header.from=example.org",
            "i=1; list.example; dmarc=pass header.from=example.org.evil.example",
            // A sealer copied what a stranger wrote.
            "i=1; list.example; spf=pass (domain of x) ; dmarc=pass header.from=example.org ()@evil.example); dmarc=fail header.from=example.org",
            "i=1; list.example; dmarc=pass header.from=example.org(.evil.example",
            "i=1; list.example; dmarc=pass header.from=example.org(.evil.example)",
            "i=1; list.example; dmarc=pass header.from=example.org\".evil.example\"",
            "i=1; list.example; dmarc=pass header.from=example.org\\@evil.example",
            "",
        ] {
            assert!(!has_passed(results.as_bytes(), "example.org"), "{results}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(results in "[ -~ü()\"\\\\=;]{0,60}") {
            has_passed(results.as_bytes(), "example.org");
        }
    }
}
