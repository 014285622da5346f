//! Shows a profile's page: its facts, its certificates as files, and its actions.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::{
    activation::{Activation, ActivationActions},
    form::{Declined, Submit},
    loaded::page,
    pgp::PgpKeys,
    probe::Probe,
    profile_name::ProfileName,
    profile_settings::{ProfileSettings, SettingsActions},
    renewal::Renewal,
    words,
};
use crate::{
    api::{
        ApiError,
        probe::{ProbeView, probe},
        profile::{CertificateView, DeactivateProfile, DeleteProfile, KeysView, NameProfile, ProfileView, profile},
        settings::profile_settings,
    },
    id::ProfileId,
    profile::{NO_END, ProfileState, Settings},
};

/// The actions of the page.
#[derive(Clone, Copy)]
struct Actions {
    activation: ActivationActions,
    deactivate: ServerAction<DeactivateProfile>,
    delete: ServerAction<DeleteProfile>,
    name: ServerAction<NameProfile>,
    settings: SettingsActions,
}

#[component]
pub(super) fn Profile() -> impl IntoView {
    let actions = Actions {
        activation: ActivationActions::new(),
        deactivate: ServerAction::new(),
        delete: ServerAction::new(),
        name: ServerAction::new(),
        settings: SettingsActions::new(),
    };
    let ActivationActions { send, enter, activate } = actions.activation;
    let (changes, chosen) = (
        [enter.version(), activate.version(), actions.deactivate.version()],
        [
            send.version(),
            actions.settings.subject.version(),
            actions.settings.sender.version(),
            actions.settings.cipher.version(),
            actions.name.version(),
        ],
    );
    let parameters = use_params_map();
    let id = move || parameters.with(|parameters| parameters.get_str("profile").and_then(|id| id.parse().ok()));
    let asked = Resource::new(
        move || {
            (
                id(),
                changes.map(|version| version.get()),
                chosen.map(|version| version.get()),
            )
        },
        |(id, ..): (Option<ProfileId>, _, _)| async move {
            let id = id.ok_or(ApiError::NotFound)?;
            Ok((profile(id).await?, profile_settings(id).await?, probe(id).await?))
        },
    );
    page(
        asked,
        "Profile",
        move |(view, settings, last)| view! { <Complete view settings last actions/> },
    )
}

#[component]
fn Complete(view: ProfileView, settings: Settings, last: Option<ProbeView>, actions: Actions) -> impl IntoView {
    let (renewal, current) = (view.clone(), view.clone());
    let summary = view.summary;
    let title = summary.name.clone();
    let id = summary.id;
    // Then the test is part of the activation.
    let awaits_test = summary.state == ProfileState::Ready && !view.evidence.tested;
    let gone = match summary.state {
        ProfileState::Active => words::mail_without_active(&view.mailbox, view.without),
        _ => words::mail_without_other(&view.mailbox, view.without),
    };
    let left = words::days_left(summary.days_left);
    let until = match summary.not_after == NO_END {
        true => left,
        false => format!("{}, {left}", words::date_and_time(summary.not_after)),
    };
    view! {
        <Title text=words::title(&title)/>
        <h1>{title}</h1>
        <p class="aside">"of " <span>{view.mailbox.to_string()}</span> " · " <a href="/relay">"Mail Relay Settings"</a></p>
        <ProfileName id name=summary.name action=actions.name/>
        <Declined action=actions.deactivate/>
        <Declined action=actions.delete/>
        <dl class="facts card">
            <dt>"Kind"</dt>
            <dd>{words::kind(summary.kind)}</dd>
            <dt>"State"</dt>
            <dd><span class=words::state_class(summary.state)>{words::state(summary.state)}</span></dd>
            <dt>"Valid from"</dt>
            <dd>{words::date_and_time(view.not_before)}</dd>
            <dt>"Valid until"</dt>
            <dd>{until}</dd>
        </dl>
        <Current view=current last=last.clone() actions/>
        <Renewal view=renewal/>
        {(!awaits_test).then(|| view! { <Probe id state=summary.state last action=actions.activation.send/> })}
        <ProfileSettings id kind=summary.kind settings actions=actions.settings/>
        {match view.keys {
            KeysView::Smime(certificates) => view! { <Certificates id certificates/> }.into_any(),
            KeysView::Pgp(keys) => view! { <PgpKeys id keys/> }.into_any(),
        }}
        <h2>"Delete"</h2>
        <details class="card">
            <summary>"Delete this profile…"</summary>
            <p><strong>{gone}</strong></p>
            <p>
                "Its keys and those of your contacts are removed from the server at once and can't be restored. Mail that you \
                 received stays readable with your own key, so keep that."
            </p>
            <ActionForm action=actions.delete>
                <input type="hidden" name="profile" value=id.to_string()/>
                <Submit action=actions.delete class="danger">"Delete"</Submit>
            </ActionForm>
        </details>
    }
}

