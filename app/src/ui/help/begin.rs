//! Explains the first steps for any mail app.

use leptos::prelude::*;

use super::picture::Picture;
use crate::texts::{shown, text};

pub(super) fn text() -> AnyView {
    view! {
        <p>{text!(help.begin.device)}</p>
        <ol class="guide">
            <li>{shown!(help.begin.settings, <a> = <a href="/relay"/>)}</li>
            <li>{text!(help.begin.new_profile)}</li>
            <li>{shown!(help.begin.expiration, <a> = <a href="/help/pgp"/>)}</li>
            <li>{text!(help.begin.export)}</li>
            <li>
                {shown!(
                    help.begin.install,
                    <ios> = <a href="/help/ios"/>,
                    <macos> = <a href="/help/macos"/>,
                    <outlook> = <a href="/help/outlook"/>,
                    <thunderbird> = <a href="/help/thunderbird"/>,
                    <android> = <a href="/help/android"/>,
                    <gnupg> = <a href="/help/gnupg"/>,
                    <other> = <a href="/help/other"/>,
                )}
            </li>
            <li>{text!(help.begin.test)}</li>
            <li>{text!(help.begin.activate)}</li>
            <li>{shown!(help.begin.alias, <a> = <a href="/aliases"/>)}</li>
        </ol>
        <Picture
            name="new-profile"
            width=640
            height=620
            alt=text!(help.begin.picture_expiration)
            caption=text!(help.begin.caption_expiration)
        />
        <Picture
            name="relay"
            width=640
            height=420
            alt=text!(help.begin.picture_relay)
            caption=text!(help.begin.caption_relay)
        />
    }
    .into_any()
}
