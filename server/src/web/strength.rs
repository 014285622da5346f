//! Judges how hard a new password is to guess, with bounded work.
//!
//! [`mod@zxcvbn`] tries each choice of letters that the signs of a password can stand for. With all signs of its table these are
//! thousands of choices, and each costs a look at all parts of the password. Therefore it gets pieces that have few choices.

use app::address::EmailAddress;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

/// The lowest accepted score of a new password: 10^8 guesses. The limits in [`super::limit`] allow far fewer.
const LEAST_SCORE: Score = Score::Three;

/// Most characters that are judged. `zxcvbn` reads no more, and its work grows with their square.
const MOST_JUDGED: usize = 100;

/// Most choices of letters for the signs of one piece: judging it takes about as long as hashing. The ten digits have 32.
const MOST_CHOICES: usize = 64;

/// The signs that `zxcvbn` reads as letters, one letter a row.
const SIGNS: [&str; 12] = ["4@", "8", "({[<", "3", "69", "1!|", "1|7", "0", "$5", "+7", "%", "2"];

/// Whether a password takes at least 10^8 guesses for somebody who knows the person's address. Judges the first hundred
/// characters. One piece that is hard to guess is enough, because a guesser must find it, too.
pub(super) fn is_hard_to_guess(password: &str, email: &EmailAddress) -> bool {
    let known = [email.as_str(), email.local(), email.domain(), "sealpost"];
    let judged: Zeroizing<Vec<char>> = Zeroizing::new(password.chars().take(MOST_JUDGED).collect());
    let mut rest = judged.as_slice();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(piece_len(rest));
        let piece = Zeroizing::new(piece.iter().collect::<String>());
        if zxcvbn(&piece, &known).score() >= LEAST_SCORE {
            return true;
        }
        rest = after;
    }
    false
}

/// The length of the longest start with at most [`MOST_CHOICES`], at least 1.
fn piece_len(characters: &[char]) -> usize {
    let mut signs = Vec::new();
    for (at, sign) in characters.iter().enumerate() {
        if signs.contains(sign) || !SIGNS.iter().any(|row| row.contains(*sign)) {
            continue;
        }
        signs.push(*sign);
        if at > 0 && choices(&signs) > MOST_CHOICES {
            return at;
        }
    }
    characters.len()
}

/// The number of choices that `zxcvbn` tries, or a little more: a sign of two letters is tried with and without each.
fn choices(signs: &[char]) -> usize {
    let rows_of = |sign: char| SIGNS.iter().filter(|row| row.contains(sign)).count();
    let of_row = |row: &&str| -> usize { row.chars().filter(|c| signs.contains(c)).map(rows_of).sum() };
    SIGNS.iter().map(of_row).map(|choices| choices.max(1)).product()
}

#[cfg(test)]
mod tests {
    use test_support::work::{LARGER, assert_linear};

    use super::*;

    fn email() -> EmailAddress {
        "annalind@example.org".parse().unwrap()
    }

    #[test]
    fn common_passwords_and_those_made_of_the_address_are_guessed() {
        for guessed in [
            "password1234",
            "Password123!",
            "p4$$w0rd1!",
            "qwertyuiop",
            "1234567890",
            "iloveyou123",
            "aaaaaaaaaaaaaaa",
            "annalind2024",
            "example.org1",
            "sealpostsealpost",
            // In more than one piece.
            "1234567890!@",
        ] {
            assert!(!is_hard_to_guess(guessed, &email()), "{guessed}");
        }
    }

    #[test]
    fn words_and_random_characters_are_hard_to_guess() {
        for good in [
            "correct horse battery",
            "wuwg-tezo-9rqd",
            "Tulpen blühen im März",
            "žluťoučký kůň",
            // In more than one piece.
            "9(4@[7!$<1#6|5",
            "1234567890!@ correct horse battery",
        ] {
            assert!(is_hard_to_guess(good, &email()), "{good}");
        }
    }

    #[test]
    fn all_signs_of_letters_cost_little_more_than_the_digits() {
        let digits = "abcdefghij 1234567890 ".repeat(5);
        for adversarial in [
            "p4$$w0rd1!|7+%2({[<8639@5".repeat(4),
            "4@8({[<3691!|70$5+%2".repeat(50),
            format!("{}4@8({{[<3691!|70$5+%2", "abcdefghij ".repeat(7)),
            format!("4@8({{[<3691!|70$5+%2{}", "abcdefghij ".repeat(90)),
        ] {
            let make = |size: usize| if size == LARGER { &adversarial } else { &digits };
            assert_linear(make, |password| is_hard_to_guess(password, &email()));
        }
    }
}
