//! The spans that are exported. Nothing else makes one.

use opentelemetry::trace::{SpanContext, TraceContextExt};
use tracing::{Span, field::Empty, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The target of these spans, and of nothing else.
pub(crate) const TARGET: &str = "traces";

/// The attributes that a span may have. All others are dropped before they are sent.
pub(super) const ATTRIBUTES: [&str; 9] = [TLS, REPLY, OCTETS, ATTEMPT, OUTCOME, NEXT_HOP, METHOD, ROUTE, STATUS];

const TLS: &str = "smtp.tls";
const REPLY: &str = "smtp.reply";
const OCTETS: &str = "message.octets";
const ATTEMPT: &str = "delivery.attempt";
const OUTCOME: &str = "delivery.outcome";
const NEXT_HOP: &str = "delivery.next_hop";
/// The names of OpenTelemetry's conventions for HTTP.
const METHOD: &str = "http.request.method";
const ROUTE: &str = "http.route";
const STATUS: &str = "http.response.status_code";

/// A step on the way of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The decision about a recipient at RCPT.
    Recipient,
    /// The text arrives.
    Text,
    /// The structure is checked against its limits.
    Examine,
    /// SPF, DKIM, DMARC and ARC are checked.
    Authenticate,
    /// The spam filter is asked.
    FilterSpam,
    /// The message is rewritten, signed and encrypted.
    Seal,
    /// A reply is decrypted and verified.
    OpenReply,
    /// A reply is built anew.
    StripReply,
    /// The items are stored, and are durable.
    Commit,
    /// The mail hosts of a domain are looked for, and its TLS policy.
    FindHosts,
    /// A connection to a next hop is opened.
    Connect,
    /// The message is handed over on an open connection.
    HandOver,
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Self::Recipient => "smtp.recipient",
            Self::Text => "smtp.text",
            Self::Examine => "message.examine",
            Self::Authenticate => "message.authenticate",
            Self::FilterSpam => "message.filter_spam",
            Self::Seal => "message.seal",
            Self::OpenReply => "reply.open",
            Self::StripReply => "reply.strip",
            Self::Commit => "queue.commit",
            Self::FindHosts => "delivery.find_hosts",
            Self::Connect => "delivery.connect",
            Self::HandOver => "delivery.hand_over",
        }
    }
}

/// A step within the current span.
pub fn step(step: Step) -> Span {
    info_span!(target: TARGET, "step", otel.name = step.name())
}

/// A step within the given span.
pub fn step_of(parent: &Span, step: Step) -> Span {
    info_span!(target: TARGET, parent: parent, "step", otel.name = step.name())
}

/// An SMTP transaction, from MAIL to the last answer.
pub fn transaction(tls: bool) -> Span {
    info_span!(
        target: TARGET,
        parent: None,
        "smtp.transaction",
        otel.kind = "server",
        smtp.tls = tls,
        smtp.reply = Empty,
        message.octets = Empty,
    )
}

/// Records the end of a transaction.
pub fn end_transaction(transaction: &Span, reply: u16, octets: usize) {
    transaction.record(REPLY, i64::from(reply));
    transaction.record(OCTETS, i64::try_from(octets).unwrap_or(i64::MAX));
}

/// A try to deliver an item. `next_hop` is the operator's smarthost: a mail host would tell who the contact is.
pub fn delivery(attempt: u32, next_hop: Option<&str>, cause: Option<&Cause>) -> Span {
    let delivery = info_span!(
        target: TARGET,
        parent: None,
        "delivery",
        otel.kind = "client",
        delivery.attempt = i64::from(attempt),
        delivery.next_hop = next_hop,
        delivery.outcome = Empty,
    );
    if let Some(Cause(context)) = cause {
        delivery.add_link(context.clone());
    }
    delivery
}

/// Records the outcome of the delivery that is current.
pub fn end_delivery(outcome: &'static str) {
    Span::current().record(OUTCOME, outcome);
}

/// The span in which an item was accepted, for a link from its delivery.
#[derive(Clone, Debug)]
pub struct Cause(SpanContext);

impl Cause {
    /// The current span, if it is exported.
    pub fn current() -> Option<Self> {
        let current = Span::current();
        if current.is_disabled() {
            return None;
        }
        let context = current.context().span().span_context().clone();
        context.is_valid().then_some(Self(context))
    }
}

/// A request to the web interface. `method` is one of the known ones.
pub fn request(method: &'static str) -> Span {
    info_span!(
        target: TARGET,
        parent: None,
        "http.request",
        otel.kind = "server",
        http.request.method = method,
        http.route = Empty,
        http.response.status_code = Empty,
    )
}

/// Records the end of a request. `route` is the template of the router, without what the client put into it.
pub fn end_request(request: &Span, route: Option<&str>, status: u16) {
    if let Some(route) = route {
        request.record(ROUTE, route);
    }
    request.record(STATUS, i64::from(status));
}
