//! A profile's page: all that there is to know of it, its certificates as files, and what one can do to it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::{
    form::{Declined, Submit},
    loaded::loaded,
    pgp::{self, PgpKeys},
    probe::Probe,
    profile_settings::ProfileSettings,
    renewal::Renewal,
    words,
};
use crate::{
    api::{
        ApiError,
        probe::{ProbeView, SendProbe, probe},
        profile::{
            ActivateProfile, CertificateView, DeactivateProfile, DeleteProfile, KeysView, ProfileId, ProfileView,
            profile,
        },
        settings::{SetProfileSettings, profile_settings},
    },
    profile::{NO_END, ProfileKind, ProfileState, Settings},
};

/// What one can do to a profile.
#[derive(Clone, Copy)]
struct Actions {
    activate: ServerAction<ActivateProfile>,
    deactivate: ServerAction<DeactivateProfile>,
    delete: ServerAction<DeleteProfile>,
    settings: ServerAction<SetProfileSettings>,
    probe: ServerAction<SendProbe>,
}

#[component]
pub(super) fn Profile() -> impl IntoView {
    let actions = Actions {
        activate: ServerAction::new(),
        deactivate: ServerAction::new(),
        delete: ServerAction::new(),
        settings: ServerAction::new(),
        probe: ServerAction::new(),
    };
    let (state, chosen) = (
        (actions.activate.version(), actions.deactivate.version()),
        (actions.settings.version(), actions.probe.version()),
    );
    let parameters = use_params_map();
    let id = move || parameters.with(|parameters| parameters.get_str("profile").and_then(|id| id.parse().ok()));
    let asked = Resource::new(
        move || (id(), state.0.get(), state.1.get(), chosen.0.get(), chosen.1.get()),
        |(id, ..): (Option<ProfileId>, _, _, _, _)| async move {
            let id = id.ok_or(ApiError::NotFound)?;
            Ok((profile(id).await?, profile_settings(id).await?, probe(id).await?))
        },
    );
    loaded(
        asked,
        move |(view, settings, last)| view! { <Complete view settings last actions/> },
    )
}

#[component]
fn Complete(view: ProfileView, settings: Settings, last: Option<ProbeView>, actions: Actions) -> impl IntoView {
    let renewal = view.clone();
    let summary = view.summary;
    let title = format!("{} profile {}", words::kind(summary.kind), summary.id);
    let id = summary.id;
    let left = words::days_left(summary.days_left);
    let until = match summary.not_after == NO_END {
        true => left,
        false => format!("{}, {left}", words::date_and_time(summary.not_after)),
    };
    view! {
        <Title text=title.clone()/>
        <h1>{title}</h1>
        <p class="aside">"of " <span>{view.mailbox.to_string()}</span> " · " <a href="/relay">"Mail Relay Settings"</a></p>
        <Declined action=actions.activate/>
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
        <StateActions id kind=summary.kind state=summary.state actions/>
        <Renewal view=renewal/>
        <Probe id state=summary.state last action=actions.probe/>
        <ProfileSettings id kind=summary.kind settings action=actions.settings/>
        {match view.keys {
            KeysView::Smime(certificates) => view! { <Certificates id certificates/> }.into_any(),
            KeysView::Pgp(keys) => view! { <PgpKeys id keys/> }.into_any(),
        }}
        <h2>"Delete"</h2>
        <details class="card">
            <summary>"Delete this profile…"</summary>
            <p>
                "Its keys and those of your correspondents are removed from the server at once, and can never be brought back. \
                 Mail that you received stays readable with your own key: keep it."
            </p>
            <ActionForm action=actions.delete>
                <input type="hidden" name="profile" value=id.to_string()/>
                <Submit action=actions.delete class="danger">"Delete"</Submit>
            </ActionForm>
        </details>
    }
}

/// What to do with a profile of S/MIME that is ready.
const READY: &str = "Activate it once your mail app holds the key and trusts the root: from then on every message relayed to this \
     mailbox is sealed with it. The key can be exported only in the browser tab that made it. If you closed that tab without \
     exporting, delete this profile and make a new one.";

#[component]
fn StateActions(id: ProfileId, kind: ProfileKind, state: ProfileState, actions: Actions) -> impl IntoView {
    match state {
        ProfileState::Ready => view! {
            <ActionForm action=actions.activate>
                <input type="hidden" name="profile" value=id.to_string()/>
                <input type="hidden" name="to_page" value="true"/>
                <p>{match kind {
                    ProfileKind::Smime => READY,
                    ProfileKind::Pgp => pgp::READY,
                }}</p>
                <Submit action=actions.activate>"Activate"</Submit>
            </ActionForm>
        }
        .into_any(),
        ProfileState::Active => view! {
            <ActionForm action=actions.deactivate>
                <input type="hidden" name="profile" value=id.to_string()/>
                <p>"Every message relayed to this mailbox is sealed with it. Without it, the mailbox's kill switch decides."</p>
                <Submit action=actions.deactivate class="secondary">"Deactivate"</Submit>
            </ActionForm>
        }
        .into_any(),
        ProfileState::Expired => {
            view! { <p class="notice bad">"It has expired and seals nothing any more."</p> }.into_any()
        }
        ProfileState::Issued => ().into_any(),
    }
}

#[component]
fn Certificates(id: ProfileId, certificates: Vec<CertificateView>) -> impl IntoView {
    view! {
        <h2>"Certificates"</h2>
        <p>"In the order in which iOS wants them. They hold no secret: the private key is in the file that you exported, and only there."</p>
        {certificates.into_iter().map(|certificate| view! { <Certificate id certificate/> }).collect_view()}
    }
}

#[component]
fn Certificate(id: ProfileId, certificate: CertificateView) -> impl IntoView {
    let role = certificate.role;
    let heading = format!("certificate-{role}");
    let file = move |form: &str| format!("/profiles/{id}/{role}.{form}");
    view! {
        <section class="card" aria-labelledby=heading.clone()>
            <h3 id=heading.clone()>{words::role(role)}</h3>
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
            <p class="actions">
                <a class="button" rel="external" href=file("pem") aria-describedby=heading.clone()>"Download PEM"</a>
                <a class="button" rel="external" href=file("der") aria-describedby=heading.clone()>"Download DER"</a>
            </p>
        </section>
    }
}
