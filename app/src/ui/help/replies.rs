//! Explains how replies work, and how to write first.

use leptos::prelude::*;

use super::picture::Picture;
use crate::texts::{shown, text};

pub(super) fn text() -> AnyView {
    view! {
        <h2>{text!(help.replies.reply)}</h2>
        <p>{text!(help.replies.way)}</p>
        <ul>
            <li>{text!(help.replies.sign_and_encrypt)}</li>
            <li>{text!(help.replies.only_you)}</li>
            <li>{text!(help.replies.ordinary)}</li>
            <li>{text!(help.replies.recipients)}</li>
        </ul>
        <p>{shown!(help.replies.returned, <a> = <a href="/help/refused"/>)}</p>
        <h2>{text!(help.replies.first)}</h2>
        <p>{text!(help.replies.thread)}</p>
        <Picture
            name="alias"
            width=640
            height=590
            alt=text!(help.replies.picture)
            caption=text!(help.replies.caption)
        />
    }
    .into_any()
}