/// The actions that the profile's state allows.
#[component]
fn Current(view: ProfileView, last: Option<ProbeView>, actions: Actions) -> impl IntoView {
    let id = view.summary.id;
    match view.summary.state {
        ProfileState::Ready => view! {
            <section class="card" aria-labelledby="activate">
                <h2 id="activate">"Activate"</h2>
                <Activation id evidence=view.evidence last to_page=true actions=actions.activation/>
            </section>
        }
        .into_any(),
        ProfileState::Active => view! { <Deactivation view action=actions.deactivate/> }.into_any(),
        ProfileState::Expired => {
            view! { <p class="notice bad">"It has expired and encrypts nothing any more."</p> }.into_any()
        }
        ProfileState::Issued => ().into_any(),
    }
}

/// Explains what will happen to mail before it does.
#[component]
fn Deactivation(view: ProfileView, action: ServerAction<DeactivateProfile>) -> impl IntoView {
    let alternative = view.alternative.map(|other| {
        view! {
            <p>
                "To switch to " <a href=format!("/profiles/{}#activate", other.id)>{other.name}</a>
                ", activate that one instead. It takes the place of this one, and no message is left unencrypted."
            </p>
        }
    });
    view! {
        <p>"Every message to this mailbox is encrypted with it."</p>
        <details class="card">
            <summary>"Deactivate…"</summary>
            <p><strong>{words::mail_without_active(&view.mailbox, view.without)}</strong></p>
            {alternative}
            <ActionForm action=action>
                <input type="hidden" name="profile" value=view.summary.id.to_string()/>
                <Submit action=action class="danger">"Deactivate"</Submit>
            </ActionForm>
        </details>
    }
}

#[component]
fn Certificates(id: ProfileId, certificates: Vec<CertificateView>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="certificates">
            <h2 id="certificates">"Certificates"</h2>
            <p class="aside">
                "In the order in which iOS needs them. They hold no secret. The private key is only in the file that you exported."
            </p>
            {certificates.into_iter().map(|certificate| view! { <Certificate id certificate/> }).collect_view()}
        </section>
    }
}

#[component]
fn Certificate(id: ProfileId, certificate: CertificateView) -> impl IntoView {
    let role = certificate.role;
    let heading = format!("certificate-{role}");
    let file = move |form: &str| format!("/profiles/{id}/{role}.{form}");
    view! {
        <div class="section-head">
            <h3 id=heading.clone()>{words::role(role)}</h3>
            <span class="actions">
                <a class="button" rel="external" href=file("pem") aria-describedby=heading.clone()>"Download PEM"</a>
                <a class="button" rel="external" href=file("der") aria-describedby=heading.clone()>"Download DER"</a>
            </span>
        </div>
        <details>
            <summary aria-describedby=heading>"Details"</summary>
            <CertificateFacts certificate/>
        </details>
    }
}

#[component]
fn CertificateFacts(certificate: CertificateView) -> impl IntoView {
    view! {
        <dl class="facts">
            <dt>"Subject"</dt>
            <dd>{certificate.subject}</dd>
            <dt>"Issuer"</dt>
            <dd>{certificate.issuer}</dd>
            {(!certificate.addresses.is_empty()).then(|| view! {
                <dt>"Address"</dt>
                <dd>{certificate.addresses.join(", ")}</dd>
            })}
            <dt>"Serial number"</dt>
            <dd class="hex">{certificate.serial}</dd>
            <dt>"SHA-256 fingerprint"</dt>
            <dd class="hex">{certificate.fingerprint}</dd>
            <dt>"Key"</dt>
            <dd>{format!("RSA, {} bits", certificate.key_bits)}</dd>
            {(!certificate.constraints.is_empty()).then(|| view! {
                <dt>"Name constraints"</dt>
                <dd>
                    <ul>{certificate.constraints.into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}</ul>
                </dd>
            })}
        </dl>
    }
}
