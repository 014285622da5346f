//! A sender and a next hop that stamp each message: when its sending began, when the relay took it, and when it arrived.
//!
//! Both live in one thread of this program, so that they read one clock and leave the processors to the relay. A mark in the
//! subject, or in the recipient's address, tells messages apart where their text is encrypted.

use std::{
    cell::RefCell,
    io,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    task::{LocalSet, spawn_local},
    time::sleep,
};

use crate::{Failed, peer::Target};

/// Begins a mark; seven digits follow.
const MARK: &str = "bench-";

/// The mark of messages that nobody tells apart.
pub const MARK_OF_NONE: &str = "bench-none";
const DIGITS: usize = 7;

/// The longest time in which no further message arrives.
const SILENCE: Duration = Duration::from_secs(90);

/// The sender that every relay under test knows.
pub const KNOWN: &str = "bob@example.com";

/// The messages of one run.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Senders at a time. Each sends its next message when the one before was taken.
    pub sessions: usize,
    /// Messages in all.
    pub messages: usize,
    /// Octets of a body.
    pub size: usize,
    /// Whether each message has a sender of its own, whom the relay does not know.
    pub new_senders: bool,
}

/// One message, counted from the moment at which its sender connected.
#[derive(Clone, Copy)]
pub struct Stamp {
    /// Until the sender had 250.
    pub accepted: Duration,
    /// Until the next hop had all of it.
    pub delivered: Duration,
}

#[derive(Default)]
struct Ledger {
    next: usize,
    started: Vec<Option<Instant>>,
    accepted: Vec<Option<Instant>>,
    delivered: Vec<Option<Instant>>,
    arrived: usize,
}

type Shared = Rc<RefCell<Ledger>>;

/// A next hop that stamps what arrives. It keeps its connections from one run to the next, as a server that hands mail on may.
pub struct Stage {
    runtime: Runtime,
    tasks: LocalSet,
    ledger: Shared,
    target: Target,
}

impl Stage {
    /// Listens where the server hands mail on to.
    pub fn set(target: &Target) -> Result<Self, Failed> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (tasks, ledger) = (LocalSet::new(), Shared::default());
        let listener = runtime.block_on(TcpListener::bind(target.sink))?;
        tasks.spawn_local(sink(listener, Rc::clone(&ledger)));
        Ok(Self {
            runtime,
            tasks,
            ledger,
            target: target.clone(),
        })
    }

    /// Sends, and waits until everything has arrived; each message must.
    pub fn run(&self, plan: &Plan) -> Result<Vec<Stamp>, Failed> {
        *self.ledger.borrow_mut() = Ledger::of(plan.messages);
        self.tasks.block_on(&self.runtime, self.exchange(*plan))
    }

    async fn exchange(&self, plan: Plan) -> Result<Vec<Stamp>, Failed> {
        let body: Rc<[u8]> = body(plan.size).into();
        let senders: Vec<_> = (0..plan.sessions)
            .map(|_| {
                let (target, ledger, body) = (self.target.clone(), Rc::clone(&self.ledger), Rc::clone(&body));
                spawn_local(async move { sender(&target, plan, &ledger, &body).await })
            })
            .collect();
        for sender in senders {
            sender.await??;
        }
        let (mut before, mut since) = (0, Instant::now());
        loop {
            let arrived = self.ledger.borrow().arrived;
            if arrived == plan.messages {
                break;
            }
            if arrived > before {
                (before, since) = (arrived, Instant::now());
            }
            if since.elapsed() > SILENCE {
                return Err(format!("{arrived} of {} messages arrived", plan.messages).into());
            }
            sleep(Duration::from_millis(5)).await;
        }
        let stamps = self.ledger.borrow().stamps();
        stamps.ok_or_else(|| "a message has no stamp".into())
    }
}

impl Ledger {
    fn of(messages: usize) -> Self {
        let none = vec![None; messages];
        Self {
            next: 0,
            started: none.clone(),
            accepted: none.clone(),
            delivered: none,
            arrived: 0,
        }
    }

    fn take(&mut self) -> Option<usize> {
        let id = self.next;
        self.next += 1;
        (id < self.started.len()).then_some(id)
    }

    fn arrive(&mut self, id: usize) {
        if let Some(stamp) = self.delivered.get_mut(id)
            && stamp.is_none()
        {
            *stamp = Some(Instant::now());
            self.arrived += 1;
        }
    }

    fn stamps(&self) -> Option<Vec<Stamp>> {
        let each = (0..self.started.len()).map(|id| {
            let started = self.started[id]?;
            Some(Stamp {
                accepted: self.accepted[id]? - started,
                delivered: self.delivered[id]? - started,
            })
        });
        each.collect()
    }
}

