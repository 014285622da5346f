//! Shows step 6: a test message and its code, then the activation, and what encrypted mail looks like.

use leptos::{prelude::*, task::spawn_local};

use super::{
    install::DeviceSelector, navigation::Back, place::Step, renewal::Before, route::WizardRoute, wizard::Wizard,
};
use crate::{
    api::{
        ApiError,
        profile::{profile, report_export},
        test_message::test_message,
    },
    id::ProfileId,
    profile::ProfileState,
    texts::{shown, text},
    ui::{
        activation::{Activation, ActivationActions},
        test_message::TestMessage,
    },
};

#[component]
pub(super) fn Activate(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let body = move || {
        wizard.profile().map(|profile| match wizard.activated.get() {
            true => view! { <Done wizard route profile/> }.into_any(),
            false => view! { <Ready wizard route id=profile/> }.into_any(),
        })
    };
    view! { {body} }
}

#[component]
fn Ready(wizard: Wizard, route: WizardRoute, id: ProfileId) -> impl IntoView {
    let actions = ActivationActions::new();
    let is_active = move || {
        let done = [actions.enter.value().get(), actions.activate.value().get()];
        done.into_iter().flatten().any(|done| done.is_ok())
    };
    Effect::new(move |_| {
        if is_active() {
            // The key is wiped. Loaded again, because the warning around the wizard is out of date.
            wizard.finish();
            route.reload();
        }
    });
    let sent = actions.send.version();
    // Loaded only in the browser. A resource at this depth is not created in the same order on the server and in the
    // browser, so it would take over another one's data.
    let known = RwSignal::new(None);
    Effect::new(move |_| {
        sent.get();
        spawn_local(async move {
            if wizard.exported.get_untracked() {
                // If it fails, the profile counts as not exported, and a test still activates it.
                let _ = report_export(id).await;
            }
            let answer: Result<_, ApiError> =
                async { Ok((profile(id).await?.evidence, test_message(id).await?)) }.await;
            // Another step may be open by now.
            let _ = known.try_set(Some(answer));
        });
    });
    let shown = move || match known.get() {
        None => view! { <p class="waiting">{text!(wizard.moment)}</p> }.into_any(),
        Some(Ok((evidence, last))) => view! { <Activation id evidence last to_page=false actions/> }.into_any(),
        Some(Err(error)) => view! { <p class="notice bad" role="alert">{error.words()}</p> }.into_any(),
    };
    view! {
        {shown}
        <p class="hint">
            <a href="/help/missing" target="_blank">{text!(wizard.activate.missing)}</a> " " {text!(wizard.new_tab)} <br/>
            <a href="/help/unreadable" target="_blank">{text!(wizard.activate.unreadable)}</a> " " {text!(wizard.new_tab)}
        </p>
        {move || wizard.key_here.get().then(|| view! {
            <p class="hint">{text!(wizard.activate.key_stays)}</p>
        })}
        <p class="actions">
            <Back wizard route from=Step::Activate/>
        </p>
    }
}

#[component]
fn Done(wizard: Wizard, route: WizardRoute, profile: ProfileId) -> impl IntoView {
    view! {
        <p class="notice good" role="status">{text!(wizard.activate.done)}</p>
        <p>{text!(wizard.activate.keep_file)}</p>
        <p>{shown!(wizard.activate.codes, <a> = <a href="/account#recovery-section"/>)}</p>
        <Before wizard/>
        <h3>{text!(wizard.activate.look_for)}</h3>
        <TestMessage id=profile state=ProfileState::Active last=None action=ServerAction::new()/>
        <DeviceSelector wizard route/>
        <p id="sealed" role="status">{move || wizard.device.get().guide().sealed}</p>
        <p class="hint">{text!(wizard.activate.not_opened)}</p>
        <p class="actions">
            <a class="button primary" href="/aliases">{text!(wizard.activate.create_alias)}</a>
            <a class="button" href="/relay">{text!(wizard.relay_settings)}</a>
            <a class="button" href=format!("/profiles/{profile}")>{text!(wizard.activate.profile)}</a>
        </p>
    }
}
