//! Shows the settings that administrators change while the relay runs, and the domains.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    super::{
        account::password::Confirm,
        form::{Choice, Control, Declined, Field, Submit},
        kept::kept,
        loaded::page,
        when::When,
    },
    head::{Head, Tab},
    sign_up_mode::name_of,
};
use crate::{
    api::{
        account::SignUpMode,
        administration::{
            DomainRole, DomainView, LiveSettingsView, MAX_ANNOUNCEMENT, SetAnnouncement, SetSignUp, live_settings,
        },
        security::ConfirmPassword,
    },
    texts::{shown, text},
};

#[derive(Clone, Copy)]
struct Actions {
    confirm: ServerAction<ConfirmPassword>,
    sign_up: ServerAction<SetSignUp>,
    announcement: ServerAction<SetAnnouncement>,
}

/// `/administration/settings`: who can sign up, the announcement, and the domains.
#[component]
pub(in crate::ui) fn LiveSettings() -> impl IntoView {
    let actions = Actions {
        confirm: ServerAction::new(),
        sign_up: ServerAction::new(),
        announcement: ServerAction::new(),
    };
    let asked = Resource::new(|| (), |()| live_settings());
    page(
        asked,
        text!(administration.settings.title),
        move |view| view! { <Page view actions/> },
    )
}

#[component]
fn Page(view: LiveSettingsView, actions: Actions) -> impl IntoView {
    let LiveSettingsView {
        sign_up,
        sign_up_by_settings,
        announcement,
        domains,
        confirmed,
        now,
    } = view;
    let changes = match confirmed {
        true => view! {
            <SignUp chosen=sign_up by_settings=sign_up_by_settings action=actions.sign_up/>
            <Announcement announcement action=actions.announcement/>
        }
        .into_any(),
        false => view! {
            <section class="card" aria-labelledby="now">
                <h2 id="now">{text!(administration.settings.now)}</h2>
                <dl class="facts">
                    <dt>{text!(administration.sign_up)}</dt>
                    <dd>{name_of(sign_up.unwrap_or(sign_up_by_settings))}</dd>
                    <dt>{text!(administration.settings.announcement)}</dt>
                    <dd>{announcement.unwrap_or_else(|| text!(administration.settings.no_announcement).to_owned())}</dd>
                </dl>
                <Confirm action=actions.confirm id="confirm-password"/>
            </section>
        }
        .into_any(),
    };
    view! {
        <Head tab=Tab::Settings/>
        <Declined action=actions.confirm/>
        {changes}
        <section class="card" aria-labelledby="domains">
            <h2 id="domains">{text!(administration.settings.domains)}</h2>
            <p>{text!(administration.settings.domains_about)}</p>
            <ul class="rows">
                {domains.into_iter().map(|domain| view! { <li><Domain domain now/></li> }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn SignUp(chosen: Option<SignUpMode>, by_settings: SignUpMode, action: ServerAction<SetSignUp>) -> impl IntoView {
    let choice = move |mode: SignUpMode, value: &'static str, hint: &'static str| {
        view! {
            <Choice
                id=format!("sign-up-{value}")
                control=Control::Radio
                name="mode"
                value=value
                checked=chosen == Some(mode)
                label=name_of(mode)
                hint
            />
        }
    };
    view! {
        <section class="card" aria-labelledby="sign-up">
            <h2 id="sign-up">{text!(administration.sign_up)}</h2>
            <ActionForm action=action>
                <Declined action=action/>
                <fieldset aria-labelledby="sign-up">
                    <Choice
                        id="sign-up-settings"
                        control=Control::Radio
                        name="mode"
                        value=""
                        checked=chosen.is_none()
                        label=text!(administration.settings.by_file, mode = name_of(by_settings))
                        hint=text!(administration.settings.by_file_about)
                    />
                    {choice(SignUpMode::Open, "open", text!(administration.settings.open_about))}
                    {choice(SignUpMode::Invite, "invite", text!(administration.settings.invite_about))}
                    {choice(SignUpMode::Closed, "closed", text!(administration.settings.closed_about))}
                </fieldset>
                <Submit action=action class="secondary">{text!(administration.settings.save)}</Submit>
            </ActionForm>
        </section>
    }
}

#[component]
fn Announcement(announcement: Option<String>, action: ServerAction<SetAnnouncement>) -> impl IntoView {
    let text = kept(action, "announcement").or(announcement).unwrap_or_default();
    view! {
        <section class="card" aria-labelledby="announcement">
            <h2 id="announcement">{text!(administration.settings.announcement)}</h2>
            <ActionForm action=action>
                <Declined action=action/>
                <Field
                    id="text"
                    label=text!(administration.settings.text)
                    hint=text!(administration.settings.text_hint, most = MAX_ANNOUNCEMENT)
                >
                    // Leptos writes the text of a textarea unescaped.
                    <textarea
                        id="text"
                        name="announcement"
                        rows="3"
                        maxlength=MAX_ANNOUNCEMENT.to_string()
                        prop:value=text.clone()
                        aria-describedby="text-hint"
                    >
                        {html_escape::encode_text(&text).into_owned()}
                    </textarea>
                </Field>
                <Submit action=action class="secondary">{text!(administration.settings.save)}</Submit>
            </ActionForm>
        </section>
    }
}

#[component]
fn Domain(domain: DomainView, now: OffsetDateTime) -> impl IntoView {
    let DomainView {
        domain,
        role,
        aliases,
        last_mail,
    } = domain;
    let badge = match role {
        DomainRole::Main => Some(("badge", text!(administration.settings.main))),
        DomainRole::Other => None,
        DomainRole::Gone => Some(("badge bad", text!(administration.settings.gone))),
    };
    view! {
        <strong class="address">{domain}</strong>
        {badge.map(|(class, words)| view! { <span class=class>{words}</span> })}
        <span class="aside">
            {text!(administration.settings.aliases, count = aliases)}
            {last_mail.map(|at| view! {
                " · " {shown!(administration.accounts.last_mail, <when/> = move || view! { <When at now/> })}
            })}
        </span>
    }
}
