//! Asks on the terminal, or takes the answers of the flags. Without a terminal all answers that are missing are named at once.

use std::io::{self, IsTerminal};

use dialoguer::{Confirm, Input, Password, console::Term};
use zeroize::Zeroizing;

use super::SetupError;

/// A question.
pub struct Question<'a> {
    /// The flag that answers it.
    pub flag: &'static str,
    /// One sentence that explains it.
    pub about: &'a str,
    /// The text before the answer.
    pub prompt: &'a str,
    /// The answer of an empty line.
    pub default: Option<String>,
    /// Whether the default is the answer if nobody can be asked.
    pub is_assumed: bool,
}

/// Asks the operator.
pub struct Asker {
    terminal: Term,
    is_interactive: bool,
    missing: Vec<&'static str>,
}

impl Asker {
    /// Asks if standard input and error are a terminal.
    pub fn new() -> Self {
        let terminal = Term::stderr();
        let is_interactive = io::stdin().is_terminal() && terminal.is_term();
        Self {
            terminal,
            is_interactive,
            missing: Vec::new(),
        }
    }

    /// Whether somebody can be asked.
    pub fn is_interactive(&self) -> bool {
        self.is_interactive
    }

    /// Returns the answer of the flag, or asks until an answer can be used. Returns `None` if nobody can be asked.
    pub fn ask<T>(
        &mut self,
        question: Question<'_>,
        given: Option<&str>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, SetupError> {
        let flag = question.flag;
        let refused = |reason| SetupError::Answer { flag, reason };
        if let Some(given) = given {
            return parse(given).map(Some).map_err(refused);
        }
        if !self.is_interactive {
            return match question.default.filter(|_| question.is_assumed) {
                Some(default) => parse(&default).map(Some).map_err(refused),
                None => {
                    self.miss(flag);
                    Ok(None)
                }
            };
        }
        self.terminal.write_line("")?;
        self.terminal.write_line(question.about)?;
        let mut input = Input::<String>::new()
            .with_prompt(question.prompt)
            .validate_with(|typed: &String| parse(typed).map(drop));
        if let Some(default) = question.default {
            input = input.allow_empty(default.is_empty()).show_default(!default.is_empty());
            input = input.default(default);
        }
        let typed = input.interact_text_on(&self.terminal)?;
        parse(&typed).map(Some).map_err(refused)
    }

    /// Asks for a secret, which is not shown.
    pub fn ask_secret(&mut self, flag: &'static str, prompt: &str) -> Result<Option<Zeroizing<String>>, SetupError> {
        if !self.is_interactive {
            self.miss(flag);
            return Ok(None);
        }
        let typed = Password::new().with_prompt(prompt).interact_on(&self.terminal)?;
        Ok(Some(Zeroizing::new(typed)))
    }

    /// Asks for yes or no. `unasked` is the answer if nobody can be asked.
    pub fn confirm(&self, prompt: &str, unasked: bool) -> Result<bool, SetupError> {
        if !self.is_interactive {
            return Ok(unasked);
        }
        self.terminal.write_line("")?;
        let confirm = Confirm::new().with_prompt(prompt).default(true).wait_for_newline(true);
        Ok(confirm.interact_on(&self.terminal)?)
    }

    /// Notes that an answer is missing.
    pub fn miss(&mut self, flag: &'static str) {
        self.missing.push(flag);
    }

    /// Whether an answer is missing.
    pub fn misses_something(&self) -> bool {
        !self.missing.is_empty()
    }

    /// The error that names what is missing.
    pub fn missing(self) -> SetupError {
        SetupError::Missing(self.missing)
    }
}
