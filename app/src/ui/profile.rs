//! Shows a profile's page: its facts, its certificates as files, and its actions.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::{
    activation::{Activation, ActivationActions},
    form::{Declined, Submit},
    loaded::page,
    pgp::PgpKeys,
    profile_name::ProfileName,
    profile_settings::{ProfileSettings, SettingsActions},
    renewal::Renewal,
    test_message::TestMessage,
    words,
};
use crate::{
    api::{
        ApiError,
        profile::{CertificateView, DeactivateProfile, DeleteProfile, KeysView, NameProfile, ProfileView, profile},
        settings::profile_settings,
        test_message::{TestMessageView, test_message},
    },
    id::ProfileId,
    profile::{NO_END, ProfileState, Settings},
    texts::{shown, text},
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
            Ok((profile(id).await?, profile_settings(id).await?, test_message(id).await?))
        },
    );
    page(
        asked,
        text!(profile.title),
        move |(view, settings, last)| view! { <Complete view settings last actions/> },
    )
}

#[component]
fn Complete(view: ProfileView, settings: Settings, last: Option<TestMessageView>, actions: Actions) -> impl IntoView {
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
        <p class="aside">
            {shown!(profile.of_mailbox, address = view.mailbox.to_string(), <span> = <span/>, <a> = <a href="/relay"/>)}
        </p>
        <ProfileName id name=summary.name action=actions.name/>
        <Declined action=actions.deactivate/>
        <Declined action=actions.delete/>
        <dl class="facts card">
            <dt>{text!(profile.kind)}</dt>
            <dd>{words::kind(summary.kind)}</dd>
            <dt>{text!(profile.state)}</dt>
            <dd><span class=words::state_class(summary.state)>{words::state(summary.state)}</span></dd>
            <dt>{text!(profile.valid_from)}</dt>
            <dd>{words::date_and_time(view.not_before)}</dd>
            <dt>{text!(profile.valid_until)}</dt>
            <dd>{until}</dd>
        </dl>
        <Current view=current last=last.clone() actions/>
        <Renewal view=renewal/>
        {(!awaits_test).then(|| view! { <TestMessage id state=summary.state last action=actions.activation.send/> })}
        <ProfileSettings id kind=summary.kind settings actions=actions.settings/>
        {match view.keys {
            KeysView::Smime(certificates) => view! { <Certificates id certificates/> }.into_any(),
            KeysView::Pgp(keys) => view! { <PgpKeys id keys/> }.into_any(),
        }}
        <h2>{text!(profile.deletion.title)}</h2>
        <details class="card">
            <summary>{text!(profile.deletion.open)}</summary>
            <p><strong>{gone}</strong></p>
            <p>{text!(profile.deletion.what)}</p>
            <ActionForm action=actions.delete>
                <input type="hidden" name="profile" value=id.to_string()/>
                <Submit action=actions.delete class="danger">{text!(profile.deletion.title)}</Submit>
            </ActionForm>
        </details>
    }
}

/// The actions that the profile's state allows.
#[component]
fn Current(view: ProfileView, last: Option<TestMessageView>, actions: Actions) -> impl IntoView {
    let id = view.summary.id;
    match view.summary.state {
        ProfileState::Ready => view! {
            <section class="card" aria-labelledby="activate">
                <h2 id="activate">{text!(profile.activate)}</h2>
                <Activation id evidence=view.evidence last to_page=true actions=actions.activation/>
            </section>
        }
        .into_any(),
        ProfileState::Active => view! { <Deactivation view action=actions.deactivate/> }.into_any(),
        ProfileState::Expired => view! { <p class="notice bad">{text!(profile.expired)}</p> }.into_any(),
        ProfileState::Issued => ().into_any(),
    }
}

/// Explains what will happen to mail before it does.
#[component]
fn Deactivation(view: ProfileView, action: ServerAction<DeactivateProfile>) -> impl IntoView {
    let alternative = view.alternative.map(|other| {
        let href = format!("/profiles/{}#activate", other.id);
        let link = move |name: ChildrenFn| view! { <a href=href.clone()>{name()}</a> };
        view! { <p>{shown!(profile.deactivation.alternative, name = other.name, <a> = link)}</p> }
    });
    view! {
        <p>{text!(profile.deactivation.active)}</p>
        <details class="card">
            <summary>{text!(profile.deactivation.open)}</summary>
            <p><strong>{words::mail_without_active(&view.mailbox, view.without)}</strong></p>
            {alternative}
            <ActionForm action=action>
                <input type="hidden" name="profile" value=view.summary.id.to_string()/>
                <Submit action=action class="danger">{text!(profile.deactivation.submit)}</Submit>
            </ActionForm>
        </details>
    }
}

#[component]
fn Certificates(id: ProfileId, certificates: Vec<CertificateView>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="certificates">
            <h2 id="certificates">{text!(profile.certificates.title)}</h2>
            <p class="aside">{text!(profile.certificates.intro)}</p>
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
                <a class="button" rel="external" href=file("pem") aria-describedby=heading.clone()>
                    {text!(profile.certificates.pem)}
                </a>
                <a class="button" rel="external" href=file("der") aria-describedby=heading.clone()>
                    {text!(profile.certificates.der)}
                </a>
            </span>
        </div>
        <details>
            <summary aria-describedby=heading>{text!(profile.certificates.details)}</summary>
            <CertificateFacts certificate/>
        </details>
    }
}

#[component]
fn CertificateFacts(certificate: CertificateView) -> impl IntoView {
    view! {
        <dl class="facts">
            <dt>{text!(profile.certificates.subject)}</dt>
            <dd>{certificate.subject}</dd>
            <dt>{text!(profile.certificates.issuer)}</dt>
            <dd>{certificate.issuer}</dd>
            {(!certificate.addresses.is_empty()).then(|| view! {
                <dt>{text!(profile.certificates.address)}</dt>
                <dd>{certificate.addresses.join(", ")}</dd>
            })}
            <dt>{text!(profile.certificates.serial)}</dt>
            <dd class="hex">{certificate.serial}</dd>
            <dt>{text!(profile.certificates.fingerprint)}</dt>
            <dd class="hex">{certificate.fingerprint}</dd>
            <dt>{text!(profile.certificates.key)}</dt>
            <dd>{text!(profile.certificates.key_kind, bits = certificate.key_bits)}</dd>
            {(!certificate.constraints.is_empty()).then(|| view! {
                <dt>{text!(profile.certificates.constraints)}</dt>
                <dd>
                    <ul>{certificate.constraints.into_iter().map(|each| view! { <li>{words::constraint(each)}</li> }).collect_view()}</ul>
                </dd>
            })}
        </dl>
    }
}
