//! Signatures that do not tell their time: only the provider can vouch for them, and they are used once.

use std::time::Duration;

use time::OffsetDateTime;

use super::{
    authority::{ACCEPTED, Provider, World},
    forged::SENT_BEFORE,
    wire,
};

/// How long a text counts as sent at least (`reply::marks`).
const COUNTED: u64 = 6 * 24 * 60 * 60;

/// The provider vouches for signatures without a time, too. The marks of their texts have gone by then, their own have not.
#[tokio::test]
async fn a_signature_without_a_time_is_used_once_however_old_it_is() {
    let mut world = World::new().await;
    let sign = |text: &str| world.talk.person.sign("-noattr", &wire::note(text));
    let (used, held) = (sign("used"), sign("held"));
    let first = world.talk.to_bob("first", &used);
    world.answers(&[Provider], &world.talk.letter, &first, ACCEPTED).await;
    world.restart(Duration::from_secs(3 * 7 * 24 * 60 * 60)).await;
    for (signed, expected) in [(used, SENT_BEFORE), (held, ACCEPTED)] {
        let later = world.talk.to_bob("later", &signed);
        world.answers(&[Provider], &world.talk.letter, &later, expected).await;
    }
}

#[tokio::test]
async fn of_two_signatures_without_a_time_one_is_used_with_the_other() {
    let mut world = World::new().await;
    let talk = &world.talk;
    let sign = |options: &str| talk.person.sign(options, &wire::note("yes"));
    // The second has a salt, so that it is another signature each time.
    let [first, second] = ["-noattr", "-noattr -keyopt rsa_padding_mode:pss"].map(sign);
    assert_ne!(first, second);
    let messages = [&first, &second].map(|signed| talk.to_bob("yes", signed));
    world.answers(&[Provider], &talk.letter, &messages[0], ACCEPTED).await;
    world
        .answers(&[Provider], &talk.letter, &messages[1], SENT_BEFORE)
        .await;
    // In the next period, too.
    let since = u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap() % COUNTED;
    world.restart(Duration::from_secs(COUNTED - since + 60)).await;
    world
        .answers(&[Provider], &world.talk.letter, &messages[1], SENT_BEFORE)
        .await;
}
