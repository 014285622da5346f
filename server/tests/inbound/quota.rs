//! How many messages an hour an account gets.

use crate::home::{Home, letter};

#[tokio::test]
async fn an_account_gets_so_many_messages_an_hour_and_the_rest_is_put_off() {
    let home = Home::with(|config| config.allowance.messages_per_hour = 2).await;
    let other = home.clear_mailbox("eve@example.net", "other-alias-1").await;
    let send = |to: String| {
        let home = &home;
        async move { home.send("bob@example.com", &to, &letter(&to, "hello")).await }
    };
    for _ in 0..2 {
        let said = send(home.alias.clone()).await;
        assert!(said.starts_with("250"), "{said}");
    }
    let said = send(home.alias.clone()).await;
    assert!(said.starts_with("450 4.2.1"), "{said}");
    // Those of others do not count.
    let said = send(other).await;
    assert!(said.starts_with("250"), "{said}");
    assert_eq!(home.wait_for(3).await.len(), 3);
}

#[tokio::test]
async fn messages_at_the_same_time_are_all_counted() {
    let home = Home::with(|config| config.allowance.messages_per_hour = 2).await;
    let alias = home.alias.clone();
    let message = letter(&alias, "hello");
    let sends = [(); 4].map(|()| home.send("bob@example.com", &alias, &message));
    let [a, b, c, d] = sends;
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    let said = [a, b, c, d];
    let taken = said.iter().filter(|said| said.starts_with("250")).count();
    assert_eq!(taken, 2, "{said:?}");
    assert!(
        said.iter()
            .all(|said| said.starts_with("250") || said.starts_with("450 4.2.1")),
        "{said:?}"
    );
}
