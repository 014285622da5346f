//! No room on the disk: a limit on the size of files, which needs no privilege and can be lifted while the program runs.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use app::id::AliasId;

use crate::{
    queue::{
        program::Program,
        sender::{Senders, id},
        sink::{Answer, Sink},
        threads, until,
    },
    support::home::Home,
};

fn limit(program: &Program, octets: &str) {
    let (id, limit) = (program.id().to_string(), format!("--fsize={octets}:unlimited"));
    let set = Command::new("prlimit").args(["--pid", &id, &limit]).status().unwrap();
    assert!(set.success());
}

fn refused(senders: &Senders) -> u64 {
    let answers = senders.answers();
    answers
        .iter()
        .filter(|(code, _)| code.starts_with("45"))
        .map(|(_, count)| count)
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_room_mail_is_put_off_and_with_room_again_it_goes_on() {
    let home = Home::new().await;
    home.activate().await;
    home.relay.stop().await;
    let sink = Sink::start(|_| Answer::TakesAfter(Duration::from_millis(50)));
    let mut command = Command::new("bash");
    // The signal that would end the program is ignored; writing fails instead, as on a full disk.
    command.args(["-c", "trap '' XFSZ; exec \"$0\"", env!("CARGO_BIN_EXE_sealpost")]);
    let program = Program::start_as(command, home.folder.path(), &sink.url());
    let senders = Senders::start(4, &home.alias, Duration::from_millis(5));
    senders.relay_at(Some(program.smtp()));
    until("some mail is accepted", || async { senders.accepted() > 20 }).await;

    limit(&program, "200000");
    until("mail is refused", || async { refused(&senders) > 20 }).await;
    let full = senders.accepted();
    let since = Instant::now();
    until("only refusals come", || async {
        since.elapsed() > Duration::from_secs(2)
    })
    .await;
    let while_full = senders.accepted() - full;

    limit(&program, "unlimited");
    let before = senders.accepted();
    until("mail is accepted again", || async { senders.accepted() > before + 50 }).await;
    let answers = senders.answers();
    let (accepted, tried) = senders.stop();
    until("the queue is empty", || async {
        home.store.depth().await.unwrap().waiting == 0
    })
    .await;
    assert!(program.terminate().success());
    let arrived: Vec<_> = sink.arrived().iter().map(|letter| letter.field("Message-ID")).collect();
    let threads = threads(&home.store);
    let lost: Vec<_> = accepted
        .iter()
        .filter(|number| !arrived.contains(&format!("<{}>", threads.derive(AliasId(1), &id(**number)))))
        .collect();
    eprintln!(
        "{tried} messages tried, answers {answers:?}, {} accepted ({while_full} while full), {} arrived, {} lost",
        accepted.len(),
        arrived.len(),
        lost.len()
    );
    assert!(lost.is_empty(), "{lost:?}");
    assert!(
        answers
            .keys()
            .all(|answer| ["250 2.0.0", "451 4.3.0", "452 4.3.1"].contains(&answer.as_str())),
        "{answers:?}"
    );
    assert!(while_full < 5, "the disk was not full");
    assert_eq!(
        arrived.len(),
        accepted.len(),
        "nothing twice, and nothing that was refused"
    );
}
