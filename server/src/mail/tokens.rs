//! The tokens of a structured header field (RFC 5322 §3.2), read once from left to right: comments nest by a counter, not
//! by a call.

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// An atom, or a quoted string without its quotes.
    Word {
        /// Its characters.
        text: String,
        /// Whether it was quoted.
        quoted: bool,
    },
    /// One of `<>,;:@.`, or another character that stands alone.
    Special(char),
    /// A domain literal, as `[192.0.2.1]`.
    Literal,
    /// A comment, without its outer parentheses.
    Comment(String),
    /// White space and folding.
    Space,
}

/// All tokens of a text. Quotes, comments and literals that do not end, end with the text.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.next() {
        tokens.push(match first {
            '"' => Token::Word {
                text: enclosed(&mut rest, None, '"'),
                quoted: true,
            },
            '(' => Token::Comment(enclosed(&mut rest, Some('('), ')')),
            '[' => {
                enclosed(&mut rest, None, ']');
                Token::Literal
            }
            '<' | '>' | ',' | ';' | ':' | '@' | '.' | ')' | ']' | '\\' => Token::Special(first),
            first if is_space(first) => {
                while rest.next_if(|next| is_space(*next)).is_some() {}
                Token::Space
            }
            first => {
                let mut text = String::from(first);
                while let Some(next) = rest.next_if(|next| !is_space(*next) && !"\"()<>[],;:@.\\".contains(*next)) {
                    text.push(next);
                }
                Token::Word { text, quoted: false }
            }
        });
    }
    tokens
}

/// The text before the closing character, escapes undone and folding removed.
fn enclosed(rest: &mut impl Iterator<Item = char>, open: Option<char>, close: char) -> String {
    let mut text = String::new();
    let mut depth = 1_usize;
    while let Some(next) = rest.next() {
        match next {
            '\\' => text.extend(rest.next()),
            '\r' | '\n' => {}
            next if next == close => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
                text.push(next);
            }
            next => {
                depth += usize::from(open == Some(next));
                text.push(next);
            }
        }
    }
    text
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}