async fn sender(target: &Target, plan: Plan, ledger: &Shared, body: &[u8]) -> Result<(), Failed> {
    loop {
        let Some(id) = ledger.borrow_mut().take() else {
            return Ok(());
        };
        let mark = format!("{MARK}{id:0DIGITS$}");
        let from = match plan.new_senders {
            true => format!("{mark}@example.com"),
            false => KNOWN.to_owned(),
        };
        ledger.borrow_mut().started[id] = Some(Instant::now());
        let accepted = send(target, &from, &mark, body).await?;
        ledger.borrow_mut().accepted[id] = Some(accepted);
    }
}

/// Sends one message over a connection of its own, as most senders do; gives the moment of 250.
async fn send(target: &Target, from: &str, mark: &str, body: &[u8]) -> Result<Instant, Failed> {
    let stream = TcpStream::connect(target.smtp).await?;
    stream.set_nodelay(true)?;
    let mut connection = BufReader::new(stream);
    let to = target.recipient(mark);
    answer(&mut connection).await?;
    for command in [
        "EHLO sender.example".to_owned(),
        format!("MAIL FROM:<{from}>"),
        format!("RCPT TO:<{to}>"),
        "DATA".to_owned(),
    ] {
        connection.write_all(format!("{command}\r\n").as_bytes()).await?;
        answer(&mut connection).await?;
    }
    let header = format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: {mark}\r\nMessage-ID: <{mark}@example.com>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    );
    connection
        .write_all(&[header.as_bytes(), body, b".\r\n"].concat())
        .await?;
    answer(&mut connection).await?;
    let accepted = Instant::now();
    connection.write_all(b"QUIT\r\n").await?;
    // The answer to QUIT changes nothing any more.
    let _ = answer(&mut connection).await;
    Ok(accepted)
}

async fn answer(connection: &mut BufReader<TcpStream>) -> Result<(), Failed> {
    let mut line = String::new();
    loop {
        line.clear();
        if connection.read_line(&mut line).await? == 0 {
            return Err("the connection broke".into());
        }
        if line.as_bytes().get(3) != Some(&b'-') {
            break;
        }
    }
    match line.starts_with(['2', '3']) {
        true => Ok(()),
        false => Err(format!("the answer was {line}").into()),
    }
}

/// Lines of 76 octets and their ends.
fn body(size: usize) -> Vec<u8> {
    let line = [b"0123456789abcdef".repeat(5)[..76].to_vec(), b"\r\n".to_vec()].concat();
    line.repeat(size.div_ceil(line.len()))
}

async fn sink(listener: TcpListener, ledger: Shared) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let ledger = Rc::clone(&ledger);
        // A peer that breaks its connection sends the message again.
        spawn_local(async move { session(stream, &ledger).await });
    }
}

async fn session(stream: impl AsyncRead + AsyncWrite + Unpin, ledger: &Shared) -> io::Result<()> {
    let mut connection = BufReader::new(stream);
    connection.write_all(b"220 sink.example\r\n").await?;
    let (mut line, mut mark) = (Vec::new(), None);
    loop {
        line.clear();
        if connection.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match line.get(..4) {
            Some(b"DATA") => {
                connection.write_all(b"354 go on\r\n").await?;
                let inside = message(&mut connection).await?;
                if let Some(id) = mark.take().or(inside) {
                    ledger.borrow_mut().arrive(id);
                }
                b"250 2.0.0 taken\r\n"
            }
            Some(b"RCPT") => {
                mark = find(&line);
                b"250 ok\r\n"
            }
            Some(b"QUIT") => return connection.write_all(b"221 bye\r\n").await,
            _ => b"250 ok\r\n",
        };
        connection.write_all(answer).await?;
    }
}

/// Reads a message to its end; gives the mark in its header.
async fn message(connection: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<Option<usize>> {
    let (mut line, mut mark, mut header) = (Vec::new(), None, true);
    loop {
        line.clear();
        if connection.read_until(b'\n', &mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match &line[..] {
            b".\r\n" => return Ok(mark),
            b"\r\n" => header = false,
            line if header && line.starts_with(b"Subject:") => mark = mark.or(find(line)),
            _ => {}
        }
    }
}

fn find(line: &[u8]) -> Option<usize> {
    let text = str::from_utf8(line).ok()?;
    let digits = text.split_once(MARK)?.1.get(..DIGITS)?;
    digits.parse().ok()
}

/// The value below which so many of a hundred lie.
pub fn percentile(values: &mut [Duration], percent: usize) -> Option<Duration> {
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values.get(rank - 1).copied()
}
